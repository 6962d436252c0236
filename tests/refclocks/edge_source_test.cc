#include "refclocks/edge_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokimori {
namespace {

using ::testing::HasSubstr;

TEST(GpioEdgeSource, AsksForTheChipOfALineNumber) {
    const auto source = make_gpio_edge_source("", "18");
    const std::optional<std::string> fault = source->open();
    ASSERT_TRUE(fault);
    EXPECT_THAT(*fault, HasSubstr("line 18 is a number: name its chip"));
}

TEST(GpioEdgeSource, SaysWhyAChipOrALineCannotBeHad) {
    for (const auto& [chip, line] : {std::pair{"no-such-chip", "18"}, std::pair{"", "no such line"}}) {
        const auto source = make_gpio_edge_source(chip, line);
        const std::optional<std::string> fault = source->open();
        ASSERT_TRUE(fault);
        EXPECT_THAT(*fault, HasSubstr("GPIO chip"));
        EXPECT_THAT(*fault, HasSubstr(": "));
        EXPECT_EQ(source->descriptor(), -1);
    }
}

TEST(GpioEdgeSource, MayBeClosedWithoutHavingBeenOpen) {
    const auto source = make_gpio_edge_source("no-such-chip", "18");
    source->close();
    EXPECT_EQ(source->descriptor(), -1);
}

}  // namespace
}  // namespace tokimori
