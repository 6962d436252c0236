#include "web/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace tokimori::web {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

std::string trouble() {
    return std::generic_category().message(errno);
}

bool write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        content.remove_prefix(static_cast<std::size_t>(written < 0 ? 0 : written));
    }
    return true;
}

void sync_directory_of(const std::string& path) {
    const Descriptor directory{::open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (directory.number() >= 0) {
        ::fsync(directory.number());
    }
}

}  // namespace

LockedDirectory::LockedDirectory(const std::string& path)
    : descriptor_{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        const bool taken = descriptor_ >= 0 && errno == EWOULDBLOCK;
        const std::string why = taken ? "another tokimori-web uses it" : trouble();
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
        throw std::runtime_error{"the directory " + path + " cannot be used: " + why};
    }
}

LockedDirectory::~LockedDirectory() {
    ::close(descriptor_);
}

std::string write_private_file(const std::string& path, std::string_view content) {
    const std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    const Descriptor file{
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (file.number() < 0 || !write_all(file.number(), content) || ::fsync(file.number()) != 0 ||
        ::rename(fresh.c_str(), path.c_str()) != 0) {
        std::string why = trouble();
        ::unlink(fresh.c_str());
        return why;
    }
    sync_directory_of(path);
    return {};
}

std::string remove_private_file(const std::string& path) {
    // Of a write that a power cut has ended.
    ::unlink((path + ".new").c_str());
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return trouble();
    }
    sync_directory_of(path);
    return {};
}

std::optional<std::string> read_private_file(const std::string& path) {
    constexpr std::size_t kLargest = std::size_t{64} * 1024;
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        return std::nullopt;
    }
    std::string content(kLargest, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    return content;
}

}  // namespace tokimori::web
