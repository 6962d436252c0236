#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

namespace tokimori {

/// The file at which other programs reach a Unix socket of ours. What it says of its file holds while that socket is
/// open. Not thread-safe.
class SocketFile {
public:
    /// Longest path a Unix socket can have, in bytes.
    static constexpr std::size_t kLongestPath = 107;

    SocketFile() = default;
    ~SocketFile() { remove(); }
    SocketFile(const SocketFile&) = delete;
    SocketFile& operator=(const SocketFile&) = delete;

    /// A socket that was bound to its file, or why it was not. The descriptor is the caller's; it does not block.
    struct Bound {
        int descriptor = -1;
        std::error_code error;
    };

    /// Makes a socket of `type` (SOCK_DGRAM, SOCK_STREAM) at `path`, mode 0660, in place of an old one that nobody
    /// listens to. Any other file there is left alone (EADDRINUSE). The file made before is removed.
    Bound make(const std::string& path, int type);

    /// Hands the file to a group; 0 or an errno (EPERM: this user is not one of the group).
    int give_to(gid_t group) const;

    /// True while the path still names the file that was made.
    bool is_ours() const;

    /// Takes the file away, if it is still ours.
    void remove();

private:
    /// Which file a path names.
    struct Identity {
        dev_t device = 0;
        ino_t number = 0;

        friend bool operator==(const Identity&, const Identity&) = default;
    };

    static std::optional<Identity> identity_of(const std::string& path);

    std::string path_;
    std::optional<Identity> made_;
};

/// What helps where a socket could not be made, for the end of a sentence.
std::string remedy_for_socket(const std::error_code& error);

}  // namespace tokimori
