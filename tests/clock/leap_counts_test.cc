#include "server/clock/leap_counts.h"

#include <gtest/gtest.h>

#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kBegin{1000s};

LocalInstant at(int second) {
    return kBegin + std::chrono::seconds{second};
}

SourceSettings source(SourceId id, bool trusted = false) {
    return {.id = id, .trust = trusted, .kin = Kin::kSatellites};
}

void say(LeapCounts& counts, int from, int to, int tai_minus_utc, const std::vector<SourceSettings>& sources) {
    for (int second = from; second < to; ++second) {
        for (const SourceSettings& each : sources) {
            counts.note(each, tai_minus_utc, at(second));
        }
    }
}

TEST(LeapCounts, BelievesWhatIsSaidForEightSeconds) {
    LeapCounts counts;
    EXPECT_EQ(counts.agreed(kBegin), std::nullopt);
    say(counts, 0, 8, 38, {source(1)});
    EXPECT_EQ(counts.agreed(at(7)), std::nullopt);
    say(counts, 8, 9, 38, {source(1)});
    EXPECT_EQ(counts.agreed(at(8)), 38);
}

TEST(LeapCounts, BelievesNobodyWhereReceiversContradictEachOther) {
    LeapCounts counts;
    say(counts, 0, 60, 38, {source(1)});
    say(counts, 55, 60, 37, {source(2)});
    EXPECT_EQ(counts.agreed(at(60)), std::nullopt) << "though the second has not said so for long";
    say(counts, 60, 120, 38, {source(1)});
    EXPECT_EQ(counts.agreed(at(120)), 38) << "it fell silent";
}

TEST(LeapCounts, AsksOnlyThoseWhoAreTrustedWhereThereAreAny) {
    LeapCounts counts;
    say(counts, 0, 60, 37, {source(1), source(2)});
    say(counts, 0, 60, 38, {source(3, true)});
    EXPECT_EQ(counts.agreed(at(60)), 38);
    counts.forget(3);
    EXPECT_EQ(counts.agreed(at(60)), 37);
}

TEST(LeapCounts, BeginsAnewWithAnotherCountAndAfterSilence) {
    LeapCounts counts;
    say(counts, 0, 20, 37, {source(1)});
    say(counts, 20, 25, 38, {source(1)});
    EXPECT_EQ(counts.agreed(at(25)), std::nullopt);
    say(counts, 25, 30, 38, {source(1)});
    EXPECT_EQ(counts.agreed(at(30)), 38);
    say(counts, 1000, 1005, 38, {source(1)});
    EXPECT_EQ(counts.agreed(at(1005)), std::nullopt);
}

}  // namespace
}  // namespace tokimori
