#include "server/daemon/settings_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "server/daemon/configuration_texts.h"

namespace tokimori {
namespace {

// Programs that know all numbers as double must be able to say it back.
constexpr std::uint64_t kLargestExactInteger = (std::uint64_t{1} << 53U) - 1;

}  // namespace

std::string overlay_file_of(const std::string& configuration) {
    return overlay_directory(configuration) + "/90-page.toml";
}

SettingsFiles::SettingsFiles(std::string configuration, Effects effects, FileErrands& errands,
                             std::shared_ptr<FileSteps> steps)
    : configuration_{std::move(configuration)},
      overlay_{overlay_file_of(configuration_)},
      beside_{overlay_ + ".unconfirmed"},
      effects_{std::move(effects)},
      errands_{errands},
      steps_{std::move(steps)} {}

void SettingsFiles::read(std::function<void(TextsResult)> then) {
    errands_.run([path = configuration_] { return read_texts(path); }, std::move(then));
}

void SettingsFiles::prepare(const Configuration& configuration, std::function<void()> then) {
    errands_.run([named = effects_.as_in_this_run(configuration)] { return read_named_files(named); },
                 [this, then = std::move(then)](NamedFiles files) {
                     prepared_ = std::move(files);
                     then();
                 });
}

// Where we may make the directory, nobody has to do it for us; where not, the next step says why.
void SettingsFiles::write_beside(const std::string& text, std::function<void(std::string why)> then) {
    errands_.run(
        [steps = steps_, directory = overlay_directory(configuration_), path = beside_, text] {
            std::error_code ignored;
            std::filesystem::create_directory(directory, ignored);
            return write_whole(*steps, path, text);
        },
        [this, then = std::move(then)](int error) { then(explain(error)); });
}

void SettingsFiles::put_in_place(std::function<void(Placed)> then) {
    errands_.run(
        [steps = steps_, beside = beside_, path = overlay_] { return tokimori::put_in_place(*steps, beside, path); },
        [this, then = std::move(then)](const Exchanged& exchanged) { then(placed(exchanged)); });
}

Placed SettingsFiles::placed(const Exchanged& exchanged) {
    const auto [stands, error] = exchanged;
    std::string why = explain(error);
    if (stands && error != 0) {
        trouble_ = fmt::format(
            "{} is written, but the disk does not say that it keeps it ({}): it may be gone after a power cut",
            overlay_, std::generic_category().message(error));
        why = trouble_;
    }
    return {stands, std::move(why)};
}

std::int64_t SettingsFiles::new_id() {
    std::random_device chance;
    const std::uint64_t number = (std::uint64_t{chance()} << 32U | chance()) & kLargestExactInteger;
    return static_cast<std::int64_t>(std::max<std::uint64_t>(number, 1));
}

void SettingsFiles::remove_beside(std::function<void()> then) {
    errands_.run([steps = steps_, path = beside_] { return steps->remove(path); },
                 [then = std::move(then)](int /*error*/) { then(); });
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
