#include <array>

#include "server/daemon/settings_rows.h"

namespace tokimori {
namespace {

constexpr std::array kKernelEdges{choice("assert", LeadingEdge::kUp), choice("clear", LeadingEdge::kDown)};
constexpr std::array kLineEdges{choice("rising", LeadingEdge::kUp), choice("falling", LeadingEdge::kDown)};

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
    Setting{.section = "refclock",
            .key = "chip",
            .driver = "pps-gpio",
            .minimum = "0",
            .maximum = "255",
            .english = "The GPIO chip by name or label, such as gpiochip0; empty: the first that has the line by name.",
            .japanese =
                "GPIO チップの名前またはラベルです (gpiochip0 など)。空なら line の名前を持つ最初のチップを使います。",
            .fill = fill<&RefclockConfiguration::chip>},
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
