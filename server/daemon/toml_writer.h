#pragma once

#include <string>

#include "server/daemon/toml_document.h"

namespace tokimori {

/// `root` as TOML 1.0 that `parse_toml` reads back as it was, but for the lines: sections, repeated ones too, that hold
/// sections and values; values are scalars and lists of them. Text must be UTF-8. A value has lines of its own, and no
/// line is longer than `parse_toml` reads.
std::string toml_from(const TomlTable& root);

/// A value as `toml_from` writes it.
std::string toml_value(const TomlNode& node);

}  // namespace tokimori
