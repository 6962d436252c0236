#include "server/daemon/state_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace tokimori {

StateFile::StateFile(const std::string& directory, bool laboratory, FileSteps& steps)
    : directory_{directory}, path_{directory + (laboratory ? "/clock.lab.state" : "/clock.state")}, steps_{steps} {}

StateResult StateFile::load() {
    std::string text;
    const int error = steps_.read(path_, kLargestState + 1, text);
    if (error == ENOENT) {
        return {};
    }
    if (error != 0) {
        return {std::nullopt, explain("cannot be read", error)};
    }
    StateResult result = parse_state(text);
    if (!result.state) {
        result.error = refuse(result.error);
    }
    return result;
}

// The next one must find room, and whoever wants to know what was wrong with this one must find it.
std::string StateFile::refuse(const std::string& why) {
    const std::string aside = path_ + ".refused";
    const int error = steps_.rename(path_, aside);
    return error == 0 ? fmt::format("{} is not used: {}. It is kept as {}", path_, why, aside)
                      : fmt::format("{} is not used: {}", path_, why);
}

std::string StateFile::save(const KeptState& state) {
    const Exchanged exchanged = exchange_file(steps_, path_, state_text(state));
    return explain(exchanged.stands ? "is written, but may be gone after a power cut" : "cannot be written",
                   exchanged.error);
}

std::string StateFile::forget() {
    const int error = steps_.remove(path_);
    if (error == 0) {
        return explain("is forgotten, but may come back after a power cut", steps_.sync_directory(directory_));
    }
    return error == ENOENT ? std::string{} : explain("cannot be removed", error);
}

std::string StateFile::trouble_ahead() {
    return explain("cannot be written", steps_.room(directory_));
}

std::string StateFile::explain(std::string_view what, int error) const {
    if (error == 0) {
        return {};
    }
    return fmt::format("{} {} ({}); make {} a directory that this user may write, or set dir in [state]", path_, what,
                       std::generic_category().message(error), directory_);
}

}  // namespace tokimori
