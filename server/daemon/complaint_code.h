#pragma once

#include <cstdint>

namespace tokimori {

/// Everything that can be wrong with a configuration. A new one has a row in complaint_words.cpp, at its place, and one
/// in both languages on the page (web/page/src/text/complaint_words.ts).
enum class ComplaintCode : std::uint8_t {
    kSyntax,
    kFileTooLarge,
    kLineTooLong,
    kNotASection,
    kNotSections,
    kNotAnEntry,
    kTooManyEntries,
    kValueWrong,
    kWordUnknown,
    kTwiceInList,
    kTooManyAddresses,
    kMissing,
    kRefidOfSimulated,
    kInterfaceMissing,
    kInterfaceNeedless,
    kMaxpollBelowMinpoll,
    kBurstTooLong,
    kChipMissing,
    kHostIsName,
    kAddressIsName,
    kBaudWrong,
    kNotEndOfMonth,
    kDateTwice,
    kNameTaken,
    kNameTakenElsewhere,
    kOutsideSection,
    kSectionUnknown,
    kOfAnotherDriver,
    kInAnotherSection,
    kKeyUnknown,
    kFilesAlone,
    kNameTooLong,
    kNoValue,
    kFileUnreadable,
    kNotInForce,
};

}  // namespace tokimori
