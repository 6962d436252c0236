#include "server/daemon/state_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/daemon/kept_state.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// The text with a line exchanged, proved whole again.
std::string with_line(const std::string& text, const std::string& key, const std::string& value) {
    const std::size_t begin = text.find('\n' + key + ' ') + 1;
    const std::size_t end = text.find('\n', begin);
    const std::string body = text.substr(0, text.find("crc32 "));
    return sealed(body.substr(0, begin) + key + ' ' + value + body.substr(end));
}

TEST(StateText, ComesBackAsItWas) {
    for (const int seed : {0, 1, -5}) {
        KeptState kept = kept_state(seed);
        kept.laboratory = seed == 1;
        const std::string text = state_text(kept);
        const StateResult read = parse_state(text);
        ASSERT_TRUE(read.state) << read.error;
        EXPECT_EQ(state_text(*read.state), text);
        EXPECT_EQ(read.state->memory.rate, kept.memory.rate);
        EXPECT_EQ(read.state->memory.rate_bound, kept.memory.rate_bound);
        EXPECT_EQ(read.state->memory.saved, kept.memory.saved);
        EXPECT_EQ(read.state->memory.saved_local, kept.memory.saved_local);
        EXPECT_EQ(read.state->memory.valid_until, kept.memory.valid_until);
        EXPECT_EQ(read.state->memory.refid, kept.memory.refid);
        EXPECT_EQ(read.state->memory.stratum, kept.memory.stratum);
        EXPECT_EQ(read.state->memory.leap, kept.memory.leap);
        EXPECT_EQ(read.state->memory.leap_policy, kept.memory.leap_policy);
        for (const auto later : {0s, 2s, 5s, 86'400s}) {
            const LocalInstant at = kept.memory.saved_local + later;
            EXPECT_EQ(read.state->memory.model.tai_at(at), kept.memory.model.tai_at(at));
            EXPECT_EQ(read.state->memory.model.dispersion_at(at), kept.memory.model.dispersion_at(at));
        }
        EXPECT_EQ(read.state->boot_id, kept.boot_id);
        EXPECT_EQ(read.state->asleep, kept.asleep);
        EXPECT_EQ(read.state->laboratory, kept.laboratory);
        EXPECT_EQ(read.state->machine, kept.machine);
    }
}

TEST(StateText, ADeadlineThatIsOverStaysOver) {
    KeptState kept = kept_state();
    kept.memory.valid_until = LocalInstant::min();
    const StateResult read = parse_state(state_text(kept));
    ASSERT_TRUE(read.state) << read.error;
    EXPECT_LE(read.state->memory.valid_until, LocalInstant{});
}

TEST(StateText, AnUnknownBootStaysUnknown) {
    KeptState kept = kept_state();
    for (const char* id : {"", "nonsense", "0b5f7c1e-9f3f-4a54-8a55-3f1d8f3c2a1\n"}) {
        kept.boot_id = id;
        const StateResult read = parse_state(state_text(kept));
        ASSERT_TRUE(read.state) << read.error;
        EXPECT_EQ(read.state->boot_id, "");
    }
}

// A state without its checksum, as an older version would have written it: the lines are taken out that begin with
// these words.
std::string older(std::string text, const std::string& version, const std::vector<std::string>& without) {
    text = text.substr(0, text.find("crc32 "));
    for (const std::string& word : without) {
        const std::size_t line = text.find("\n" + word) + 1;
        text.erase(line, text.find('\n', line) + 1 - line);
    }
    return text.replace(text.find("state 4"), 7, "state " + version);
}

const std::vector<std::string> kDecided{"decided_leap_day", "decided_leap_kind", "decided_by ", "decided_by_hand",
                                        "decided_beside"};

TEST(StateText, AFileFromBeforeMachinesWereToldApartIsRead) {
    KeptState kept = kept_state();
    kept.memory.leap.counted = {LeapEvent{17'166, LeapKind::kInsert}};
    std::vector<std::string> without = kDecided;
    without.insert(without.end(), {"machine", "leaps_counted"});
    std::string text = older(state_text(kept), "2", without);
    text.replace(text.find("counted_leap_day"), 16, "last_leap_day");
    text.replace(text.find("counted_leap_kind"), 17, "last_leap_kind");
    const StateResult read = parse_state(sealed(text));
    ASSERT_TRUE(read.state) << read.error;
    EXPECT_EQ(read.state->machine, "");
    EXPECT_EQ(read.state->memory.rate, kept_state().memory.rate);
    EXPECT_EQ(read.state->memory.leap.counted, kept.memory.leap.counted);
    EXPECT_EQ(read.state->memory.leap.decided, DecidedLeap{});
    text.replace(text.find("state 2"), 7, "state 3");
    EXPECT_FALSE(parse_state(sealed(text)).state);
}

TEST(StateText, AFileFromBeforeItWasKeptWhoDecidedIsRead) {
    const std::string text = older(state_text(kept_state()), "3", kDecided);
    const StateResult read = parse_state(sealed(text));
    ASSERT_TRUE(read.state) << read.error;
    LeapMemory expected = kept_state().memory.leap;
    expected.decided = {};
    EXPECT_EQ(read.state->memory.leap, expected);
    EXPECT_EQ(read.state->machine, kept_state().machine);
    EXPECT_FALSE(parse_state(sealed(older(state_text(kept_state()), "3", {}))).state);
    EXPECT_FALSE(parse_state(sealed(older(state_text(kept_state()), "5", {}))).state);
}

TEST(StateText, AnUnknownMachineStaysUnknown) {
    KeptState kept = kept_state();
    for (const char* machine : {"", "nonsense", "0123456789ABCDEF", "0123456789abcde\n"}) {
        kept.machine = machine;
        const StateResult read = parse_state(state_text(kept));
        ASSERT_TRUE(read.state) << read.error;
        EXPECT_EQ(read.state->machine, "");
    }
}

TEST(MachineIdentity, TellsTextsApartAndNotHowTheyEnd) {
    const std::string board = machine_identity("100000003d1d1c36");
    EXPECT_EQ(board.size(), 16U);
    EXPECT_EQ(machine_identity(std::string{"100000003d1d1c36\0", 17}), board);
    EXPECT_EQ(machine_identity("100000003d1d1c36\n"), board);
    EXPECT_NE(machine_identity("100000003d1d1c37"), board);
    EXPECT_EQ(board.find("3d1d"), std::string::npos);
}

TEST(MachineIdentity, IsNothingWhereThereIsNothing) {
    EXPECT_EQ(machine_identity(""), "");
    EXPECT_EQ(machine_identity("\n"), "");
    EXPECT_EQ(machine_identity("0000000000000000\n"), "");
    EXPECT_EQ(machine_identity(std::string(4, '\0')), "");
}

TEST(StateText, EveryOctetThatIsChangedLeftOutOrAddedIsNoticed) {
    const std::string text = state_text(kept_state());
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const int flipped : {1, 2, 4, 16, 32, 64}) {
            std::string changed = text;
            changed[i] = static_cast<char>(changed[i] ^ flipped);
            EXPECT_FALSE(parse_state(changed).state) << i << ' ' << flipped;
        }
        EXPECT_FALSE(parse_state(text.substr(0, i)).state) << i;
        EXPECT_FALSE(parse_state(text.substr(0, i) + text.substr(i + 1)).state) << i;
        EXPECT_FALSE(parse_state(text.substr(0, i) + '0' + text.substr(i)).state && text[i] != '0') << i;
    }
    EXPECT_FALSE(parse_state(text + '\n').state);
    EXPECT_FALSE(parse_state(text + text).state);
    EXPECT_FALSE(parse_state(std::string(100'000, '\n')).state);
}

TEST(StateText, SaysWhatIsWrong) {
    const std::string text = state_text(kept_state());
    EXPECT_THAT(parse_state("").error, HasSubstr("no state"));
    EXPECT_THAT(parse_state("drift -12.345\n").error, HasSubstr("no state"));
    EXPECT_THAT(parse_state(text.substr(0, text.size() / 2)).error, HasSubstr("damaged"));
    EXPECT_THAT(parse_state("tokimori clock state 5\nwhatever\n").error, HasSubstr("another version"));
    EXPECT_THAT(parse_state(sealed("tokimori clock state 1\n")).error, HasSubstr("another version"));
    EXPECT_THAT(parse_state(sealed("tokimori clock state 2\n")).error, HasSubstr("impossible"));
    EXPECT_THAT(parse_state(sealed("tokimori clock state 3\n")).error, HasSubstr("impossible"));
}

struct Impossible {
    const char* key;
    const char* value;
};

class ImpossibleState : public ::testing::TestWithParam<Impossible> {};

TEST_P(ImpossibleState, IsRefusedThoughTheFileIsWhole) {
    const std::string text = state_text(kept_state());
    ASSERT_TRUE(parse_state(text).state);
    EXPECT_THAT(parse_state(with_line(text, GetParam().key, GetParam().value)).error, HasSubstr("impossible"));
}

INSTANTIATE_TEST_SUITE_P(
    All, ImpossibleState,
    ::testing::Values(
        Impossible{"boot", "../../etc"}, Impossible{"boot", ""}, Impossible{"machine", "0123456789ABCDEF"},
        Impossible{"machine", "0123"}, Impossible{"asleep", "-1"}, Impossible{"laboratory", "2"},
        Impossible{"rate", "1e3"}, Impossible{"rate", "9223372036854775807"}, Impossible{"rate", "9223372036854775808"},
        Impossible{"rate", "+5"}, Impossible{"rate", " 5"}, Impossible{"rate", "05"}, Impossible{"rate", "-0"},
        Impossible{"rate", ""}, Impossible{"leap_day", "-1"}, Impossible{"leap_kind", "2"},
        Impossible{"leap_voices", "1001"}, Impossible{"leap_trusted", "2"}, Impossible{"leap_mode", "2"},
        Impossible{"leap_smear_minutes", "59"}, Impossible{"leaps_counted", "9"}, Impossible{"leaps_counted", "1"},
        Impossible{"decided_leap_day", "-1"}, Impossible{"decided_leap_kind", "2"}, Impossible{"decided_by", "7"},
        Impossible{"decided_by_hand_alone", "2"}, Impossible{"decided_beside_table", "-1"},
        Impossible{"counted_leap_day", "1000000"}, Impossible{"counted_leap_kind", "0"}, Impossible{"rate_bound", "-1"},
        Impossible{"saved", "-1"}, Impossible{"saved", "1795823000000000000"},
        Impossible{"saved_local", "9000000000000000000"}, Impossible{"anchor_tai", "9223372036854775807"},
        Impossible{"slew_end", "3598000000000"}, Impossible{"dispersion", "-1"}, Impossible{"dispersion_rate", "-1"},
        Impossible{"valid_until", "-1"}, Impossible{"refid", "5050530"}, Impossible{"refid", "50505X00"},
        Impossible{"stratum", "0"}, Impossible{"stratum", "16"}));

/// A disk of paper: what is in memory, what is on the platter, and a moment at which everything ends.
class Disk : public FileSteps {
public:
    using Content = std::shared_ptr<std::string>;
    struct File {
        Content seen = std::make_shared<std::string>();     ///< what a reader of this kernel sees
        Content durable = std::make_shared<std::string>();  ///< what is there after a power cut
    };
    using Names = std::map<std::string, File>;

    /// After so many steps nothing happens any more; the last of them happens to a `part` of it only.
    void die_after(int steps) { left_ = steps; }
    /// The step of that number fails with `error`, and all goes on.
    void fail(int step, int error) {
        failing_ = step;
        error_ = error;
    }
    int steps() const { return count_; }

    /// What a next program finds: the kernel went on.
    void revive() {
        left_ = INT_MAX;
        failing_ = INT_MAX;
        count_ = 0;
    }
    /// What the next boot finds. `names`: renames had come to the disk by themselves; `contents`: so had what was
    /// written.
    void cut_power(bool names, bool contents) {
        Names found = names ? seen_ : durable_;
        for (auto& [name, file] : found) {
            const std::string text = contents ? *file.seen : *file.durable;
            file = File{std::make_shared<std::string>(text), std::make_shared<std::string>(text)};
        }
        seen_ = durable_ = found;
        revive();
    }
    void put(const std::string& path, const std::string& text) {
        seen_[path] = File{std::make_shared<std::string>(text), std::make_shared<std::string>(text)};
        durable_ = seen_;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& [name, file] : seen_) {
            names.push_back(name);
        }
        return names;
    }

    int read(const std::string& path, std::size_t limit, std::string& text) override {
        if (const int error = step()) {
            return error;
        }
        const auto found = seen_.find(path);
        if (found == seen_.end()) {
            return ENOENT;
        }
        text = found->second.seen->substr(0, limit);
        return 0;
    }
    int create(const std::string& path) override {
        if (const int error = step()) {
            return error;
        }
        open_ = seen_.try_emplace(path).first->second;
        open_.seen->clear();
        return 0;
    }
    int write(std::string_view text) override {
        // A program may be killed in the middle of it.
        const bool is_last = left_ == 1;
        if (const int error = step()) {
            return error;
        }
        *open_.seen += text.substr(0, is_last ? text.size() / 2 : text.size());
        return 0;
    }
    int sync() override {
        if (const int error = step()) {
            return error;
        }
        *open_.durable = *open_.seen;
        return 0;
    }
    int close() override { return step(); }
    int rename(const std::string& from, const std::string& to) override {
        if (const int error = step()) {
            return error;
        }
        seen_[to] = seen_.at(from);
        seen_.erase(from);
        return 0;
    }
    int sync_directory(const std::string&) override {
        if (const int error = step()) {
            return error;
        }
        durable_ = seen_;
        return 0;
    }
    int remove(const std::string& path) override {
        if (const int error = step()) {
            return error;
        }
        return seen_.erase(path) > 0 ? 0 : ENOENT;
    }
    int room(const std::string&) override { return step(); }

private:
    int step() {
        if (left_ <= 0) {
            return EIO;
        }
        --left_;
        return count_++ == failing_ ? error_ : 0;
    }

    Names seen_;
    Names durable_;
    File open_;
    int left_ = INT_MAX;
    int failing_ = INT_MAX;
    int error_ = 0;
    int count_ = 0;
};

class StateOnDisk : public ::testing::Test {
protected:
    static constexpr const char* kPath = "/state/clock.state";

    /// Which of the two that are written one after the other is there: 1, 2, or 0 for neither.
    int found() {
        StateFile next{"/state", false, disk_};
        const StateResult read = next.load();
        EXPECT_THAT(read.error, IsEmpty());
        if (!read.state) {
            return 0;
        }
        const std::string text = state_text(*read.state);
        return text == state_text(kept_state(1)) ? 1 : (text == state_text(kept_state(2)) ? 2 : -1);
    }
    /// An old one lies there for certain, a new one is being written when everything ends after `steps`.
    void begin_and_die_after(int steps) {
        disk_ = Disk{};
        ASSERT_EQ(file_.save(kept_state(1)), "");
        disk_.revive();
        disk_.die_after(steps);
        file_.save(kept_state(2));
    }

    Disk disk_;
    StateFile file_{"/state", false, disk_};
};

TEST_F(StateOnDisk, TheFirstIsMadeAndTheNextTakesItsPlace) {
    EXPECT_EQ(found(), 0);
    EXPECT_EQ(file_.save(kept_state(1)), "");
    EXPECT_EQ(found(), 1);
    EXPECT_EQ(file_.save(kept_state(2)), "");
    EXPECT_EQ(found(), 2);
    EXPECT_THAT(disk_.names(), ElementsAre(kPath));
}

TEST_F(StateOnDisk, WhoeverIsKilledAtAnyStepLeavesTheOldOneOrTheNewOne) {
    ASSERT_EQ(file_.save(kept_state(1)), "");
    const int steps = disk_.steps();
    ASSERT_GE(steps, 6);
    int before = 1;
    for (int dies = 0; dies <= steps; ++dies) {
        begin_and_die_after(dies);
        disk_.revive();
        const int now = found();
        EXPECT_GE(now, before) << "after " << dies;
        before = now;
    }
    EXPECT_EQ(before, 2);
}

TEST_F(StateOnDisk, APowerCutAtAnyStepLeavesTheOldOneOrTheNewOne) {
    for (int dies = 0; dies <= 7; ++dies) {
        for (const bool names : {false, true}) {
            for (const bool contents : {false, true}) {
                begin_and_die_after(dies);
                disk_.cut_power(names, contents);
                const int now = found();
                EXPECT_TRUE(now == 1 || now == 2) << now << " after " << dies << ' ' << names << contents;
            }
        }
    }
    ASSERT_EQ(file_.save(kept_state(1)), "");
    ASSERT_EQ(file_.save(kept_state(2)), "");
    disk_.cut_power(false, false);
    EXPECT_EQ(found(), 2) << "what was called saved is saved";
}

TEST_F(StateOnDisk, WhatIsLeftOfADeadProgramIsNoHindrance) {
    begin_and_die_after(2);
    disk_.revive();
    ASSERT_THAT(disk_.names(), ElementsAre(kPath, std::string(kPath) + ".new"));
    EXPECT_EQ(file_.save(kept_state(2)), "");
    EXPECT_EQ(found(), 2);
    EXPECT_THAT(disk_.names(), ElementsAre(kPath));
}

TEST_F(StateOnDisk, AStepThatFailsIsToldAndTheOldOneStands) {
    for (int fails = 0; fails < 5; ++fails) {
        disk_ = Disk{};
        ASSERT_EQ(file_.save(kept_state(1)), "");
        disk_.revive();
        disk_.fail(fails, ENOSPC);
        EXPECT_THAT(file_.save(kept_state(2)), HasSubstr("No space left")) << fails;
        EXPECT_EQ(found(), 1) << fails;
        EXPECT_THAT(disk_.names(), ElementsAre(kPath)) << fails;
    }
}

TEST_F(StateOnDisk, WhatIsRefusedIsSetAsideAndMakesRoom) {
    for (const char* text : {"", "rubbish", "tokimori clock state 99\n"}) {
        disk_ = Disk{};
        disk_.put(kPath, text);
        const StateResult read = file_.load();
        EXPECT_FALSE(read.state);
        EXPECT_THAT(read.error, StartsWith(kPath));
        EXPECT_THAT(disk_.names(), ElementsAre(std::string(kPath) + ".refused"));
        EXPECT_EQ(found(), 0) << "told once";
        EXPECT_EQ(file_.save(kept_state(1)), "");
        EXPECT_EQ(found(), 1);
    }
}

TEST_F(StateOnDisk, ALaboratoryHasAFileOfItsOwn) {
    StateFile laboratory{"/state", true, disk_};
    ASSERT_EQ(file_.save(kept_state(1)), "");
    EXPECT_FALSE(laboratory.load().state);
    ASSERT_EQ(laboratory.save(kept_state(2)), "");
    EXPECT_EQ(found(), 1);
    EXPECT_EQ(laboratory.forget(), "");
    EXPECT_THAT(disk_.names(), ElementsAre(kPath));
}

TEST_F(StateOnDisk, ForgettingRemovesItForGood) {
    EXPECT_EQ(file_.forget(), "") << "nothing to forget is no error";
    ASSERT_EQ(file_.save(kept_state(1)), "");
    EXPECT_EQ(file_.forget(), "");
    disk_.cut_power(false, true);
    EXPECT_EQ(found(), 0);
    disk_.revive();
    disk_.fail(0, EACCES);
    EXPECT_THAT(file_.forget(), HasSubstr("Permission denied"));
}

class RealStateFile : public ::testing::Test {
protected:
    RealStateFile() {
        std::string name = (std::filesystem::temp_directory_path() / "tokimori-state-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~RealStateFile() override { std::filesystem::remove_all(directory_); }

    std::filesystem::path directory_;
    std::unique_ptr<FileSteps> steps_ = host_file_steps();
};

TEST_F(RealStateFile, IsWrittenReadAndForgotten) {
    StateFile file{directory_, false, *steps_};
    EXPECT_FALSE(file.load().state);
    EXPECT_EQ(file.load().error, "");
    EXPECT_EQ(file.save(kept_state(1)), "");
    EXPECT_EQ(file.save(kept_state(2)), "");
    const StateResult read = StateFile{directory_, false, *steps_}.load();
    ASSERT_TRUE(read.state) << read.error;
    EXPECT_EQ(state_text(*read.state), state_text(kept_state(2)));
    EXPECT_EQ(file.forget(), "");
    EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(RealStateFile, ADirectoryThatIsMissingOrNoneIsToldWithARemedy) {
    EXPECT_THAT((StateFile{directory_ / "absent", false, *steps_}.save(kept_state())),
                AllOf(HasSubstr("No such file"), HasSubstr("[state]")));
    std::ofstream{directory_ / "file"} << "x";
    EXPECT_THAT((StateFile{directory_ / "file", false, *steps_}.save(kept_state())), HasSubstr("Not a directory"));
    EXPECT_THAT((StateFile{directory_ / "file", false, *steps_}.load().error), HasSubstr("Not a directory"));
}

TEST_F(RealStateFile, ADirectoryOrAHugeFileInItsPlaceIsNoState) {
    StateFile file{directory_, false, *steps_};
    std::filesystem::create_directory(file.path());
    EXPECT_THAT(file.load().error, HasSubstr("Is a directory"));
    EXPECT_THAT(file.save(kept_state()), HasSubstr("Is a directory"));
    std::filesystem::remove(file.path());
    std::ofstream{file.path()} << std::string(1 << 20, 'x');
    EXPECT_THAT(file.load().error, HasSubstr("kept as"));
}

}  // namespace
}  // namespace tokimori
