#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/daemon/toml_document.h"

namespace tokimori {

/// Where a setting stands.
struct SettingPlace {
    std::string section;              ///< "server", "leap.manual"
    std::optional<std::string> name;  ///< the identity of its entry, in repeated sections
    std::string key;                  ///< empty: the entry or the section itself

    friend bool operator==(const SettingPlace&, const SettingPlace&) = default;
};

/// A setting as it is written.
struct WrittenSetting {
    SettingPlace place;
    const TomlNode* value = nullptr;  ///< in the tree that it was found in
    TomlLine line;                    ///< of its key
};

/// All settings that are written in `root`, in its order, known or not; with an empty key each entry of a repeated
/// section. What is not written as a section is left out.
std::vector<WrittenSetting> written_settings(const TomlTable& root);

/// What stands at `line`; nullopt where nothing does. Of several the innermost.
std::optional<SettingPlace> place_at(std::span<const WrittenSetting> written, TomlLine line);

/// A setting that is written in one way and then in another.
struct SettingChange {
    SettingPlace place;
    std::optional<TomlNode> before;  ///< nullopt: not written
    std::optional<TomlNode> after;
};

/// What differs, in the order of `after`; what is not written any more comes last.
std::vector<SettingChange> difference_of(const TomlTable& before, const TomlTable& after);

/// Whether it is for the files alone: who may change settings, where files lie, whether simulated time is served, which
/// lines are driven.
bool is_for_files_alone(const SettingPlace& place);

/// Whether it is about who can reach the server: a mistake there may lock out who makes it.
bool needs_confirmation(std::span<const SettingChange> difference);

/// Whether clients could notice it in the middle of a leap second.
bool touches_leap_second(std::span<const SettingChange> difference);

/// The settings, such as "server.workers", whose value at the start was another one than `next` has, and that change
/// at the next start only.
std::vector<std::string> waiting_for_restart(const TomlTable& started, const TomlTable& next);

}  // namespace tokimori
