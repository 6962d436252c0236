#include <array>

#include "server/daemon/settings_rows.h"

namespace tokimori {
namespace {

constexpr std::array kKernelEdges{choice("assert", LeadingEdge::kUp), choice("clear", LeadingEdge::kDown)};
constexpr std::array kLineEdges{choice("rising", LeadingEdge::kUp), choice("falling", LeadingEdge::kDown)};
constexpr std::array kStations{choice("auto", JjyStation::kAuto), choice("40", JjyStation::kOtakadoya40),
                               choice("60", JjyStation::kHagane60)};
constexpr std::array kPolarities{choice("auto", LinePolarity::kAuto), choice("normal", LinePolarity::kNormal),
                                 choice("inverted", LinePolarity::kInverted)};
constexpr std::array kJjyModels{choice("jjy01", JjyModel::kTristateJjy01),
                                choice("jst2000", JjyModel::kJst2000),
                                choice("lt2000", JjyModel::kLt2000),
                                choice("jjy200", JjyModel::kJjy200),
                                choice("gpsclock01", JjyModel::kTristateGpsClock01),
                                choice("tdc300", JjyModel::kTdc300)};

// The drivers of GPIO lines take the same chips.
constexpr Setting chip_of(const char* driver) {
    return {.section = "refclock",
            .key = "chip",
            .driver = driver,
            .minimum = "0",
            .maximum = "255",
            .english = "The GPIO chip by name or label, such as gpiochip0; empty: the first that has the line by name.",
            .japanese =
                "GPIO チップの名前またはラベルです (gpiochip0 など)。空なら line の名前を持つ最初のチップを使います。",
            .fill = fill<&RefclockConfiguration::chip>};
}

constexpr std::array kRows{
    Setting{.section = "refclock",
            .key = "device",
            .driver = "pps-kernel",
            .minimum = "1",
            .maximum = "255",
            .required = true,
            .english = "The PPS device of the kernel, such as /dev/pps0.",
            .japanese = "カーネルの PPS デバイスです (/dev/pps0 など)。",
            .fill = fill<&RefclockConfiguration::device>},
    Setting{.section = "refclock",
            .key = "edge",
            .driver = "pps-kernel",
            .type = SettingType::kChoice,
            .default_text = "assert",
            .choices = kKernelEdges,
            .english = "The edge with which the second begins.",
            .japanese = "秒の始まりを示すエッジです。",
            .fill = fill<&RefclockConfiguration::edge>},
    chip_of("pps-gpio"),
    Setting{.section = "refclock",
            .key = "line",
            .driver = "pps-gpio",
            .minimum = "1",
            .maximum = "255",
            .required = true,
            .english = "The GPIO line of the pulses by name or number, such as GPIO18.",
            .japanese = "パルスを受ける GPIO ラインの名前または番号です (GPIO18 など)。",
            .fill = fill<&RefclockConfiguration::line>},
    Setting{.section = "refclock",
            .key = "edge",
            .driver = "pps-gpio",
            .type = SettingType::kChoice,
            .default_text = "rising",
            .choices = kLineEdges,
            .english = "The edge with which the second begins.",
            .japanese = "秒の始まりを示すエッジです。",
            .fill = fill<&RefclockConfiguration::edge>},
    Setting{.section = "refclock",
            .key = "device",
            .driver = "nmea",
            .minimum = "1",
            .maximum = "255",
            .required = true,
            .english = "The serial port of the receiver, such as /dev/ttyAMA0.",
            .japanese = "受信機のシリアルポートです (/dev/ttyAMA0 など)。",
            .fill = fill<&RefclockConfiguration::device>},
    Setting{
        .section = "refclock",
        .key = "baud",
        .driver = "nmea",
        .type = SettingType::kInteger,
        .default_text = "9600",
        .minimum = "4800",
        .maximum = "921600",
        .english = "The speed of the serial port: 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800 or 921600.",
        .japanese = "シリアルポートの速度です (4800、9600、19200、38400、57600、115200、230400、460800、921600)。",
        .fill = fill<&RefclockConfiguration::baud>},
    chip_of("jjy-gpio"),
    Setting{.section = "refclock",
            .key = "line",
            .driver = "jjy-gpio",
            .minimum = "1",
            .maximum = "255",
            .required = true,
            .english = "The GPIO line of the long-wave receiver by name or number, such as GPIO5.",
            .japanese = "長波受信モジュールの出力をつなぐ GPIO ラインの名前または番号です (GPIO5 など)。",
            .fill = fill<&RefclockConfiguration::line>},
    Setting{
        .section = "refclock",
        .key = "station",
        .driver = "jjy-gpio",
        .type = SettingType::kChoice,
        .default_text = "auto",
        .choices = kStations,
        .english = "The frequency of the receiver in kHz: 40 is Otakadoya-yama, 60 is Hagane-yama; auto: not known.",
        .japanese = "受信機の周波数 (kHz) です。40 はおおたかどや山、60 ははがね山、auto は不明です。",
        .fill = fill<&RefclockConfiguration::station>},
    Setting{
        .section = "refclock",
        .key = "polarity",
        .driver = "jjy-gpio",
        .type = SettingType::kChoice,
        .default_text = "auto",
        .choices = kPolarities,
        .english = "Whether the line is high (normal) or low (inverted) while the carrier is strong; auto: found out.",
        .japanese = "搬送波が強い間ラインが High なら normal、Low なら inverted です。auto は自動判別します。",
        .fill = fill<&RefclockConfiguration::polarity>},
    Setting{.section = "refclock",
            .key = "latitude",
            .driver = "jjy-gpio",
            .type = SettingType::kDegrees,
            .minimum = "-90",
            .maximum = "90",
            .english = "Where the antenna is, degrees north; with longitude, for the travel time of the wave.",
            .japanese = "アンテナの北緯 (度) です。longitude とともに電波の伝搬時間の計算に使います。",
            .fill = fill<&RefclockConfiguration::latitude>},
    Setting{.section = "refclock",
            .key = "longitude",
            .driver = "jjy-gpio",
            .type = SettingType::kDegrees,
            .minimum = "-180",
            .maximum = "180",
            .english = "Where the antenna is, degrees east.",
            .japanese = "アンテナの東経 (度) です。",
            .fill = fill<&RefclockConfiguration::longitude>},
    Setting{
        .section = "refclock",
        .key = "receiver_delay",
        .driver = "jjy-gpio",
        .type = SettingType::kDuration,
        .minimum = "0s",
        .maximum = "500ms",
        .english = "How late the edges of the receiver are, taken for right within 20ms; left out: 60ms within 60ms.",
        .japanese = "受信機のエッジの遅れで、誤差は 20ms 以内とみなします。省略すると 60ms ± 60ms とします。",
        .fill = fill<&RefclockConfiguration::receiver_delay>},
    Setting{.section = "refclock",
            .key = "device",
            .driver = "jjy-serial",
            .minimum = "1",
            .maximum = "255",
            .required = true,
            .english = "The serial port of the receiver, such as /dev/ttyUSB0.",
            .japanese = "受信機のシリアルポートです (/dev/ttyUSB0 など)。",
            .fill = fill<&RefclockConfiguration::device>},
    Setting{.section = "refclock",
            .key = "model",
            .driver = "jjy-serial",
            .type = SettingType::kChoice,
            .choices = kJjyModels,
            .required = true,
            .english =
                "The receiver: Tristate TS-JJY01 or 02, C-DEX JST2000, Echo Keisokuki LT-2000, Citizen TIC JJY-200, "
                "Tristate TS-GPSclock-01, Seiko TDC-300 (type 3).",
            .japanese =
                "受信機の機種です (トライステート TS-JJY01/02、シーデックス JST2000、エコー計測器 LT-2000、シチズン "
                "TIC JJY-200、トライステート TS-GPSclock-01、セイコー TDC-300 タイプ 3)。",
            .fill = fill<&RefclockConfiguration::model>},
    Setting{.section = "refclock",
            .key = "unit",
            .driver = "shm",
            .type = SettingType::kInteger,
            .default_text = "0",
            .minimum = "0",
            .maximum = "255",
            .english =
                "The unit of NTP shared memory; even ones are taken for sentences that come late, unless delay is 0s. "
                "Units 0 and 1 are private to one user, the others open to everybody.",
            .japanese =
                "NTP 共有メモリのユニット番号です。偶数は delay が 0s でない限り遅れて届く文とみなします。0 と 1 "
                "は所有者専用、2 以降は誰でも書き込めます。",
            .fill = fill<&RefclockConfiguration::unit>},
    Setting{.section = "refclock",
            .key = "path",
            .driver = "sock",
            .minimum = "1",
            .maximum = "107",
            .required = true,
            .english = "The Unix socket to make, to which another program sends its measurements (the SOCK protocol).",
            .japanese = "他のプログラムが測定値を送る Unix ソケットのパスです (SOCK プロトコル)。",
            .fill = fill<&RefclockConfiguration::path>},
};

}  // namespace

std::span<const Setting> device_rows() {
    return kRows;
}

}  // namespace tokimori
