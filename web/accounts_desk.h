#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "web/account_store.h"
#include "web/audit_pacer.h"
#include "web/gate.h"
#include "web/login_guard.h"
#include "web/session_table.h"

namespace tokimori::web {

/// What the desk of accounts needs of the world.
struct AccountsWorld {
    std::function<Instant()> now;
    std::function<std::int64_t()> unix_time;  ///< for the audit log
    /// Does the first on another thread, then the second on this one; false where too much waits.
    std::function<bool(std::function<void()> work, std::function<void()> done)> aside;
    std::function<std::optional<std::string>(const std::string&)> hash;
    std::function<bool(const std::string& password, const std::string& hash)> matches;
    std::function<void()> setup_finished;  ///< the setup code is of no use any more
    std::string version;                   ///< of the product
};

/// Everything about who may come in: first start, login, accounts, tokens. On the thread of the event loop.
class AccountsDesk {
public:
    /// `setup_code`: what the first user must know; empty where there are users already.
    AccountsDesk(AccountStore& store, AccountsWorld world, std::string setup_code);

    /// Who asks, by cookie or token; nullopt where nobody we know. A session is used by it, but by what the page asks
    /// by itself.
    std::optional<Caller> caller_of(const WebRequest& request);
    /// Whether a session or a token, told by its digest, is still good.
    bool is_alive(const std::string& credential);

    /// Answers a request that the gate let pass (`caller` where the route wants one). One reply, now or later.
    void answer(Destination destination, const WebRequest& request, const Caller* caller, const Respond& respond);

    /// Goes on where it is the caller's password; where it is not, or too many were wrong, answers by itself.
    void check_password(const WebRequest& request, const Caller& caller, const std::string& password,
                        const Respond& respond, std::function<void()> next);

    /// Adds to the audit log.
    void record(std::string kind, std::string user, std::string text_code, std::string details);

private:
    struct Attempt;
    void set_up(const WebRequest& request, const Respond& respond);
    void log_in(const WebRequest& request, const Respond& respond);
    void change_password(const WebRequest& request, const Caller& caller, const Respond& respond);
    void add_user(const WebRequest& request, const Caller& caller, const Respond& respond);
    WebReply remove_user(const WebRequest& request, const Caller& caller);
    WebReply add_token(const WebRequest& request, const Caller& caller);
    WebReply remove_token(const WebRequest& request, const Caller& caller);
    WebReply log_out(const Caller& caller);
    WebReply user_list();
    WebReply token_list();
    WebReply session_reply(const Caller* caller);
    WebReply begin_session(const Account& account, const WebRequest& request);
    void finish_setup(const Account& account, const WebRequest& request, const Respond& respond);
    void finish_login(const std::optional<Account>& account, const Attempt& attempt, const Respond& respond);
    std::optional<WebReply> must_wait(const std::string& account, const WebRequest& request) const;
    void record_failure(const std::string& name, const char* text_code, const WebRequest& request);
    void hash_aside(const std::string& password, const Respond& respond, std::function<void(const std::string&)> next);

    AccountStore& store_;
    AccountsWorld world_;
    std::string setup_code_;
    std::string nobodys_hash_;  ///< compared where there is no such account, so that it takes as long
    SessionTable sessions_;
    LoginGuard guard_;
    AuditPacer failures_;
};

}  // namespace tokimori::web
