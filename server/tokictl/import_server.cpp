#include "server/tokictl/import_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tokimori {
namespace {

// Those of the settings `minpoll` and `maxpoll`.
constexpr int kShortestPoll = 3;
constexpr int kLongestPoll = 12;
constexpr int kUsualShortest = 8;

/// What the options of a line say.
class Options {
public:
    void read(std::string_view word, std::string_view next, std::size_t& at) {
        const std::optional<int> value = integer_in(next);
        if (word == "prefer" || word == "noselect" || word == "trust") {
            set(word, "true");
        } else if ((word == "key" || word == "port") && value && *value >= 1) {
            set(word, std::to_string(*value));
            ++at;
        } else if ((word == "minpoll" || word == "maxpoll") && value) {
            (word == "minpoll" ? shortest_ : longest_) = std::clamp(*value, kShortestPoll, kLongestPoll);
            ++at;
        } else if (word != "iburst") {
            notes_.push_back(fmt::format("{} has no counterpart", word));
        }
    }

    std::string toml() const {
        std::string toml;
        for (const auto& [name, value] : settings_) {
            toml += fmt::format("{} = {}\n", name, value);
        }
        if (shortest_) {
            toml += fmt::format("minpoll = {}\n", *shortest_);
        }
        if (longest_) {
            toml += fmt::format("maxpoll = {}\n", std::max(*longest_, shortest_.value_or(kUsualShortest)));
        }
        return toml;
    }
    const std::vector<std::string>& notes() const { return notes_; }

private:
    // As ntpd and chrony do, the last word counts.
    void set(std::string_view name, std::string value) {
        const auto known =
            std::find_if(settings_.begin(), settings_.end(), [name](const auto& s) { return s.first == name; });
        if (known != settings_.end()) {
            known->second = std::move(value);
        } else {
            settings_.emplace_back(name, std::move(value));
        }
    }

    std::vector<std::pair<std::string_view, std::string>> settings_;
    std::vector<std::string> notes_;
    std::optional<int> shortest_;
    std::optional<int> longest_;
};

}  // namespace

std::string toml_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) {
            continue;
        }
        quoted += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
    }
    return quoted + '"';
}

std::optional<int> integer_in(std::string_view text) {
    int number = 0;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc{} && result.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<int> integer_behind(const std::vector<std::string_view>& words, std::size_t at) {
    return at + 1 < words.size() ? integer_in(words[at + 1]) : std::nullopt;
}

ImportedServer import_server(const std::vector<std::string_view>& words) {
    const bool has_family = words.size() > 1 && (words[1] == "-4" || words[1] == "-6");
    const std::size_t host = has_family ? 2 : 1;
    if (words.size() <= host || words[host].starts_with('-')) {
        return {{}, {}, {"names no server; options before the address are not taken over"}};
    }
    Options options;
    for (std::size_t at = host + 1; at < words.size(); ++at) {
        options.read(words[at], at + 1 < words.size() ? words[at + 1] : std::string_view{}, at);
    }
    ImportedServer server{std::string{words[host]},
                          fmt::format("[[upstream]]\naddress = {}\n", toml_quoted(words[host])) + options.toml(),
                          options.notes()};
    if (has_family) {
        server.notes.push_back(
            fmt::format("{} has no counterpart; the addresses of its name are asked in turn", words[1]));
    }
    if (words[0] != "server") {
        server.notes.emplace_back("one server is asked, and the next address of its name where that fails");
    }
    return server;
}

}  // namespace tokimori
