// A disk that fails when it is told to: takes the calls of a program to its libc that do something to files below a
// directory, counts them, and at a chosen one ends the program as kill -9 does, or lets it and all later ones fail, or
// stand still until another order is given.
// Preloaded into the program; TOKIMORI_FAILING_DISK names the file with the orders, which failing_disk.py writes, and
// TOKIMORI_FAILING_DISK_BELOW the directory. What only looks something up (stat, access) is not counted.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace {

enum Action : std::int64_t { kCount, kKill, kKillHalfway, kFail, kStandStill };

/// As failing_disk.py writes them.
struct Orders {
    std::atomic<std::int64_t> counted;  ///< steps so far
    std::atomic<std::int64_t> at;       ///< the step that is meant, from 1 on
    std::atomic<std::int64_t> action;
    std::atomic<std::int64_t> error;   ///< errno of the steps that fail
    std::atomic<std::int64_t> killed;  ///< 1: the program was
    std::atomic<std::int64_t> stand;   ///< so many steps do at this moment
};

Orders* map_orders() {
    const char* const path = std::getenv("TOKIMORI_FAILING_DISK");
    const long file = path != nullptr ? ::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    void* const memory =
        file < 0 ? MAP_FAILED
                 : ::mmap(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(file), 0);
    return memory == MAP_FAILED ? nullptr : static_cast<Orders*>(memory);
}

Orders* orders() {
    static Orders* const mapped = map_orders();
    return mapped;
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) {
        ::pause();
    }
}

bool is_meant(const char* path) {
    static const char* const below = std::getenv("TOKIMORI_FAILING_DISK_BELOW");
    return below != nullptr && path != nullptr && std::string_view{path}.starts_with(below);
}

std::array<std::atomic<bool>, 4096> meant_descriptors;

bool is_meant(int descriptor) {
    return descriptor >= 0 && static_cast<std::size_t>(descriptor) < meant_descriptors.size() &&
           meant_descriptors[static_cast<std::size_t>(descriptor)];
}

int note(int descriptor, bool meant) {
    if (descriptor >= 0 && static_cast<std::size_t>(descriptor) < meant_descriptors.size()) {
        meant_descriptors[static_cast<std::size_t>(descriptor)] = meant;
    }
    return descriptor;
}

enum class Verdict { kGoOn, kFail, kDieHalfway };

/// As in a call to the kernel that does not return: only this thread waits.
void stand_still(Orders& given) {
    ++given.stand;
    for (const std::int64_t at = given.at; given.action == kStandStill && given.at == at;) {
        const timespec pause{0, 5'000'000};
        ::nanosleep(&pause, nullptr);
    }
    --given.stand;
}

/// One step more. `halfway`: it can be done by half.
Verdict step(bool meant, bool halfway = false) {
    Orders* const given = meant ? orders() : nullptr;
    if (given == nullptr) {
        return Verdict::kGoOn;
    }
    const std::int64_t number = ++given->counted;
    const std::int64_t at = given->at;
    switch (given->action) {
        case kKillHalfway:
            given->killed = number == at && halfway ? 1 : given->killed.load();
            return number == at && halfway ? Verdict::kDieHalfway : Verdict::kGoOn;
        case kKill:
            if (number == at) {
                given->killed = 1;
                die();
            }
            return Verdict::kGoOn;
        case kFail:
            if (number >= at) {
                errno = static_cast<int>(given->error);
                return Verdict::kFail;
            }
            return Verdict::kGoOn;
        case kStandStill:
            if (number >= at) {
                stand_still(*given);
            }
            return Verdict::kGoOn;
        default:
            return Verdict::kGoOn;
    }
}

template <typename Function>
Function* real(Function*, const char* name) {
    void* const found = ::dlsym(RTLD_NEXT, name);
    if (found == nullptr) {
        die();
    }
    return reinterpret_cast<Function*>(found);
}

/// Does `call` unless the step fails.
template <typename Call>
auto unless_it_fails(bool meant, Call call) -> decltype(call()) {
    return step(meant) == Verdict::kGoOn ? call() : -1;
}

/// The same for a write of `size` octets.
template <typename Call>
ssize_t write_unless_it_fails(bool meant, std::size_t size, Call call) {
    switch (step(meant, size > 1)) {
        case Verdict::kFail:
            return -1;
        case Verdict::kDieHalfway:
            call(size / 2);
            die();
        case Verdict::kGoOn:
            break;
    }
    return call(size);
}

mode_t mode_in(int flags, va_list rest) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

#define REAL(name) static auto* const real_##name = real<decltype(name)>(nullptr, #name)

extern "C" {

#define INTERCEPT_OPEN(name)                                                                        \
    int name(const char* path, int flags, ...) {                                                    \
        REAL(name);                                                                                 \
        va_list rest;                                                                               \
        va_start(rest, flags);                                                                      \
        const mode_t mode = mode_in(flags, rest);                                                   \
        va_end(rest);                                                                               \
        const bool meant = is_meant(path);                                                          \
        return note(unless_it_fails(meant, [&] { return real_##name(path, flags, mode); }), meant); \
    }
INTERCEPT_OPEN(open)
INTERCEPT_OPEN(open64)

#define INTERCEPT_OPENAT(name)                                                                                 \
    int name(int directory, const char* path, int flags, ...) {                                                \
        REAL(name);                                                                                            \
        va_list rest;                                                                                          \
        va_start(rest, flags);                                                                                 \
        const mode_t mode = mode_in(flags, rest);                                                              \
        va_end(rest);                                                                                          \
        const bool meant = is_meant(path) || is_meant(directory);                                              \
        return note(unless_it_fails(meant, [&] { return real_##name(directory, path, flags, mode); }), meant); \
    }
INTERCEPT_OPENAT(openat)
INTERCEPT_OPENAT(openat64)

ssize_t read(int file, void* octets, size_t size) {
    REAL(read);
    return unless_it_fails(is_meant(file), [&] { return real_read(file, octets, size); });
}
ssize_t write(int file, const void* octets, size_t size) {
    REAL(write);
    return write_unless_it_fails(is_meant(file), size, [&](size_t most) { return real_write(file, octets, most); });
}

#define INTERCEPT_PREAD(name)                                                                        \
    ssize_t name(int file, void* octets, size_t size, off_t at) {                                    \
        REAL(name);                                                                                  \
        return unless_it_fails(is_meant(file), [&] { return real_##name(file, octets, size, at); }); \
    }
INTERCEPT_PREAD(pread)
INTERCEPT_PREAD(pread64)

#define INTERCEPT_PWRITE(name)                                                                          \
    ssize_t name(int file, const void* octets, size_t size, off_t at) {                                 \
        REAL(name);                                                                                     \
        return write_unless_it_fails(is_meant(file), size,                                              \
                                     [&](size_t most) { return real_##name(file, octets, most, at); }); \
    }
INTERCEPT_PWRITE(pwrite)
INTERCEPT_PWRITE(pwrite64)

#define INTERCEPT_FILE(name)                                                       \
    int name(int file) {                                                           \
        REAL(name);                                                                \
        return unless_it_fails(is_meant(file), [&] { return real_##name(file); }); \
    }
INTERCEPT_FILE(fsync)
INTERCEPT_FILE(fdatasync)

// A file that cannot be closed is closed all the same.
int close(int file) {
    REAL(close);
    const bool meant = is_meant(file);
    note(file, false);
    const bool fails = step(meant) == Verdict::kFail;
    const int failed = errno;
    const int closed = real_close(file);
    errno = fails ? failed : errno;
    return fails ? -1 : closed;
}

// The descriptor may be another file's from then on.
int closedir(DIR* directory) {
    REAL(closedir);
    note(::dirfd(directory), false);
    return real_closedir(directory);
}

#define INTERCEPT_TRUNCATE(name)                                                         \
    int name(int file, off_t size) {                                                     \
        REAL(name);                                                                      \
        return unless_it_fails(is_meant(file), [&] { return real_##name(file, size); }); \
    }
INTERCEPT_TRUNCATE(ftruncate)
INTERCEPT_TRUNCATE(ftruncate64)

#define INTERCEPT_PATH(name)                                                       \
    int name(const char* path) {                                                   \
        REAL(name);                                                                \
        return unless_it_fails(is_meant(path), [&] { return real_##name(path); }); \
    }
INTERCEPT_PATH(unlink)
INTERCEPT_PATH(rmdir)
INTERCEPT_PATH(remove)

int mkdir(const char* path, mode_t mode) {
    REAL(mkdir);
    return unless_it_fails(is_meant(path), [&] { return real_mkdir(path, mode); });
}

int unlinkat(int directory, const char* path, int flags) {
    REAL(unlinkat);
    return unless_it_fails(is_meant(path) || is_meant(directory),
                           [&] { return real_unlinkat(directory, path, flags); });
}

#define INTERCEPT_PATHS(name)                                                                          \
    int name(const char* from, const char* to) {                                                       \
        REAL(name);                                                                                    \
        return unless_it_fails(is_meant(from) || is_meant(to), [&] { return real_##name(from, to); }); \
    }
INTERCEPT_PATHS(rename)
INTERCEPT_PATHS(link)

int fchmod(int file, mode_t mode) {
    REAL(fchmod);
    return unless_it_fails(is_meant(file), [&] { return real_fchmod(file, mode); });
}

}  // extern "C"
