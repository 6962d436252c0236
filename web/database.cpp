#include "web/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <type_traits>

namespace tokimori::web {
namespace {

constexpr int kPatienceMilliseconds = 1000;

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

void bind(sqlite3_stmt* statement, int place, const DatabaseValue& value) {
    std::visit(
        [&](const auto& held) {
            using Held = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<Held, std::int64_t>) {
                sqlite3_bind_int64(statement, place, held);
            } else if constexpr (std::is_same_v<Held, double>) {
                sqlite3_bind_double(statement, place, held);
            } else if constexpr (std::is_same_v<Held, std::string>) {
                sqlite3_bind_text64(statement, place, held.data(), held.size(), nullptr, SQLITE_UTF8);
            } else {
                sqlite3_bind_null(statement, place);
            }
        },
        value);
}

/// The texts in `values` must live as long as the statement.
Statement prepared(sqlite3* database, std::string_view sql, const DatabaseRow& values) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    for (std::size_t i = 0; statement != nullptr && i < values.size(); ++i) {
        bind(statement, static_cast<int>(i) + 1, values[i]);
    }
    return Statement{statement};
}

DatabaseValue column(sqlite3_stmt* statement, int place) {
    switch (sqlite3_column_type(statement, place)) {
        case SQLITE_INTEGER:
            return std::int64_t{sqlite3_column_int64(statement, place)};
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, place);
        case SQLITE_TEXT:
            return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, place)),
                               static_cast<std::size_t>(sqlite3_column_bytes(statement, place)));
        default:
            return nullptr;
    }
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Database::Database(const std::string& path, Durability durability) {
    sqlite3* opened = nullptr;
    const mode_t mask = ::umask(S_IRWXG | S_IRWXO);
    const int code = sqlite3_open_v2(path.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
    database_.reset(opened);
    sqlite3_busy_timeout(opened, kPatienceMilliseconds);
    const bool opens = code == SQLITE_OK && run("PRAGMA journal_mode=WAL") &&
                       run(durability == Durability::kFull ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    const std::vector<DatabaseRow> found = opens ? rows("PRAGMA quick_check(1)") : std::vector<DatabaseRow>{};
    ::umask(mask);
    if (found != std::vector<DatabaseRow>{{std::string{"ok"}}}) {
        const int why = sqlite3_errcode(opened) & 0xFF;
        throw DatabaseTrouble{fmt::format("the database {} cannot be opened: {}", path, trouble()),
                              !found.empty() || why == SQLITE_CORRUPT || why == SQLITE_NOTADB};
    }
}

bool Database::run(std::string_view sql, const DatabaseRow& values) {
    const Statement statement = prepared(database_.get(), sql, values);
    int code = SQLITE_ERROR;
    while (statement != nullptr && (code = sqlite3_step(statement.get())) == SQLITE_ROW) {
    }
    return code == SQLITE_DONE;
}

std::vector<DatabaseRow> Database::rows(std::string_view sql, const DatabaseRow& values) {
    const Statement statement = prepared(database_.get(), sql, values);
    std::vector<DatabaseRow> result;
    while (statement != nullptr && sqlite3_step(statement.get()) == SQLITE_ROW) {
        DatabaseRow& row = result.emplace_back();
        for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
            row.push_back(column(statement.get(), i));
        }
    }
    return result;
}

int Database::changed() const {
    return sqlite3_changes(database_.get());
}

std::string Database::trouble() const {
    return database_ != nullptr ? sqlite3_errmsg(database_.get()) : "out of memory";
}

std::int64_t integer_of(const DatabaseValue& value) {
    const auto* const held = std::get_if<std::int64_t>(&value);
    return held != nullptr ? *held : 0;
}

std::string text_of(const DatabaseValue& value) {
    const auto* const held = std::get_if<std::string>(&value);
    return held != nullptr ? *held : std::string{};
}

}  // namespace tokimori::web
