// Feeds LeapTable::parse: the text as it comes, and the same text with its right hash, so that what lies behind the
// hash is reached too.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "leap/leap_table.h"
#include "tests/leap/leap_list_text.h"

namespace {

using tokimori::Duration;
using tokimori::LeapListResult;
using tokimori::LeapTable;
using tokimori::TaiInstant;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

void check_around(const LeapTable& table, TaiInstant instant) {
    for (const Duration step : {Duration{-1'000'000'000}, Duration{-1}, Duration{0}, Duration{1'000'000'000}}) {
        require(table.tai_at(table.utc_at(instant + step)) == instant + step);
    }
}

void check(const LeapListResult& result) {
    require(result.table.has_value() == result.error.empty());
    if (!result.table) {
        return;
    }
    for (const LeapTable::Row& row : result.table->rows()) {
        const auto midnight = result.table->tai_at({{row.day, 0}, 0});
        require(midnight.has_value());
        require(result.table->tai_minus_utc_at(*midnight) == row.tai_minus_utc);
        check_around(*result.table, *midnight);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    check(LeapTable::parse(text));
    check(LeapTable::parse(tokimori::testing::with_hash(text + "\n")));
    return 0;
}
