#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/language.h"
#include "server/tokictl/machine_view.h"
#include "server/tokictl/probe_proposal.h"

namespace tokimori {

enum class Severity : std::uint8_t {
    kNote,     ///< worth knowing
    kWarning,  ///< time can be served, with limits
    kProblem,  ///< no time can be served
};

/// What may be found; the table of their words has one row each.
enum class FindingKind : std::uint8_t {
    kNothingToHear,
    kNoPulseDevice,
    kNoOverlay,
    kOverlayWithoutDevice,
    kNoPulses,
    kLineHeld,
    kSerialConsole,
    kSerialLogin,
    kHeaderPortOff,
    kReceiverNotTried,
    kReceiverSilent,
    kForbiddenToGroup,
    kForbiddenToAll,
    kTimeService,
    kNtpPortTaken,
    kAlreadyRunning,
    kPrivilegedPort,
    kGpsdOff,
    kGpsdMute,
    kGpsdWithoutReceiver,
    kGpsdReceiverSilent,
    kSharedMemoryHidden,
};

/// One thing that is in the way, or worth knowing.
struct Finding {
    FindingKind kind{};
    Severity severity{};
    std::string subject{};  ///< what it is about: a device, a program
    std::string detail{};   ///< what else the sentences need
};

/// Everything that keeps the proposal from working, the gravest first. Pure.
std::vector<Finding> findings_of(const MachineView& view, const Proposal& proposal);

/// Its name in JSON, such as "serial-console".
std::string_view id_of(const Finding& finding);

/// What was found, one sentence.
std::string sentence(const Finding& finding, Language language);

/// What to do about it, one sentence; empty where there is nothing to do.
std::string remedy(const Finding& finding, Language language);

}  // namespace tokimori
