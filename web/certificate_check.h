#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokimori::web {

/// Why browsers would not take a certificate and its key, both in one PEM: a code, for which the page has words; empty
/// where they would, but for an authority that they do not know. `unix_time`: now, in seconds; nullopt where that is
/// not known, so that no date is wrong. Pure.
std::string_view certificate_fault(const std::string& pem, std::optional<std::int64_t> unix_time);

/// The hosts and addresses that a certificate names, in its order; none where it is none. Pure.
std::vector<std::string> certificate_names(const std::string& pem);

/// The end of a certificate's validity, or of the one that has issued it where that comes along and ends earlier, in
/// Unix seconds; nullopt where it is none. Pure.
std::optional<std::int64_t> certificate_end(const std::string& pem);

}  // namespace tokimori::web
