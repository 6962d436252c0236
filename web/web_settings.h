#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokimori::web {

/// An address and port in numbers.
struct NetworkAddress {
    std::string host;
    std::uint16_t port = 0;
    bool operator==(const NetworkAddress&) const = default;
};

/// Who may read `/metrics`.
enum class MetricsAccess : std::uint8_t { kOff, kToken, kAnybody };

/// What web.toml says.
struct WebSettings {
    std::vector<NetworkAddress> https_listen{{"0.0.0.0", 443}, {"::", 443}};
    bool http = false;
    std::vector<NetworkAddress> http_listen{{"0.0.0.0", 80}, {"::", 80}};
    std::string socket = "/run/tokimori/control.sock";
    NetworkAddress ntp{"127.0.0.1", 123};
    std::string state_dir = "/var/lib/tokimori-web";
    MetricsAccess metrics = MetricsAccess::kToken;
    std::vector<std::string> cgi_bin{};  ///< of time, json, jsont, ntp
};

/// One row of the table of settings, which reads the file, checks it and explains itself in both languages.
struct WebSetting {
    std::string_view section;
    std::string_view key;
    std::string_view values;        ///< what may be written, for people
    std::string_view default_text;  ///< as in the file
    std::string_view english;
    std::string_view japanese;
};

/// All settings, in the order of the file.
std::span<const WebSetting> web_settings();

/// The settings of a text, or everything that is wrong with it, a sentence each, with its line.
struct WebSettingsResult {
    WebSettings settings;
    std::vector<std::string> complaints;
};
WebSettingsResult read_web_settings(std::string_view text);

/// The table of settings for the README.
std::string web_settings_markdown();

/// "192.0.2.1:443" and "[2001:db8::1]:443"; false where it is neither.
bool read_network_address(std::string_view text, NetworkAddress& address);

}  // namespace tokimori::web
