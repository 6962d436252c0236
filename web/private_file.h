#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Files of which nobody else may know.
namespace tokimori::web {

/// Writes a file that only its owner can read (0600), whole or not at all, also through a power cut. Why not, in words;
/// empty where it worked.
std::string write_private_file(const std::string& path, std::string_view content);

/// Removes a file, also through a power cut. Why not, in words; empty where it is gone, or was not there.
std::string remove_private_file(const std::string& path);

/// A directory that only one program uses at a time.
class LockedDirectory {
public:
    /// Throws std::runtime_error with a sentence where another one has it.
    explicit LockedDirectory(const std::string& path);
    ~LockedDirectory();
    LockedDirectory(const LockedDirectory&) = delete;
    LockedDirectory& operator=(const LockedDirectory&) = delete;

private:
    int descriptor_;
};

/// The content of a file of at most 64 KiB; nullopt where there is none.
std::optional<std::string> read_private_file(const std::string& path);

}  // namespace tokimori::web
