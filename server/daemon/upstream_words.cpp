#include "server/daemon/upstream_words.h"

namespace tokimori {

std::string_view sentence_of(ReplyVerdict verdict) {
    switch (verdict) {
        case ReplyVerdict::kMalformed:
            return "answers with octets that are no NTP: is it an NTP server?";
        case ReplyVerdict::kNotAuthenticated:
            return "answers without our key, or with a wrong digest: both sides need the same key under the same "
                   "number";
        case ReplyVerdict::kRateExceeded:
            return "wants to be asked more seldom (RATE), and is";
        case ReplyVerdict::kAccessDenied:
            return "refuses to answer us (DENY): it is asked again after a day; remove it, or ask its operator";
        case ReplyVerdict::kOtherKiss:
            return "answers with a kiss code instead of the time";
        case ReplyVerdict::kUnsynchronised:
            return "says that it does not know the time itself";
        case ReplyVerdict::kUselessStratum:
            return "has a stratum of 15 or more, which nobody can follow";
        case ReplyVerdict::kTooFar:
            return "may be wrong by a second or more, with the way to it";
        case ReplyVerdict::kFollowsUs:
            return "follows this very server: it knows nothing that we do not";
        case ReplyVerdict::kSmeared:
            return "smears a leap second, so that it does not show UTC: not used until that is over";
        case ReplyVerdict::kImpossible:
            return "answers with stamps that contradict each other";
        default:
            return "";
    }
}

Rejection::Reason reason_of(ReplyVerdict verdict) {
    switch (verdict) {
        case ReplyVerdict::kForeign:
        case ReplyVerdict::kMalformed:
        case ReplyVerdict::kNotAuthenticated:
            return Rejection::Reason::kUnreadable;
        case ReplyVerdict::kImpossible:
        case ReplyVerdict::kAmbiguousSecond:
            return Rejection::Reason::kImpossibleDate;
        default:
            return Rejection::Reason::kNoFix;
    }
}

}  // namespace tokimori
