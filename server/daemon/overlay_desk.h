#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leap/instant.h"
#include "server/daemon/configuration_texts.h"
#include "server/daemon/control_handler.h"
#include "server/daemon/settings_json.h"
#include "server/daemon/written_settings.h"

namespace tokimori {

/// What became of the file of an overlay.
struct Placed {
    bool stands = false;    ///< it is the one that counts
    std::string trouble{};  ///< why not; where it stands, why a power cut may yet bring back the one before
};

/// What the desk has done for it. Sentences say why something was not done; empty: it was.
class SettingsHands {
public:
    virtual ~SettingsHands() = default;

    /// The files as they are now, without an overlay that waits for its confirmation.
    virtual TextsResult read() = 0;
    /// Writes an overlay beside the one that counts: whole, on the disk, and not read at the next start.
    virtual std::string write_beside(std::string_view text) = 0;
    /// Lets it take the place of the one that counts, at once.
    virtual Placed put_in_place() = 0;
    virtual void remove_beside() = 0;
    /// Goes over to another configuration as a reload does; where that fails nothing has changed.
    virtual std::string take_effect(const Configuration& configuration) = 0;
    /// For a change: above 0 and below 2^53, never the same again, also of another run, and nobody guesses it.
    virtual std::int64_t new_id() = 0;
    /// Whether a leap second is being announced or smeared.
    virtual bool leap_second_under_way() = 0;
};

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
    std::optional<Duration> confirm_within;  ///< else it goes by itself; nullopt: it stays
    std::optional<ControlError> error;       ///< then nothing has changed
    SettingsCheck check;                     ///< what is wrong, or has changed
};

/// Decides what becomes of settings that are changed while the server runs. They lie in one file, the overlay, that is
/// read with the others of conf.d. What could lock out who changes it takes effect at once but counts only once it is
/// confirmed: until then it lies beside, so that whatever happens, a power cut too, leads back to what was. Knows no
/// clock, file or socket; instants are told, and must not go backwards.
class OverlayDesk {
public:
    /// `hands` must outlive the object.
    OverlayDesk(std::string overlay_file, SettingsInForce begin, SettingsHands& hands,
                Duration confirm_within = std::chrono::seconds{60});

    SettingsCheck check(const TomlTable& overlay);
    /// What is wrong with the files as they are, which the next start reads.
    SettingsCheck check_files();
    /// `base` is the one that the overlay was made from. Errors: settings_pending, settings_changed, settings_wrong,
    /// not_written.
    SettingsApplied apply(const TomlTable& overlay, std::string_view base, LocalInstant now);
    /// Errors: not_pending, not_written (then it still waits).
    std::optional<ControlError> confirm(std::int64_t id);
    /// Goes back to the files as they are without it, or, where those are wrong by now, to what was in force before.
    /// Errors: not_pending, or not_returned (then it stays in force until the next start).
    std::optional<ControlError> give_back(std::int64_t id);
    /// Reads all files anew, with an overlay that waits. What is wrong, a line each; then nothing has changed.
    std::vector<std::string> reload();

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

    Candidate candidate(const std::string& overlay_text);
    std::optional<ControlError> keep(Candidate next, const std::string& text, SettingsApplied& applied,
                                     LocalInstant now);
    void stand_by_the_files();
    std::string overlay_text() const;

    std::string overlay_file_;
    SettingsInForce in_force_;
    TomlTable started_;  ///< what was in force at the start
    SettingsHands& hands_;
    Duration confirm_within_;
    std::string unsynced_;
    std::optional<Pending> pending_;
    SettingsInForce before_;  ///< what was in force before it
};

/// The text of an overlay, as it is written into its file.
std::string overlay_text_of(const TomlTable& overlay);

/// `texts` with this one as `file`: instead of the one there, or in its place among those of conf.d.
std::vector<ConfigurationText> with_overlay(std::vector<ConfigurationText> texts, const std::string& file,
                                            const std::string& text);

}  // namespace tokimori
