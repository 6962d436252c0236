#include "server/tokictl/command_table.h"

#include <array>

namespace tokimori {

// Each command is a file NAME_command.cpp, declared here, and a row.
Action prepare_tracking(CLI::App& app, Language language);
Action prepare_sources(CLI::App& app, Language language);
Action prepare_sourcestats(CLI::App& app, Language language);
Action prepare_selectdata(CLI::App& app, Language language);
Action prepare_serverstats(CLI::App& app, Language language);
Action prepare_leap(CLI::App& app, Language language);
Action prepare_clients(CLI::App& app, Language language);
Action prepare_settings(CLI::App& app, Language language);
Action prepare_waitsync(CLI::App& app, Language language);
Action prepare_import(CLI::App& app, Language language);
Action prepare_probe(CLI::App& app, Language language);
Action prepare_web(CLI::App& app, Language language);

namespace {

constexpr std::array kCommands{
    Command{"tracking",
            {"How the clock is doing: what is served, how far it may be off, whom it follows",
             "時計の状態: 配信内容、誤差の上限、追従している時刻源"},
            prepare_tracking},
    Command{
        "sources",
        {"What every source says, and why it is or is not followed", "各時刻源の内容と、使用している (いない) 理由"},
        prepare_sources},
    Command{"sourcestats",
            {"How steady the sources are: frequency, offset and their deviations",
             "各時刻源の安定度: 周波数、オフセットとその偏差"},
            prepare_sourcestats},
    Command{"selectdata",
            {"What the selection among the sources had to go by", "時刻源の選択に用いた情報"},
            prepare_selectdata},
    Command{"serverstats",
            {"How many clients asked, and what became of it", "クライアントからの要求数とその結果"},
            prepare_serverstats},
    Command{"leap",
            {"Leap seconds: what comes, what is served, who says so; with preview, what any of them would look like",
             "うるう秒: 予定、配信内容、各情報源の内容。preview で任意のうるう秒を表示"},
            prepare_leap},
    Command{"clients",
            {"Who asked for the time of late, how often, and who asked too often",
             "最近のクライアント: 問い合わせの頻度と、制限を超えた回数"},
            prepare_clients},
    Command{"settings",
            {"The settings that differ from their defaults, and the file and line they come from",
             "既定値と異なる設定と、それが書かれているファイルと行"},
            prepare_settings},
    Command{"waitsync", {"Waits until the clock is synchronised", "時計が同期するまで待ちます"}, prepare_waitsync},
    Command{"import",
            {"Prints what an ntp.conf or chrony.conf means in tokimori.toml, and what it cannot take over",
             "ntp.conf や chrony.conf の内容を tokimori.toml の形で表示し、引き継げない行を知らせます"},
            prepare_import},
    Command{"probe",
            {"Looks at this machine: what it has, what is in the way, what to write into tokimori.toml",
             "このマシンを調べます: 機器、妨げになるもの、tokimori.toml に書く内容"},
            prepare_probe},
    Command{"web", {"Tells the setup code of the web page", "管理画面のセットアップコードを表示します"}, prepare_web},
};

}  // namespace

std::span<const Command> commands() {
    return kCommands;
}

}  // namespace tokimori
