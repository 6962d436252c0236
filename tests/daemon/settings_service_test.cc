#include "server/daemon/settings_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <future>

#include "server/daemon/control_protocol.h"
#include "tests/daemon/facts.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class SettingsServiceTest : public DriverTest {
protected:
    static constexpr std::array kWritten{"conf.d/90-page.toml.unconfirmed", "conf.d/90-page.toml.probe"};

    SettingsServiceTest() { std::ofstream{main()} << "[server]\nworkers = 1\n"; }

    std::string main() const { return directory_.file("t.toml"); }

    std::unique_ptr<SettingsService> make(Duration confirm_within, Duration probe_every = 1h, Duration patience = 1h,
                                          std::shared_ptr<FileSteps> steps = host_file_steps()) {
        SettingsInForce begin{read_texts(main()).texts, {}};
        begin.checked = check_texts(begin.texts);
        SettingsService::Effects effects{.settings = {.take_effect =
                                                          [this](const Configuration& next, const NamedFiles*) {
                                                              running_ = next;
                                                              return std::string{};
                                                          },
                                                      .as_in_this_run = [](const Configuration& next) { return next; },
                                                      .leap_second_under_way = [] { return false; },
                                                      .now = [this] { return counter_.now(); }},
                                         .restart = [] {},
                                         .confirm_within = confirm_within,
                                         .probe_every = probe_every,
                                         .patience = patience,
                                         .steps = std::move(steps)};
        return std::make_unique<SettingsService>(io_, log_, main(), std::move(begin), std::move(effects));
    }

    json::object ask(SettingsService& service, std::string_view line) {
        const auto facts = [] { return ControlFacts{.clock = SampleFacts::synchronised(), .version = "1"}; };
        const std::vector<ControlHandler> handlers = service.requests();
        std::optional<ControlReply> told;
        answer_control(line, facts, {true}, handlers, [&told](ControlReply reply) { told = std::move(reply); });
        run_until([&] { return told.has_value(); });
        return json::parse(told->line).as_object();
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
    run_until([&] { return !std::filesystem::exists(directory_.file("conf.d/90-page.toml.unconfirmed")); });
}

TEST_F(SettingsServiceTest, LeavesWhatWasConfirmed) {
    const auto service = make(1h);
    const std::int64_t id = apply_access(*service);
    const std::string confirm = R"({"version":1,"request":"settings_confirm","id":)" + std::to_string(id) + "}";
    EXPECT_TRUE(ask(*service, confirm).contains("base"));
    EXPECT_THAT(text_, HasSubstr("settings_confirmed"));
    EXPECT_TRUE(read_configuration(main()).configuration->access.kiss);
    std::optional<std::vector<std::string>> errors;
    service->reload([&errors](std::vector<std::string> told) { errors = std::move(told); });
    run_until([&] { return errors.has_value(); });
    EXPECT_TRUE(errors->empty());
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

/// The disk of this host, of which one kind of step does not return until it goes on.
class StuckDisk : public FileSteps {
public:
    explicit StuckDisk(std::string stuck) : stuck_{std::move(stuck)} {}

    int read(const std::string& path, std::size_t limit, std::string& text) override {
        return host_->read(path, limit, text);
    }
    int create(const std::string& path) override { return host_->create(path); }
    int write(std::string_view text) override { return host_->write(text); }
    int sync() override {
        wait_at("sync");
        return host_->sync();
    }
    int close() override { return host_->close(); }
    int rename(const std::string& from, const std::string& to) override { return host_->rename(from, to); }
    int sync_directory(const std::string& path) override { return host_->sync_directory(path); }
    int remove(const std::string& path) override {
        wait_at("remove");
        return host_->remove(path);
    }
    int room(const std::string& path) override { return host_->room(path); }

    void stand_still() { still_ = goes_on_.get_future().share(); }
    void go_on() { goes_on_.set_value(); }

private:
    void wait_at(std::string_view step) const {
        if (step == stuck_ && still_.valid()) {
            still_.wait();
        }
    }

    std::string stuck_;
    std::promise<void> goes_on_;
    std::shared_future<void> still_;
    std::unique_ptr<FileSteps> host_ = host_file_steps();
};

TEST_F(SettingsServiceTest, GoesOnWhileTheDiskStandsStillTellsThatAndRefusesWhoAsksNext) {
    const auto disk = std::make_shared<StuckDisk>("sync");
    const auto service = make(1h, 1h, 30ms, disk);
    const std::vector<ControlHandler> handlers = service->requests();
    std::optional<ControlReply> change;
    disk->stand_still();
    const std::string base{
        ask(*service, R"({"version":1,"request":"settings"})").at("settings").at("base").as_string()};
    answer_control(
        R"({"version":1,"request":"settings_apply","overlay":{"access":{"kod":true}},"base":")" + base + "\"}",
        [] { return ControlFacts{.clock = SampleFacts::synchronised()}; }, {true}, handlers,
        [&change](ControlReply reply) { change = std::move(reply); });
    run_until([&] { return !service->storage_fault().empty(); });
    EXPECT_THAT(service->storage_fault(), HasSubstr("90-page.toml: the disk does not answer"));
    EXPECT_EQ(try_access(*service).at("error").at("code"), "disk_silent");
    EXPECT_FALSE(change);
    EXPECT_FALSE(running_.access.kiss);
    bool ended = false;
    service->when_idle(20ms, [&ended] { ended = true; });
    run_until([&] { return ended; });
    disk->go_on();
    run_until([&] { return change.has_value(); });
    EXPECT_THAT(change->line, HasSubstr("confirm_within_ns"));
    EXPECT_TRUE(running_.access.kiss);
    EXPECT_EQ(service->storage_fault(), "");
    EXPECT_EQ(count("warning settings_disk_silent"), 1U) << text_;
    EXPECT_EQ(count("info settings_disk_answers"), 1U) << text_;
}

TEST_F(SettingsServiceTest, GoesBackInTimeThoughTheDiskStandsStill) {
    const auto disk = std::make_shared<StuckDisk>("remove");
    const auto service = make(50ms, 1h, 1h, disk);
    disk->stand_still();
    apply_access(*service);
    run_until([&] { return !running_.access.kiss; });
    EXPECT_THAT(text_, HasSubstr("warning settings_returned why=\"nobody confirmed them\""));
    pass(50ms);
    EXPECT_TRUE(std::filesystem::exists(directory_.file("conf.d/90-page.toml.unconfirmed")));
    EXPECT_FALSE(read_configuration(main()).configuration->access.kiss) << "nor does the next start read it";
    disk->go_on();
    run_until([&] { return !std::filesystem::exists(directory_.file("conf.d/90-page.toml.unconfirmed")); });
    EXPECT_EQ(count("settings_returned"), 1U) << text_;
}

TEST_F(SettingsServiceTest, EndsInItsTurnWhereTheDiskAnswers) {
    const auto service = make(1h);
    std::vector<std::string> order;
    service->reload([&order](const std::vector<std::string>&) { order.emplace_back("reloaded"); });
    service->when_idle(1h, [&order] { order.emplace_back("ended"); });
    EXPECT_TRUE(order.empty());
    run_until([&] { return order.size() == 2; });
    EXPECT_THAT(order, ElementsAre("reloaded", "ended"));
}

}  // namespace
}  // namespace tokimori
