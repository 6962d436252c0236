#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "leap/instant.h"
#include "leap/ntp_timestamp.h"
#include "server/ntp/client_address.h"

namespace tokimori {

/// `text` without the blanks around it.
std::string_view trimmed(std::string_view text);

/// The next of the items, separated by commas, that `text` lists; `text` is cut by it.
std::string_view next_item(std::string_view& text);

/// The data of a control message (RFC 9327): `name=value` separated by a comma and a blank, or a new line where a line
/// would pass 72 columns. Has room for 32 fragments and lets go of what does not fit, item by item.
class QueryText {
public:
    static constexpr std::size_t kRoom = std::size_t{32} * 468;

    void clear() {
        size_ = line_ = 0;
        limit_ = kRoom;
    }
    /// What is written from now on must fit into `octets` with what there is; at most `kRoom`.
    void limit_to(std::size_t octets) { limit_ = std::min(octets, kRoom); }
    /// Ends the last line. The text is complete.
    std::span<const char> finish();
    /// What was written so far, as it is.
    std::span<const char> octets() const { return {room_.data(), size_}; }
    /// Whether `octets` more would fit.
    bool has_room_for(std::size_t octets) const { return size_ + octets + 4 <= limit_; }

    void words(std::string_view name, std::string_view value);  ///< in quotes
    void bare(std::string_view name, std::string_view value);   ///< as it is
    void count(std::string_view name, std::int64_t value);
    void hexadecimal(std::string_view name, std::uint64_t value);  ///< 0x…
    void milliseconds(std::string_view name, Duration value);      ///< with six decimals
    void filter(std::string_view name, Duration newest);  ///< ntpd's shift register: eight times in ms, seven of them 0
    void parts(std::string_view name, std::int64_t thousandths);  ///< with three decimals
    void timestamp(std::string_view name, NtpTimestamp value);    ///< 0xhhhhhhhh.hhhhhhhh
    void minute(std::string_view name, std::int64_t posix);       ///< YYYYMMDDhhmm of UTC
    void address(std::string_view name, const ClientAddress& value);
    void address(std::string_view name, const ClientAddress& value, std::uint16_t port);
    /// Raw octets in place of text: association ids and their status words.
    void raw(std::uint16_t first, std::uint16_t second);

private:
    void item(std::string_view name, std::string_view before, std::string_view value, std::string_view after);

    std::array<char, kRoom> room_{};
    std::size_t size_ = 0;
    std::size_t limit_ = kRoom;
    std::size_t line_ = 0;  // where the current line begins
};

}  // namespace tokimori
