#include "web/identity_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>
#include <optional>

namespace tokimori::web {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class IdentityDeskTest : public testing::Test {
protected:
    WebReply ask(Destination destination, const std::string& body = "{}") {
        WebReply got;
        desk_.answer(destination, {.body = body}, {.user = "hanako", .role = Role::kAdmin},
                     [&](WebReply reply) { got = reply; });
        return got;
    }

    static std::string why_of(const WebReply& reply) {
        EXPECT_EQ(reply.status, 422U);
        const json::value told = json::parse(reply.body);
        EXPECT_EQ(told.at("error").at("code"), "certificate_wrong");
        return std::string{told.at("why").at("code").as_string()};
    }

    WebReply upload() {
        return ask(Destination::kUploadCertificate,
                   json::serialize(json::object{{"certificate", other_.certificate}, {"key", other_.key}}));
    }

    IdentityWorld world() {
        return {.current = [this]() -> const KeyAndCertificate& { return current_; },
                .use =
                    [this](const KeyAndCertificate& identity) {
                        current_ = is_of_use_ ? identity : current_;
                        return is_of_use_;
                    },
                .keep =
                    [this](const std::string& pem) {
                        kept_ = why_not_.empty() ? pem : kept_;
                        return why_not_;
                    },
                .own = [this] { return own_; },
                .time = [this] { return time_; },
                .now = [this] { return now_; },
                .record = [this](const std::string& user, const std::string& code,
                                 const std::string&) { audit_.push_back(code + ' ' + user); }};
    }

    const KeyAndCertificate own_ = make_certificate({"toki"});
    const KeyAndCertificate other_ = make_certificate({"clock.example"});
    KeyAndCertificate current_ = own_;
    std::string kept_;
    std::string why_not_;
    bool is_of_use_ = true;
    std::optional<std::int64_t> time_ = 1'800'000'000;
    Instant now_{};
    std::vector<std::string> audit_;
    IdentityDesk desk_{world()};
};

TEST_F(IdentityDeskTest, TellsWhichOneIsInUse) {
    const json::value told = json::parse(ask(Destination::kCertificate).body);
    const json::value same{{"sha256", fingerprint_of(own_.certificate)},
                           {"names", {"toki"}},
                           {"uploaded", false},
                           {"expires", 2'398'377'600},
                           {"expired", false},
                           {"spoilt", false}};
    EXPECT_EQ(told, same);
    time_ = 2'398'377'601;
    EXPECT_EQ(json::parse(ask(Destination::kCertificate).body).at("expired"), true);
    time_.reset();
    EXPECT_EQ(json::parse(ask(Destination::kCertificate).body).at("expired"), nullptr);
}

TEST_F(IdentityDeskTest, WarnsThirtyDaysBeforeTheEndByTheTimeThatIsServed) {
    constexpr std::int64_t kEnd = 2'398'377'600;
    constexpr std::int64_t kDay = 86'400;
    time_ = kEnd - 30 * kDay - 1;
    EXPECT_EQ(desk_.alarms(), "[]");
    time_ = kEnd - 29 * kDay;
    EXPECT_EQ(desk_.alarms(), R"([{"code":"certificate_expires","since_ns":86400000000000,"at_least":false}])");
    time_ = kEnd;
    EXPECT_THAT(desk_.alarms(), HasSubstr("certificate_expires"));
    time_ = kEnd + 5;
    EXPECT_EQ(desk_.alarms(), R"([{"code":"certificate_expired","since_ns":5000000000,"at_least":false}])");
    time_.reset();
    EXPECT_EQ(desk_.alarms(), "[]") << "no clock of the host's";
}

TEST_F(IdentityDeskTest, TellsOfWhatTheDiskHasSpoiltUntilItIsTakenBackOrReplaced) {
    desk_.began_without("certificate_spoilt");
    now_ += std::chrono::seconds{3};
    EXPECT_EQ(desk_.alarms(), R"([{"code":"certificate_spoilt","since_ns":3000000000,"at_least":true}])");
    EXPECT_EQ(json::parse(ask(Destination::kCertificate).body).at("spoilt"), true);
    kept_ = "spoilt";
    EXPECT_EQ(ask(Destination::kForgetCertificate).status, 200U);
    EXPECT_EQ(kept_, "");
    EXPECT_EQ(desk_.alarms(), "[]");
    desk_.began_without("certificate_passing");
    EXPECT_EQ(ask(Destination::kForgetCertificate).status, 409U);
    upload();
    EXPECT_EQ(desk_.alarms(), "[]");
}

TEST_F(IdentityDeskTest, NeverTellsAKey) {
    const std::string secret = other_.key.substr(other_.key.find('\n') + 1, 60);
    for (const std::string& reply : {upload().body, ask(Destination::kCertificate).body}) {
        EXPECT_EQ(reply.find("PRIVATE"), std::string::npos) << reply;
        EXPECT_EQ(reply.find(secret), std::string::npos) << reply;
    }
}

TEST_F(IdentityDeskTest, UsesAndKeepsWhatIsUploadedAndGoesBack) {
    const json::value told = json::parse(upload().body);
    EXPECT_EQ(told.at("sha256"), fingerprint_of(other_.certificate).c_str());
    EXPECT_EQ(told.at("uploaded"), true);
    EXPECT_THAT(kept_, HasSubstr("BEGIN PRIVATE KEY"));
    EXPECT_THAT(kept_, HasSubstr("BEGIN CERTIFICATE"));
    EXPECT_EQ(ask(Destination::kForgetCertificate).status, 200U);
    EXPECT_EQ(current_.certificate, own_.certificate);
    EXPECT_EQ(kept_, "");
    EXPECT_THAT(audit_, ElementsAre("certificate_uploaded hanako", "certificate_forgotten hanako"));
    EXPECT_EQ(ask(Destination::kForgetCertificate).status, 409U);
}

TEST_F(IdentityDeskTest, ChangesNothingWhereItIsOfNoUseOrCannotBeKept) {
    EXPECT_EQ(why_of(ask(Destination::kUploadCertificate)), "no_certificate");
    EXPECT_EQ(why_of(ask(Destination::kUploadCertificate, "{\"key\":\"" + std::string(50'000, 'x') + "\"}")),
              "too_long");
    time_ = 2'398'377'601;
    EXPECT_EQ(why_of(upload()), "expired");
    time_.reset();
    is_of_use_ = false;
    EXPECT_EQ(why_of(upload()), "no_use");
    EXPECT_EQ(kept_, "");
    is_of_use_ = true;
    why_not_ = "full";
    EXPECT_THAT(upload().body, HasSubstr("not_stored"));
    EXPECT_EQ(current_.certificate, own_.certificate);
    EXPECT_THAT(audit_, IsEmpty());
}

TEST_F(IdentityDeskTest, StaysWithTheUploadedOneWhereItCannotGoBack) {
    upload();
    why_not_ = "read-only";
    EXPECT_EQ(ask(Destination::kForgetCertificate).status, 500U);
    EXPECT_TRUE(current_.uploaded);
}

}  // namespace
}  // namespace tokimori::web
