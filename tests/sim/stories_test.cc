#include <gtest/gtest.h>

#include <cctype>
#include <iostream>

#include "tests/sim/stories/sources.h"

namespace tokimori::sim {
namespace {

constexpr unsigned kSeeds = 3;

const std::vector<Story>& stories() {
    static const std::vector<Story> all = all_stories();
    return all;
}

class Stories : public testing::TestWithParam<std::tuple<std::size_t, unsigned>> {};

TEST_P(Stories, GoAsTheyShould) {
    const Story& story = stories()[std::get<0>(GetParam())];
    const Outcome outcome = tell(story, std::get<1>(GetParam()));
    for (const std::string& complaint : outcome.complaints) {
        ADD_FAILURE() << story.name << ": " << complaint;
    }
    if (!story.observable) {
        std::cout << story.name << ": served time was off by up to " << outcome.excursion.count() << " ns; "
                  << (outcome.noticed < 0 ? "nobody noticed"
                                          : "noticed after " + std::to_string(outcome.noticed) + " s")
                  << '\n';
    }
}

// "Pulses alone are never served" becomes PulsesAloneAreNeverServed.
std::string title(const testing::TestParamInfo<std::tuple<std::size_t, unsigned>>& info) {
    std::string words;
    bool begins = true;
    for (const char c : stories()[std::get<0>(info.param)].name) {
        const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (letter) {
            words.push_back(begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
        }
        begins = !letter;
    }
    return words + "_" + std::to_string(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Told, Stories,
                         testing::Combine(testing::Range(std::size_t{0}, stories().size()),
                                          testing::Range(1U, kSeeds + 1)),
                         title);

}  // namespace
}  // namespace tokimori::sim
