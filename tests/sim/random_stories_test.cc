#include <gtest/gtest.h>

#include "tests/sim/random_story.h"

namespace tokimori::sim {
namespace {

constexpr std::uint64_t kSeeds = 40;

class RandomStories : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomStories, GoAsTheyShould) {
    const Story story = random_story(GetParam());
    const Outcome outcome = tell(story, static_cast<unsigned>(GetParam()));
    for (const std::string& complaint : outcome.complaints) {
        ADD_FAILURE() << complaint << '\n' << words_of(story);
    }
}

INSTANTIATE_TEST_SUITE_P(Told, RandomStories, testing::Range(std::uint64_t{1}, kSeeds + 1));

TEST(RandomStory, IsTheSameForTheSameSeed) {
    EXPECT_EQ(words_of(random_story(7)), words_of(random_story(7)));
    EXPECT_NE(words_of(random_story(7)), words_of(random_story(8)));
}

}  // namespace
}  // namespace tokimori::sim
