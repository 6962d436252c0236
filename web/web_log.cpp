#include "web/web_log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tokimori::web {
namespace {

constexpr std::size_t kLongestValue = 500;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"._-:/[]@%+,"}.find(c) != std::string_view::npos;
}

// Bytes beyond ASCII too: some of them turn the direction of writing or end a line.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text.substr(0, kLongestValue)) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c < ' ' || c > '~') {
            result += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
        } else {
            result += c;
        }
    }
    return result + '"';
}

}  // namespace

std::string log_text(LogWeight weight, std::string_view event, std::initializer_list<LogPair> pairs, bool journal) {
    constexpr std::array<std::string_view, 3> kWords{"error ", "warning ", "info "};
    constexpr std::array<std::string_view, 3> kPrefixes{"<3>", "<4>", "<6>"};
    std::string line{(journal ? kPrefixes : kWords).at(static_cast<std::size_t>(weight))};
    line += event;
    for (const auto& [key, value] : pairs) {
        const bool plain = !value.empty() && value.size() <= kLongestValue && std::ranges::all_of(value, is_plain);
        line += fmt::format(" {}={}", key, plain ? value : quoted(value));
    }
    return line + '\n';
}

void write_log(LogWeight weight, std::string_view event, std::initializer_list<LogPair> pairs) {
    static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    const std::string line = log_text(weight, event, pairs, journal);
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) {
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    }
}

}  // namespace tokimori::web
