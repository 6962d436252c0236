#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/account_rules.h"
#include "web/database.h"

namespace tokimori::web {

/// Somebody who may log in.
struct Account {
    std::string name{};
    Role role = Role::kViewer;
    std::string password_hash{};
    std::string language{};
    std::string time_zone{};
};

/// A token of the API; the token itself is kept nowhere.
struct ApiToken {
    std::int64_t id = 0;
    std::string name;
    std::int64_t created = 0;  ///< Unix time
};

/// A line of the audit log.
struct AuditEvent {
    std::int64_t time = 0;    ///< Unix time
    std::string kind{};       ///< "access", "accounts", "clock", "settings"
    std::string user{};       ///< who did it; empty: nobody
    std::string text_code{};  ///< what happened, for the page's table of sentences
    std::string details{};
};

/// Which lines of the audit log somebody wants, and may have.
struct AuditQuestion {
    std::int64_t skipped = 0;
    std::int64_t count = 100;
    std::string kind{};       ///< empty: any
    bool with_people = true;  ///< also those of accounts and logins
};

/// What became of a change.
enum class AccountChange : std::uint8_t { kDone, kTaken, kUnknown, kLastAdmin, kTooMany, kFailed };

/// Accounts, tokens and the audit log, in a database. A change is on the disk when the call returns.
class AccountStore {
public:
    /// Makes the tables where there are none; throws std::runtime_error. `database` must outlive this.
    explicit AccountStore(Database& database);

    bool is_empty();
    std::optional<Account> find(std::string_view name);
    std::vector<Account> accounts();
    /// At most 64 of them.
    AccountChange add(const Account& account);
    /// Never the last admin.
    AccountChange remove(std::string_view name);
    AccountChange set_password(std::string_view name, const std::string& hash);

    std::vector<ApiToken> tokens();
    /// The id of the new token; nullopt where there are 64 or it failed.
    std::optional<std::int64_t> add_token(const std::string& name, const std::string& digest, std::int64_t now);
    AccountChange remove_token(std::int64_t id);
    std::optional<std::string> token_name(const std::string& digest);

    /// Adds to the log, which keeps the last 10 000.
    void record(const AuditEvent& event);
    /// Newest first, without the first `skipped` of those that are wanted.
    std::vector<AuditEvent> events(const AuditQuestion& question);

private:
    std::int64_t count(std::string_view sql);

    Database& database_;
};

}  // namespace tokimori::web
