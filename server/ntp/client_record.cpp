#include "server/ntp/client_record.h"

#include <algorithm>
#include <array>

namespace tokimori {
namespace {

constexpr std::uint32_t low_of(std::uint64_t word) {
    return static_cast<std::uint32_t>(word);
}

std::int64_t nanoseconds_of(LocalInstant at) {
    return at.time_since_epoch().count();
}

std::uint8_t kiss_moment(LocalInstant now) {
    return static_cast<std::uint8_t>(nanoseconds_of(now) / RateMeter::kKissUnit);
}

/// Of a client's requests over its limit.
struct Row {
    unsigned so_far = 0;
    unsigned lucky = 0;
};

/// One more in the row of `leak`; it is the lucky one where both are equal. A new row begins with a new draw.
Row one_more(Row row, unsigned leak, RandomBits& random) {
    const bool begins = row.so_far == 0 || row.so_far >= leak;
    return begins ? Row{1, static_cast<unsigned>((random.next() >> 16) % leak) + 1} : Row{row.so_far + 1, row.lucky};
}

}  // namespace

void ClientRecord::begin(std::uint64_t high, LocalInstant now) {
    const auto long_ago = static_cast<std::uint8_t>(kiss_moment(now) - 128);
    const auto write = [](Word& word, std::uint64_t value) {
        std::atomic_ref{word}.store(value, std::memory_order_release);
    };
    write(high_, high);
    write(last_, static_cast<std::uint64_t>(nanoseconds_of(now)));
    write(account_, 0);
    write(traits_, std::uint64_t{long_ago} << kKissedShift);
}

Allowance ClientRecord::over_limit(const RateMeter& meter, LocalInstant now, RandomBits& random) {
    if (meter.leak > 0 && is_lucky(meter.leak, random)) {
        // The bucket is empty again: whoever hammers on gets no more by the clock than by luck.
        put(account_, static_cast<std::uint64_t>(meter.most) << 32 | low_of(account_));
        return Allowance::kServe;
    }
    // Under a limit that is gentler since a reload nobody owes more than its bucket holds.
    const auto owed = std::min<std::int64_t>(high_of(account_), meter.most);
    put(account_, static_cast<std::uint64_t>(owed) << 32 | low_of(account_));
    return is_time_to_kiss(meter, now) ? Allowance::kKiss : Allowance::kDrop;
}

bool ClientRecord::is_lucky(unsigned leak, RandomBits& random) {
    const std::uint64_t traits = traits_;
    const Row row = one_more({static_cast<unsigned>(traits >> kRowShift & 0xFU),  //
                              static_cast<unsigned>(traits >> kLuckyShift & 0xFU)},
                             leak, random);
    put(traits_, (traits & ~(std::uint64_t{0xFF} << kRowShift)) | std::uint64_t{row.so_far} << kRowShift |
                     std::uint64_t{row.lucky} << kLuckyShift);
    return row.so_far == row.lucky;
}

bool ClientRecord::is_time_to_kiss(const RateMeter& meter, LocalInstant now) {
    const std::uint64_t traits = traits_;
    const std::uint8_t moment = kiss_moment(now);
    const auto since = static_cast<std::uint8_t>(moment - (traits >> kKissedShift));
    if (since < meter.pause) {
        return false;
    }
    put(traits_, (traits & ~(std::uint64_t{0xFF} << kKissedShift)) | std::uint64_t{moment} << kKissedShift);
    return true;
}

bool ClientRecord::at_its_limit(LocalInstant now) const {
    const std::int64_t owed = std::int64_t{high_of(account_)} << RateMeter::kTickShift;
    return (traits_ >> kRowShift & 0xFU) != 0 && last_seen() + Duration{owed} > now;
}

Client ClientRecord::client() const {
    const auto read = [](const Word& word) {
        return std::atomic_ref{const_cast<Word&>(word)}.load(std::memory_order_acquire);
    };
    const std::uint64_t traits = read(traits_);
    Client client;
    client.address.high = read(high_);
    client.last_seen = LocalInstant{Duration{static_cast<std::int64_t>(read(last_))}};
    client.requests = low_of(read(account_));
    const auto interval = std::bit_cast<float>(static_cast<std::uint32_t>(traits & 0xFFFFU) << kFloatShift);
    client.interval = Duration{client.requests > 1 ? static_cast<std::int64_t>(interval) : 0};
    const auto head =
        std::bit_cast<std::array<std::uint8_t, 2>>(static_cast<std::uint16_t>(traits >> Sighting::kHeadShift));
    client.first_octet = std::byte{head[0]};
    client.stratum = head[1];
    client.port = static_cast<std::uint16_t>(traits >> Sighting::kPortShift);
    return client;
}

}  // namespace tokimori
