#include "web/metrics.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "web/json_value.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;
constexpr double kNano = 1e9;
constexpr double kMicro = 1e6;

/// A figure at a path of the daemon's reply, or of one of its sources.
struct Figure {
    std::string_view name;
    std::string_view help;
    std::string_view type;
    std::array<std::string_view, 2> path;
    double divisor = 1.0;
};

constexpr std::array kSystem{
    Figure{"ntp_uptime_seconds", "Time since the daemon was started", "gauge", {"at", "uptime_ns"}, kNano},
    Figure{"ntp_system_stratum", "Stratum as served; 0 while not synchronised", "gauge", {"tracking", "stratum"}},
    Figure{"ntp_system_offset_seconds",
           "Offset at the last update, reference minus ours",
           "gauge",
           {"tracking", "last_offset_ns"},
           kNano},
    Figure{"ntp_system_jitter_seconds", "Jitter of what is followed", "gauge", {"tracking", "jitter_ns"}, kNano},
    Figure{"ntp_system_frequency_ratio",
           "Frequency error of the counter that is corrected",
           "gauge",
           {"tracking", "frequency_ppm"},
           kMicro},
    Figure{"ntp_system_root_delay_seconds", "Root delay as served", "gauge", {"tracking", "root_delay_ns"}, kNano},
    Figure{"ntp_system_root_dispersion_seconds",
           "Root dispersion as served",
           "gauge",
           {"tracking", "root_dispersion_ns"},
           kNano},
    Figure{"ntp_system_root_distance_seconds",
           "The error is promised to be less than this",
           "gauge",
           {"tracking", "root_distance_ns"},
           kNano},
    Figure{"ntp_system_valid_seconds",
           "How long the clock stays synchronised if nothing more is heard",
           "gauge",
           {"tracking", "valid_for_ns"},
           kNano},
    Figure{"ntp_system_tai_minus_utc_seconds", "TAI - UTC", "gauge", {"leap", "tai_minus_utc"}},
    Figure{"ntp_system_served_minus_utc_seconds",
           "Served time - UTC, other than zero during a smear",
           "gauge",
           {"leap", "from_utc_ns"},
           kNano},
    Figure{"ntp_server_received_packets_total", "Packets received", "counter", {"serverstats", "received"}},
    Figure{"ntp_server_clients_replaced_total",
           "Clients that were forgotten to make room",
           "counter",
           {"serverstats", "clients_replaced"}},
};

constexpr std::array kSources{
    Figure{"ntp_source_offset_seconds", "Offset of the source, reference minus ours", "gauge", {"offset_ns"}, kNano},
    Figure{"ntp_source_uncertainty_seconds",
           "Within how much the source claims to be right",
           "gauge",
           {"distance_ns"},
           kNano},
    Figure{"ntp_source_jitter_seconds", "Jitter of the source", "gauge", {"jitter_ns"}, kNano},
    Figure{"ntp_source_poll_interval_seconds", "How often the source speaks or is asked", "gauge", {"poll_ns"}, kNano},
    Figure{"ntp_source_reach", "The last eight polls as bits", "gauge", {"reach"}},
    Figure{"ntp_source_stratum", "Stratum of the source", "gauge", {"stratum"}},
    Figure{"ntp_source_accepted_samples_total", "Samples that were accepted", "counter", {"accepted"}},
    Figure{"ntp_source_rejected_samples_total", "Samples that were rejected", "counter", {"rejected"}},
};

constexpr std::array<std::string_view, 5> kStates{"never_synchronised", "synchronised", "holdover", "unsynchronised",
                                                  "local"};

const json::value* at_path(const json::value* value, const std::array<std::string_view, 2>& path) {
    for (const std::string_view name : path) {
        value = name.empty() ? value : member_of(value, name);
    }
    return value;
}

std::string escaped_label(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n') {
            result += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result;
}

std::string heading(std::string_view name, std::string_view help, std::string_view type) {
    return fmt::format("# HELP {0} {1}.\n# TYPE {0} {2}\n", name, help, type);
}

std::string label(std::string_view name, const json::value* value) {
    const std::string_view text = value != nullptr && value->is_string() ? std::string_view{value->get_string()} : "";
    return fmt::format("{}=\"{}\"", name, escaped_label(text));
}

std::string sample(std::string_view name, std::string_view labels, double value) {
    return labels.empty() ? fmt::format("{} {}\n", name, value) : fmt::format("{}{{{}}} {}\n", name, labels, value);
}

/// A figure of the system, without a line where it is not known.
std::string figure_text(const Figure& figure, const json::value& status) {
    const json::value* const value = at_path(&status, figure.path);
    return heading(figure.name, figure.help, figure.type) +
           (value != nullptr && value->is_number()
                ? sample(figure.name, "", value->to_number<double>() / figure.divisor)
                : "");
}

std::string source_figure_text(const Figure& figure, const json::array& sources) {
    std::string result = heading(figure.name, figure.help, figure.type);
    for (const json::value& source : sources) {
        const json::value* const value = at_path(&source, figure.path);
        if (value != nullptr && value->is_number()) {
            result +=
                sample(figure.name,
                       label("name", member_of(&source, "name")) + ',' + label("driver", member_of(&source, "driver")),
                       value->to_number<double>() / figure.divisor);
        }
    }
    return result;
}

std::string verdicts_text(const json::value& status) {
    std::string result = heading("ntp_server_packets_total", "Packets by what became of them", "counter");
    const json::value* const verdicts = at_path(&status, {"serverstats", "verdicts"});
    if (verdicts != nullptr && verdicts->is_object()) {
        for (const auto& [name, count] : verdicts->get_object()) {
            if (count.is_number()) {
                const std::string labels = fmt::format("verdict=\"{}\"", escaped_label(std::string_view{name}));
                result += sample("ntp_server_packets_total", labels, count.to_number<double>());
            }
        }
    }
    return result;
}

std::string state_text(const json::value& status) {
    std::string result = heading("ntp_system_state", "1 for the state the clock is in", "gauge");
    const json::value* const state = at_path(&status, {"at", "state"});
    for (const std::string_view name : kStates) {
        const bool is_it = state != nullptr && state->is_string() && state->get_string() == name;
        result += sample("ntp_system_state", fmt::format("state=\"{}\"", name), is_it ? 1 : 0);
    }
    return result;
}

std::string faults_text(const json::value& status) {
    const auto fault = [&status](std::string_view name, std::string_view key, std::string_view help) {
        const json::value* const what = at_path(&status, {"at", key});
        return heading(name, help, "gauge") + sample(name, "", what != nullptr && what->is_string() ? 1 : 0);
    };
    return fault("tokimori_storage_fault", "storage_fault",
                 "1 while the daemon cannot write settings, state or statistics") +
           fault("tokimori_panel_fault", "panel_fault", "1 while a line of the front panel cannot be used");
}

std::string daemon_text(const json::value& status) {
    std::string result = state_text(status) + faults_text(status);
    for (const Figure& figure : kSystem) {
        result += figure_text(figure, status);
    }
    result += verdicts_text(status);
    const json::value* const sources = member_of(&status, "sources");
    for (const Figure& figure : kSources) {
        result += source_figure_text(figure,
                                     sources != nullptr && sources->is_array() ? sources->get_array() : json::array{});
    }
    return result;
}

std::string web_text(const WebCounts& counts) {
    const auto counter = [](std::string_view name, std::string_view help, std::uint64_t value) {
        return heading(name, help, "counter") + sample(name, "", static_cast<double>(value));
    };
    return counter("tokimori_web_requests_total", "Requests over HTTP", counts.requests) +
           counter("tokimori_web_refused_total", "Requests that were refused (4xx)", counts.refused) +
           counter("tokimori_web_failed_total", "Requests that failed (5xx)", counts.failed) +
           heading("tokimori_web_live_viewers", "Viewers of the live stream", "gauge") +
           sample("tokimori_web_live_viewers", "", static_cast<double>(counts.live));
}

}  // namespace

std::string metrics_text(const json::object* status, const WebCounts& counts) {
    std::string result = heading("tokimori_daemon_up", "1 while the daemon answers on its control socket", "gauge") +
                         sample("tokimori_daemon_up", "", status != nullptr ? 1 : 0);
    if (status != nullptr) {
        result += daemon_text(json::value(*status));
    }
    return result + web_text(counts);
}

}  // namespace tokimori::web
