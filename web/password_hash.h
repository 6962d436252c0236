#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tokimori::web {

/// How dear a hash is: yescrypt's cost, 1 … 11. 5 takes 16 MiB and some 50 ms.
inline constexpr unsigned long kPasswordCost = 5;

/// Hashes a password with a new salt by yescrypt; nullopt where the machine has no memory or randomness for it. Takes
/// long.
std::optional<std::string> hash_password(const std::string& password, unsigned long cost = kPasswordCost);

/// Whether the password has this hash. Takes as long.
bool password_matches(const std::string& password, const std::string& hash);

/// A thread of its own for what takes long, so that the event loop goes on. At most a few things wait.
class HashingThread {
public:
    /// `deliver` carries a function over to the thread of the event loop.
    explicit HashingThread(std::function<void(std::function<void()>)> deliver);
    ~HashingThread();
    HashingThread(const HashingThread&) = delete;
    HashingThread& operator=(const HashingThread&) = delete;

    /// Does `work` there, then `done` on the event loop; false where too much waits already, and then neither.
    bool run(std::function<void()> work, std::function<void()> done);

private:
    class Pool;
    std::unique_ptr<Pool> pool_;
};

}  // namespace tokimori::web
