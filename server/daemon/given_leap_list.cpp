#include "server/daemon/given_leap_list.h"

#include <fstream>
#include <iterator>

namespace tokimori {

std::string given_leap_list(const LoadedLeapTable& counts) {
    if (!counts.given) {
        return {};
    }
    std::ifstream file{counts.file, std::ios::binary};
    std::string text(std::istreambuf_iterator<char>{file}, {});
    return file.bad() ? std::string{} : text;
}

}  // namespace tokimori
