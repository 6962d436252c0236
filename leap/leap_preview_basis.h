#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "leap/leap_preview.h"

/// What a preview is made of: what somebody says, else how the daemon is configured, else what is built in. Pure.
namespace tokimori {

/// What is said of a preview; the rest is to be found out.
struct PreviewOptions {
    std::optional<UtcDay> day;
    std::optional<LeapKind> kind;  ///< of an imagined one
    std::optional<LeapMode> mode;
    std::optional<std::chrono::minutes> smear;
    std::optional<Duration> lead;

    /// Nothing that matters is left to be found out.
    bool say_all() const;
};

/// What the daemon knows.
struct PreviewKnowledge {
    LeapPolicy policy{};
    LeapTable table{LeapTable::built_in()};
    std::optional<LeapEvent> next = std::nullopt;  ///< absent: none is known, or the time is not
};

/// How a preview was chosen.
struct PreviewBasis {
    enum class Day : std::uint8_t { kGiven, kNext, kLast };

    LeapTable table{LeapTable::built_in()};  ///< with what the daemon knows beside it
    LeapPolicy policy{};
    UtcDay day = 0;
    LeapKind imagined = LeapKind::kInsert;
    Day day_is = Day::kGiven;
    bool daemon = false;                      ///< it was asked, and answered
    std::vector<std::string_view> options{};  ///< "mode", "minutes", "announce": what is not as it is configured
};

/// `daemon`: null where it does not answer, or was not asked.
PreviewBasis preview_basis(const PreviewOptions& options, const PreviewKnowledge* daemon);

/// The preview that was chosen.
LeapPreview preview_of(const PreviewBasis& basis);

/// "given", "next", "last": stable words.
std::string_view preview_day_code(PreviewBasis::Day day);

}  // namespace tokimori
