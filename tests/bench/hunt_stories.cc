// Tells random stories and prints those that did not go as they should: tests/bench/README.md.

#include <cstdio>
#include <cstdlib>

#include "tests/sim/random_story.h"

int main(int count, char** arguments) {
    using namespace tokimori::sim;
    if (count != 3) {
        std::fputs("hunt_stories FIRST_SEED COUNT\n", stderr);
        return 2;
    }
    const std::uint64_t first = std::strtoull(arguments[1], nullptr, 10);
    const std::uint64_t stories = std::strtoull(arguments[2], nullptr, 10);
    std::uint64_t failed = 0;
    for (std::uint64_t seed = first; seed < first + stories; ++seed) {
        const Story story = random_story(seed);
        const Outcome outcome = tell(story, static_cast<unsigned>(seed));
        failed += outcome.complaints.empty() ? 0U : 1U;
        if (!outcome.complaints.empty()) {
            std::printf("%s\n%s", story.name.c_str(), words_of(story).c_str());
        }
        for (const std::string& complaint : outcome.complaints) {
            std::printf("  ! %s\n", complaint.c_str());
        }
    }
    std::printf("%llu of %llu stories did not go as they should\n", static_cast<unsigned long long>(failed),
                static_cast<unsigned long long>(stories));
    return failed == 0 ? 0 : 1;
}
