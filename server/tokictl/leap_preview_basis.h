#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leap/leap_preview.h"
#include "server/tokictl/language.h"

namespace boost::json {
class object;
}

/// What a preview is made of: what the command line says, else how the daemon is configured, else what is built in.
/// Pure.
namespace tokimori {

/// What the command line says; the rest is to be found out.
struct PreviewOptions {
    std::optional<UtcDay> day;
    std::optional<LeapKind> kind;  ///< of an imagined one
    std::optional<LeapMode> mode;
    std::optional<std::chrono::minutes> smear;
    std::optional<Duration> lead;

    /// Nothing that matters is left to be found out.
    bool say_all() const;
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

/// `leap`: that member of the daemon's reply; null where there is none. Members that it lacks are as built in.
PreviewBasis preview_basis(const PreviewOptions& options, const boost::json::object* leap);

/// A sentence or two about whose settings, table and day these are. `asked`: the daemon's socket; empty: nobody was
/// asked.
std::string basis_text(const PreviewBasis& basis, std::string_view asked, Language language);

/// `settings` ("daemon" or "built_in"), `options` and `day` ("given", "next" or "last").
boost::json::object basis_document(const PreviewBasis& basis);

}  // namespace tokimori
