#include "web/change_store.h"

#include <stdexcept>

namespace tokimori::web {
namespace {

constexpr std::string_view kColumns =
    "id, time, user, kind, difference, before, after, base_before, base_after, daemon_id, stage";
constexpr std::string_view kShortColumns =
    "id, time, user, kind, difference, '', '', base_before, base_after, daemon_id, stage";

SettingsChange change_from(const DatabaseRow& row) {
    return {.id = integer_of(row[0]),
            .time = integer_of(row[1]),
            .user = text_of(row[2]),
            .kind = text_of(row[3]),
            .difference = text_of(row[4]),
            .before = text_of(row[5]),
            .after = text_of(row[6]),
            .base_before = text_of(row[7]),
            .base_after = text_of(row[8]),
            .daemon_id = integer_of(row[9]),
            .stage = static_cast<ChangeStage>(integer_of(row[10]))};
}

std::int64_t number(ChangeStage stage) {
    return static_cast<std::int64_t>(stage);
}

std::string select(std::string_view columns, std::string_view rest) {
    return "SELECT " + std::string(columns) + " FROM changes " + std::string(rest);
}

}  // namespace

ChangeStore::ChangeStore(Database& database) : database_{database} {
    if (!database_.run("CREATE TABLE IF NOT EXISTS changes(id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT "
                       "NULL, user TEXT NOT NULL, kind TEXT NOT NULL, difference TEXT NOT NULL, before TEXT NOT NULL, "
                       "after TEXT NOT NULL, base_before TEXT NOT NULL, base_after TEXT NOT NULL, daemon_id INTEGER "
                       "NOT NULL, stage INTEGER NOT NULL)")) {
        throw std::runtime_error{"the table of changes cannot be made: " + database_.trouble()};
    }
}

std::optional<std::int64_t> ChangeStore::add(const SettingsChange& change) {
    if (!database_.run("INSERT INTO changes(time, user, kind, difference, before, after, base_before, base_after, "
                       "daemon_id, stage) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       {change.time, change.user, change.kind, change.difference, change.before, change.after,
                        change.base_before, change.base_after, change.daemon_id, number(change.stage)})) {
        return std::nullopt;
    }
    const auto id = database_.rows("SELECT last_insert_rowid()");
    database_.run("DELETE FROM changes WHERE id NOT IN (SELECT id FROM changes ORDER BY id DESC LIMIT 200)");
    return id.empty() ? std::nullopt : std::optional{integer_of(id.front().front())};
}

bool ChangeStore::take(std::int64_t id, ChangeStage stage, const std::string& base_after, std::int64_t daemon_id) {
    return database_.run("UPDATE changes SET stage = ?, base_after = ?, daemon_id = ? WHERE id = ?",
                         {number(stage), base_after, daemon_id, id});
}

bool ChangeStore::finish(std::int64_t id) {
    return database_.run("UPDATE changes SET stage = ? WHERE id = ?", {number(ChangeStage::kDone), id});
}

bool ChangeStore::forget(std::int64_t id) {
    return database_.run("DELETE FROM changes WHERE id = ?", {id});
}

std::optional<SettingsChange> ChangeStore::find(std::int64_t id) {
    const auto rows =
        database_.rows(select(kColumns, "WHERE id = ? AND stage <> ?"), {id, number(ChangeStage::kBegun)});
    return rows.empty() ? std::nullopt : std::optional{change_from(rows.front())};
}

std::optional<SettingsChange> ChangeStore::unsettled() {
    const auto rows =
        database_.rows(select(kColumns, "WHERE stage <> ? ORDER BY id DESC LIMIT 1"), {number(ChangeStage::kDone)});
    return rows.empty() ? std::nullopt : std::optional{change_from(rows.front())};
}

std::vector<SettingsChange> ChangeStore::list(std::int64_t skipped, std::int64_t count) {
    std::vector<SettingsChange> result;
    for (const DatabaseRow& row :
         database_.rows(select(kShortColumns, "WHERE stage <> ? ORDER BY id DESC LIMIT ? OFFSET ?"),
                        {number(ChangeStage::kBegun), count, skipped})) {
        result.push_back(change_from(row));
    }
    return result;
}

std::int64_t ChangeStore::total() {
    const auto rows = database_.rows("SELECT count(*) FROM changes WHERE stage <> ?", {number(ChangeStage::kBegun)});
    return rows.empty() ? 0 : integer_of(rows.front().front());
}

}  // namespace tokimori::web
