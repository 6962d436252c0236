#include "refclocks/refused.h"

namespace tokimori {
namespace {

std::string words_for(Rejection::Reason reason) {
    using Reason = Rejection::Reason;
    switch (reason) {
        case Reason::kUnreadable:
            return "it is not of the protocol: is another program writing there, or one of another version?";
        case Reason::kNoFix:
            return "its writer says that it does not have the time: has the receiver a fix?";
        case Reason::kImpossibleDate:
            return "its date cannot be: check the receiver, and the program that passes its time on";
        case Reason::kClockStepped:
            return "it is stamped in the future, or the clock of this host is being stepped: does its writer stamp by "
                   "the clock of this host, and is no other program setting that?";
        case Reason::kStale:
            return "it is more than 2 s old, or told twice: is its writer held up, or what is there left over from an "
                   "earlier run?";
        case Reason::kOffBeat:
        case Reason::kWrongEdge:
            break;
    }
    return "check the receiver";
}

}  // namespace

std::string words_for_refused(const std::string& what, Rejection::Reason reason) {
    return what + " is refused: " + words_for(reason);
}

}  // namespace tokimori
