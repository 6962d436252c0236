#include "leap/leap_preview_basis.h"

#include <array>

namespace tokimori {
namespace {

template <typename Value>
void overrule(Value& value, const std::optional<Value>& option, std::string_view name, PreviewBasis& basis) {
    if (option) {
        value = *option;
        basis.options.push_back(name);
    }
}

UtcDay last_leap_day(const LeapTable& table) {
    return table.rows().back().day - 1;
}

}  // namespace

bool PreviewOptions::say_all() const {
    return day && mode && (*mode == LeapMode::kSmear ? smear.has_value() : lead.has_value());
}

PreviewBasis preview_basis(const PreviewOptions& options, const PreviewKnowledge* daemon) {
    PreviewBasis basis;
    basis.daemon = daemon != nullptr;
    basis.imagined = options.kind.value_or(LeapKind::kInsert);
    const PreviewKnowledge known = daemon != nullptr ? *daemon : PreviewKnowledge{};
    basis.policy = known.policy;
    basis.table = known.table;
    overrule(basis.policy.mode, options.mode, "mode", basis);
    overrule(basis.policy.smear, options.smear, "minutes", basis);
    overrule(basis.policy.lead, options.lead, "announce", basis);
    basis.day_is = options.day  ? PreviewBasis::Day::kGiven
                   : known.next ? PreviewBasis::Day::kNext
                                : PreviewBasis::Day::kLast;
    basis.day = options.day ? *options.day : known.next ? known.next->day : last_leap_day(basis.table);
    return basis;
}

LeapPreview preview_of(const PreviewBasis& basis) {
    return preview_of(basis.table, basis.day, basis.imagined, basis.policy);
}

std::string_view preview_day_code(PreviewBasis::Day day) {
    static constexpr std::array<std::string_view, 3> kCodes{"given", "next", "last"};
    return kCodes[static_cast<std::size_t>(day)];
}

}  // namespace tokimori
