#include "refclocks/output_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokimori {
namespace {

using ::testing::HasSubstr;

TEST(GpioOutputLine, SaysWhyALineCannotBeHad) {
    const auto number = make_gpio_output_line("", "18", false)->open();
    ASSERT_TRUE(number);
    EXPECT_THAT(*number, HasSubstr("name its chip"));
    const auto line = make_gpio_output_line("no-such-chip", "18", true)->open();
    ASSERT_TRUE(line);
    EXPECT_THAT(*line, HasSubstr("GPIO chip"));
}

TEST(GpioOutputLine, MayBeClosedWithoutHavingBeenOpen) {
    const auto line = make_gpio_output_line("no-such-chip", "18", false);
    line->close();
    EXPECT_TRUE(line->open());
    line->close();
}

}  // namespace
}  // namespace tokimori
