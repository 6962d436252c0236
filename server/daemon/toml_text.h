#pragma once

#include <optional>
#include <string>

#include "server/daemon/settings_table.h"
#include "server/daemon/toml_document.h"

namespace tokimori {

/// A value of a file as it is shown in a message.
std::string shown_toml(const TomlNode& node);

/// The text of `node` as `value_from_text` reads it, where it is of the kind that the type asks for: "true" in quotes
/// is no bool. nullopt otherwise, and for lists of addresses, each of which is judged alone.
std::optional<std::string> toml_text(SettingType type, const TomlNode& node);

}  // namespace tokimori
