#include "refclocks/socket_file.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

namespace tokimori {
namespace {

constexpr mode_t kMode = 0660;

/// A descriptor that closes unless it is handed on.
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

    int get() const { return number_; }
    int release() {
        const int number = number_;
        number_ = -1;
        return number;
    }

private:
    int number_;
};

std::error_code last_error() {
    return {errno, std::generic_category()};
}

int open_socket(int type) {
    return ::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    return address;
}

template <typename Call>
int with_address(Call call, int descriptor, const std::string& path) {
    const sockaddr_un address = address_of(path);
    return call(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool is_socket(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

bool is_deserted(const std::string& path, int type) {
    const Descriptor probe{open_socket(type)};
    return probe.get() >= 0 && with_address(::connect, probe.get(), path) != 0 && errno == ECONNREFUSED;
}

}  // namespace

SocketFile::Bound SocketFile::make(const std::string& path, int type) {
    remove();
    if (path.empty() || path.size() > kLongestPath) {
        return {-1, std::make_error_code(std::errc::filename_too_long)};
    }
    if (is_socket(path) && is_deserted(path, type)) {
        ::unlink(path.c_str());
    }
    Descriptor socket{open_socket(type)};
    if (socket.get() < 0) {
        return {-1, last_error()};
    }
    // For nobody before it is for the group: the umask may take away more, never less.
    ::fchmod(socket.get(), kMode);
    if (with_address(::bind, socket.get(), path) != 0) {
        return {-1, last_error()};
    }
    path_ = path;
    made_ = identity_of(path);
    if (::chmod(path.c_str(), kMode) != 0) {
        const std::error_code error = last_error();
        remove();
        return {-1, error};
    }
    return {socket.release(), {}};
}

int SocketFile::give_to(gid_t group) const {
    return ::lchown(path_.c_str(), static_cast<uid_t>(-1), group) == 0 ? 0 : errno;
}

bool SocketFile::is_ours() const {
    return made_ && identity_of(path_) == made_;
}

void SocketFile::remove() {
    if (is_ours()) {
        ::unlink(path_.c_str());
    }
    made_.reset();
}

std::optional<SocketFile::Identity> SocketFile::identity_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? std::optional{Identity{status.st_dev, status.st_ino}} : std::nullopt;
}

std::string remedy_for_socket(const std::error_code& error) {
    switch (error.value()) {
        case EADDRINUSE:
            return "another program listens there, or it is no socket: configure another path, or end that program";
        case EACCES:
        case EPERM:
        case EROFS:
            return "let this user write into the directory, or configure a path below /run/tokimori";
        case ENOENT:
        case ENOTDIR:
            return "make the directory, or configure a path below /run/tokimori";
        case EAFNOSUPPORT:
            return "this host has no Unix sockets";
        default:
            return "check the path";
    }
}

}  // namespace tokimori
