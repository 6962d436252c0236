#include "server/daemon/statistics_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tokimori {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;

std::error_code last_error() {
    return {errno, std::generic_category()};
}

/// A file that is open for appending.
class Appended {
public:
    explicit Appended(const std::string& path)
        : descriptor_{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kFileMode)} {}
    ~Appended() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    Appended(const Appended&) = delete;
    Appended& operator=(const Appended&) = delete;

    // All of it, or nothing where the disk is full.
    std::error_code append(std::string_view text) const {
        struct stat before {};
        if (descriptor_ < 0 || ::fstat(descriptor_, &before) != 0) {
            return last_error();
        }
        const auto written = ::write(descriptor_, text.data(), text.size());
        if (written == static_cast<ssize_t>(text.size())) {
            return {};
        }
        const std::error_code error = written < 0 ? last_error() : std::make_error_code(std::errc::no_space_on_device);
        [[maybe_unused]] const int cut = ::ftruncate(descriptor_, before.st_size);
        return error;
    }

private:
    int descriptor_;
};

// A file system without hard links has no second name: everything else works.
void give_second_name(const std::string& path, const std::string& name) {
    struct stat file {};
    struct stat named {};
    if (::stat(path.c_str(), &file) != 0) {
        return;
    }
    if (::lstat(name.c_str(), &named) == 0) {
        if (named.st_ino == file.st_ino && named.st_dev == file.st_dev) {
            return;
        }
        if (named.st_nlink > 1) {
            ::unlink(name.c_str());
        } else {
            ::rename(name.c_str(), fmt::format("{}.C{}", name, ::getpid()).c_str());
        }
    }
    [[maybe_unused]] const int linked = ::link(path.c_str(), name.c_str());
}

std::error_code make(const std::string& directory) {
    const bool made = ::mkdir(directory.c_str(), kDirectoryMode) == 0 || errno == EEXIST;
    return made ? std::error_code{} : std::error_code{errno, std::generic_category()};
}

std::error_code forget(const std::string& directory, UtcDay before) {
    std::error_code error;
    fs::directory_iterator entry{directory, error};
    for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
        const auto day = day_of_statistics_file(entry->path().filename().native());
        if (day && *day < before) {
            ::unlink(entry->path().c_str());
        }
    }
    return error;
}

/// Keeps the first thing that went wrong.
class Trouble {
public:
    void note(const std::error_code& error, const std::string& path) {
        if (error && !sentence_) {
            sentence_ = path + ": " + error.message();
        }
    }
    std::optional<std::string> sentence() const { return sentence_; }

private:
    std::optional<std::string> sentence_;
};

}  // namespace

std::size_t StatisticsBatch::bytes() const {
    std::size_t sum = 0;
    for (const auto& [file, text] : texts) {
        sum += text.size();
    }
    return sum;
}

std::string statistics_file_name(StatisticsKind kind, UtcDay day) {
    std::string date = format_date(day);
    std::erase(date, '-');
    return fmt::format("{}.{}", statistics_name(kind), date);
}

std::optional<UtcDay> day_of_statistics_file(std::string_view name) {
    constexpr std::array<std::string_view, 5> kNames{"loopstats", "peerstats", "clockstats", "sysstats", "rawstats"};
    constexpr std::size_t kDigits = 8;
    const std::size_t point = name.find('.');
    if (point == std::string_view::npos || std::ranges::count(kNames, name.substr(0, point)) == 0) {
        return std::nullopt;
    }
    const std::string_view date = name.substr(point + 1);
    const bool digits = std::ranges::all_of(date, [](char c) { return c >= '0' && c <= '9'; });
    if (date.size() != kDigits || !digits) {
        return std::nullopt;
    }
    const auto time = parse_utc(fmt::format("{}-{}-{}", date.substr(0, 4), date.substr(4, 2), date.substr(6, 2)));
    return time ? std::optional{time->second.day} : std::nullopt;
}

std::optional<std::string> write_statistics(const std::string& where, const StatisticsBatch& batch) {
    Trouble trouble;
    trouble.note(make(where), where);
    const std::string directory = batch.laboratory ? where + "/lab" : where;
    trouble.note(make(directory), directory);
    for (const auto& [file, text] : batch.texts) {
        const auto& [kind, day] = file;
        const std::string path = directory + '/' + statistics_file_name(kind, day);
        trouble.note(Appended{path}.append(text), path);
        give_second_name(path, directory + '/' + std::string{statistics_name(kind)});
    }
    if (batch.forget_before) {
        trouble.note(forget(directory, *batch.forget_before), directory);
    }
    return trouble.sentence();
}

}  // namespace tokimori
