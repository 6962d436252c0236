#include "server/daemon/panel_note.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>

#include "server/daemon/configuration_texts.h"
#include "server/daemon/panel_lines.h"
#include "server/daemon/toml_writer.h"

namespace tokimori {
namespace {

constexpr std::size_t kLongest = 4096;

TomlEntry entry(std::string_view key, TomlNode node) {
    return {std::string(key), {}, std::move(node)};
}

// The button is of no use to whoever darkens.
TomlTable table_of(const FrontPanelConfiguration& panel) {
    TomlTable table{entry("chip", {{}, panel.chip})};
    TomlArray low;
    for (const PanelOutputRow& row : panel_outputs()) {
        table.push_back(entry(row.name, {{}, panel.*row.place}));
        if (std::ranges::count(panel.active_low, row.line) > 0) {
            low.push_back({{}, std::string(row.name)});
        }
    }
    table.push_back(entry("active_low", {{}, low}));
    return {entry("front_panel", {{}, table})};
}

bool has_outputs(const FrontPanelConfiguration& panel) {
    return std::ranges::any_of(panel_outputs(), [&](const PanelOutputRow& row) { return !(panel.*row.place).empty(); });
}

}  // namespace

PanelNote::PanelNote(std::string directory, std::unique_ptr<FileSteps> steps)
    : path_{directory.empty() ? std::string{} : std::move(directory) + "/front_panel"}, steps_{std::move(steps)} {}

PanelNote PanelNote::of_environment() {
    const char* const directories = std::getenv("RUNTIME_DIRECTORY");
    const std::string all = directories != nullptr ? directories : "";
    return PanelNote{all.substr(0, all.find(':'))};
}

int PanelNote::write(const FrontPanelConfiguration& panel) {
    return path_.empty() ? 0 : exchange_file(*steps_, path_, toml_from(table_of(panel))).error;
}

void PanelNote::remove() {
    if (!path_.empty()) {
        steps_->remove(path_);
    }
}

std::optional<FrontPanelConfiguration> PanelNote::read() const {
    ConfigurationText text{path_, {}};
    if (path_.empty() || steps_->read(path_, kLongest, text.text) != 0) {
        return std::nullopt;
    }
    FrontPanelConfiguration panel = check_texts(std::span{&text, 1}).front_panel;
    return has_outputs(panel) ? std::optional{std::move(panel)} : std::nullopt;
}

}  // namespace tokimori
