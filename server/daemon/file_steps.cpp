#include "server/daemon/file_steps.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>

namespace tokimori {
namespace {

// What a file of ours takes while it is exchanged, and some more.
constexpr std::uint64_t kLeastRoom = 32 * 1024;

int last_error(bool failed) {
    return failed ? errno : 0;
}

// A descriptor that is closed with its block.
class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }
    int close() {
        const int closed = number_ >= 0 ? ::close(number_) : 0;
        number_ = -1;
        return last_error(closed != 0);
    }
    void hold(int number) {
        close();
        number_ = number;
    }

private:
    int number_;
};

class HostFileSteps : public FileSteps {
public:
    int read(const std::string& path, std::size_t limit, std::string& text) override {
        const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
        if (file.number() < 0) {
            return errno;
        }
        // By the piece: settings are kept as read, and would keep the memory of the largest file that may be.
        std::array<char, 4096> piece{};
        text.clear();
        ssize_t got = 1;
        while (got > 0 && text.size() < limit) {
            got = ::read(file.number(), piece.data(), std::min(piece.size(), limit - text.size()));
            text.append(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        }
        return last_error(got < 0);
    }
    int create(const std::string& path) override {
        file_.hold(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
        return last_error(file_.number() < 0);
    }
    int write(std::string_view text) override {
        while (!text.empty()) {
            const ssize_t put = ::write(file_.number(), text.data(), text.size());
            if (put < 0) {
                return errno;
            }
            text.remove_prefix(static_cast<std::size_t>(put));
        }
        return 0;
    }
    int sync() override { return last_error(::fsync(file_.number()) != 0); }
    int close() override { return file_.close(); }
    int rename(const std::string& from, const std::string& to) override {
        return last_error(std::rename(from.c_str(), to.c_str()) != 0);
    }
    int sync_directory(const std::string& path) override {
        const Descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        return last_error(directory.number() < 0 || ::fsync(directory.number()) != 0);
    }
    int remove(const std::string& path) override { return last_error(::unlink(path.c_str()) != 0); }
    int room(const std::string& path) override {
        struct statvfs disk {};
        if (::statvfs(path.c_str(), &disk) != 0) {
            return errno;
        }
        if ((disk.f_flag & ST_RDONLY) != 0) {
            return EROFS;
        }
        // Not every file system counts its files.
        const bool full = disk.f_bavail * disk.f_frsize < kLeastRoom || (disk.f_files > 0 && disk.f_favail == 0);
        return full ? ENOSPC : 0;
    }

private:
    Descriptor file_{-1};
};

int write_and_close(FileSteps& steps, std::string_view text) {
    const int written = steps.write(text);
    const int synced = written == 0 ? steps.sync() : written;
    const int closed = steps.close();
    return synced != 0 ? synced : closed;
}

}  // namespace

std::unique_ptr<FileSteps> host_file_steps() {
    return std::make_unique<HostFileSteps>();
}

int write_whole(FileSteps& steps, const std::string& path, std::string_view text) {
    if (const int error = steps.create(path)) {
        return error;
    }
    const int error = write_and_close(steps, text);
    if (error != 0) {
        steps.remove(path);
    }
    return error;
}

Exchanged put_in_place(FileSteps& steps, const std::string& beside, const std::string& path) {
    if (const int error = steps.rename(beside, path)) {
        steps.remove(beside);
        return {false, error};
    }
    return {true, steps.sync_directory(path.substr(0, path.rfind('/')))};
}

Exchanged exchange_file(FileSteps& steps, const std::string& path, std::string_view text) {
    const std::string beside = path + ".new";
    const int error = write_whole(steps, beside, text);
    return error == 0 ? put_in_place(steps, beside, path) : Exchanged{false, error};
}

}  // namespace tokimori
