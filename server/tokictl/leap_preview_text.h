#pragma once

#include <string>
#include <vector>

#include "leap/leap_preview.h"
#include "server/tokictl/language.h"

namespace boost::json {
class object;
}

/// A preview of a leap second for people and for programs. Pure.
namespace tokimori {

/// What is served around it, in UTC and JST, and which clients get left behind.
std::string preview_text(const LeapPreview& preview, Language language);

/// Rows with a heading line (RFC 4180): `from_end_s,utc,jst,served,ntp_seconds,li,from_utc_s,rate_ppm`.
std::string preview_csv(const std::vector<LeapPreviewRow>& rows);

/// `event`, `policy`, `rows` (as the text has them) and `clients`.
boost::json::object preview_document(const LeapPreview& preview);

}  // namespace tokimori
