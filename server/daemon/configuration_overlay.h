#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/daemon/settings_table.h"
#include "server/daemon/toml_document.h"

namespace tokimori {

/// One file of the configuration as it was read.
struct ConfigurationText {
    std::string file;
    std::string text;

    friend bool operator==(const ConfigurationText&, const ConfigurationText&) = default;
};

/// Several files as one.
struct MergedConfiguration {
    TomlTable root;                     ///< where each line is of its own file
    std::vector<Complaint> complaints;  ///< wrong syntax; then `root` is empty
};

/// By what an entry of a repeated section is known in several files (`Section::identity`): its name, of a server
/// without one its address; a list with commas. Empty where it has none.
std::string identity_of(const Section& section, const TomlTable& entry);

/// Lays each file over those before it: keys override, entries of repeated sections are merged by their identity, new
/// ones come last. At the end entries with `enabled = false` are taken away. What is written in the sections is for
/// `ConfigurationReader` to judge. Pure.
MergedConfiguration merge_configuration(std::span<const ConfigurationText> texts);

}  // namespace tokimori
