#include <array>
#include <cstddef>

#include "server/tokictl/probe_findings.h"

namespace tokimori {
namespace {

/// {0} is the subject, {1} the detail.
struct Words {
    FindingKind kind{};
    std::string_view id{};
    Text sentence{};
    Text remedy{};
};

constexpr std::array kWords{
    Words{FindingKind::kNothingToHear,
          "nothing-to-hear",
          {"nothing here says which second it is: there is no GPS receiver and nothing that hears one",
           "何秒かを知らせるもの (GPS 受信機、またはそれを聞くプログラム) がありません"},
          {"connect a receiver to a USB socket, or put a GPS hat on a Raspberry Pi, and look again",
           "受信機を USB につなぐか、Raspberry Pi に GPS ハットを載せてから、もう一度調べてください"}},
    Words{FindingKind::kNoPulseDevice,
          "no-pulse-device",
          {"nothing here gives pulses: sentences alone serve time within about half a second",
           "パルスを出すものがありません。文だけでは約 0.5 秒以内の時刻しか配信できません"},
          {"connect the PPS output of the receiver to a GPIO line, or to the DCD pin of the serial port with ldattach "
           "PPS",
           "受信機の PPS 出力を GPIO ラインにつなぐか、シリアルポートの DCD につないで ldattach PPS を使ってください"}},
    Words{FindingKind::kNoOverlay,
          "no-overlay",
          {"there is no /dev/pps0, and config.txt has no dtoverlay=pps-gpio; that pulses come on {0} is a guess",
           "/dev/pps0 がなく、config.txt に dtoverlay=pps-gpio もありません。パルスが {0} に来るというのは推測です"},
          {"write \"dtoverlay=pps-gpio,gpiopin={1}\" with the line of your hat (most use 18, some 4) into "
           "/boot/firmware/config.txt and restart",
           "/boot/firmware/config.txt に「dtoverlay=pps-gpio,gpiopin={1}」(番号はハットによる。多くは 18、一部は 4) "
           "を書き、再起動してください"}},
    Words{FindingKind::kOverlayWithoutDevice,
          "overlay-without-device",
          {"config.txt has dtoverlay=pps-gpio, but there is no /dev/pps0",
           "config.txt に dtoverlay=pps-gpio がありますが、/dev/pps0 がありません"},
          {"restart; if it is still missing then, \"sudo dmesg | grep -i pps\" tells why",
           "再起動してください。それでもなければ「sudo dmesg | grep -i pps」で原因を確かめてください"}},
    Words{FindingKind::kNoPulses,
          "no-pulses",
          {"{0} gave no pulse while this looked", "調べている間、{0} にパルスが来ませんでした"},
          {"let the antenna see the sky until the receiver has a fix, and check that the pulses are wired to the line "
           "that "
           "makes {0}",
           "受信機が測位できるまでアンテナを空に向け、パルスが {0} のラインに配線されているか確かめてください"}},
    Words{FindingKind::kLineHeld,
          "line-held",
          {"the GPIO line {0} is held by \"{1}\"", "GPIO ライン {0} は「{1}」が使用中です"},
          {"end the program that holds it, or take its overlay out of /boot/firmware/config.txt",
           "使っているプログラムを終えるか、そのオーバーレイを /boot/firmware/config.txt から外してください"}},
    Words{FindingKind::kSerialConsole,
          "serial-console",
          {"the kernel has its console on {0}, which would disturb a receiver there",
           "カーネルのコンソールが {0} にあり、そこにつないだ受信機の邪魔になります"},
          {"take console={1} (or console=serial0) out of the kernel's command line, on a Raspberry Pi "
           "/boot/firmware/cmdline.txt, and restart",
           "カーネルのコマンドライン (Raspberry Pi では /boot/firmware/cmdline.txt) から console={1} または "
           "console=serial0 "
           "を取り除き、再起動してください"}},
    Words{FindingKind::kSerialLogin,
          "serial-login",
          {"{0} is the terminal of a login, which would take away what a receiver there says",
           "{0} はログイン端末として使われており、そこにつないだ受信機の文を奪います"},
          {"sudo systemctl disable --now serial-getty@{1}.service",
           "sudo systemctl disable --now serial-getty@{1}.service を実行してください"}},
    Words{FindingKind::kHeaderPortOff,
          "header-port-off",
          {"the serial port on pins 8 and 10 is off", "8・10 番ピンのシリアルポートが無効です"},
          {"write \"{0}\" into /boot/firmware/config.txt and restart",
           "/boot/firmware/config.txt に「{0}」を書き、再起動してください"}},
    Words{FindingKind::kReceiverNotTried,
          "receiver-not-tried",
          {"whether a receiver speaks on {0}, and how fast, was not tried",
           "{0} で受信機が話しているか、その速度がいくつかは確かめていません"},
          {"call tokictl probe --listen, while no other program reads {0}",
           "他のプログラムが {0} を読んでいないときに tokictl probe --listen を実行してください"}},
    Words{FindingKind::kReceiverSilent,
          "receiver-silent",
          {"no receiver was heard on {0} at any usual speed", "{0} ではどの速度でも受信機の文を受信できませんでした"},
          {"check its power, that its TX is wired to the port's RX, and that it is set to send NMEA",
           "電源、受信機の TX とポートの RX の配線、NMEA を送る設定になっているかを確かめてください"}},
    Words{FindingKind::kForbiddenToGroup,
          "forbidden-to-group",
          {"the user may not open {0}", "ユーザーに {0} を開く権限がありません"},
          {"sudo usermod -aG {1}, then log in again or restart the service",
           "sudo usermod -aG {1} を実行し、ログインし直すか、サービスを再起動してください"}},
    Words{
        FindingKind::kForbiddenToAll,
        "forbidden-to-all",
        {"only root may open {0}", "{0} は root しか開けません"},
        {"let a group have it: echo '{1}' | sudo tee /etc/udev/rules.d/60-tokimori.rules, put the user into the group "
         "dialout, and restart",
         "グループに権限を与えてください: echo '{1}' | sudo tee /etc/udev/rules.d/60-tokimori.rules "
         "を実行し、ユーザーを dialout グループに加えて再起動します"}},
    Words{FindingKind::kTimeService,
          "time-service",
          {"{0} is running: two programs must not keep the time of one machine",
           "{0} が動いています。1 台の時刻を 2 つのプログラムで管理してはいけません"},
          {"sudo systemctl disable --now {1}", "sudo systemctl disable --now {1} を実行してください"}},
    Words{FindingKind::kNtpPortTaken,
          "ntp-port-taken",
          {"another program has UDP port 123", "UDP ポート 123 は他のプログラムが使用中です"},
          {"end it; \"sudo ss -lunp sport = :123\" names it",
           "「sudo ss -lunp sport = :123」で確かめ、そのプログラムを止めてください"}},
    Words{FindingKind::kAlreadyRunning,
          "already-running",
          {"tokimorid is running already, as process {0}", "tokimorid はすでに動いています (プロセス {0})"},
          {"", ""}},
    Words{FindingKind::kPrivilegedPort,
          "privileged-port",
          {"UDP port 123 needs a privilege that the user {0} does not have by itself",
           "UDP ポート 123 にはユーザー {0} にない権限が要ります"},
          {"sudo setcap cap_net_bind_service,cap_sys_time+ep on the program tokimorid, or start it as a service that "
           "has these privileges",
           "プログラム tokimorid に sudo setcap cap_net_bind_service,cap_sys_time+ep "
           "を行うか、権限のあるサービスとして起動してください"}},
    Words{FindingKind::kGpsdOff,
          "gpsd-off",
          {"gpsd is installed but off; what is proposed does without it",
           "gpsd は導入済みですが動いていません。提案は gpsd を使いません"},
          {"to use it, name the receiver in /etc/default/gpsd (DEVICES) and call: sudo systemctl enable --now "
           "gpsd.socket",
           "使う場合は /etc/default/gpsd の DEVICES に受信機を書き、sudo systemctl enable --now gpsd.socket "
           "を実行してください"}},
    Words{
        FindingKind::kGpsdMute,
        "gpsd-mute",
        {"gpsd is running, but did not answer on port {0} within a second",
         "gpsd は動いていますが、ポート {0} で 1 秒以内に応答しませんでした"},
        {"sudo systemctl restart gpsd.socket gpsd; if it listens on another port, say so with --gpsd-port",
         "sudo systemctl restart gpsd.socket gpsd を実行してください。別のポートなら --gpsd-port で指定してください"}},
    Words{
        FindingKind::kGpsdWithoutReceiver,
        "gpsd-without-receiver",
        {"gpsd is running without a receiver", "gpsd に受信機が割り当てられていません"},
        {"name the receiver in /etc/default/gpsd, such as DEVICES=\"{0}\", and call: sudo systemctl restart gpsd",
         "/etc/default/gpsd に DEVICES=\"{0}\" のように受信機を書き、sudo systemctl restart gpsd を実行してください"}},
    Words{
        FindingKind::kGpsdReceiverSilent,
        "gpsd-receiver-silent",
        {"gpsd does not hear the receiver {0}, or does not listen to it until somebody asks",
         "gpsd は受信機 {0} を受信していないか、要求があるまで聞きません"},
        {"set GPSD_OPTIONS=\"-n\" in /etc/default/gpsd, restart gpsd, and see with \"gpspipe -w -n 10\" what it hears",
         "/etc/default/gpsd に GPSD_OPTIONS=\"-n\" を書いて gpsd を再起動し、「gpspipe -w -n "
         "10」で受信を確かめてください"}},
    Words{FindingKind::kSharedMemoryHidden,
          "shared-memory-hidden",
          {"NTP shared memory unit {0} exists, but only its owner may see whether it is written",
           "NTP 共有メモリのユニット {0} がありますが、書き込みの有無は所有者にしか分かりません"},
          {"to know, call this as root", "確かめるには root で実行してください"}},
};

const Words& words_of(const Finding& finding) {
    // A test goes through all kinds.
    for (const Words& words : kWords) {
        if (words.kind == finding.kind) {
            return words;
        }
    }
    return kWords.front();
}

std::string filled(const Text& text, const Finding& finding, Language language) {
    return fmt::format(fmt::runtime(text.in(language)), finding.subject, finding.detail);
}

}  // namespace

std::string_view id_of(const Finding& finding) {
    return words_of(finding).id;
}

std::string sentence(const Finding& finding, Language language) {
    return filled(words_of(finding).sentence, finding, language);
}

std::string remedy(const Finding& finding, Language language) {
    return filled(words_of(finding).remedy, finding, language);
}

}  // namespace tokimori
