#include "server/daemon/keys_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace tokimori {
namespace {

constexpr std::size_t kLargestFile = 1 << 20;

/// A descriptor that is closed at the end.
struct OpenFile {
    explicit OpenFile(const std::string& path) : descriptor{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {}
    ~OpenFile() {
        if (descriptor >= 0) {
            close(descriptor);
        }
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    int descriptor;
};

std::string reason(int error) {
    return std::generic_category().message(error);
}

std::optional<std::string> objection_to(const struct stat& file) {
    if (!S_ISREG(file.st_mode)) {
        return "it is no regular file; name the file with the keys";
    }
    if ((file.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0) {
        return "others may read or change it, so its keys are no secret; call chmod 640 or 600 and think of new keys";
    }
    if (file.st_uid != 0 && file.st_uid != geteuid()) {
        return "it belongs to another user; it must be root's or that of the daemon";
    }
    if (file.st_size > static_cast<off_t>(kLargestFile)) {
        return "it is larger than a mebibyte; it cannot be a file of keys";
    }
    return std::nullopt;
}

/// The text, or nullopt where `errno` says why.
std::optional<std::string> text_of(int descriptor) {
    std::string text(kLargestFile, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = read(descriptor, text.data() + size, text.size() - size);
        if (count < 0) {
            return std::nullopt;
        }
        if (count == 0) {
            break;
        }
        size += static_cast<std::size_t>(count);
    }
    text.resize(size);
    return text;
}

KeysFileResult refuse(const std::string& path, const std::string& sentence) {
    return {nullptr, {fmt::format("{}: {}.", path, sentence)}};
}

}  // namespace

KeysFileResult read_keys_file(const std::string& path) {
    if (path.empty()) {
        return {std::make_shared<const KeyRing>(), {}};
    }
    const OpenFile file{path};
    struct stat status {};
    if (file.descriptor < 0 || fstat(file.descriptor, &status) != 0) {
        return refuse(path, "the keys cannot be read: " + reason(errno));
    }
    if (const auto objection = objection_to(status)) {
        return refuse(path, *objection);
    }
    auto text = text_of(file.descriptor);
    if (!text) {
        return refuse(path, "the keys cannot be read: " + reason(errno));
    }
    KeyRingResult read = parse_keys(*text);
    text->assign(text->size(), '\0');
    if (read.ring) {
        return {std::make_shared<const KeyRing>(std::move(*read.ring)), {}};
    }
    KeysFileResult result;
    for (const std::string& error : read.errors) {
        result.errors.push_back(fmt::format("{}: {}.", path, error));
    }
    return result;
}

}  // namespace tokimori
