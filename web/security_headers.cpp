#include "web/security_headers.h"

#include "web/route_table.h"

namespace tokimori::web {
namespace {

// Nothing inline, nothing of another host, no frame.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
    "'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr std::string_view kProgramPolicy = "default-src 'none'; frame-ancestors 'none'";

}  // namespace

std::vector<std::pair<std::string, std::string>> security_headers(std::string_view path, bool only_https) {
    const bool for_programs = is_for_programs(path);
    std::vector<std::pair<std::string, std::string>> headers{
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy", std::string(for_programs ? kProgramPolicy : kPagePolicy)},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", path.starts_with("/cgi-bin/") ? "cross-origin" : "same-origin"},
        // What is not for programs carries a mark of its content, by which a browser asks whether it is still the same.
        {"Cache-Control", for_programs ? "no-store" : "no-cache"},
    };
    if (!for_programs) {
        headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    }
    if (only_https) {
        headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
    }
    return headers;
}

}  // namespace tokimori::web
