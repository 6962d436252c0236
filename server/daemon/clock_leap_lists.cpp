#include <utility>

#include "server/daemon/clock_service.h"

namespace tokimori {

void ClockService::take_leap_list(const std::string& text, std::function<void(LeapListOutcome)> then) {
    const LocalInstant now = counter_.now();
    // Clients were served by what was known before until now.
    timekeeper_.advance(now);
    LeapListOutcome outcome = leap_.take_list(text, timekeeper_, now);
    publish();
    if (!outcome.wrong.empty()) {
        return then(std::move(outcome));
    }
    errands_.run([path = leap_.paths().kept, text] { return keep_leap_list(path, text, *host_file_steps()); },
                 [this, outcome, then = std::move(then)](const Exchanged& exchanged) mutable {
                     outcome.kept = leap_.tell_kept(exchanged, counter_.now());
                     then(std::move(outcome));
                 });
}

void ClockService::forget_leap_list(std::function<void(LeapListForgotten)> then) {
    errands_.run(
        [path = leap_.paths().configured] {
            return read_leap_lists({path, {}});
        },
        [this, then = std::move(then)](const ReadLeapLists& lists) {
            const LocalInstant now = counter_.now();
            const LoadedLeapTable left = weigh_leap_lists(lists, log_, now);
            if (leap_.may_forget_list(left, timekeeper_, now)) {
                remove_leap_list(left, then);
            } else {
                then(LeapListForgotten::kNeeded);
            }
        });
}

void ClockService::remove_leap_list(const LoadedLeapTable& left, const std::function<void(LeapListForgotten)>& then) {
    errands_.run([path = leap_.paths().kept] { return tokimori::forget_leap_list(path, *host_file_steps()); },
                 [this, left, then](const RemovedFile& removed) {
                     const LocalInstant now = counter_.now();
                     timekeeper_.advance(now);
                     const LeapListForgotten forgotten = leap_.forget_list(left, removed, timekeeper_, now);
                     publish();
                     then(forgotten);
                 });
}

void ClockService::read_given_leap_list(std::function<void(GivenLeapList)> then) {
    errands_.run([list = leap_.facts(timekeeper_).list] { return given_leap_list(list, *host_file_steps()); },
                 std::move(then));
}

void ClockService::look_at_leap_list(LocalInstant now) {
    if (const std::optional<SeenLeapList> known = leap_.list_to_look_at(now)) {
        errands_.run([known = *known] { return see_leap_list(known.path, known.stamp); },
                     [this](const SeenLeapList& seen) { leap_.take_look(seen, timekeeper_, counter_.now()); });
    }
}

}  // namespace tokimori
