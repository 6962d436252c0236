#include "web/gate.h"

#include <gtest/gtest.h>

namespace tokimori::web {
namespace {

const Caller kAdmin{.user = "a", .role = Role::kAdmin, .session = "s", .csrf_token = "secret"};
const Caller kViewer{.user = "v", .role = Role::kViewer, .session = "s", .csrf_token = "secret"};
const Caller kToken{.user = "t", .role = Role::kViewer};

WebRequest good_request(const Route& route) {
    return {.method = std::string(route.method),
            .path = std::string(route.path),
            .host = "Toki.example:8443",
            .origin = "https://toki.example:8443",
            .csrf_token = "secret",
            .content_type = "application/json"};
}

std::string code_of(const Route& route, const WebRequest& request, const Caller* caller) {
    const auto refusal = judge(route, request, caller);
    return refusal ? std::string(refusal->code) : "";
}

TEST(Gate, LetsTheRightOnesIn) {
    for (const Route& route : routes()) {
        EXPECT_EQ(code_of(route, good_request(route), &kAdmin), "") << route.method << route.path;
    }
}

TEST(Gate, AsksEverybodyElseToLogIn) {
    for (const Route& route : routes()) {
        EXPECT_EQ(code_of(route, good_request(route), nullptr), route.role ? "not_logged_in" : "") << route.path;
    }
}

TEST(Gate, MindsRoles) {
    for (const Route& route : routes()) {
        const bool may = !route.role || *route.role == Role::kViewer;
        EXPECT_EQ(code_of(route, good_request(route), &kViewer), may ? "" : "not_allowed") << route.path;
    }
}

TEST(Gate, LetsATokenOnlyRead) {
    for (const Route& route : routes()) {
        const bool may = !route.role || (*route.role == Role::kViewer && route.method == "GET");
        EXPECT_EQ(code_of(route, good_request(route), &kToken), may ? "" : "not_allowed") << route.path;
    }
}

TEST(Gate, WantsTheTokenOfTheSessionForEachChange) {
    for (const Route& route : routes()) {
        WebRequest request = good_request(route);
        const bool guarded = route.role && route.method != "GET";
        for (const char* const wrong : {"", "secre", "secret2", "Secret"}) {
            request.csrf_token = wrong;
            EXPECT_EQ(code_of(route, request, &kAdmin), guarded ? "wrong_csrf_token" : "") << route.path << wrong;
        }
    }
}

TEST(Gate, WantsChangesToComeFromThisPage) {
    for (const Route& route : routes()) {
        for (const char* const wrong : {"https://toki.example", "http://toki.example:8443", "https://evil.example",
                                        "null", "https://toki.example:8443.evil.example"}) {
            WebRequest request = good_request(route);
            request.origin = wrong;
            EXPECT_EQ(code_of(route, request, &kAdmin), route.method == "GET" ? "" : "wrong_origin") << wrong;
        }
        WebRequest request = good_request(route);
        request.origin.clear();
        const bool guarded = route.role && route.method != "GET";
        EXPECT_EQ(code_of(route, request, &kAdmin), guarded ? "wrong_origin" : "") << route.path;
    }
}

TEST(Gate, TakesNoForms) {
    const FoundRoute login = find_route("POST", "/api/v1/login");
    WebRequest request = good_request(*login.route);
    request.content_type = "text/plain";
    EXPECT_EQ(code_of(*login.route, request, nullptr), "not_json");
}

TEST(Gate, ComparesWhole) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
    EXPECT_FALSE(equal_in_constant_time("", "")) << "nothing is no secret";
}

TEST(RouteTable, FindsPathsWithAndWithoutTheMethod) {
    EXPECT_NE(find_route("GET", "/api/v1/users").route, nullptr);
    const FoundRoute wrong = find_route("PUT", "/api/v1/users");
    EXPECT_EQ(wrong.route, nullptr);
    EXPECT_TRUE(wrong.path_exists);
    EXPECT_FALSE(find_route("GET", "/api/v1/user").path_exists);
    EXPECT_TRUE(is_for_programs("/api/v2"));
    EXPECT_FALSE(is_for_programs("/index.html"));
}

}  // namespace
}  // namespace tokimori::web
