#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/daemon/state_text.h"

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
};

/// Those of this host.
std::unique_ptr<FileSteps> host_file_steps();

/// The state file of one directory: whole or absent, whenever the program or the host dies. A laboratory has one of its
/// own, so that neither it nor a server in service overwrites what the other knows. One thread at a time.
class StateFile {
public:
    /// `steps` must outlive the object.
    StateFile(const std::string& directory, bool laboratory, FileSteps& steps);

    const std::string& path() const { return path_; }

    /// What lies there; neither state nor error where nothing does. A file that is damaged, of another version or not
    /// ours is renamed aside. An error is a sentence for the operator.
    StateResult load();

    /// Writes beside it, then exchanges it at once. Empty, or a sentence for the operator; then the old one stands.
    std::string save(const KeptState& state);

    /// Removes it. Empty, or a sentence for the operator.
    std::string forget();

private:
    int write(std::string_view text);
    int write_and_close(std::string_view text);
    std::string refuse(const std::string& why);
    std::string explain(std::string_view what, int error) const;

    std::string directory_;
    std::string path_;
    FileSteps& steps_;
};

}  // namespace tokimori
