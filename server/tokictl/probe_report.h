#pragma once

#include <string>
#include <vector>

#include "server/tokictl/command.h"
#include "server/tokictl/machine_view.h"
#include "server/tokictl/probe_findings.h"
#include "server/tokictl/probe_proposal.h"

namespace tokimori {

/// All that `tokictl probe` found out. Pure from here on.
struct ProbeResult {
    MachineView view;
    Proposal proposal;
    std::vector<Finding> findings;
};

ProbeResult judge(MachineView view);

/// Good: nothing is in the way of stratum 1 with pulses. Warning: time can be served, with limits. Critical: it cannot.
/// Unknown: nothing could be seen.
ExitCode exit_code_of(const ProbeResult& result);

/// For people: what the machine has, what is in the way, what to write.
std::string report_of(const ProbeResult& result, Language language);

/// For programs: the members of the JSON document after its command and version.
void print_probe_document(std::ostream& out, const ProbeResult& result, Language language);

}  // namespace tokimori
