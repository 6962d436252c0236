#include "server/tokictl/file_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <system_error>

namespace tokimori {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} * 1024;

std::string read_all(int file) {
    std::string text;
    std::array<char, 4096> part{};
    ssize_t count = 0;
    while (text.size() < kMostBytes && (count = ::read(file, part.data(), part.size())) > 0) {
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
}

}  // namespace

std::optional<std::string> FileTree::text(const std::string& path) const {
    struct stat kind {};
    const std::string full = root_ + path;
    // Looked at first: opening a device may already move its lines.
    if (::stat(full.c_str(), &kind) != 0 || !S_ISREG(kind.st_mode)) {
        return std::nullopt;
    }
    const int file = ::open(full.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0) {
        return std::nullopt;
    }
    std::string text = read_all(file);
    ::close(file);
    return text;
}

std::string FileTree::line(const std::string& path) const {
    std::string text = this->text(path).value_or("");
    text.resize(std::min(text.find('\n'), text.size()));
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

std::vector<std::string> FileTree::names(const std::string& directory) const {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry{root_ + directory, error}, end; !error && entry != end;
         entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

bool FileTree::exists(const std::string& path) const {
    struct stat kind {};
    return ::lstat((root_ + path).c_str(), &kind) == 0;
}

std::optional<std::string> FileTree::link(const std::string& path) const {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(root_ + path, error);
    return error ? std::nullopt : std::optional(target.string());
}

std::optional<FileTree::Owner> FileTree::owner(const std::string& path) const {
    struct stat status {};
    if (::stat((root_ + path).c_str(), &status) != 0) {
        return std::nullopt;
    }
    return Owner{status.st_uid, status.st_gid, status.st_mode & 0777U};
}

}  // namespace tokimori
