#include "server/daemon/spare_memory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <string>

namespace tokimori {
namespace {

/// The KiB that /proc/self/status tells under this name.
std::size_t told_as(const std::string& name) {
    std::ifstream status{"/proc/self/status"};
    std::string word;
    std::size_t kib = 0;
    while (status >> word) {
        if (word == name + ":") {
            status >> kib;
        }
    }
    return kib;
}

TEST(SpareMemory, PagesOfTheProgramAreGivenBackAndComeWhenTheyAreNeeded) {
    const std::size_t before = told_as("RssFile");
    ASSERT_GT(before, 0U);
    give_back_start_pages();
    EXPECT_LT(told_as("RssFile"), before);
}

}  // namespace
}  // namespace tokimori
