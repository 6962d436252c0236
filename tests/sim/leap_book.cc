#include "tests/sim/leap_book.h"

#include <array>

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;

std::int64_t whole_seconds(Duration duration) {
    return std::chrono::floor<std::chrono::seconds>(duration).count();
}

}  // namespace

LeapBook::LeapBook(UtcDay day, LeapKind kind, std::optional<std::chrono::minutes> smear, int lead)
    : day_{day},
      kind_{kind},
      smear_seconds_{smear ? std::chrono::seconds{*smear}.count() : 0},
      lead_seconds_{std::int64_t{lead} * 3600} {}

UtcSecond LeapBook::utc(Duration from_end) const {
    std::int64_t second = whole_seconds(from_end);
    if (second >= 0) {
        return {static_cast<UtcDay>(day_ + 1 + second / kDay), static_cast<std::int32_t>(second % kDay)};
    }
    UtcDay day = day_;
    for (second += kDay + step(); second < 0; second += kDay) {
        --day;
    }
    return {day, static_cast<std::int32_t>(second)};
}

LeapBook::Told LeapBook::told(Duration from_end) const {
    // Of a clock that has taken note of the leap second already, and of one that knows nothing of it.
    const std::int64_t after = (std::int64_t{day_} + 1) * kDay * kNanoseconds + from_end.count();
    const std::int64_t before = after + step() * kNanoseconds;
    if (from_end >= 0s || kind_ == LeapKind::kNone) {
        return {.posix = after};
    }
    if (!smears()) {
        const bool repeated = kind_ == LeapKind::kInsert && from_end >= -1s;
        const int leap = kind_ == LeapKind::kInsert ? 1 : 2;
        return {.posix = repeated ? after : before, .leap = -from_end <= warning() ? leap : 0};
    }
    const std::int64_t elapsed = from_end.count() + smear_seconds_ * kNanoseconds;
    if (elapsed < 0) {
        return {.posix = before};
    }
    const std::int64_t absorbed = elapsed / smear_seconds_;
    const std::int64_t units = -step() * (absorbed * (1 << 22) / kNanoseconds);
    return {.posix = before - step() * absorbed, .refid = (std::int64_t{254} << 24) | (units & 0xFF'FF'FF)};
}

Duration LeapBook::warning() const {
    return std::chrono::seconds{smears() ? smear_seconds_ : lead_seconds_ + step()};
}

bool LeapBook::is_plain(Duration from_end, Duration width) const {
    for (const Duration edge : {-warning(), Duration{-1s}, Duration{0s}}) {
        if (std::chrono::abs(from_end - edge) <= width) {
            return false;
        }
    }
    return true;
}

}  // namespace tokimori::sim
