#include "server/tokictl/daemon_client.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <system_error>

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;
constexpr std::size_t kLongestReply = std::size_t{256} * 1024;

constexpr Text kNobody{"no daemon answers", "デーモンが応答しません"};
constexpr Text kForbidden{"this user may not ask the daemon; its group may, tokimori as a rule",
                          "このユーザーには問い合わせの権限がありません (通常はグループ tokimori に必要です)"};
constexpr Text kStrange{"what answers is not a Tokimori of this version", "応答の形式がこの版の Tokimori と異なります"};
constexpr Text kRefused{"the daemon does not answer this", "デーモンはこの要求に応答できません"};

NoAnswer silence(int error) {
    return {NoAnswer::Kind::kSilent,
            error == EACCES || error == EPERM ? kForbidden : kNobody,
            {},
            error == EAGAIN ? ETIMEDOUT : error};
}

NoAnswer foreign(std::string detail, const Text& sentence = kStrange) {
    return {NoAnswer::Kind::kForeign, sentence, std::move(detail), 0};
}

/// A connected socket.
class Connection {
public:
    explicit Connection(std::chrono::milliseconds patience)
        : descriptor_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
        const timeval limit{seconds.count(), std::chrono::microseconds{patience - seconds}.count()};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    ~Connection() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Each returns 0 or an errno.
    int open(const std::string& path) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (descriptor_ < 0 || path.size() >= sizeof address.sun_path) {
            return descriptor_ < 0 ? EAFNOSUPPORT : ENAMETOOLONG;
        }
        std::ranges::copy(path, address.sun_path);
        const auto* const there = reinterpret_cast<const sockaddr*>(&address);
        return ::connect(descriptor_, there, sizeof address) == 0 ? 0 : errno;
    }

    int send(std::string_view line) const {
        while (!line.empty()) {
            const auto sent = ::send(descriptor_, line.data(), line.size(), MSG_NOSIGNAL);
            if (sent < 0) {
                return errno;
            }
            line.remove_prefix(static_cast<std::size_t>(sent));
        }
        return 0;
    }

    int receive(std::string& line) const {
        std::array<char, std::size_t{16} * 1024> room{};
        while (line.find('\n') == std::string::npos) {
            const auto count = ::recv(descriptor_, room.data(), room.size(), 0);
            if (count <= 0) {
                return count == 0 ? ECONNRESET : errno;
            }
            line.append(room.data(), static_cast<std::size_t>(count));
            if (line.size() > kLongestReply) {
                return EMSGSIZE;
            }
        }
        line.resize(line.find('\n'));
        return 0;
    }

private:
    int descriptor_;
};

std::string text_at(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

}  // namespace

std::optional<NoAnswer> read_reply(std::string_view line, std::string_view request, json::object& reply) {
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    const json::object* const object = error ? nullptr : value.if_object();
    if (object == nullptr) {
        return foreign(error ? error.message() : "no JSON object");
    }
    const json::value* const version = object->if_contains("version");
    if (version == nullptr || *version != kVersion) {
        return foreign(fmt::format("version {}", version != nullptr ? json::serialize(*version) : "-"));
    }
    if (const json::value* const refusal = object->if_contains("error")) {
        reply = *object;
        const json::object* const told = refusal->if_object();
        return foreign(told != nullptr ? text_at(*told, "code") + ": " + text_at(*told, "message") : "-", kRefused);
    }
    if (text_at(*object, "request") != request) {
        return foreign(fmt::format("an answer to \"{}\"", text_at(*object, "request")));
    }
    reply = *object;
    return std::nullopt;
}

std::optional<NoAnswer> DaemonClient::ask(std::string_view request, json::object& reply) const {
    return ask(request, {}, reply);
}

std::optional<NoAnswer> DaemonClient::ask(std::string_view request, const json::object& members,
                                          json::object& reply) const {
    const Connection connection{patience_};
    std::string line;
    json::object asked{{"version", kVersion}, {"request", request}};
    asked.insert(members.begin(), members.end());
    int error = connection.open(path_);
    if (error == 0) {
        error = connection.send(json::serialize(asked) + '\n');
    }
    if (error == 0) {
        error = connection.receive(line);
    }
    if (error == EMSGSIZE) {
        return NoAnswer{NoAnswer::Kind::kForeign, kStrange, {}, error};
    }
    return error != 0 ? silence(error) : read_reply(line, request, reply);
}

}  // namespace tokimori
