#include "server/tokictl/import_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "server/tokictl/import_network.h"

namespace tokimori {
namespace {

// Those of the settings `minpoll` and `maxpoll`.
constexpr int kShortestPoll = 3;
constexpr int kLongestPoll = 12;
constexpr int kUsualShortest = 8;
constexpr std::size_t kLongestAddress = 253;

/// What the options of a line say.
class Options {
public:
    explicit Options(ImportReport& report) : report_{report} {}

    void read(const ImportWords& words, std::size_t& at) {
        const std::string_view word = words[at];
        const auto value = integer_behind(words, at);
        const bool is_flag = word == "prefer" || word == "noselect" || word == "trust";
        const bool is_alone = is_flag || word == "iburst" || !value;
        const std::string whole = is_alone ? std::string{word} : fmt::format("{} {}", word, words[at + 1]);
        at += is_alone ? 0 : 1;
        if (is_flag) {
            set(word, "true");
        } else if (value && ((word == "key" && *value >= 1) || (word == "port" && *value >= 1 && *value <= 65535))) {
            set(word, std::to_string(*value));
        } else if (value && (word == "minpoll" || word == "maxpoll")) {
            auto& poll = word == "minpoll" ? shortest_ : longest_;
            note_second(word, poll.has_value());
            poll = value;
        } else if (word != "iburst") {
            report_.note(import_reason("{} has no counterpart", "{} に相当する設定はありません", whole));
        }
    }

    std::string toml() {
        std::string toml;
        for (const auto& [name, value] : settings_) {
            toml += fmt::format("{} = {}\n", name, value);
        }
        if (shortest_) {
            shortest_ = near("minpoll", *shortest_, kShortestPoll);
            toml += fmt::format("minpoll = {}\n", *shortest_);
        }
        if (longest_) {
            toml += fmt::format("maxpoll = {}\n", near("maxpoll", *longest_, shortest_.value_or(kUsualShortest)));
        }
        return toml;
    }

private:
    void set(std::string_view name, std::string value) {
        const auto known =
            std::find_if(settings_.begin(), settings_.end(), [name](const auto& one) { return one.first == name; });
        note_second(name, known != settings_.end());
        if (known == settings_.end()) {
            settings_.emplace_back(name, std::move(value));
        } else {
            known->second = std::move(value);
        }
    }

    // As ntpd and chronyd do.
    void note_second(std::string_view word, bool is_second) {
        if (is_second) {
            report_.note(import_reason("{} is said twice; what is said last counts",
                                       "{} が 2 回あります。最後のものが有効です", word));
        }
    }

    int near(std::string_view word, int value, int least) {
        const int taken = std::clamp(value, least, kLongestPoll);
        if (taken != value) {
            report_.note(import_reason("{} became {}, as near to {} as it can be",
                                       "{0} は {2} に最も近い、設定できる値 {1} にしました", word, taken, value));
        }
        return taken;
    }

    ImportReport& report_;
    std::vector<std::pair<std::string_view, std::string>> settings_;
    std::optional<int> shortest_;
    std::optional<int> longest_;
};

}  // namespace

std::optional<int> integer_in(std::string_view text) {
    int number = 0;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc{} && result.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<int> integer_behind(const ImportWords& words, std::size_t at) {
    return at + 1 < words.size() ? integer_in(words[at + 1]) : std::nullopt;
}

ImportedServer import_server(const ImportWords& words, ImportReport& report) {
    const bool has_family = words.size() > 1 && (words[1] == "-4" || words[1] == "-6");
    const std::size_t host = has_family ? 2 : 1;
    if (words.size() <= host || words[host].empty() || words[host].starts_with('-')) {
        report.note(import_reason("names no server; options before the address are not taken over",
                                  "サーバの名前がありません。アドレスの前のオプションは引き継ぎません"));
        return {};
    }
    if (words[host].size() > kLongestAddress || !is_whole_server_address(words[host])) {
        report.note(
            import_reason("is no address that can be asked; a link-local one needs its interface, as in "
                          "fe80::1%eth0, and no other may have one",
                          "問い合わせできるアドレスではありません。リンクローカルアドレスには fe80::1%eth0 "
                          "のようにインターフェースが必要です (ほかには付けられません)"));
        return {};
    }
    Options options{report};
    for (std::size_t at = host + 1; at < words.size(); ++at) {
        options.read(words, at);
    }
    if (has_family) {
        report.note(import_reason("{} has no counterpart; the addresses of its name are asked in turn",
                                  "{} に相当する設定はありません。その名前のアドレスに順に問い合わせます", words[1]));
    }
    if (words[0] != "server") {
        report.note(import_reason("one server is asked, and the next address of its name where that fails",
                                  "問い合わせるサーバは一つです。応答がなければ、その名前の次のアドレスを使います"));
    }
    return {std::string{words[host]},
            fmt::format("\n[[upstream]]\naddress = {}\n", toml_quoted(words[host])) + options.toml()};
}

}  // namespace tokimori
