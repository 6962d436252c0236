#include "server/daemon/configuration_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "server/daemon/configuration_reader.h"
#include "server/daemon/file_steps.h"

namespace tokimori {
namespace {

// Nobody keeps so many by hand; each is read at every reload.
constexpr std::size_t kMostFiles = 64;

std::string unreadable(std::string_view what, const std::string& path, const std::error_code& error) {
    return fmt::format("{}: The {} cannot be read ({}); check the path and its permissions.", path, what,
                       error.message());
}

// One byte more than allowed, so that a file that is too large is seen as such.
void read_into(TextsResult& result, const std::string& path) {
    ConfigurationText text{path, {}};
    const int error = host_file_steps()->read(path, kLargestToml + 1, text.text);
    if (error == 0) {
        result.texts.push_back(std::move(text));
    } else {
        result.errors.push_back(unreadable("configuration", path, {error, std::generic_category()}));
    }
}

std::vector<std::string> overlays_in(const std::string& directory, std::error_code& error) {
    std::vector<std::string> names;
    std::filesystem::directory_iterator at{directory, error};
    for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name.ends_with(".toml") && name.front() != '.') {
            names.push_back(name);
        }
    }
    std::ranges::sort(names);
    return names;
}

// Half of it might energise a relay that is active while low.
FrontPanelConfiguration sound_front_panel(const TomlTable& root) {
    TomlTable alone = root;
    std::erase_if(alone, [](const TomlEntry& entry) { return entry.key != "front_panel"; });
    ConfigurationReader reader;
    reader.read(alone);
    return reader.take_complaints().empty() ? reader.take_configuration().front_panel : FrontPanelConfiguration{};
}

}  // namespace

CheckedTexts check_texts(std::span<const ConfigurationText> texts) {
    MergedConfiguration merged = merge_configuration(texts);
    if (!merged.complaints.empty()) {
        return {std::nullopt, {}, std::move(merged.complaints), {}};
    }
    ConfigurationReader reader;
    reader.read(merged.root);
    CheckedTexts checked{std::nullopt, std::move(merged.root), reader.take_complaints(), {}};
    checked.front_panel = sound_front_panel(checked.root);
    if (checked.complaints.empty()) {
        checked.configuration = reader.take_configuration();
    }
    return checked;
}

std::string place_from(std::span<const ConfigurationText> texts, const Complaint& complaint) {
    const auto number = static_cast<std::size_t>(complaint.line.file);
    const std::string_view file = number < texts.size() ? std::string_view{texts[number].file} : std::string_view{};
    return complaint.line.number == 0 ? std::string(file) : fmt::format("{}:{}", file, complaint.line.number);
}

std::string line_from(std::span<const ConfigurationText> texts, const Complaint& complaint) {
    return fmt::format("{}: {}", place_from(texts, complaint), complaint.sentence);
}

std::string overlay_directory(const std::string& path) {
    return (std::filesystem::path{path}.parent_path() / "conf.d").string();
}

TextsResult read_texts(const std::string& path) {
    TextsResult result;
    read_into(result, path);
    const std::string directory = overlay_directory(path);
    std::error_code error;
    const std::vector<std::string> names = overlays_in(directory, error);
    if (error && error != std::errc::no_such_file_or_directory) {
        result.errors.push_back(unreadable("directory", directory, error));
    }
    if (names.size() > kMostFiles) {
        result.errors.push_back(fmt::format("{}: There are more than {} files; remove some.", directory, kMostFiles));
        return result;
    }
    for (const std::string& name : names) {
        read_into(result, directory + '/' + name);
    }
    return result;
}

}  // namespace tokimori
