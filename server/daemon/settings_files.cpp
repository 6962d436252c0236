#include "server/daemon/settings_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "server/daemon/configuration_texts.h"

namespace tokimori {

std::string overlay_file_of(const std::string& configuration) {
    return overlay_directory(configuration) + "/90-page.toml";
}

SettingsFiles::SettingsFiles(std::string configuration, Effects effects, std::unique_ptr<FileSteps> steps)
    : configuration_{std::move(configuration)},
      overlay_{overlay_file_of(configuration_)},
      beside_{overlay_ + ".unconfirmed"},
      effects_{std::move(effects)},
      steps_{std::move(steps)} {}

TextsResult SettingsFiles::read() {
    return read_texts(configuration_);
}

// Where we may make the directory, nobody has to do it for us; where not, the next step says why.
std::string SettingsFiles::write_beside(std::string_view text) {
    std::error_code ignored;
    std::filesystem::create_directory(overlay_directory(configuration_), ignored);
    return explain(write_whole(*steps_, beside_, text));
}

std::string SettingsFiles::put_in_place() {
    return explain(tokimori::put_in_place(*steps_, beside_, overlay_));
}

void SettingsFiles::remove_beside() {
    steps_->remove(beside_);
}

bool SettingsFiles::forget_unconfirmed() {
    return steps_->remove(beside_) == 0;
}

std::string SettingsFiles::explain(int error) {
    trouble_ = error == 0 ? std::string{}
                          : fmt::format(
                                "{} cannot be written ({}); make {} a directory that the user of tokimorid may "
                                "write",
                                overlay_, std::generic_category().message(error), overlay_directory(configuration_));
    return trouble_;
}

}  // namespace tokimori
