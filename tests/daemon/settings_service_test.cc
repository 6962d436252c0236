#include "server/daemon/settings_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
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
    static constexpr std::array kWritten{"conf.d/90-page.toml.unconfirmed", "conf.d/90-page.toml.probe"};

    SettingsServiceTest() { std::ofstream{main()} << "[server]\nworkers = 1\n"; }

    std::string main() const { return directory_.file("t.toml"); }

    std::unique_ptr<SettingsService> make(Duration confirm_within, Duration probe_every = 1h) {
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
                                                                          confirm_within,
                                                                          probe_every});
    }

    json::object ask(SettingsService& service, std::string_view line) {
        const auto facts = [] { return ControlFacts{.clock = SampleFacts::synchronised(), .version = "1"}; };
        const std::vector<ControlHandler> handlers = service.requests();
        return json::parse(answer_control(line, facts, {true}, handlers).line).as_object();
    }

    json::object try_access(SettingsService& service) {
        const json::object settings = ask(service, R"({"version":1,"request":"settings"})").at("settings").as_object();
        return ask(service, json::serialize(json::object{{"version", 1},
                                                         {"request", "settings_apply"},
                                                         {"base", settings.at("base")},
                                                         {"overlay", {{"access", {{"kod", true}}}}}}));
    }

    std::int64_t apply_access(SettingsService& service) {
        const json::object reply = try_access(service);
        EXPECT_TRUE(reply.contains("applied")) << reply;
        return reply.contains("applied") ? reply.at("applied").at("id").as_int64() : 0;
    }

    /// A disk that takes no change, nor a file that tries it.
    void stand_in_the_way() {
        for (const char* const name : kWritten) {
            std::filesystem::create_directories(directory_.file(name));
        }
    }
    void make_way() {
        for (const char* const name : kWritten) {
            std::filesystem::remove(directory_.file(name));
        }
    }
    std::size_t count(std::string_view words) const {
        std::size_t times = 0;
        for (auto at = text_.find(words); at != std::string::npos; at = text_.find(words, at + 1)) {
            ++times;
        }
        return times;
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

TEST_F(SettingsServiceTest, TellsOnceThatItCannotWriteAndOnceThatItCanAgain) {
    const auto service = make(1h, 20ms);
    EXPECT_EQ(service->storage_fault(), "");
    stand_in_the_way();
    EXPECT_EQ(try_access(*service).at("error").at("code"), "not_written");
    EXPECT_EQ(try_access(*service).at("error").at("code"), "not_written");
    EXPECT_THAT(service->storage_fault(), HasSubstr("90-page.toml cannot be written"));
    pass(100ms);
    EXPECT_THAT(service->storage_fault(), HasSubstr("90-page.toml cannot be written"));
    make_way();
    run_until([&] { return service->storage_fault().empty(); });
    EXPECT_EQ(count("warning settings_not_written"), 1U) << text_;
    EXPECT_EQ(count("info settings_can_be_written"), 1U) << text_;
    EXPECT_TRUE(std::filesystem::is_empty(directory_.file("conf.d")));
    std::filesystem::remove(directory_.file("conf.d"));
    pass(100ms);
    EXPECT_FALSE(std::filesystem::exists(directory_.file("conf.d"))) << "a good disk is left alone";
}

TEST_F(SettingsServiceTest, AChangeThatCanBeWrittenEndsTheTroubleAtOnce) {
    const auto service = make(1h);
    stand_in_the_way();
    try_access(*service);
    make_way();
    apply_access(*service);
    EXPECT_EQ(service->storage_fault(), "");
    EXPECT_EQ(count("settings_can_be_written"), 1U) << text_;
}

}  // namespace
}  // namespace tokimori
