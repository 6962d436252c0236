#include "refclocks/shm.h"

#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "refclocks/shm_record.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Reason = Rejection::Reason;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kClock = 1'795'306'898;  // 2026-11-22T00:21:38Z

/// The segment as C programs of 64 bits declare it.
struct Wide {
    std::int32_t mode = 1;
    std::int32_t count = 2;
    std::int64_t clock_seconds = kClock;
    std::int32_t clock_microseconds = 250'000;
    std::int64_t receive_seconds = 1'700'000'000;
    std::int32_t receive_microseconds = 123'456;
    std::int32_t leap = 0;
    std::int32_t precision = -20;
    std::int32_t nsamples = 0;
    std::int32_t valid = 1;
    std::uint32_t clock_nanoseconds = 250'000'789;
    std::uint32_t receive_nanoseconds = 123'456'789;
    std::int32_t dummy[8]{};
};
static_assert(sizeof(Wide) == shm_bytes(ShmLayout::kWide));

struct Narrow {
    std::int32_t mode = 1;
    std::int32_t count = 2;
    std::int32_t clock_seconds = static_cast<std::int32_t>(kClock);
    std::int32_t clock_microseconds = 250'000;
    std::int32_t receive_seconds = 1'700'000'000;
    std::int32_t receive_microseconds = 123'456;
    std::int32_t leap = 0;
    std::int32_t precision = -1;
    std::int32_t nsamples = 0;
    std::int32_t valid = 1;
    std::uint32_t clock_nanoseconds = 0;
    std::uint32_t receive_nanoseconds = 0;
    std::int32_t upper[2]{};
    std::int32_t dummy[6]{};
};
static_assert(sizeof(Narrow) == shm_bytes(ShmLayout::kNarrow));

template <typename Segment>
std::variant<Reason, ShmRecord> read(const Segment& segment) {
    ShmWords words{};
    std::memcpy(words.data(), &segment, sizeof segment);
    return read_shm_record(words, sizeof segment == 96 ? ShmLayout::kWide : ShmLayout::kNarrow);
}
template <typename Segment>
ShmRecord record(const Segment& segment) {
    const auto result = read(segment);
    const auto* const found = std::get_if<ShmRecord>(&result);
    EXPECT_NE(found, nullptr);
    return found != nullptr ? *found : ShmRecord{};
}
template <typename Segment>
bool is_rejected(const Segment& segment, Reason reason) {
    const auto result = read(segment);
    const auto* const found = std::get_if<Reason>(&result);
    return found != nullptr && *found == reason;
}
Wide changed(void (*change)(Wide&)) {
    Wide segment;
    change(segment);
    return segment;
}

TEST(ShmRecord, SaysWhatTimeItWasWhenTheWritersClockShowedSomething) {
    const ShmRecord found = record(Wide{});
    EXPECT_TRUE(found.counted);
    EXPECT_EQ(found.count, 2);
    EXPECT_EQ(format_utc(found.time, 9), "2026-11-22T00:21:38.250000789Z");
    EXPECT_EQ(found.receive, 1'700'000'000 * kSecond + 123'456'789);
    EXPECT_EQ(found.uncertainty, 50us);
    EXPECT_FALSE(found.leap_at_month_end);
}

TEST(ShmRecord, TakesNanosecondsOnlyWhereTheyGoWithTheMicroseconds) {
    const ShmRecord found = record(changed([](Wide& s) {
        s.clock_nanoseconds = 251'000'000;
        s.receive_nanoseconds = 4'123'456'789U;
    }));
    EXPECT_EQ(format_utc(found.time, 9), "2026-11-22T00:21:38.250000000Z");
    EXPECT_EQ(found.receive, 1'700'000'000 * kSecond + 123'456'000);
}

TEST(ShmRecord, TurnsThePrecisionIntoABound) {
    EXPECT_EQ(record(changed([](Wide& s) { s.precision = -1; })).uncertainty, 500ms);
    EXPECT_EQ(record(changed([](Wide& s) { s.precision = -10; })).uncertainty, 976563ns);
    EXPECT_EQ(record(changed([](Wide& s) { s.precision = -30; })).uncertainty, 50us);
    EXPECT_EQ(record(changed([](Wide& s) { s.precision = 0; })).uncertainty, 1s);
    EXPECT_EQ(record(changed([](Wide& s) { s.precision = INT32_MAX; })).uncertainty, 1s);
    EXPECT_EQ(record(changed([](Wide& s) { s.precision = INT32_MIN; })).uncertainty, 50us);
}

TEST(ShmRecord, PassesOnWhatIsAnnounced) {
    EXPECT_EQ(record(changed([](Wide& s) { s.leap = 1; })).leap_at_month_end, LeapKind::kInsert);
    EXPECT_EQ(record(changed([](Wide& s) { s.leap = 2; })).leap_at_month_end, LeapKind::kDelete);
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.leap = 3; }), Reason::kNoFix));
}

TEST(ShmRecord, RefusesWhatIsNoRecord) {
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.mode = 2; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.mode = -1; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.leap = 4; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.leap = -1; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.clock_microseconds = 1'000'000; }), Reason::kUnreadable));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.receive_microseconds = -1; }), Reason::kUnreadable));
}

TEST(ShmRecord, RefusesTimesThatNoReceiverKnows) {
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.clock_seconds = 0; }), Reason::kImpossibleDate));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.clock_seconds = -1; }), Reason::kImpossibleDate));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.clock_seconds = INT64_MAX; }), Reason::kImpossibleDate));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.receive_seconds = INT64_MAX; }), Reason::kImpossibleDate));
    EXPECT_TRUE(is_rejected(changed([](Wide& s) { s.receive_seconds = INT64_MIN; }), Reason::kImpossibleDate));
}

TEST(ShmRecord, DoesNotMindAHostClockOf1970) {
    EXPECT_EQ(record(changed([](Wide& s) { s.receive_seconds = 17; })).receive, 17 * kSecond + 123'456'789);
}

TEST(ShmRecord, ReadsTheLayoutOf32Bits) {
    Narrow segment;
    segment.clock_nanoseconds = 250'000'001;
    const ShmRecord found = record(segment);
    EXPECT_EQ(format_utc(found.time, 9), "2026-11-22T00:21:38.250000001Z");
    EXPECT_EQ(found.receive, 1'700'000'000 * kSecond + 123'456'000);
    EXPECT_EQ(found.uncertainty, 500ms);
}

TEST(ShmRecord, TakesTheUpperHalfOfTheSecondsFromNewerWritersOf32Bits) {
    Narrow segment;
    segment.clock_seconds = 100;
    segment.upper[0] = 1;
    EXPECT_EQ(format_utc(record(segment).time), "2106-02-07T06:29:56Z");
    segment.upper[0] = 0;
    segment.clock_seconds = INT32_MIN;
    EXPECT_EQ(format_utc(record(segment).time), "2038-01-19T03:14:08Z") << "the first second that 31 bits do not hold";
}

/// A writer that exchanges one record for the next step by step, and goes on while it is read.
struct StepByStep {
    ShmWords words = [] {
        ShmWords first{};
        first.fill(1);
        return first;
    }();
    std::size_t steps_done = 0;

    /// In gpsd's order: valid, count, fields, count, valid.
    void step(ShmLayout layout) {
        const std::size_t fields = shm_bytes(layout) / sizeof(std::int32_t);
        const std::size_t valid = shm_valid_word(layout);
        const std::size_t at = steps_done++ % (fields + 4);
        if (at == 0 || at == fields + 3) {
            words[valid] = at == 0 ? 0 : 1;
        } else if (at == 1 || at == fields + 2) {
            ++words[kShmCountWord];
        } else if (at - 2 != kShmCountWord && at - 2 != valid) {
            ++words[at - 2];
        }
    }
};

bool is_whole(const ShmWords& words, ShmLayout layout) {
    for (std::size_t i = 0; i < shm_bytes(layout) / sizeof(std::int32_t); ++i) {
        if (i != kShmCountWord && i != shm_valid_word(layout) && words[i] != words[0]) {
            return false;
        }
    }
    return true;
}

TEST(ShmCopy, IsWholeWhateverTheWriterDoesMeanwhile) {
    for (const ShmLayout layout : {ShmLayout::kWide, ShmLayout::kNarrow}) {
        for (std::size_t head_start = 0; head_start < 60; ++head_start) {
            for (std::size_t moment = 0; moment < 30; ++moment) {
                for (std::size_t steps = 0; steps < 29; ++steps) {
                    StepByStep writer;
                    const auto advance = [&](std::size_t count) {
                        for (std::size_t i = 0; i < count; ++i) {
                            writer.step(layout);
                        }
                    };
                    advance(head_start);
                    std::size_t loads = 0;
                    const auto copy = copy_shm_record(layout, [&](std::size_t word) {
                        advance(loads++ == moment ? steps : 0);
                        return writer.words[word];
                    });
                    ASSERT_TRUE(!copy || is_whole(*copy, layout)) << head_start << ' ' << moment << ' ' << steps;
                }
            }
        }
    }
}

TEST(ShmCopy, IsTakenWhereTheWriterRests) {
    for (const ShmLayout layout : {ShmLayout::kWide, ShmLayout::kNarrow}) {
        const StepByStep writer;
        EXPECT_TRUE(copy_shm_record(layout, [&](std::size_t word) { return writer.words[word]; }));
    }
}

/// A writer as gpsd is one, in a unit that nobody else uses.
class ShmTest : public DriverTest {
protected:
    ShmTest() : unit_{100U + static_cast<unsigned>(::getpid()) % 150U} { remove(); }
    ~ShmTest() override {
        if (segment_ != nullptr) {
            ::shmdt(segment_);
        }
        remove();
    }
    ShmTest(const ShmTest&) = delete;
    ShmTest& operator=(const ShmTest&) = delete;

    key_t key() const { return static_cast<key_t>(0x4e545030U + unit_); }
    int id() const { return ::shmget(key(), 0, 0); }
    void remove() const { ::shmctl(id(), IPC_RMID, nullptr); }

    void attach(std::size_t bytes = sizeof(Wide)) {
        segment_ = static_cast<Wide*>(::shmat(::shmget(key(), bytes, IPC_CREAT | 0666), nullptr, 0));
    }
    static void store(std::int32_t& word, std::int32_t value) {
        std::atomic_ref<std::int32_t>{word}.store(value, std::memory_order_release);
    }
    int valid() const { return std::atomic_ref<std::int32_t>{segment_->valid}.load(); }

    /// A record: the true time is an hour ahead of this host's clock; stamped `age` ago.
    void write(Duration age = 0ns, std::int32_t leap = 0) {
        const std::int64_t receive = realtime() - age.count();
        store(segment_->valid, 0);
        store(segment_->count, segment_->count + 1);
        segment_->mode = 1;
        segment_->clock_seconds = receive / kSecond + 3600;
        segment_->receive_seconds = receive / kSecond;
        segment_->clock_nanoseconds = segment_->receive_nanoseconds = static_cast<std::uint32_t>(receive % kSecond);
        segment_->clock_microseconds = segment_->receive_microseconds =
            static_cast<std::int32_t>(receive % kSecond / 1000);
        segment_->leap = leap;
        segment_->precision = -20;
        store(segment_->count, segment_->count + 1);
        store(segment_->valid, 1);
    }
    ShmSettings settings() const { return {.unit = unit_, .late = false, .poll = 2ms, .silence = 10s}; }

    unsigned unit_;
    Wide* segment_ = nullptr;
};

TEST_F(ShmTest, TakesARecordAndMarksItAsRead) {
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    attach();
    write(400ms);
    clock.start();
    run_until_kept<OffsetSample>(1);
    const OffsetSample sample = kept_.of<OffsetSample>().front();
    EXPECT_EQ(sample.source, 7);
    const Duration age = counter_.now() - sample.local;
    EXPECT_GE(age, 400ms);
    EXPECT_LT(age, 900ms);
    EXPECT_EQ(sample.time.nanosecond, static_cast<std::int32_t>(segment_->receive_nanoseconds));
    EXPECT_EQ(std::int64_t{sample.time.second.day} * 86400 + sample.time.second.second, segment_->clock_seconds);
    EXPECT_EQ(valid(), 0);
    EXPECT_THAT(kept_.said(), ::testing::StartsWith("+NTP shared memory unit " + std::to_string(unit_)));
    write();
    run_until_kept<OffsetSample>(2);
    EXPECT_EQ(kept_.of<DeviceState>().size(), 1U);
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(ShmTest, TakesLateRecordsForSentencesHoweverPreciseTheyClaimToBe) {
    ShmSettings late = settings();
    late.late = true;
    attach();
    write(400ms, 1);
    ShmRefclock clock{io_, counter_, kept_, 7, late};
    clock.start();
    run_until_kept<Label>(1);
    const Label label = kept_.of<Label>().front();
    EXPECT_EQ(label.source, 7);
    EXPECT_GE(counter_.now() - label.heard, 400ms);
    EXPECT_EQ(label.uncertainty, 10ms);
    EXPECT_EQ(label.leap_at_month_end, LeapKind::kInsert);
    EXPECT_TRUE(kept_.of<OffsetSample>().empty());
}

TEST_F(ShmTest, TakesRecordsThatClaimNoPrecisionForSentences) {
    attach();
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    for (const std::int32_t precision : {-1, -7}) {
        write();
        segment_->precision = precision;
        run_until_kept<Label>(precision == -1 ? 1 : 2);
    }
    write();
    segment_->precision = -8;
    run_until_kept<OffsetSample>(1);
    EXPECT_EQ(kept_.of<Label>().size(), 2U);
}

TEST(ShmUnits, AreLateWhereGpsdPutsTheTimeOfSentences) {
    EXPECT_TRUE(shm_is_late(0) && shm_is_late(2) && shm_is_late(254));
    EXPECT_FALSE(shm_is_late(1) || shm_is_late(3) || shm_is_late(255));
}

TEST_F(ShmTest, MakesTheSegmentWhereThereIsNoneAndLeavesItBehind) {
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    struct shmid_ds status {};
    ASSERT_EQ(::shmctl(id(), IPC_STAT, &status), 0);
    EXPECT_EQ(status.shm_segsz, 96U);
    EXPECT_EQ(status.shm_perm.mode & 0777, 0666);
    clock.stop();
    EXPECT_GE(id(), 0);
    ASSERT_EQ(::shmctl(id(), IPC_STAT, &status), 0);
    EXPECT_EQ(status.shm_nattch, 0U);
}

TEST_F(ShmTest, DropsWhatAnEarlierRunLeftBehind) {
    attach();
    write(3s);
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    run_until_kept<Rejection>(1);
    EXPECT_THAT(kept_.reasons(), ElementsAre(Reason::kStale));
    EXPECT_EQ(kept_.said(), "") << "nobody has written yet";
    write();
    run_until_kept<OffsetSample>(1);
}

TEST_F(ShmTest, DropsARecordThatIsToldTwice) {
    attach();
    write();
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    run_until_kept<OffsetSample>(1);
    store(segment_->valid, 1);
    run_until_kept<Rejection>(1);
    EXPECT_THAT(kept_.reasons(), ElementsAre(Reason::kStale));
    EXPECT_EQ(kept_.of<OffsetSample>().size(), 1U);
}

TEST_F(ShmTest, TakesRecordsOfMode0ByTheirValidityAlone) {
    attach();
    write();
    segment_->mode = 0;
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    run_until_kept<OffsetSample>(1);
    store(segment_->valid, 1);
    run_until_kept<OffsetSample>(2);
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(ShmTest, DropsAStampOfTheFuture) {
    attach();
    write(-5s);
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    run_until_kept<Rejection>(1);
    EXPECT_THAT(kept_.reasons(), ElementsAre(Reason::kClockStepped));
}

TEST_F(ShmTest, CountsWhatItsWriterDoesNotVouchFor) {
    attach();
    write(0ns, 3);
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    run_until_kept<Rejection>(1);
    EXPECT_THAT(kept_.reasons(), ElementsAre(Reason::kNoFix));
    EXPECT_EQ(valid(), 0);
}

TEST_F(ShmTest, SaysThatNobodyWritesAndThatSomebodyDoesAgain) {
    ShmSettings impatient = settings();
    impatient.silence = 20ms;
    ShmRefclock clock{io_, counter_, kept_, 7, impatient};
    clock.start();
    run_until_said("-nobody writes into NTP shared memory unit");
    attach();
    write();
    run_until_said("+NTP shared memory unit");
    EXPECT_EQ(kept_.of<DeviceState>().size(), 2U);
}

TEST_F(ShmTest, SaysThatWhatIsWrittenIsRefusedAndWhy) {
    ShmSettings impatient = settings();
    impatient.silence = 200ms;
    ShmRefclock clock{io_, counter_, kept_, 7, impatient};
    clock.start();
    attach();
    write();
    run_until_said("+NTP shared memory unit");
    for (int i = 0; i < 500 && kept_.said().find("what is written into NTP shared memory unit") == std::string::npos;
         ++i) {
        write(3s);
        pass(20ms);
    }
    EXPECT_THAT(kept_.said(), ::testing::StartsWith("-"));
    EXPECT_THAT(kept_.said(), HasSubstr("is refused: it is more than 2 s old"));
    for (int i = 0; i < 500 && kept_.said().find("its writer says that it does not have the time") == std::string::npos;
         ++i) {
        write(0ns, 3);
        pass(20ms);
    }
    EXPECT_THAT(kept_.said(), HasSubstr("is refused: its writer says that it does not have the time"));
    run_until_said("-nobody writes");
}

TEST_F(ShmTest, MovesToTheNewSegmentWhereTheOldOneWasRemoved) {
    ShmSettings impatient = settings();
    impatient.silence = 20ms;
    ShmRefclock clock{io_, counter_, kept_, 7, impatient};
    clock.start();
    const int old = id();
    remove();
    run_until([&] { return id() >= 0 && id() != old; });
    attach();
    write();
    run_until_kept<OffsetSample>(1);
}

TEST_F(ShmTest, ReadsASegmentOf32Bits) {
    attach(sizeof(Narrow));
    auto* const narrow = reinterpret_cast<Narrow*>(segment_);
    *narrow = Narrow{};
    narrow->receive_seconds = static_cast<std::int32_t>(realtime() / kSecond);
    narrow->receive_microseconds = 0;
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    run_until_kept<Label>(1);
    EXPECT_EQ(format_utc(kept_.of<Label>().front().time), "2026-11-22T00:21:38Z");
    EXPECT_EQ(narrow->valid, 0);
}

TEST_F(ShmTest, SaysWhatIsWrongWithASegmentThatIsTooSmall) {
    ASSERT_GE(::shmget(key(), 16, IPC_CREAT | 0666), 0);
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    clock.start();
    EXPECT_THAT(kept_.said(), HasSubstr("too small to be NTP shared memory: remove it with ipcrm -M 0x4e54"));
    remove();
    attach();
    write();
    run_until_kept<OffsetSample>(1);
}

/// What the driver says to a user who has no rights of his own, of a segment that nobody may use; in a process with
/// shared memory of its own where that may be. The exit code is 0 where it has `words`.
[[noreturn]] void say_as_nobody(ShmSettings settings, const std::string& words) {
    constexpr uid_t kNobody = 65534;
    const bool is_root = ::geteuid() == 0;
    const bool is_apart = !is_root || ::unshare(CLONE_NEWIPC) == 0;
    const bool is_made =
        is_apart && ::shmget(static_cast<key_t>(0x4e545030U + settings.unit), sizeof(Wide), IPC_CREAT) >= 0;
    const bool is_nobody = is_made && (!is_root || ::setuid(kNobody) == 0);
    boost::asio::io_context io;
    Counter counter;
    Keeper kept;
    ShmRefclock clock{io, counter, kept, 7, settings};
    clock.start();
    ::_exit(is_nobody && kept.said().find(words) != std::string::npos ? 0 : 1);
}

TEST_F(ShmTest, SaysWhatToDoWhereASegmentForEverybodyIsNot) {
    EXPECT_EXIT(say_as_nobody(settings(), "or remove it with ipcrm -M 0x4e54"), ::testing::ExitedWithCode(0), "");
}

TEST_F(ShmTest, SaysWhatToDoWhereAPrivateSegmentIsAnothersOwn) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can have units 0 and 1 apart from those of this host";
    }
    ShmSettings wanted = settings();
    wanted.unit = 1;
    EXPECT_EXIT(say_as_nobody(wanted, "configure a unit from 2 on"), ::testing::ExitedWithCode(0), "");
}

TEST_F(ShmTest, SaysNothingMoreOnceItIsStopped) {
    attach();
    ShmRefclock clock{io_, counter_, kept_, 7, settings()};
    kept_.on_each = [&] { clock.stop(); };
    write();
    clock.start();
    run_until_kept<DeviceState>(1);
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), 1U);
}

}  // namespace
}  // namespace tokimori
