#include "server/tokictl/probe_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tokimori {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kKinds = static_cast<int>(FindingKind::kSharedMemoryHidden) + 1;

TEST(FindingWords, EveryKindHasAnIdOfItsOwnAndSentencesInBothLanguages) {
    std::set<std::string_view> ids;
    for (int kind = 0; kind < kKinds; ++kind) {
        const Finding finding{static_cast<FindingKind>(kind), Severity::kNote, "SUBJECT", "DETAIL"};
        ids.insert(id_of(finding));
        for (const Language language : {Language::kEnglish, Language::kJapanese}) {
            EXPECT_THAT(sentence(finding, language), Not(IsEmpty())) << kind;
            EXPECT_THAT(sentence(finding, language) + remedy(finding, language), Not(HasSubstr("{"))) << kind;
        }
        EXPECT_NE(sentence(finding, Language::kEnglish), sentence(finding, Language::kJapanese)) << kind;
        EXPECT_EQ(remedy(finding, Language::kEnglish).empty(), remedy(finding, Language::kJapanese).empty()) << kind;
    }
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(kKinds));
}

TEST(FindingWords, BothLanguagesNameTheSameThings) {
    for (int kind = 0; kind < kKinds; ++kind) {
        const Finding finding{static_cast<FindingKind>(kind), Severity::kNote, "SUBJECT", "DETAIL"};
        for (const char* const name : {"SUBJECT", "DETAIL"}) {
            const auto names = [&](Language language) {
                return (sentence(finding, language) + remedy(finding, language)).find(name) != std::string::npos;
            };
            EXPECT_EQ(names(Language::kEnglish), names(Language::kJapanese)) << id_of(finding) << ' ' << name;
        }
    }
}

MachineView with_gpsd_and_pulses() {
    MachineView view;
    view.user = {"pi", 1000, {1000}};
    view.ntp_port_privileged = false;
    view.gpsd.state = GpsdState::kAnswers;
    view.gpsd.devices = {{"/dev/ttyS0", "u-blox", true}};
    view.pps_devices = {{"/dev/pps0", {0, 20, 0640, "dialout"}, "", Activity::kActive}};
    return view;
}

std::vector<Finding> find_in(const MachineView& view) {
    return findings_of(view, propose(view));
}

TEST(Findings, AUserOutsideTheGroupIsToldOfIt) {
    MachineView view = with_gpsd_and_pulses();
    const std::vector<Finding> found = find_in(view);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(id_of(found[0]), "forbidden-to-group");
    EXPECT_EQ(found[0].severity, Severity::kWarning);
    EXPECT_THAT(remedy(found[0], Language::kEnglish), HasSubstr("sudo usermod -aG dialout pi,"));
    view.user.groups.push_back(20);
    EXPECT_THAT(find_in(view), IsEmpty());
}

TEST(Findings, AGpioChipMustBeWritable) {
    MachineView view = with_gpsd_and_pulses();
    view.user.groups.push_back(20);
    view.pps_devices.clear();
    GpioChip chip{"/dev/gpiochip0", {0, 20, 0640, "dialout"}};
    chip.lines = {{4, "PPS", "", false}};
    view.gpio_chips = {chip};
    ASSERT_EQ(find_in(view).size(), 1U);
    EXPECT_EQ(id_of(find_in(view)[0]), "forbidden-to-all");
    EXPECT_EQ(find_in(view)[0].subject, "/dev/gpiochip0");
    view.gpio_chips[0].access.mode = 0660;
    EXPECT_THAT(find_in(view), IsEmpty());
}

TEST(Findings, ThePortIsOnlyAPrivilegeForOrdinaryUsers) {
    MachineView view = with_gpsd_and_pulses();
    view.user = {"root", 0, {0}};
    view.ntp_port_privileged = true;
    EXPECT_THAT(find_in(view), IsEmpty());
}

TEST(Findings, SharedMemoryThatCannotBeSeenMattersOnlyWithoutGpsd) {
    MachineView view = with_gpsd_and_pulses();
    view.user.groups.push_back(20);
    view.shared_memory = {{0, {0, 0, 0600, "root"}, Activity::kUnknown}};
    EXPECT_THAT(find_in(view), IsEmpty());
    view.gpsd = {};
    ASSERT_EQ(find_in(view).size(), 2U);
    EXPECT_EQ(id_of(find_in(view)[1]), "shared-memory-hidden");
}

TEST(Findings, TheGravestComesFirst) {
    MachineView view = with_gpsd_and_pulses();
    view.ntp_port_taken = true;
    view.ntp_port_privileged = true;
    const std::vector<Finding> found = find_in(view);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].severity, Severity::kProblem);
    EXPECT_EQ(found[1].severity, Severity::kWarning);
    EXPECT_EQ(found[2].severity, Severity::kNote);
}

}  // namespace
}  // namespace tokimori
