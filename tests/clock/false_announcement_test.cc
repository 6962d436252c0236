#include <array>
#include <string>

#include "tests/clock/bench.h"

// The matrix of falsehood as drivers report it: no leap second happens, and some say that one does. What the list and
// the votes are worth against each other is in tests/leap/false_announcement_test.cc.

namespace tokimori {
namespace {

using namespace std::chrono_literals;

/// Who may announce a leap second, and how it says so.
struct Witness {
    enum class Way { kSentence, kTimeCode, kSample, kServer };

    const char* name;
    Kin kin;
    Way way;
};
constexpr std::array kWitnesses{Witness{"gpsd", Kin::kSatellites, Witness::Way::kSentence},
                                Witness{"JJY", Kin::kLongWave, Witness::Way::kTimeCode},
                                Witness{"SHM", Kin::kUnknown, Witness::Way::kSample},
                                Witness{"SOCK", Kin::kUnknown, Witness::Way::kSample},
                                Witness{"server", Kin::kNetwork, Witness::Way::kServer},
                                Witness{"other server", Kin::kNetwork, Witness::Way::kServer}};
using Said = std::array<std::optional<LeapKind>, kWitnesses.size()>;

constexpr SourceId kMute = 99;
constexpr int kSeconds = 12;
constexpr LeapKind kNone = LeapKind::kNone;

/// Noon of the last day of a year.
struct Table {
    const char* name;
    const char* noon;
    bool fresh;
};
constexpr std::array kTables{Table{"fresh", "2026-12-31T12:00:00Z", true},
                             Table{"expired", "2028-12-31T12:00:00Z", false}};

/// One clock that hears them all, or those of them that are connected.
class Hearing {
public:
    Hearing(const Table& table, const Said& said, bool all, const LeapKnowledge& knowledge = LeapTable::built_in())
        : begin_{LeapTable::built_in().tai_at(parse_utc(table.noon).value()).value()},
          clock_{Timekeeper::Settings{}, knowledge, kStart} {
        std::vector<SourceSettings> sources{{.id = kMute}};
        for (std::size_t i = 0; i < kWitnesses.size(); ++i) {
            if (all || said[i]) {
                sources.push_back(
                    {.id = id_of(i),
                     .delay = kWitnesses[i].way == Witness::Way::kTimeCode ? std::optional{Duration{}} : std::nullopt,
                     .kin = kWitnesses[i].kin});
            }
        }
        clock_.set_sources(sources);
        for (int second = 0; second < kSeconds; ++second) {
            clock_.observe(sample(kMute, second));
            for (std::size_t i = 0; i < kWitnesses.size(); ++i) {
                hear(i, second, said[i]);
            }
            clock_.advance(kStart + std::chrono::seconds{second} + 900ms);
        }
    }

    bool noticed() const { return decision().disagreement || decision().unconfirmed; }
    const LeapDecision& decision() const { return clock_.leap().decision(); }
    /// Nothing is armed, announced or to be remembered.
    bool nothing_armed() const {
        const ServerState& state = clock_.state();
        const TaiInstant now = begin_ + std::chrono::seconds{kSeconds};
        return state.ever_synchronised && decision().event.kind == kNone &&
               state.scale.at(now).leap == LeapIndicator::kNone &&
               clock_.leap_table().rows() == LeapTable::built_in().rows() &&
               clock_.leap().memory().armed == ArmedLeap{} && clock_.leap().memory().decided == DecidedLeap{};
    }

private:
    static constexpr LocalInstant kStart{1000s};

    static SourceId id_of(std::size_t witness) { return static_cast<SourceId>(witness + 1); }
    OffsetSample sample(SourceId id, int second) const {
        return {.source = id,
                .local = kStart + std::chrono::seconds{second},
                .time = LeapTable::built_in().utc_at(begin_ + std::chrono::seconds{second}),
                .uncertainty = 1us};
    }
    void hear(std::size_t witness, int second, const std::optional<LeapKind>& says) {
        OffsetSample sample = this->sample(id_of(witness), second);
        sample.leap_at_month_end = says;
        const Witness::Way way = kWitnesses[witness].way;
        if (way == Witness::Way::kSample || way == Witness::Way::kServer) {
            sample.server = way == Witness::Way::kServer ? std::optional{ServerFacts{.stratum = 1}} : std::nullopt;
            clock_.observe(sample);
            return;
        }
        clock_.observe(Label{.source = sample.source,
                             .heard = sample.local + (way == Witness::Way::kSentence ? 140ms : 0ms),
                             .time = sample.time,
                             .uncertainty = 1us,
                             .leap_at_month_end = says});
    }

    TaiInstant begin_;
    Timekeeper clock_;
};

class FalseReport : public testing::TestWithParam<Table> {
protected:
    static constexpr std::array kLies{LeapKind::kInsert, LeapKind::kDelete};

    static Said denied() {
        Said said;
        said.fill(kNone);
        return said;
    }
    // Each pair of different witnesses, with what all others say.
    static void for_each_pair(const Said& others, const std::function<void(Said, std::size_t, std::size_t)>& visit) {
        for (std::size_t a = 0; a < kWitnesses.size(); ++a) {
            for (std::size_t b = 0; b < kWitnesses.size(); ++b) {
                if (a != b) {
                    visit(others, a, b);
                }
            }
        }
    }
    static std::string pair_of(std::size_t a, std::size_t b) {
        return std::string{kWitnesses[a].name} + " and " + kWitnesses[b].name;
    }
};

INSTANTIATE_TEST_SUITE_P(Tables, FalseReport, testing::ValuesIn(kTables),
                         [](const auto& table) { return std::string{table.param.name}; });

TEST_P(FalseReport, OfOneIsNotArmedWhetherItIsAloneOrOthersAreSilentOrDenyIt) {
    for (std::size_t liar = 0; liar < kWitnesses.size(); ++liar) {
        for (const LeapKind lie : kLies) {
            for (const auto& [others, all] : {std::pair{Said{}, false}, {Said{}, true}, {denied(), true}}) {
                Said said = others;
                said[liar] = lie;
                const Hearing hearing{GetParam(), said, all};
                EXPECT_TRUE(hearing.nothing_armed()) << kWitnesses[liar].name;
                EXPECT_TRUE(hearing.noticed()) << kWitnesses[liar].name;
            }
        }
    }
}

TEST_P(FalseReport, OfOneOfAPairThatDisagreesIsNotArmed) {
    for_each_pair({}, [](Said said, std::size_t a, std::size_t b) {
        for (const LeapKind lie : kLies) {
            for (const LeapKind other : {kNone, lie == LeapKind::kInsert ? LeapKind::kDelete : LeapKind::kInsert}) {
                said[a] = lie;
                said[b] = other;
                for (const bool all : {false, true}) {
                    const Hearing hearing{GetParam(), said, all};
                    EXPECT_TRUE(hearing.nothing_armed()) << pair_of(a, b);
                    EXPECT_TRUE(hearing.noticed()) << pair_of(a, b);
                }
            }
        }
    });
}

TEST_P(FalseReport, OfAPairIsNotArmedWhereOthersDenyIt) {
    for_each_pair(denied(), [](Said said, std::size_t a, std::size_t b) {
        said[a] = said[b] = LeapKind::kInsert;
        EXPECT_TRUE((Hearing{GetParam(), said, true}.nothing_armed())) << pair_of(a, b);
    });
}

// What two of different kinds agree on is what arms a leap second where the table has expired.
TEST_P(FalseReport, OfAPairIsArmedOnlyWhereTheTableHasExpiredAndTheyAreOfDifferentKinds) {
    for_each_pair({}, [](Said said, std::size_t a, std::size_t b) {
        const auto sky = [](std::size_t witness) { return witness != 1 && witness < 4; };
        said[a] = said[b] = LeapKind::kInsert;
        const bool one_voice = sky(a) && sky(b);
        EXPECT_EQ((Hearing{GetParam(), said, false}.nothing_armed()), GetParam().fresh || one_voice) << pair_of(a, b);
    });
}

TEST_P(FalseReport, OfAllIsNotArmedAgainstAFreshTable) {
    Said said;
    said.fill(LeapKind::kDelete);
    const Hearing hearing{GetParam(), said, true};
    EXPECT_EQ(hearing.nothing_armed(), GetParam().fresh);
    EXPECT_EQ(hearing.noticed(), GetParam().fresh);
}

// An operator who wants one in spite of the table says source = "manual". Beyond the table it is his word.
TEST_P(FalseReport, ByHandIsNotArmedAgainstAFreshTable) {
    for (const LeapKind lie : kLies) {
        LeapKnowledge knowledge{LeapTable::built_in()};
        knowledge.manual = {{parse_utc(GetParam().noon)->second.day, lie}};
        for (const Said& said : {Said{}, denied()}) {
            const Hearing hearing{GetParam(), said, true, knowledge};
            EXPECT_EQ(hearing.nothing_armed(), GetParam().fresh);
            EXPECT_TRUE(hearing.noticed() || !said[0]) << "who denies it is heard";
        }
    }
}

}  // namespace
}  // namespace tokimori
