#include "server/clock/reason.h"

namespace tokimori {

std::string_view reason_code(Reason reason) {
    switch (reason) {
        case Reason::kSilent:
            return "silent";
        case Reason::kLaboratoryOnly:
            return "laboratory_only";
        case Reason::kNoselect:
            return "noselect";
        case Reason::kWaitingForAgreement:
            return "waiting_for_agreement";
        case Reason::kWrongWeek:
            return "wrong_week";
        case Reason::kBeforeLastTime:
            return "before_last_time";
        case Reason::kWrongSecond:
            return "wrong_second";
        case Reason::kWrongLeapSeconds:
            return "wrong_leap_seconds";
        case Reason::kNoSuchSecond:
            return "no_such_second";
        case Reason::kUnlabelled:
            return "unlabelled";
        case Reason::kAmbiguousDelay:
            return "ambiguous_delay";
        case Reason::kWaitingForPulses:
            return "waiting_for_pulses";
        case Reason::kDistant:
            return "distant";
        case Reason::kTooFar:
            return "too_far";
        case Reason::kFalseticker:
            return "falseticker";
        case Reason::kDisputed:
            return "disputed";
        case Reason::kNotEnough:
            return "not_enough";
        case Reason::kPanic:
            return "panic";
        case Reason::kObjects:
            return "objects";
        case Reason::kWithheld:
            return "withheld";
        case Reason::kOutlier:
            return "outlier";
        case Reason::kSelectable:
            return "selectable";
        case Reason::kCombined:
            return "combined";
        case Reason::kSelected:
            return "selected";
        case Reason::kLastResort:
            return "last_resort";
    }
    return "unknown";
}

}  // namespace tokimori
