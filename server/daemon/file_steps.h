#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tokimori {

/// What is done to files, step by step; each may fail, and each may be the last before the power goes. Results are
/// errno values, 0 is success. Tests pass a disk of their own.
class FileSteps {
public:
    virtual ~FileSteps() = default;

    /// At most `limit` bytes.
    virtual int read(const std::string& path, std::size_t limit, std::string& text) = 0;
    /// Makes the file or empties it, and holds it for what follows until `close`.
    virtual int create(const std::string& path) = 0;
    virtual int write(std::string_view text) = 0;
    /// What was written is on the disk.
    virtual int sync() = 0;
    virtual int close() = 0;
    virtual int rename(const std::string& from, const std::string& to) = 0;
    /// The names in the directory are on the disk.
    virtual int sync_directory(const std::string& path) = 0;
    virtual int remove(const std::string& path) = 0;
    /// 0 where more can be written into the directory, as far as can be seen without doing it.
    virtual int room(const std::string& path) = 0;
};

/// Those of this host.
std::unique_ptr<FileSteps> host_file_steps();

/// Makes a file that is whole and on the disk, or absent. 0 or an errno.
int write_whole(FileSteps& steps, const std::string& path, std::string_view text);

/// What became of an exchange.
struct Exchanged {
    bool stands = false;  ///< the new one; else the old one, as it was
    int error = 0;        ///< an errno; where the new one stands, a power cut may yet bring back the old one
};

/// Lets the file at `beside` take the place of the one at `path`, in the same directory: at any time one of the two
/// stands there, whole.
Exchanged put_in_place(FileSteps& steps, const std::string& beside, const std::string& path);

/// Both: writes a file beside `path` (`.new`), then exchanges it.
Exchanged exchange_file(FileSteps& steps, const std::string& path, std::string_view text);

}  // namespace tokimori
