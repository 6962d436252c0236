#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "web/account_rules.h"

namespace tokimori::web {

/// What a route leads to.
enum class Destination : std::uint8_t {
    kSession,
    kSetup,
    kLogin,
    kLogout,
    kPassword,
    kDaemon,  ///< what the daemon says to a request of that name
    kClients,
    kLive,
    kHistory,
    kHistoryCsv,
    kEvents,
    kListUsers,
    kAddUser,
    kRemoveUser,
    kListTokens,
    kAddToken,
    kRemoveToken,
    kMetrics,
    kNict,  ///< time in the shapes of NICT
    kSettings,
    kCheckSettings,
    kApplySettings,
    kConfirmSettings,
    kReturnSettings,
    kSettingsChanges,
    kUndoSettings,
    kBackup,
    kRestore,
    kFactoryReset,
    kRestart,
    kLeapList,
    kForgetLeapList,
    kLeapPreview,
    kCertificate,
    kUploadCertificate,
    kForgetCertificate,
    kSupport,
};

/// One row of the table of routes: all that is decided before a request is looked into.
struct Route {
    std::string_view method;
    std::string_view path;
    Destination destination = Destination::kSession;
    std::optional<Role> role{};  ///< the least that may; none: anybody
    bool over_http = false;      ///< also without TLS, where that is switched on
    bool long_body = false;      ///< takes `kLongestLongBody`
};

/// All routes of programs; every other path is one of the page's files.
std::span<const Route> routes();

/// Bytes that a body has at most.
inline constexpr std::size_t kLongestBody = std::size_t{16} * 1024;
/// The same where settings, a leap-seconds.list or a certificate are handed in.
inline constexpr std::size_t kLongestLongBody = std::size_t{1024} * 1024;

/// The route, and whether the path exists with another method.
struct FoundRoute {
    const Route* route = nullptr;
    bool path_exists = false;
};
FoundRoute find_route(std::string_view method, std::string_view path);

/// The methods of a path, as the header Allow has them; that of the page's files where there is no such route.
std::string allowed_methods(std::string_view path);

/// True for paths that are not the page's files, whether they exist or not.
bool is_for_programs(std::string_view path);

}  // namespace tokimori::web
