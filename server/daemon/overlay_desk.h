#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leap/instant.h"
#include "server/daemon/configuration_texts.h"
#include "server/daemon/control_handler.h"
#include "server/daemon/settings_hands.h"
#include "server/daemon/settings_json.h"
#include "server/daemon/written_settings.h"

namespace tokimori {

/// A configuration that passed, and what it was read from.
struct SettingsInForce {
    std::vector<ConfigurationText> texts;
    CheckedTexts checked;
};

/// What would become of an overlay.
struct SettingsCheck {
    std::vector<SettingComplaint> complaints = {};  ///< what is wrong with it; then it cannot be applied
    std::vector<SettingChange> difference = {};     ///< from what is in force
    bool needs_confirmation = false;
    std::vector<std::string> restart = {};  ///< "server.workers": what changes at the next start only
    bool waits = false;                     ///< for the end of a leap second
};

/// What became of it.
struct SettingsApplied {
    std::int64_t id = 0;
    std::optional<Duration> confirm_within = {};  ///< else it goes by itself; nullopt: it stays
    std::optional<ControlError> error = {};       ///< then nothing has changed
    SettingsCheck check = {};                     ///< what is wrong, or has changed
};

/// Decides what becomes of settings that are changed while the server runs. They lie in one file, the overlay, that is
/// read with the others of conf.d. What could lock out who changes it takes effect at once but counts only once it is
/// confirmed: until then it lies beside, so that whatever happens, a power cut too, leads back to what was. Knows no
/// clock, file or socket. What waits for a disk tells `then` what came of it, and of all that does only one may be
/// under way (`Turns`).
class OverlayDesk {
public:
    /// `hands` must outlive the object.
    OverlayDesk(std::string overlay_file, SettingsInForce begin, SettingsHands& hands,
                Duration confirm_within = std::chrono::seconds{60});

    using Refusal = std::optional<ControlError>;

    void check(const TomlTable& overlay, std::function<void(SettingsCheck)> then);
    /// What is wrong with the files as they are, which the next start reads.
    void check_files(std::function<void(SettingsCheck)> then);
    /// `base` is the one that the overlay was made from. Errors: settings_pending, settings_changed, settings_wrong,
    /// not_written.
    void apply(const TomlTable& overlay, std::string_view base, std::function<void(SettingsApplied)> then);
    /// Errors: not_pending, not_written (then it still waits).
    void confirm(std::int64_t id, std::function<void(Refusal)> then);
    /// Goes back to what was in force before, at once, whatever is under way and however the disk does. Errors:
    /// not_pending; busy: it is being confirmed. `clear_up` is to follow in any other case.
    Refusal fall_back(std::int64_t id);
    /// Why that did not work; empty: it did.
    const std::string& no_way_back() const { return no_way_back_; }
    /// Takes what was given back from the disk, and goes over to the files as they are by now, where they are right.
    /// Error: not_returned (what was given back stays in force until the next start).
    void clear_up(std::function<void(Refusal)> then);
    /// Reads all files anew, with an overlay that waits. What is wrong, a line each; then nothing has changed.
    using ThenErrors = std::function<void(std::vector<std::string> errors)>;
    void reload(ThenErrors then);

    /// An overlay that waits for its confirmation.
    struct Pending {
        std::int64_t id = 0;
        LocalInstant until;
        std::string text;
    };
    const std::optional<Pending>& pending() const { return pending_; }

    const TomlTable& root() const { return in_force_.checked.root; }  ///< in force, as written
    std::span<const ConfigurationText> texts() const { return in_force_.texts; }
    /// Why the overlay in force may be gone after a power cut, although it was kept; empty: it is on the disk.
    const std::string& unsynced() const { return unsynced_; }
    TomlTable overlay() const;  ///< the part of it that can be changed here
    std::string base() const;   ///< another one for every other overlay
    const std::string& overlay_file() const { return overlay_file_; }
    std::vector<std::string> restart() const;  ///< what waits for a restart

private:
    /// What would be in force.
    struct Candidate {
        SettingsInForce next;
        SettingsCheck check;
    };

    using ThenApplied = std::function<void(SettingsApplied)>;

    void judge(const std::string& overlay_text, std::function<void(Candidate)> then);
    Candidate candidate(TextsResult read, const std::string& overlay_text);
    void write(const std::shared_ptr<Candidate>& next, const std::string& text, const ThenApplied& then);
    void try_out(const std::shared_ptr<Candidate>& next, const std::string& text, const ThenApplied& then);
    void place(const std::shared_ptr<Candidate>& next, const ThenApplied& then);
    SettingsApplied put_in_force(const Candidate& next);
    void stand_by_the_files(std::function<void()> then);
    void go_over_to(TextsResult read, const ThenErrors& then);
    void go_over_to(SettingsInForce next, const TextsResult& read, const ThenErrors& then);
    void remember_as_before(std::vector<ConfigurationText> texts);
    std::string overlay_text() const;

    std::string overlay_file_;
    SettingsInForce in_force_;
    TomlTable started_;  ///< what was in force at the start
    SettingsHands& hands_;
    Duration confirm_within_;
    std::string unsynced_;
    std::optional<Pending> pending_;
    bool confirming_ = false;
    SettingsInForce before_;   ///< what was in force before it, or would be by now
    std::string no_way_back_;  ///< why that could not be brought back
};

/// The text of an overlay, as it is written into its file.
std::string overlay_text_of(const TomlTable& overlay);

/// `texts` with this one as `file`: instead of the one there, or in its place among those of conf.d.
std::vector<ConfigurationText> with_overlay(std::vector<ConfigurationText> texts, const std::string& file,
                                            const std::string& text);

}  // namespace tokimori
