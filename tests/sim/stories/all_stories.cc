#include "tests/sim/stories/sources.h"

namespace tokimori::sim {

std::vector<Story> all_stories() {
    std::vector<Story> all;
    for (const auto& some : {stories_of_beginnings(), stories_of_pulses(), stories_of_labels(),
                             stories_of_falsetickers(), stories_of_equals(), stories_of_spoofing(), stories_of_loss(),
                             stories_of_the_host(), stories_of_restarts(), stories_of_all_together()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

}  // namespace tokimori::sim
