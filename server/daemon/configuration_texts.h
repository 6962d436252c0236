#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/daemon/configuration.h"
#include "server/daemon/configuration_overlay.h"
#include "server/daemon/toml_document.h"

namespace tokimori {

/// The files of a configuration, judged together.
struct CheckedTexts {
    std::optional<Configuration> configuration;  ///< absent where there are complaints
    TomlTable root;                              ///< as written, all files as one; empty after wrong syntax
    std::vector<Complaint> complaints;           ///< in the order of files and lines
    FrontPanelConfiguration front_panel{};       ///< where nothing is wrong with that, whatever else is
};

/// Pure; never throws, whatever the texts.
CheckedTexts check_texts(std::span<const ConfigurationText> texts);

/// `FILE:LINE`, without LINE where it is the whole file.
std::string place_from(std::span<const ConfigurationText> texts, const Complaint& complaint);

/// `FILE:LINE: sentence`, without LINE where it is the whole file.
std::string line_from(std::span<const ConfigurationText> texts, const Complaint& complaint);

/// What the files hold, or why not all of them can be read, one sentence each with its file.
struct TextsResult {
    std::vector<ConfigurationText> texts;  ///< the configuration file, then those of conf.d
    std::vector<std::string> errors;
};

/// The directory beside the configuration file at `path` whose `*.toml` are laid over it.
std::string overlay_directory(const std::string& path);

/// Reads the file at `path` and, in the order of their names, the `*.toml` of its `conf.d`, which need not be there.
/// Hidden files are none of them.
TextsResult read_texts(const std::string& path);

}  // namespace tokimori
