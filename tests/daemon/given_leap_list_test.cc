#include "server/daemon/given_leap_list.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/leap/leap_list_text.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

class GivenLeapListTest : public ::testing::Test {
protected:
    GivenLeapListTest() { write(text_); }
    void write(const std::string& text) { std::ofstream{counts_.file} << text; }
    GivenLeapList given() { return given_leap_list(counts_, *host_file_steps()); }

    ScratchDirectory directory_;
    const std::string text_ = testing::with_hash("#$ 3992544000\n#@ 4023000000\n2272060800 10\n");
    LoadedLeapTable counts_{.table = *LeapTable::parse(text_).table,
                            .from_list = true,
                            .file = directory_.file("leap-seconds.list"),
                            .given = true};
};

TEST_F(GivenLeapListTest, IsTheTextOfTheFileThatCounts) {
    EXPECT_TRUE(given().given);
    EXPECT_EQ(given().text, text_);
    counts_.given = false;
    EXPECT_FALSE(given().given) << "it came with the host";
}

TEST_F(GivenLeapListTest, HasNoTextWhereTheFileHoldsAnotherListOrNone) {
    counts_.table = LeapTable::built_in();
    EXPECT_EQ(given().text, "") << "the one that counts was not kept";
    write("#$\t1\n");
    EXPECT_EQ(given().text, "");
    std::filesystem::remove(counts_.file);
    EXPECT_EQ(given().text, "");
    EXPECT_TRUE(given().given);
}

TEST_F(GivenLeapListTest, OutlivesAFileThatCannotBeRead) {
    std::filesystem::remove(counts_.file);
    std::filesystem::create_directory(counts_.file);
    EXPECT_EQ(given().text, "");
    EXPECT_TRUE(given().given);
}

}  // namespace
}  // namespace tokimori
