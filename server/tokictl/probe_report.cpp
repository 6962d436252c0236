#include "server/tokictl/probe_report.h"

#include <algorithm>
#include <string_view>

namespace tokimori {
namespace {

/// Names given by hardware and other programs, made safe for a terminal.
std::string shown(std::string_view text) {
    std::string safe{text};
    std::ranges::replace_if(
        safe, [](unsigned char letter) { return letter < 0x20 || letter == 0x7F; }, '?');
    return safe;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) {
        all += (all.empty() ? "" : ", ") + part;
    }
    return all;
}

/// The part that says what the machine has.
class Inventory {
public:
    Inventory(const MachineView& view, Language language) : view_{view}, language_{language} {}

    std::string text() {
        heading();
        gpio();
        pulses();
        serial_ports();
        shared_memory();
        gpsd();
        time_services();
        return text_;
    }

private:
    void line(const std::string& sentence) { text_ += "  " + sentence + '\n'; }

    void heading() {
        const std::string machine = view_.raspberry_pi ? shown(view_.raspberry_pi->model)
                                                       : say(language_, "no Raspberry Pi", "Raspberry Pi 以外");
        text_ += say(language_, "This machine ({}), for the user {}\n", "このマシン ({})、ユーザー {}\n", machine,
                     shown(view_.user.name));
    }

    void gpio() {
        for (const GpioChip& chip : view_.gpio_chips) {
            if (!chip.readable) {
                line(say(language_, "{}: may not be opened", "{}: 開けません", chip.device));
                continue;
            }
            std::vector<std::string> used;
            for (const FoundGpioLine& each : chip.lines) {
                if (each.used) {
                    used.push_back(fmt::format("{} \"{}\"",
                                               each.name.empty() ? std::to_string(each.number) : shown(each.name),
                                               shown(each.consumer)));
                }
            }
            line(say(language_, "{} [{}]: {} GPIO lines; in use: {}", "{} [{}]: GPIO ライン {} 本、使用中: {}",
                     chip.device, shown(chip.label), chip.line_count,
                     used.empty() ? say(language_, "none", "なし") : joined(used)));
        }
        if (view_.gpio_chips.empty()) {
            line(say(language_, "no GPIO chip", "GPIO チップなし"));
        }
    }

    void pulses() {
        for (const FoundPpsDevice& device : view_.pps_devices) {
            line(fmt::format("{} [{}]: {}", device.device, shown(device.source),
                             activity(device.pulses, {"pulses come", "パルスあり"}, {"no pulse came", "パルスなし"})));
        }
        if (view_.pps_devices.empty()) {
            line(say(language_, "no PPS device", "PPS デバイスなし"));
        }
    }

    std::string activity(Activity activity, const Text& active, const Text& silent) const {
        switch (activity) {
            case Activity::kActive:
                return std::string(active.in(language_));
            case Activity::kSilent:
                return std::string(silent.in(language_));
            case Activity::kUnknown:
                break;
        }
        return say(language_, "cannot be seen", "確認できません");
    }

    void serial_ports() {
        for (const FoundSerialPort& port : view_.serial_ports) {
            std::vector<std::string> remarks = port.aliases;
            if (port.kernel_console) {
                remarks.push_back(say(language_, "console of the kernel", "カーネルのコンソール"));
            }
            if (port.login) {
                remarks.push_back(say(language_, "login", "ログイン端末"));
            }
            if (port.listened) {
                remarks.push_back(port.baud
                                      ? say(language_, "a receiver at {} baud", "受信機あり ({} baud)", *port.baud)
                                      : say(language_, "no receiver heard", "受信機の文なし"));
            }
            line(say(language_, "{}: serial port{}{}", "{}: シリアルポート{}{}", port.device,
                     remarks.empty() ? "" : ": ", shown(joined(remarks))));
        }
        if (view_.serial_ports.empty()) {
            line(say(language_, "no serial port", "シリアルポートなし"));
        }
    }

    void shared_memory() {
        for (const Activity each : {Activity::kActive, Activity::kSilent, Activity::kUnknown}) {
            std::vector<std::string> units;
            for (const SharedMemoryUnit& unit : view_.shared_memory) {
                if (unit.records == each) {
                    units.push_back(std::to_string(unit.unit));
                }
            }
            if (!units.empty()) {
                line(say(language_, "NTP shared memory, units {}: {}", "NTP 共有メモリ、ユニット {}: {}", joined(units),
                         activity(each, {"written", "書き込みあり"}, {"not written", "書き込みなし"})));
            }
        }
    }

    std::string gpsd_state() const {
        switch (view_.gpsd.state) {
            case GpsdState::kAbsent:
                return say(language_, "not installed", "導入されていません");
            case GpsdState::kOff:
                return say(language_, "off", "停止中");
            case GpsdState::kOnDemand:
                return say(language_, "starts when it is asked", "要求時に起動");
            case GpsdState::kMute:
                return say(language_, "does not answer", "応答しません");
            case GpsdState::kAnswers:
                break;
        }
        return say(language_, "{} answers on port {}", "{}、ポート {} で応答", shown(view_.gpsd.release),
                   view_.gpsd.port);
    }

    void gpsd() {
        line("gpsd: " + gpsd_state());
        for (const GpsdDevice& device : view_.gpsd.devices) {
            line(fmt::format(
                "  {} {}: {}", shown(device.path), shown(device.driver),
                device.active ? say(language_, "active", "使用中") : say(language_, "not active", "未使用")));
        }
    }

    void time_services() {
        for (const TimeService& service : view_.time_services) {
            line(say(language_, "{}: running, process {}", "{}: 動作中 (プロセス {})", service.name, service.process));
        }
    }

    const MachineView& view_;
    Language language_;
    std::string text_;
};

std::string_view mark_of(Severity severity) {
    return severity == Severity::kProblem ? "!!" : severity == Severity::kWarning ? " !" : " -";
}

std::string findings_text(const ProbeResult& result, Language language) {
    if (result.findings.empty()) {
        return say(language, "Nothing is in the way.\n", "妨げになるものはありません。\n");
    }
    std::string text = say(language, "What to know, the gravest first (!! in the way, ! limits)\n",
                           "注意点、重い順 (!! 妨げになる、! 制限がある)\n");
    for (const Finding& finding : result.findings) {
        text += fmt::format("{} {}\n", mark_of(finding.severity), shown(sentence(finding, language)));
        const std::string what_to_do = remedy(finding, language);
        text += what_to_do.empty() ? "" : fmt::format("      -> {}\n", shown(what_to_do));
    }
    return text;
}

std::string promise(const ProbeResult& result, Language language) {
    switch (exit_code_of(result)) {
        case ExitCode::kGood:
            return say(language, "With these lines this machine is a stratum 1 server with pulses.\n",
                       "この設定で、パルスによる stratum 1 サーバーになります。\n");
        case ExitCode::kWarning:
            return say(language, "With these lines this machine can serve time, with the limits above.\n",
                       "この設定で時刻を配信できますが、上記の制限があります。\n");
        case ExitCode::kCritical:
        case ExitCode::kUnknown:
            break;
    }
    return say(language, "These lines work once nothing marked !! is in the way any more.\n",
               "!! の妨げがなくなれば、この設定で動きます。\n");
}

}  // namespace

ProbeResult judge(MachineView view) {
    Proposal proposal = propose(view);
    std::vector<Finding> findings = findings_of(view, proposal);
    return {std::move(view), std::move(proposal), std::move(findings)};
}

ExitCode exit_code_of(const ProbeResult& result) {
    if (!result.view.not_seen.empty()) {
        return ExitCode::kUnknown;
    }
    const auto gravest = std::ranges::max_element(result.findings, {}, &Finding::severity);
    if (gravest == result.findings.end() || gravest->severity == Severity::kNote) {
        return ExitCode::kGood;
    }
    return gravest->severity == Severity::kWarning ? ExitCode::kWarning : ExitCode::kCritical;
}

std::string report_of(const ProbeResult& result, Language language) {
    std::string text = Inventory{result.view, language}.text() + '\n' + findings_text(result, language) + '\n';
    const std::string toml = toml_of(result.proposal, language);
    if (toml.empty()) {
        return text + say(language, "There are no lines to propose.\n", "提案できる設定はありません。\n");
    }
    return text + say(language, "What to write into tokimori.toml\n\n", "tokimori.toml に書く内容\n\n") + toml + '\n' +
           promise(result, language);
}

}  // namespace tokimori
