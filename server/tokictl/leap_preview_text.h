#pragma once

#include <string>
#include <vector>

#include "leap/leap_preview.h"
#include "server/tokictl/language.h"

/// A preview of a leap second for people and for tables. Pure.
namespace tokimori {

/// What is served around it, in UTC and JST, and which clients get left behind.
std::string preview_text(const LeapPreview& preview, Language language);

/// Rows with a heading line (RFC 4180): `from_end_s,utc,jst,served,ntp_seconds,li,from_utc_s,rate_ppm`.
std::string preview_csv(const std::vector<LeapPreviewRow>& rows);

}  // namespace tokimori
