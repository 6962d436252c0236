#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tokimori {

/// The files of a machine below a root directory, read without disturbing anybody: only regular files are opened, none
/// waits, what cannot be had is absent. Paths are absolute as the machine has them.
class FileTree {
public:
    /// `root`: "/" for the machine itself.
    explicit FileTree(std::string root) : root_{std::move(root)} {}

    /// The first 256 KiB of a regular file.
    std::optional<std::string> text(const std::string& path) const;

    /// Its first line without trailing white space; empty where there is none.
    std::string line(const std::string& path) const;

    /// The names in a directory, sorted.
    std::vector<std::string> names(const std::string& directory) const;

    bool exists(const std::string& path) const;

    /// Where a symbolic link leads, as the link says it; nullopt where it is none.
    std::optional<std::string> link(const std::string& path) const;

    /// Owner, group and permissions of what a path leads to.
    struct Owner {
        unsigned user = 0;
        unsigned group = 0;
        unsigned mode = 0;
    };
    std::optional<Owner> owner(const std::string& path) const;

private:
    std::string root_;
};

}  // namespace tokimori
