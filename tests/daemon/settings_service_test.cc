#include "server/daemon/settings_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "server/daemon/control_protocol.h"
#include "tests/daemon/facts.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class SettingsServiceTest : public DriverTest {
protected:
    SettingsServiceTest() { std::ofstream{main()} << "[server]\nworkers = 1\n"; }

    std::string main() const { return directory_.file("t.toml"); }

    std::unique_ptr<SettingsService> make(Duration confirm_within) {
        SettingsInForce begin{read_texts(main()).texts, {}};
        begin.checked = check_texts(begin.texts);
        return std::make_unique<SettingsService>(io_, log_, main(), std::move(begin),
                                                 SettingsService::Effects{{[this](const Configuration& next) {
                                                                               running_ = next;
                                                                               return std::string{};
                                                                           },
                                                                           [] { return false; }},
                                                                          [this] { return counter_.now(); },
                                                                          [] {},
                                                                          confirm_within});
    }

    json::object ask(SettingsService& service, std::string_view line) {
        const auto facts = [] { return ControlFacts{.clock = SampleFacts::synchronised(), .version = "1"}; };
        const std::vector<ControlHandler> handlers = service.requests();
        return json::parse(answer_control(line, facts, {true}, handlers).line).as_object();
    }

    std::int64_t apply_access(SettingsService& service) {
        const json::object settings = ask(service, R"({"version":1,"request":"settings"})").at("settings").as_object();
        const json::object reply =
            ask(service, json::serialize(json::object{{"version", 1},
                                                      {"request", "settings_apply"},
                                                      {"base", settings.at("base")},
                                                      {"overlay", {{"access", {{"kod", true}}}}}}));
        EXPECT_TRUE(reply.contains("applied")) << reply;
        return reply.contains("applied") ? reply.at("applied").at("id").as_int64() : 0;
    }

    ScratchDirectory directory_;
    std::string text_;
    Log log_{[this](std::string_view line) { text_ += line; }, LogLevel::kInfo, nullptr};
    Configuration running_;
};

TEST_F(SettingsServiceTest, GoesBackByItselfWhereNobodyConfirms) {
    const auto service = make(50ms);
    apply_access(*service);
    EXPECT_TRUE(running_.access.kiss);
    EXPECT_THAT(text_, HasSubstr("settings_applied"));
    run_until([&] { return !running_.access.kiss; });
    EXPECT_THAT(text_, HasSubstr("warning settings_returned why=\"nobody confirmed them\""));
    EXPECT_FALSE(std::filesystem::exists(directory_.file("conf.d/90-page.toml.unconfirmed")));
}

TEST_F(SettingsServiceTest, LeavesWhatWasConfirmed) {
    const auto service = make(1h);
    const std::int64_t id = apply_access(*service);
    const std::string confirm = R"({"version":1,"request":"settings_confirm","id":)" + std::to_string(id) + "}";
    EXPECT_TRUE(ask(*service, confirm).contains("base"));
    EXPECT_THAT(text_, HasSubstr("settings_confirmed"));
    EXPECT_TRUE(read_configuration(main()).configuration->access.kiss);
    EXPECT_TRUE(service->reload().empty());
    EXPECT_TRUE(running_.access.kiss);
}

TEST_F(SettingsServiceTest, StartsWithoutWhatAnEarlierRunLeftUnconfirmed) {
    apply_access(*make(1h));
    EXPECT_THAT(text_, Not(HasSubstr("settings_returned")));
    EXPECT_FALSE(read_configuration(main()).configuration->access.kiss);
    make(1h);
    EXPECT_THAT(text_, HasSubstr("warning settings_returned why=\"an earlier run ended before they were confirmed\""));
    EXPECT_FALSE(std::filesystem::exists(directory_.file("conf.d/90-page.toml.unconfirmed")));
}

}  // namespace
}  // namespace tokimori
