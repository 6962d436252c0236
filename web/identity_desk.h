#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "web/certificate.h"
#include "web/gate.h"

namespace tokimori::web {

/// What exchanging the certificate needs of the world.
struct IdentityWorld {
    /// What is in use.
    std::function<const KeyAndCertificate&()> current{};
    /// Uses another one for whoever comes from now on; false: it is of no use, and nothing has changed.
    std::function<bool(const KeyAndCertificate&)> use{};
    /// Keeps what was uploaded; empty: takes it back. Why not, in words, or empty.
    std::function<std::string(const std::string& pem)> keep{};
    /// The device's own. Throws std::runtime_error.
    std::function<KeyAndCertificate()> own{};
    /// Unix seconds; nullopt where the time is not known.
    std::function<std::optional<std::int64_t>()> time{};
    std::function<Instant()> now{};
    /// Adds to the audit log.
    std::function<void(const std::string& user, const std::string& text_code, const std::string& details)> record{};
};

/// The certificate that browsers see: which one it is, another one from an authority, and the device's own again. On
/// the thread of the event loop.
class IdentityDesk {
public:
    explicit IdentityDesk(IdentityWorld world) : world_{std::move(world)} {}

    /// Answers a request that the gate let pass. One reply, at once.
    void answer(Destination destination, const WebRequest& request, const Caller& caller, const Respond& respond);

    /// The program began with another one than it should have: `certificate_spoilt`, the device's own in the place of
    /// what was uploaded; `certificate_passing`, one that is made for this run alone. So until one is handed in or
    /// taken back.
    void began_without(std::string_view code);

    /// What somebody should know of the one in use, as a JSON array: of each `code` (those of `began_without`,
    /// `certificate_expires` for the last 30 days by the time that is served, `certificate_expired`), `since_ns`, and
    /// `at_least` where that may have been so for longer.
    std::string alarms() const;

private:
    WebReply changed(const std::string& user, const std::string& text_code, const std::string& details);
    WebReply tell() const;
    WebReply take(const WebRequest& request, const Caller& caller);
    WebReply take_back(const Caller& caller);

    IdentityWorld world_;
    std::string began_without_;
    Instant began_{};
};

}  // namespace tokimori::web
