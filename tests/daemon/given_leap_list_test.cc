#include "server/daemon/given_leap_list.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tokimori {
namespace {

TEST(GivenLeapList, IsTheTextOfTheFileThatCountsWhereItWasGiven) {
    const auto path = std::filesystem::temp_directory_path() / ("tokimori-given-" + std::to_string(::getpid()));
    std::ofstream{path} << "#$\t1\n";
    LoadedLeapTable counts{.table = LeapTable::built_in(), .from_list = true, .file = path.string(), .given = true};
    EXPECT_EQ(given_leap_list(counts), "#$\t1\n");
    counts.given = false;
    EXPECT_EQ(given_leap_list(counts), "") << "it came with the host";
    counts.given = true;
    std::filesystem::remove(path);
    EXPECT_EQ(given_leap_list(counts), "") << "it was not kept";
}

}  // namespace
}  // namespace tokimori
