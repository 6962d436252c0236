#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "leap/leap_vote.h"
#include "tests/leap/leap_list_text.h"

// The matrix of falsehood: no leap second happens, and some say that one does, or the list is not what it should be.

namespace tokimori {
namespace {

constexpr LeapKind kInsert = LeapKind::kInsert;
constexpr LeapKind kDelete = LeapKind::kDelete;
constexpr LeapKind kNone = LeapKind::kNone;

UtcDay day(int year, int month, int day_of_month) {
    return *day_from_date(year, month, day_of_month);
}

const UtcDay kToday = day(2028, 6, 12);
const UtcDay kLast = day(2028, 6, 30);
const UtcDay kFresh = day(2026, 12, 3);  // the table built in still knows the end of that month

LeapDecision weigh(const std::vector<LeapVote>& votes, UtcDay today = kToday,
                   const LeapTable& table = LeapTable::built_in()) {
    return weigh_leap_votes({.table = table, .today = today}, votes);
}

class FalseAnnouncement : public ::testing::TestWithParam<LeapKind> {
protected:
    // Five that know and can say so: two receivers of one sky, long wave, two upstream servers.
    static constexpr std::array<std::uint16_t, 5> kVoices{1, 1, 2, 3, 4};

    static std::vector<LeapVote> votes_with(unsigned lying, UtcDay on, bool others_speak) {
        std::vector<LeapVote> votes;
        for (std::size_t i = 0; i < kVoices.size(); ++i) {
            const bool lies = (lying >> i & 1U) != 0;
            if (lies || others_speak) {
                votes.push_back({.event = {on, lies ? GetParam() : kNone},
                                 .source = static_cast<std::uint16_t>(i + 1),
                                 .voice = kVoices[i]});
            }
        }
        return votes;
    }
};

TEST_P(FalseAnnouncement, OfOneSourceIsNeverArmedWhateverTheTable) {
    for (const UtcDay today : {kFresh, kToday, kLast, day(2027, 12, 31), day(2028, 9, 30)}) {
        const UtcDay last = last_day_of_month(today);
        for (unsigned liar = 0; liar < kVoices.size(); ++liar) {
            for (const bool others_speak : {false, true}) {
                const LeapDecision decision = weigh(votes_with(1U << liar, last, others_speak), today);
                EXPECT_EQ(decision.event.kind, kNone) << "source " << liar << " on " << format_date(today);
                EXPECT_TRUE(decision.disagreement || decision.unconfirmed) << "and it is noticed";
            }
        }
    }
}

TEST_P(FalseAnnouncement, OfTwoSourcesIsNeverArmedAgainstAFreshTable) {
    const UtcDay last = last_day_of_month(kFresh);
    for (unsigned lying = 1; lying < 32; ++lying) {
        for (const bool others_speak : {false, true}) {
            const LeapDecision decision = weigh(votes_with(lying, last, others_speak), kFresh);
            EXPECT_EQ(decision.event.kind, kNone) << lying;
            EXPECT_TRUE(decision.disagreement);
        }
    }
}

TEST_P(FalseAnnouncement, OfAPairIsNotArmedWhereTheOthersSpeak) {
    for (unsigned a = 0; a < kVoices.size(); ++a) {
        for (unsigned b = a + 1; b < kVoices.size(); ++b) {
            EXPECT_EQ(weigh(votes_with(1U << a | 1U << b, kLast, true)).event.kind, kNone) << a << " and " << b;
        }
    }
}

TEST_P(FalseAnnouncement, OfTwoReceiversOfOneSkyIsNotArmedThoughNobodyElseSpeaks) {
    EXPECT_EQ(weigh(votes_with(0b00011, kLast, false)).event.kind, kNone);
}

TEST_P(FalseAnnouncement, OfAPairThatContradictsEachOtherIsNotArmed) {
    const LeapKind other = GetParam() == kInsert ? kDelete : kInsert;
    for (const UtcDay today : {kFresh, kToday, kLast}) {
        const UtcDay last = last_day_of_month(today);
        for (const LeapWeight weight : {LeapWeight::kVoice, LeapWeight::kTrusted, LeapWeight::kManual}) {
            const LeapDecision decision = weigh(
                {{.event = {last, GetParam()}, .weight = weight}, {.event = {last, other}, .weight = weight}}, today);
            EXPECT_EQ(decision.event.kind, kNone);
            EXPECT_TRUE(decision.disagreement);
        }
    }
}

/// A list on the disk that must not arm anything by itself, nor keep the truth from counting.
struct BadList {
    const char* name;
    std::string text;
};

std::string list_of(UtcDay updated, UtcDay expires, const std::optional<UtcDay>& leap) {
    const auto ntp = [](UtcDay of) { return std::to_string(std::int64_t{of} * 86'400 + 2'208'988'800); };
    std::string text = "#$ " + ntp(updated) + "\n#@ " + ntp(expires) + "\n";
    for (const LeapTable::Row& row : LeapTable::built_in().rows()) {
        text += ntp(row.day) + " " + std::to_string(row.tai_minus_utc) + "\n";
    }
    return text + (leap ? ntp(*leap + 1) + " 38\n" : "");
}

// Each tells of a leap second at the end of that month, were it believed.
std::vector<BadList> bad_lists(UtcDay leap) {
    const std::string rows = list_of(leap - 100, leap + 200, leap);
    const std::string whole = testing::with_hash(rows);
    std::string flipped = whole;
    flipped[flipped.find(" 38\n") + 2] = '6';
    return {{"missing", ""},
            {"half", whole.substr(0, whole.size() / 2)},
            {"without its hash", rows},
            {"of another hash", rows + testing::hash_line_for(list_of(leap - 100, leap + 200, std::nullopt))},
            {"with a flipped digit", flipped},
            {"out of date", testing::with_hash(list_of(day(2015, 1, 5), day(2015, 12, 28), leap))},
            {"with a step of two", testing::with_hash(rows.substr(0, rows.rfind(' ')) + " 39\n")},
            {"of another planet", "\xff\xfe\x00"}};
}

// As the daemon does it: what cannot be read does not count, and of two tables the one that was made later does.
LeapTable table_with(const BadList& list) {
    const LeapListResult read = LeapTable::parse(list.text);
    return read.table ? LeapTable::better(LeapTable::built_in(), *read.table) : LeapTable::built_in();
}

TEST_P(FalseAnnouncement, OfAListThatIsMissingCorruptOrOutOfDateIsNotArmedByItselfOrByOneSource) {
    for (const UtcDay today : {kFresh, kToday, kLast}) {
        const UtcDay last = last_day_of_month(today);
        for (const BadList& list : bad_lists(last)) {
            const LeapTable table = table_with(list);
            EXPECT_EQ(table.rows(), LeapTable::built_in().rows()) << list.name;
            EXPECT_EQ(weigh({}, today, table).event.kind, kNone) << list.name;
            for (unsigned liar = 0; liar < kVoices.size(); ++liar) {
                for (const bool others_speak : {false, true}) {
                    const LeapDecision decision = weigh(votes_with(1U << liar, last, others_speak), today, table);
                    EXPECT_EQ(decision.event.kind, kNone) << list.name << ", source " << liar;
                    EXPECT_TRUE(decision.disagreement || decision.unconfirmed);
                }
            }
        }
    }
}

// The list is the one thing that may arm one alone: whole, and made after what is built in.
TEST(TrueAnnouncement, AListThatIsWholeAndNewIsBelieved) {
    const BadList list{"good", testing::with_hash(list_of(kLast - 100, kLast + 200, kLast))};
    EXPECT_EQ(weigh({}, kToday, table_with(list)).event.kind, kInsert);
}

INSTANTIATE_TEST_SUITE_P(BothKinds, FalseAnnouncement, ::testing::Values(kInsert, kDelete),
                         [](const auto& kind) { return kind.param == kInsert ? "Insertion" : "Deletion"; });

}  // namespace
}  // namespace tokimori
