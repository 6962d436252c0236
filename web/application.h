#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "web/assets.h"
#include "web/gate.h"
#include "web/live_hub.h"

namespace tokimori::web {

class AccountsDesk;
class DaemonDesk;
class IdentityDesk;
class SettingsDesk;
struct WebSettings;

/// Who answers; they must outlive the application.
struct Desks {
    AccountsDesk& accounts;
    DaemonDesk& daemon;
    SettingsDesk& settings;
    IdentityDesk& identity;
    LiveHub& hub;
};

/// What the head of a request leads to.
struct Admission {
    const Route* route = nullptr;    ///< null: a file of the page, or a refusal
    std::optional<Caller> caller{};  ///< who asks
    std::optional<WebReply> refusal{};
};

/// Between the connections and the desks: who may ask what, and which headers every reply carries. On the thread of the
/// event loop.
class Application {
public:
    Application(const WebSettings& settings, Assets assets, const Desks& desks);

    /// Judges a request by its head, before its body is read.
    Admission admit(const WebRequest& head);

    /// Answers it, now or later, once.
    void answer(const Admission& admission, const WebRequest& request, const Respond& respond);

    /// Adds to any reply what all carry, and counts it.
    WebReply dressed(WebReply reply, std::string_view path);

    LiveHub& hub() { return desks_.hub; }

private:
    WebReply lead_to_https(const WebRequest& request) const;
    std::optional<WebReply> refuse_path(const WebRequest& head, const FoundRoute& found) const;

    bool http_;
    std::uint16_t https_port_;
    Assets assets_;
    Desks desks_;
};

}  // namespace tokimori::web
