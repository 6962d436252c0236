#include "server/daemon/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace tokimori {
namespace {

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
        text.assign(limit, '\0');
        std::size_t size = 0;
        ssize_t got = 1;
        while (got > 0 && size < limit) {
            got = ::read(file.number(), text.data() + size, limit - size);
            size += got > 0 ? static_cast<std::size_t>(got) : 0;
        }
        text.resize(size);
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

private:
    Descriptor file_{-1};
};

}  // namespace

std::unique_ptr<FileSteps> host_file_steps() {
    return std::make_unique<HostFileSteps>();
}

StateFile::StateFile(const std::string& directory, bool laboratory, FileSteps& steps)
    : directory_{directory}, path_{directory + (laboratory ? "/clock.lab.state" : "/clock.state")}, steps_{steps} {}

StateResult StateFile::load() {
    std::string text;
    const int error = steps_.read(path_, kLargestState + 1, text);
    if (error == ENOENT) {
        return {};
    }
    if (error != 0) {
        return {std::nullopt, explain("cannot be read", error)};
    }
    StateResult result = parse_state(text);
    if (!result.state) {
        result.error = refuse(result.error);
    }
    return result;
}

// The next one must find room, and whoever wants to know what was wrong with this one must find it.
std::string StateFile::refuse(const std::string& why) {
    const std::string aside = path_ + ".refused";
    const int error = steps_.rename(path_, aside);
    return error == 0 ? fmt::format("{} is not used: {}. It is kept as {}", path_, why, aside)
                      : fmt::format("{} is not used: {}", path_, why);
}

std::string StateFile::save(const KeptState& state) {
    const int error = write(state_text(state));
    return error == 0 ? std::string{} : explain("cannot be written", error);
}

int StateFile::write(std::string_view text) {
    const std::string beside = path_ + ".new";
    if (const int error = steps_.create(beside)) {
        return error;
    }
    int error = write_and_close(text);
    if (error == 0) {
        error = steps_.rename(beside, path_);
    }
    if (error != 0) {
        steps_.remove(beside);
        return error;
    }
    return steps_.sync_directory(directory_);
}

int StateFile::write_and_close(std::string_view text) {
    const int written = steps_.write(text);
    const int synced = written == 0 ? steps_.sync() : written;
    const int closed = steps_.close();
    return synced != 0 ? synced : closed;
}

std::string StateFile::forget() {
    const int error = steps_.remove(path_);
    if (error == 0) {
        return explain("is forgotten, but may come back after a power cut", steps_.sync_directory(directory_));
    }
    return error == ENOENT ? std::string{} : explain("cannot be removed", error);
}

std::string StateFile::explain(std::string_view what, int error) const {
    if (error == 0) {
        return {};
    }
    return fmt::format("{} {} ({}); make {} a directory that this user may write, or set dir in [state]", path_, what,
                       std::generic_category().message(error), directory_);
}

}  // namespace tokimori
