#include "refclocks/posix_utc.h"

#include "leap/leap_table.h"

namespace tokimori {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kFirstSecond = std::int64_t{3652} * kSecondsPerDay;  // 1980-01-01
constexpr std::int64_t kSecondsEnd = std::int64_t{LeapTable::kRowsEnd} * kSecondsPerDay;

std::int64_t floor_quotient(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

}  // namespace

std::optional<UtcTime> utc_from_posix(std::int64_t seconds, std::int64_t nanoseconds) {
    const std::int64_t carry = floor_quotient(nanoseconds, kNanosecondsPerSecond);
    std::int64_t sum = 0;
    if (__builtin_add_overflow(seconds, carry, &sum) || sum < kFirstSecond || sum >= kSecondsEnd) {
        return std::nullopt;
    }
    return UtcTime{{static_cast<UtcDay>(sum / kSecondsPerDay), static_cast<std::int32_t>(sum % kSecondsPerDay)},
                   static_cast<std::int32_t>(nanoseconds - carry * kNanosecondsPerSecond)};
}

}  // namespace tokimori
