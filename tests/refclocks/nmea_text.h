#pragma once

#include <string>
#include <string_view>

namespace tokimori {

/// `$body*hh`, with the checksum that belongs to it.
inline std::string sentence(std::string_view body) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    unsigned sum = 0;
    for (const char c : body) {
        sum ^= static_cast<unsigned char>(c);
    }
    return "$" + std::string{body} + "*" + kDigits[sum / 16] + kDigits[sum % 16];
}

/// The same as a line.
inline std::string line(std::string_view body) {
    return sentence(body) + "\r\n";
}

inline std::string two_digits(int value) {
    return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

/// RMC, GGA and ZDA of 2026-11-22T00:21 and `second`.
inline std::string rmc(int second, char status = 'A', char mode = 'A') {
    return line("GNRMC,0021" + two_digits(second) + ".00," + status + ",3540.00,N,13945.00,E,0.0,0.0,221126,,," + mode);
}
inline std::string gga(int second, int quality = 1, int used = 9) {
    return line("GNGGA,0021" + two_digits(second) + ".00,3540.00,N,13945.00,E," + std::to_string(quality) + "," +
                two_digits(used) + ",0.9,40.0,M,39.0,M,,");
}
inline std::string zda(int second) {
    return line("GNZDA,0021" + two_digits(second) + ".00,22,11,2026,00,00");
}

}  // namespace tokimori
