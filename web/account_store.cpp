#include "web/account_store.h"

#include <array>
#include <stdexcept>

namespace tokimori::web {
namespace {

constexpr std::int64_t kMost = 64;
constexpr std::string_view kColumns = "SELECT name, role, password, language, time_zone FROM users";

constexpr std::array<std::string_view, 3> kTables{
    "CREATE TABLE IF NOT EXISTS users(name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, "
    "language TEXT NOT NULL, time_zone TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tokens(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, "
    "digest TEXT NOT NULL UNIQUE, created INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS events(id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, kind TEXT NOT "
    "NULL, "
    "user TEXT NOT NULL, text_code TEXT NOT NULL, details TEXT NOT NULL)"};

DatabaseValue value(std::string_view text) {
    return std::string(text);
}

Account account_from(const DatabaseRow& row) {
    return {text_of(row[0]), role_named(text_of(row[1])).value_or(Role::kViewer), text_of(row[2]), text_of(row[3]),
            text_of(row[4])};
}

}  // namespace

AccountStore::AccountStore(Database& database) : database_{database} {
    for (const std::string_view sql : kTables) {
        if (!database_.run(sql)) {
            throw std::runtime_error{"the tables of accounts cannot be made: " + database_.trouble()};
        }
    }
}

std::int64_t AccountStore::count(std::string_view sql) {
    const auto rows = database_.rows(sql);
    return rows.empty() ? kMost : integer_of(rows.front().front());
}

// Where the question fails there are accounts: nobody gets in by a broken disk.
bool AccountStore::is_empty() {
    return count("SELECT count(*) FROM users") == 0;
}

std::optional<Account> AccountStore::find(std::string_view name) {
    const auto rows = database_.rows(std::string(kColumns) + " WHERE name = ?", {value(name)});
    return rows.empty() ? std::nullopt : std::optional{account_from(rows.front())};
}

std::vector<Account> AccountStore::accounts() {
    std::vector<Account> result;
    for (const DatabaseRow& row : database_.rows(std::string(kColumns) + " ORDER BY name")) {
        result.push_back(account_from(row));
    }
    return result;
}

AccountChange AccountStore::add(const Account& account) {
    if (find(account.name)) {
        return AccountChange::kTaken;
    }
    if (count("SELECT count(*) FROM users") >= kMost) {
        return AccountChange::kTooMany;
    }
    const bool done = database_.run(
        "INSERT INTO users VALUES(?, ?, ?, ?, ?)",
        {account.name, value(role_name(account.role)), account.password_hash, account.language, account.time_zone});
    return done ? AccountChange::kDone : AccountChange::kFailed;
}

AccountChange AccountStore::remove(std::string_view name) {
    const auto account = find(name);
    if (!account) {
        return AccountChange::kUnknown;
    }
    if (account->role == Role::kAdmin && count("SELECT count(*) FROM users WHERE role = 'admin'") <= 1) {
        return AccountChange::kLastAdmin;
    }
    return database_.run("DELETE FROM users WHERE name = ?", {value(name)}) ? AccountChange::kDone
                                                                            : AccountChange::kFailed;
}

AccountChange AccountStore::set_password(std::string_view name, const std::string& hash) {
    if (!database_.run("UPDATE users SET password = ? WHERE name = ?", {hash, value(name)})) {
        return AccountChange::kFailed;
    }
    return database_.changed() == 1 ? AccountChange::kDone : AccountChange::kUnknown;
}

std::vector<ApiToken> AccountStore::tokens() {
    std::vector<ApiToken> result;
    for (const DatabaseRow& row : database_.rows("SELECT id, name, created FROM tokens ORDER BY id")) {
        result.push_back({integer_of(row[0]), text_of(row[1]), integer_of(row[2])});
    }
    return result;
}

std::optional<std::int64_t> AccountStore::add_token(const std::string& name, const std::string& digest,
                                                    std::int64_t now) {
    if (count("SELECT count(*) FROM tokens") >= kMost ||
        !database_.run("INSERT INTO tokens(name, digest, created) VALUES(?, ?, ?)", {name, digest, now})) {
        return std::nullopt;
    }
    return integer_of(database_.rows("SELECT last_insert_rowid()").front().front());
}

AccountChange AccountStore::remove_token(std::int64_t id) {
    if (!database_.run("DELETE FROM tokens WHERE id = ?", {id})) {
        return AccountChange::kFailed;
    }
    return database_.changed() == 1 ? AccountChange::kDone : AccountChange::kUnknown;
}

std::optional<std::string> AccountStore::token_name(const std::string& digest) {
    const auto rows = database_.rows("SELECT name FROM tokens WHERE digest = ?", {digest});
    return rows.empty() ? std::nullopt : std::optional{text_of(rows.front().front())};
}

void AccountStore::record(const AuditEvent& event) {
    database_.run("INSERT INTO events(time, kind, user, text_code, details) VALUES(?, ?, ?, ?, ?)",
                  {event.time, event.kind, event.user, event.text_code, event.details});
    database_.run("DELETE FROM events WHERE id <= last_insert_rowid() - 10000");
}

std::vector<AuditEvent> AccountStore::events(const AuditQuestion& question) {
    std::vector<AuditEvent> result;
    for (const DatabaseRow& row :
         database_.rows("SELECT time, kind, user, text_code, details FROM events WHERE (?1 = '' OR kind = ?1) AND (?2 "
                        "OR kind NOT IN ('access', 'accounts')) ORDER BY id DESC LIMIT ?3 OFFSET ?4",
                        {question.kind, std::int64_t{question.with_people}, question.count, question.skipped})) {
        result.push_back({integer_of(row[0]), text_of(row[1]), text_of(row[2]), text_of(row[3]), text_of(row[4])});
    }
    return result;
}

}  // namespace tokimori::web
