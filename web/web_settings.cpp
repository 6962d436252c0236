#include "web/web_settings.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

namespace tokimori::web {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} * 1024;
// The parser takes dotted keys down by recursion.
constexpr std::size_t kLongestLine = 1024;
constexpr std::array<std::string_view, 4> kNictNames{"time", "json", "jsont", "ntp"};

/// Stores a value; false where it is not of the kind that the row says.
using Fill = bool (*)(WebSettings& settings, const toml::node& node);

struct Row {
    WebSetting setting;
    Fill fill;
};

bool fill_addresses(std::vector<NetworkAddress>& addresses, const toml::node& node) {
    const toml::array* const list = node.as_array();
    if (list == nullptr || list->size() > 16) {
        return false;
    }
    addresses.clear();
    for (const toml::node& each : *list) {
        NetworkAddress address;
        const auto text = each.value_exact<std::string>();
        if (!text || !read_network_address(*text, address)) {
            return false;
        }
        addresses.push_back(address);
    }
    return true;
}

/// A path that is not empty, at most `longest` bytes.
bool fill_path(std::string& path, const toml::node& node, std::size_t longest) {
    const auto text = node.value_exact<std::string>();
    if (!text || !text->starts_with('/') || text->size() > longest || text->find('\0') != std::string::npos) {
        return false;
    }
    path = *text;
    return true;
}

bool fill_metrics(WebSettings& settings, const toml::node& node) {
    constexpr std::array<std::string_view, 3> kWords{"off", "token", "anybody"};
    const auto* const found = std::ranges::find(kWords, node.value_or(std::string_view{}));
    if (found == kWords.end()) {
        return false;
    }
    settings.metrics = static_cast<MetricsAccess>(found - kWords.begin());
    return true;
}

bool fill_cgi_bin(WebSettings& settings, const toml::node& node) {
    const toml::array* const list = node.as_array();
    if (list == nullptr) {
        return false;
    }
    settings.cgi_bin.clear();
    for (const toml::node& each : *list) {
        const auto text = each.value_exact<std::string>();
        if (!text || std::ranges::find(kNictNames, *text) == kNictNames.end()) {
            return false;
        }
        settings.cgi_bin.push_back(*text);
    }
    return true;
}

constexpr std::string_view kAddressList = R"(list of `"a.b.c.d:port"`, `"[v6]:port"`)";

const std::array kRows{
    Row{{"https", "listen", kAddressList, R"(["0.0.0.0:443", "[::]:443"])",
         "Where the page is served over TLS; sockets that systemd hands over take its place.",
         "TLS で管理画面を提供するアドレスです。systemd からソケットを受け取った場合はそちらを使います。"},
        [](WebSettings& s, const toml::node& n) { return fill_addresses(s.https_listen, n); }},
    Row{{"http", "enabled", "`true`, `false`", "false",
         "Whether /metrics and /cgi-bin are also served without TLS; all other paths then lead to https.",
         "TLS なしでも /metrics と /cgi-bin を提供するかどうかです。ほかのパスは https へ転送します。"},
        [](WebSettings& s, const toml::node& n) {
            const auto value = n.value_exact<bool>();
            s.http = value.value_or(false);
            return value.has_value();
        }},
    Row{{"http", "listen", kAddressList, R"(["0.0.0.0:80", "[::]:80"])", "Where, if it is enabled.",
         "有効な場合に待ち受けるアドレスです。"},
        [](WebSettings& s, const toml::node& n) { return fill_addresses(s.http_listen, n); }},
    Row{{"daemon", "socket", "an absolute path", R"("/run/tokimori/control.sock")", "The control socket of tokimorid.",
         "tokimorid の制御ソケットです。"},
        [](WebSettings& s, const toml::node& n) { return fill_path(s.socket, n, 107); }},
    Row{{"daemon", "ntp", R"(`"a.b.c.d:port"`, `"[v6]:port"`)", R"("127.0.0.1:123")",
         "Where tokimorid is asked for the time that it serves.",
         "tokimorid が配信する時刻を問い合わせるアドレスです。"},
        [](WebSettings& s, const toml::node& n) {
            return read_network_address(n.value_or(std::string_view{}), s.ntp);
        }},
    Row{{"state", "dir", "an absolute path", R"("/var/lib/tokimori-web")",
         "The directory for key, certificate, accounts and history; nobody else may read it.",
         "鍵・証明書・アカウント・履歴を置くディレクトリです。ほかのユーザーには読めないようにします。"},
        [](WebSettings& s, const toml::node& n) { return fill_path(s.state_dir, n, 1000); }},
    Row{{"machines", "metrics", R"(`"off"`, `"token"`, `"anybody"`)", R"("token")",
         "Who may read /metrics: nobody, who shows a token of the API, or anybody.",
         "/metrics を読める相手です。off は無効、token は API トークンが必要、anybody は誰でも読めます。"},
        fill_metrics},
    Row{{"machines", "cgi_bin", R"(list of `"time"`, `"json"`, `"jsont"`, `"ntp"`)", "[]",
         "Which of NICT's former time services are offered below /cgi-bin, to anybody.",
         "NICT がかつて提供した時刻サービスのうち、/cgi-bin の下で誰にでも提供するものです。"},
        fill_cgi_bin},
};

/// A complaint and its line, by which they are told.
using Complaint = std::pair<unsigned, std::string>;

unsigned line_of(const toml::node& node) {
    return node.source().begin.line;
}

// What an operator wrote comes back in a sentence: without what could harm a terminal.
std::string shown(std::string_view text) {
    std::string result(text.substr(0, 60));
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return result;
}

void read_section(std::string_view section, const toml::table& table, WebSettings& settings,
                  std::vector<Complaint>& complaints) {
    for (const auto& [key, node] : table) {
        const auto* const row = std::ranges::find_if(kRows, [&, name = key.str()](const Row& each) {
            return each.setting.section == section && each.setting.key == name;
        });
        if (row == kRows.end()) {
            complaints.emplace_back(
                line_of(node), fmt::format("there is no setting \"{}\" in [{}].", shown(key.str()), shown(section)));
        } else if (!row->fill(settings, node)) {
            complaints.emplace_back(line_of(node), fmt::format("\"{}\" must be {}, such as {}.", row->setting.key,
                                                               row->setting.values, row->setting.default_text));
        }
    }
}

std::optional<std::string> size_complaint(std::string_view text) {
    if (text.size() > kLargestFile) {
        return "the file is larger than 64 KiB; is it the right one?";
    }
    for (int line = 1; !text.empty(); ++line) {
        const std::size_t length = std::min(text.find('\n'), text.size());
        if (length > kLongestLine) {
            return fmt::format("line {}: longer than {} bytes; break it up.", line, kLongestLine);
        }
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return std::nullopt;
}

}  // namespace

std::span<const WebSetting> web_settings() {
    static const std::vector<WebSetting> rows = [] {
        std::vector<WebSetting> all;
        std::ranges::transform(kRows, std::back_inserter(all), &Row::setting);
        return all;
    }();
    return rows;
}

WebSettingsResult read_web_settings(std::string_view text) {
    WebSettingsResult result;
    if (auto complaint = size_complaint(text)) {
        result.complaints.push_back(*std::move(complaint));
        return result;
    }
    std::vector<Complaint> complaints;
    try {
        const toml::table file = toml::parse(text);
        for (const auto& [section, node] : file) {
            if (const toml::table* const table = node.as_table()) {
                read_section(section.str(), *table, result.settings, complaints);
            } else {
                complaints.emplace_back(line_of(node),
                                        fmt::format("\"{}\" stands in no section.", shown(section.str())));
            }
        }
    } catch (const toml::parse_error& error) {
        complaints.emplace_back(error.source().begin.line,
                                fmt::format("not valid TOML: {}.", shown(error.description())));
    }
    std::ranges::sort(complaints);
    for (const auto& [line, sentence] : complaints) {
        result.complaints.push_back(fmt::format("line {}: {}", line, sentence));
    }
    return result;
}

std::string web_settings_markdown() {
    std::string result = "| setting | values | default | | |\n|---|---|---|---|---|\n";
    for (const WebSetting& row : web_settings()) {
        result += fmt::format("| `[{}]` `{}` | {} | `{}` | {} | {} |\n", row.section, row.key, row.values,
                              row.default_text, row.english, row.japanese);
    }
    return result;
}

bool read_network_address(std::string_view text, NetworkAddress& address) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return false;
    }
    std::string_view host = text.substr(0, colon);
    const bool is_v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
    host = is_v6 ? host.substr(1, host.size() - 2) : host;
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    std::array<unsigned char, sizeof(in6_addr)> bits{};
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || port == 0 ||
        ::inet_pton(is_v6 ? AF_INET6 : AF_INET, std::string(host).c_str(), bits.data()) != 1) {
        return false;
    }
    address = {std::string(host), port};
    return true;
}

}  // namespace tokimori::web
