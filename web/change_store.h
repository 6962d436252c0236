#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "web/database.h"

namespace tokimori::web {

/// How far a change of settings has come.
enum class ChangeStage : std::uint8_t {
    kBegun,    ///< handed to the daemon, whose answer is not known
    kPending,  ///< in force until it is confirmed or returned
    kDone
};

/// A change of settings that was made from the page.
struct SettingsChange {
    std::int64_t id = 0;
    std::int64_t time = 0;     ///< Unix time
    std::string user{};        ///< who made it; empty: nobody, the daemon returned by itself
    std::string kind{};        ///< "apply", "undo", "restore", "factory_reset", "return"
    std::string difference{};  ///< JSON, as the daemon's `check` has it
    std::string before{};      ///< the page's settings before it, JSON
    std::string after{};       ///< and after it
    std::string base_before{};
    std::string base_after{};  ///< empty while it is only begun
    std::int64_t daemon_id = 0;
    ChangeStage stage = ChangeStage::kBegun;
};

/// The record of changes, in a database; a change is on the disk when the call returns. The last 200 are kept.
class ChangeStore {
public:
    /// Makes the table where there is none; throws std::runtime_error. `database` must outlive this.
    explicit ChangeStore(Database& database);

    /// Adds one; its id, or nullopt where it could not be written.
    std::optional<std::int64_t> add(const SettingsChange& change);
    /// The daemon has taken it.
    bool take(std::int64_t id, ChangeStage stage, const std::string& base_after, std::int64_t daemon_id);
    bool finish(std::int64_t id);
    /// It was never made.
    bool forget(std::int64_t id);

    std::optional<SettingsChange> find(std::int64_t id);
    /// The newest one that is not done.
    std::optional<SettingsChange> unsettled();
    /// Newest first, without the first `skipped` and without those that are only begun. Without `before` and `after`.
    std::vector<SettingsChange> list(std::int64_t skipped, std::int64_t count);
    std::int64_t total();

private:
    Database& database_;
};

}  // namespace tokimori::web
