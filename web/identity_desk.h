#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

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

private:
    WebReply tell() const;
    WebReply take(const WebRequest& request, const Caller& caller);
    WebReply take_back(const Caller& caller);

    IdentityWorld world_;
};

}  // namespace tokimori::web
