#include "server/daemon/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace tokimori {
namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::optional<std::int64_t> positive_number(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && number > 0 ? std::optional{number} : std::nullopt;
}

std::optional<Duration> patience_of(const ServiceManager::Environment& environment) {
    if (!environment.watchdog_pid.empty() && environment.watchdog_pid != std::to_string(::getpid())) {
        return std::nullopt;
    }
    const auto microseconds = positive_number(environment.watchdog_usec);
    if (!microseconds || *microseconds > std::numeric_limits<std::int64_t>::max() / 1000) {
        return std::nullopt;
    }
    return std::chrono::microseconds{*microseconds};
}

}  // namespace

ServiceManager::Environment ServiceManager::environment() {
    return {variable("NOTIFY_SOCKET"), variable("WATCHDOG_USEC"), variable("WATCHDOG_PID")};
}

ServiceManager::ServiceManager(const Environment& environment)
    : socket_{environment.notify_socket}, patience_{patience_of(environment)} {
    // An abstract name begins with a zero octet, which the variable writes as "@".
    if (!socket_.empty() && socket_.front() == '@') {
        socket_.front() = '\0';
    }
}

bool ServiceManager::tell(std::string_view assignments) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof address.sun_path) {
        return false;
    }
    socket_.copy(address.sun_path, socket_.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return false;
    }
    const ssize_t sent = ::sendto(descriptor, assignments.data(), assignments.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                  reinterpret_cast<const sockaddr*>(&address), size);
    ::close(descriptor);
    return sent == static_cast<ssize_t>(assignments.size());
}

}  // namespace tokimori
