#include "server/daemon/given_leap_list.h"

namespace tokimori {

GivenLeapList given_leap_list(const LoadedLeapTable& counts, FileSteps& steps) {
    GivenLeapList list{.given = counts.given};
    if (!list.given) {
        return list;
    }
    std::string text;
    const int error = steps.read(counts.file, kLargestLeapList, text);
    const LeapListResult read = error == 0 ? LeapTable::parse(text) : LeapListResult{};
    // One that could not be kept leaves an older one there.
    if (read.table && read.table->updated() == counts.table.updated() &&
        read.table->expires() == counts.table.expires()) {
        list.text = std::move(text);
    }
    return list;
}

}  // namespace tokimori
