#include "web/route_table.h"

#include <array>

namespace tokimori::web {
namespace {

using enum Destination;
constexpr Role kViewer = Role::kViewer;
constexpr Role kOperator = Role::kOperator;
constexpr Role kAdmin = Role::kAdmin;

constexpr Route with_long_body(Route route) {
    route.long_body = true;
    return route;
}

constexpr std::array kRoutes{
    Route{"GET", "/api/v1/session", kSession},
    Route{"POST", "/api/v1/setup", kSetup},
    Route{"POST", "/api/v1/login", kLogin},
    Route{"POST", "/api/v1/logout", kLogout, kViewer},
    Route{"POST", "/api/v1/password", kPassword, kViewer},
    Route{"GET", "/api/v1/status", kDaemon, kViewer},
    Route{"GET", "/api/v1/tracking", kDaemon, kViewer},
    Route{"GET", "/api/v1/sources", kDaemon, kViewer},
    Route{"GET", "/api/v1/sourcestats", kDaemon, kViewer},
    Route{"GET", "/api/v1/selectdata", kDaemon, kViewer},
    Route{"GET", "/api/v1/serverstats", kDaemon, kViewer},
    Route{"GET", "/api/v1/leap", kDaemon, kViewer},
    Route{"GET", "/api/v1/clients", kClients, kViewer},
    Route{"GET", "/api/v1/live", kLive, kViewer},
    Route{"GET", "/api/v1/history", kHistory, kViewer},
    Route{"GET", "/api/v1/history.csv", kHistoryCsv, kViewer},
    Route{"GET", "/api/v1/events", kEvents, kViewer},
    Route{"GET", "/api/v1/users", kListUsers, kAdmin},
    Route{"POST", "/api/v1/users", kAddUser, kAdmin},
    Route{"DELETE", "/api/v1/users", kRemoveUser, kAdmin},
    Route{"GET", "/api/v1/tokens", kListTokens, kAdmin},
    Route{"POST", "/api/v1/tokens", kAddToken, kAdmin},
    Route{"DELETE", "/api/v1/tokens", kRemoveToken, kAdmin},
    Route{"GET", "/api/v1/settings", kSettings, kViewer},
    with_long_body({"POST", "/api/v1/settings/check", kCheckSettings, kOperator}),
    with_long_body({"POST", "/api/v1/settings/apply", kApplySettings, kOperator}),
    Route{"POST", "/api/v1/settings/confirm", kConfirmSettings, kOperator},
    Route{"POST", "/api/v1/settings/return", kReturnSettings, kOperator},
    Route{"GET", "/api/v1/settings/changes", kSettingsChanges, kViewer},
    Route{"POST", "/api/v1/settings/undo", kUndoSettings, kOperator},
    Route{"GET", "/api/v1/backup", kBackup, kAdmin},
    with_long_body({"POST", "/api/v1/restore", kRestore, kAdmin}),
    Route{"POST", "/api/v1/factory-reset", kFactoryReset, kAdmin},
    Route{"POST", "/api/v1/restart", kRestart, kAdmin},
    with_long_body({"POST", "/api/v1/leap/list", kLeapList, kOperator}),
    Route{"DELETE", "/api/v1/leap/list", kForgetLeapList, kOperator},
    Route{"GET", "/api/v1/leap/preview", kLeapPreview, kViewer},
    Route{"GET", "/api/v1/support", kSupport, kAdmin},
    Route{"GET", "/api/v1/certificate", kCertificate, kViewer},
    with_long_body({"POST", "/api/v1/certificate", kUploadCertificate, kAdmin}),
    Route{"DELETE", "/api/v1/certificate", kForgetCertificate, kAdmin},
    Route{"GET", "/metrics", kMetrics, std::nullopt, true},
    Route{"GET", "/cgi-bin/time", kNict, std::nullopt, true},
    Route{"GET", "/cgi-bin/json", kNict, std::nullopt, true},
    Route{"GET", "/cgi-bin/jsont", kNict, std::nullopt, true},
    Route{"GET", "/cgi-bin/ntp", kNict, std::nullopt, true},
};

}  // namespace

std::span<const Route> routes() {
    return kRoutes;
}

FoundRoute find_route(std::string_view method, std::string_view path) {
    FoundRoute found;
    for (const Route& route : kRoutes) {
        if (route.path == path) {
            found.path_exists = true;
            if (route.method == method) {
                found.route = &route;
            }
        }
    }
    return found;
}

std::string allowed_methods(std::string_view path) {
    std::string methods;
    for (const Route& route : kRoutes) {
        if (route.path == path) {
            methods += (methods.empty() ? "" : ", ") + std::string(route.method);
            methods += route.method == "GET" ? ", HEAD" : "";
        }
    }
    return methods.empty() ? "GET, HEAD" : methods;
}

bool is_for_programs(std::string_view path) {
    return path.starts_with("/api/") || path.starts_with("/cgi-bin/") || path == "/metrics";
}

}  // namespace tokimori::web
