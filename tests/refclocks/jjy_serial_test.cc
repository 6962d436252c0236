#include "refclocks/jjy_serial.h"

#include <map>
#include <utility>

#include "tests/refclocks/driver_fixture.h"
#include "tests/refclocks/pseudo_terminal.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Reason = Rejection::Reason;

constexpr LocalInstant kNow{100s};

/// One model, and what is said to it.
class Talk {
public:
    explicit Talk(JjyModel model) : model_{make_jjy_model(model)} {}

    std::string ask() { return model_->ask(); }
    /// What comes of bytes that were read at once.
    std::vector<JjyAnswer> say(std::string_view bytes, LocalInstant read = kNow) {
        std::vector<JjyAnswer> answers;
        messages_.take(bytes, read, [&](const JjyMessage& message) { answers.push_back(model_->take(message)); });
        return answers;
    }
    /// What is sent, read, or refused after a single message.
    JjyAnswer answer(std::string_view bytes, LocalInstant read = kNow) {
        const auto answers = say(bytes, read);
        EXPECT_EQ(answers.size(), 1U) << bytes;
        return answers.empty() ? JjyAnswer{} : answers.front();
    }
    std::string sent(std::string_view bytes) { return answer(bytes).send; }
    /// The time that it tells, in JST; or why not.
    std::string told(std::string_view bytes, LocalInstant read = kNow) { return text_of(answer(bytes, read)); }
    static std::string text_of(const JjyAnswer& answer) {
        if (answer.reading) {
            return format_jst(answer.reading->time, answer.reading->time.nanosecond == 0 ? 0 : 1);
        }
        return answer.rejection ? "refused " + std::to_string(static_cast<int>(*answer.rejection)) : "";
    }

private:
    std::unique_ptr<JjySerialModel> model_;
    JjyMessages messages_;
};

std::string refused(Reason reason) {
    return "refused " + std::to_string(static_cast<int>(reason));
}

/// What a TS-JJY01 says to time, date and stim after good states.
std::string jjy01(const std::string& time, const std::string& date, const std::string& stim) {
    Talk talk{JjyModel::kTristateJjy01};
    EXPECT_EQ(talk.ask(), "dcst\r\n");
    EXPECT_EQ(talk.sent("valid\r\n"), "stus\r\n");
    EXPECT_EQ(talk.sent("adjusted\r\n"), "time\r\n");
    EXPECT_EQ(talk.sent(time + "\r\n"), "date\r\n");
    EXPECT_EQ(talk.sent(date + "\r\n"), "stim\r\n");
    return talk.told(stim + "\r\n");
}

TEST(JjySerialModels, Jjy01TellsTheSecondThatBeginsWithItsAnswer) {
    EXPECT_EQ(jjy01("12:34:55", "2026/11/21 SAT", "12:34:56"), "2026-11-21 12:34:56 JST");
    EXPECT_EQ(jjy01("12:34:54", "2026/11/21 sat", "12:34:56"), "2026-11-21 12:34:56 JST");
}

TEST(JjySerialModels, Jjy01IsNotBelievedAcrossMidnight) {
    EXPECT_EQ(jjy01("23:59:59", "2026/12/31 THU", "00:00:00"), "") << "of which day is the date?";
    EXPECT_EQ(jjy01("23:59:58", "2026/12/31 THU", "23:59:59"), "2026-12-31 23:59:59 JST");
    EXPECT_EQ(jjy01("00:00:00", "2027/01/01 FRI", "00:00:01"), "2027-01-01 00:00:01 JST");
}

TEST(JjySerialModels, Jjy01NamesTheLeapSecond) {
    EXPECT_EQ(jjy01("08:59:59", "2017/01/01 SUN", "08:59:60"), "2017-01-01 08:59:60 JST");
    EXPECT_EQ(jjy01("08:59:60", "2017/01/01 SUN", "09:00:00"), "2017-01-01 09:00:00 JST");
}

TEST(JjySerialModels, Jjy01RefusesSlowAndWrongAnswers) {
    EXPECT_EQ(jjy01("12:34:50", "2026/11/21 SAT", "12:34:56"), refused(Reason::kStale));
    EXPECT_EQ(jjy01("12:34:55", "2026/11/21 SAT", "12:34:5"), refused(Reason::kUnreadable));
    EXPECT_EQ(jjy01("25:34:55", "2026/11/21 SAT", "25:34:55"), refused(Reason::kImpossibleDate));
    EXPECT_EQ(jjy01("12:34:60", "2026/11/21 SAT", "12:34:60"), refused(Reason::kImpossibleDate));
    EXPECT_EQ(jjy01("12:34:55", "2099/11/21 SAT", "12:34:56"), refused(Reason::kImpossibleDate));
}

TEST(JjySerialModels, Jjy01IsNotBelievedWhileItHasNotHeardTheRadio) {
    Talk talk{JjyModel::kTristateJjy01};
    talk.ask();
    EXPECT_EQ(talk.told("INVALID\r\n"), refused(Reason::kNoFix));
    talk.ask();
    EXPECT_EQ(talk.sent("VALID\r\n"), "stus\r\n");
    EXPECT_EQ(talk.told("unadjusted\r\n"), refused(Reason::kNoFix));
    EXPECT_EQ(talk.told("12:34:56\r\n"), "") << "nothing was asked";
}

TEST(JjySerialModels, Jjy01RefusesWrongDates) {
    for (const char* const date : {"2026/11/21 SUN", "2026/13/21 SAT", "2026-11-21 SAT", "26/11/21 SAT", "\xff"}) {
        Talk talk{JjyModel::kTristateJjy01};
        talk.ask();
        talk.say("valid\r\nadjusted\r\n12:34:55\r\n");
        EXPECT_EQ(talk.told(date + "\r\n"s), refused(Reason::kUnreadable)) << date;
    }
}

TEST(JjySerialModels, GpsClockIsAskedUntilTheSecondChanges) {
    Talk talk{JjyModel::kTristateGpsClock01};
    EXPECT_EQ(talk.ask(), "stus\r\n");
    EXPECT_EQ(talk.sent("$Cmd>*U\r\n"), "time\r\n");
    EXPECT_THAT(talk.say("$GPRMC,junk\r\n$Cmd>\r\n"), testing::Each(testing::Field(&JjyAnswer::send, IsEmpty())));
    EXPECT_EQ(talk.sent("12:34:55\r\n"), "date\r\n");
    EXPECT_EQ(talk.sent("2026/11/21\r\n"), "time\r\n");
    EXPECT_EQ(talk.sent("12:34:55\r\n"), "time\r\n");
    EXPECT_EQ(talk.sent("$Cmd>12:34:55\r\n"), "time\r\n");
    const JjyAnswer answer = talk.answer("12:34:56\r\n", kNow + 1s);
    EXPECT_EQ(Talk::text_of(answer), "2026-11-21 12:34:56 JST");
    EXPECT_EQ(answer.reading->heard, kNow + 1s);
}

TEST(JjySerialModels, GpsClockIsRefusedWithoutUtc) {
    for (const char* const status : {"*R", "*G"}) {
        Talk talk{JjyModel::kTristateGpsClock01};
        talk.ask();
        EXPECT_EQ(talk.told(status + "\r\n"s), refused(Reason::kNoFix));
    }
    Talk talk{JjyModel::kTristateGpsClock01};
    talk.ask();
    EXPECT_EQ(talk.told("?\r\n"), refused(Reason::kUnreadable));
}

TEST(JjySerialModels, GpsClockIsNotAskedForEver) {
    Talk talk{JjyModel::kTristateGpsClock01};
    talk.ask();
    talk.say("+U\r\n12:34:55\r\n2026/11/21\r\n");
    int repeats = 0;
    while (talk.sent("12:34:55\r\n") == "time\r\n") {
        ASSERT_LT(++repeats, 100'000);
    }
    EXPECT_GT(repeats, 500) << "a second has many answers";
}

TEST(JjySerialModels, GpsClockIsNotBelievedAcrossMidnight) {
    Talk talk{JjyModel::kTristateGpsClock01};
    talk.ask();
    talk.say("+U\r\n23:59:59\r\n2026/12/31\r\n");
    EXPECT_EQ(talk.told("00:00:00\r\n"), "");
}

TEST(JjySerialModels, Jst2000TellsTenths) {
    Talk talk{JjyModel::kJst2000};
    EXPECT_EQ(talk.ask(),
              "\x05"
              "1J\x03");
    EXPECT_EQ(talk.told("\x02J261121 1234567\x03"), "2026-11-21 12:34:56.7 JST");
    EXPECT_EQ(talk.told("\x02J261121 1234567\x03"), "") << "not asked for";
}

TEST(JjySerialModels, Jst2000AcrossMidnightLeapSecondAndYearEnd) {
    const std::map<std::string, std::string> kTold{
        {"J261231 2359599", "2026-12-31 23:59:59.9 JST"},      {"J270101 0000000", "2027-01-01 00:00:00 JST"},
        {"J170101 0859600", "2017-01-01 08:59:60 JST"},        {"J170101 0860000", refused(Reason::kImpossibleDate)},
        {"J261131 1200000", refused(Reason::kImpossibleDate)}, {"K261121 1200000", refused(Reason::kUnreadable)},
        {"J261121 120000", refused(Reason::kUnreadable)},      {"J26112112000000", refused(Reason::kUnreadable)}};
    for (const auto& [text, told] : kTold) {
        Talk talk{JjyModel::kJst2000};
        talk.ask();
        EXPECT_EQ(talk.told("\x02" + text + "\x03"), told);
    }
}

TEST(JjySerialModels, Lt2000NamesTheSecondThatItsSubBegins) {
    Talk talk{JjyModel::kLt2000};
    EXPECT_EQ(talk.ask(), "C");
    EXPECT_EQ(talk.told("26112161234560000\r", kNow), "");
    const JjyAnswer answer = talk.answer("\x1a", kNow + 500ms);
    EXPECT_EQ(Talk::text_of(answer), "2026-11-21 12:34:56 JST");
    EXPECT_EQ(answer.reading->heard, kNow + 500ms);
    EXPECT_EQ(answer.send, "#") << "the stream is stopped";
    EXPECT_THAT(talk.told("26112161234570000\r"), IsEmpty());
}

TEST(JjySerialModels, Lt2000AcrossMidnightLeapSecondAndYearEnd) {
    const std::pair<const char*, const char*> kTold[] = {{"26123142359590000\r", "2026-12-31 23:59:59 JST"},
                                                         {"27010150000000000\r", "2027-01-01 00:00:00 JST"},
                                                         {"17010100859600000\r", "2017-01-01 08:59:60 JST"}};
    for (const auto& [text, told] : kTold) {
        Talk talk{JjyModel::kLt2000};
        talk.ask();
        talk.say(text);
        EXPECT_EQ(talk.told("\x1a", kNow + 490ms), told);
    }
}

TEST(JjySerialModels, Lt2000RefusesWhatDoesNotBelongTogether) {
    Talk talk{JjyModel::kLt2000};
    talk.ask();
    EXPECT_EQ(talk.told("\x1a"), "") << "the second of a name that was not heard";
    EXPECT_EQ(talk.told("261121612345636\r"), refused(Reason::kUnreadable)) << "an answer of the other mode";
    EXPECT_EQ(talk.told("26113161234560000\r"), refused(Reason::kImpossibleDate));
    talk.say("26112161234560000\r", kNow);
    EXPECT_EQ(talk.told("\x1a", kNow + 1500ms), refused(Reason::kStale));
}

TEST(JjySerialModels, Jjy200NamesEachSecond) {
    Talk talk{JjyModel::kJjy200};
    EXPECT_EQ(talk.ask(), "");
    EXPECT_EQ(talk.told("'OK 26/11/21 5 12:34:56\r"), "2026-11-21 12:34:56 JST");
    EXPECT_EQ(talk.told("'OK 26/12/31 3 23:59:59\r"), "2026-12-31 23:59:59 JST");
    EXPECT_EQ(talk.told("'OK 27/01/01 4 00:00:00\r"), "2027-01-01 00:00:00 JST");
    EXPECT_EQ(talk.told("'OK 17/01/01 6 08:59:60\r"), "2017-01-01 08:59:60 JST");
}

TEST(JjySerialModels, Jjy200RefusesWhatItIsNotSureOf) {
    Talk talk{JjyModel::kJjy200};
    EXPECT_EQ(talk.told("'NG 26/11/21 5 12:34:56\r"), refused(Reason::kNoFix));
    EXPECT_EQ(talk.told("'ER 26/11/21 5 12:34:56\r"), refused(Reason::kNoFix));
    EXPECT_EQ(talk.told("'?? 26/11/21 5 12:34:56\r"), refused(Reason::kUnreadable));
    EXPECT_EQ(talk.told("'OK 26/11/21 6 12:34:56\r"), refused(Reason::kImpossibleDate)) << "a Saturday is 5";
    EXPECT_EQ(talk.told("OK 26/11/21 5 12:34:56\r"), refused(Reason::kUnreadable));
    EXPECT_EQ(talk.told("'OK 26/02/30 5 12:34:56\r"), refused(Reason::kImpossibleDate));
}

TEST(JjySerialModels, Tdc300NamesTheSecondThatItsSignalBegins) {
    Talk talk{JjyModel::kTdc300};
    EXPECT_EQ(talk.ask(), "");
    const std::pair<const char*, const char*> kTold[] = {{"\x02"
                                                          "2611216123456\x03",
                                                          "2026-11-21 12:34:56 JST"},
                                                         {"\x02"
                                                          "2612314235959\x03",
                                                          "2026-12-31 23:59:59 JST"},
                                                         {"\x02"
                                                          "2701015000000\x03",
                                                          "2027-01-01 00:00:00 JST"},
                                                         {"\x02"
                                                          "1701010085960\x03",
                                                          "2017-01-01 08:59:60 JST"}};
    for (const auto& [name, told] : kTold) {
        EXPECT_EQ(talk.told(name), "");
        EXPECT_EQ(talk.told("\x02\xe5\x03", kNow + 700ms), told);
    }
}

TEST(JjySerialModels, Tdc300RefusesWhatDoesNotBelongTogether) {
    Talk talk{JjyModel::kTdc300};
    EXPECT_EQ(talk.told("\x02\xe5\x03"), "") << "the first may be of a second whose name was not heard";
    EXPECT_EQ(talk.told("\x02\xe5\x03"), refused(Reason::kUnreadable)) << "two in a row";
    EXPECT_EQ(talk.told("\x02"
                        "12:34:56\x03"),
              refused(Reason::kUnreadable))
        << "type 1";
    EXPECT_EQ(talk.told("\x02"
                        "26112112345660000\x03"),
              refused(Reason::kUnreadable))
        << "type 2";
    EXPECT_EQ(talk.told("\x02"
                        "2611316123456\x03"),
              refused(Reason::kImpossibleDate));
    talk.say(
        "\x02"
        "2611216123456\x03");
    EXPECT_EQ(talk.told("\x02\xe5\x03", kNow + 3s), refused(Reason::kStale));
}

TEST(JjyMessagesTest, KeepWhenTheFirstByteCameAndDropWhatDoesNotEnd) {
    JjyMessages messages;
    std::vector<JjyMessage> said;
    const auto keep = [&](const JjyMessage& message) { said.push_back(message); };
    messages.take("ab", kNow, keep);
    messages.take("c\r\n", kNow + 3ms, keep);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].text, "abc");
    EXPECT_EQ(said[0].began, kNow);
    EXPECT_EQ(said[0].ended, kNow + 3ms);
    messages.take(std::string(100'000, 'x') + "\rok\r", kNow, keep);
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[1].text, "ok");
}

class JjySerialTest : public DriverTest {
protected:
    JjySerialSettings settings(JjyModel model) const {
        return {.device = line_->device(), .model = model, .poll = 1s, .patience = {1ms, 4ms, 10s}};
    }
    std::unique_ptr<JjySerialRefclock> started(const JjySerialSettings& wanted) {
        auto clock = std::make_unique<JjySerialRefclock>(io_, counter_, kept_, 9, wanted);
        clock->start();
        return clock;
    }
    /// Answers each command of the script when it comes, until so many labels were told.
    void answer(const std::map<std::string, std::string>& script, std::size_t labels) {
        boost::asio::steady_timer look{io_};
        std::string heard;
        std::function<void()> serve = [&] {
            heard += line_->heard();
            for (const auto& [command, reply] : script) {
                if (heard.ends_with(command)) {
                    heard.clear();
                    line_->say(reply);
                }
            }
            look.expires_after(1ms);
            look.async_wait([&](const boost::system::error_code& error) { error ? void() : serve(); });
        };
        serve();
        run_until_kept<Label>(labels);
        look.cancel();
        io_.poll();
    }

    std::unique_ptr<PseudoTerminal> line_ = std::make_unique<PseudoTerminal>();
};

TEST_F(JjySerialTest, AsksAJjy01AgainAndAgain) {
    const auto clock = started(settings(JjyModel::kTristateJjy01));
    answer({{"dcst\r\n", "valid\r\n"},
            {"stus\r\n", "adjusted\r\n"},
            {"time\r\n", "12:34:55\r\n"},
            {"date\r\n", "2026/11/21 SAT\r\n"},
            {"stim\r\n", "12:34:56\r\n"}},
           2);
    const Label label = kept_.of<Label>().front();
    EXPECT_EQ(format_jst(label.time), "2026-11-21 12:34:56 JST");
    EXPECT_EQ(label.source, 9);
    EXPECT_EQ(label.uncertainty, 125ms);
    EXPECT_LE(label.heard, counter_.now());
    EXPECT_THAT(kept_.said(), StartsWith("+the Tristate TS-JJY01 at /dev/pts/"));
}

TEST_F(JjySerialTest, TalksToAJst2000) {
    const auto clock = started(settings(JjyModel::kJst2000));
    answer({{"\x05"
             "1J\x03",
             "\x02J261121 1234567\x03"}},
           1);
    EXPECT_EQ(format_jst(kept_.of<Label>().front().time, 1), "2026-11-21 12:34:56.7 JST");
}

TEST_F(JjySerialTest, TalksToAGpsClock) {
    const auto clock = started(settings(JjyModel::kTristateGpsClock01));
    int asked = 0;
    boost::asio::steady_timer look{io_};
    std::string heard;
    std::function<void()> serve = [&] {
        heard += line_->heard();
        if (heard.ends_with("stus\r\n")) {
            line_->say("$Cmd>+U\r\n");
        } else if (heard.ends_with("date\r\n")) {
            line_->say("$Cmd>2026/11/21\r\n");
        } else if (heard.ends_with("time\r\n")) {
            line_->say(++asked < 5 ? "12:34:55\r\n" : "12:34:56\r\n");
        }
        heard = heard.ends_with("\r\n") ? "" : heard;
        look.expires_after(1ms);
        look.async_wait([&](const boost::system::error_code& error) { error ? void() : serve(); });
    };
    serve();
    run_until_kept<Label>(1);
    look.cancel();
    io_.poll();
    EXPECT_EQ(asked, 5);
    EXPECT_EQ(kept_.of<Label>().front().uncertainty, 50ms);
}

TEST_F(JjySerialTest, ListensToAJjy200) {
    const auto clock = started(settings(JjyModel::kJjy200));
    line_->say("'OK 26/11/21 5 12:34:56\r");
    run_until_kept<Label>(1);
    line_->say("'OK 26/11/21 5 12:34:57\r");
    run_until_kept<Label>(2);
    EXPECT_EQ(line_->heard(), "") << "it is told nothing";
    const termios found = line_->settings();
    EXPECT_EQ(::cfgetispeed(&found), static_cast<speed_t>(B4800));
    EXPECT_EQ(found.c_lflag & (ICANON | ECHO | ISIG), 0U);
}

TEST_F(JjySerialTest, ListensToATdc300) {
    const auto clock = started(settings(JjyModel::kTdc300));
    line_->say(
        "\x02"
        "2611216123456\x03");
    line_->say("\x02\xe5\x03");
    run_until_kept<Label>(1);
    EXPECT_EQ(format_jst(kept_.of<Label>().front().time), "2026-11-21 12:34:56 JST");
}

// Where this host is late the driver refuses, and asks again.
TEST_F(JjySerialTest, TalksToAnLt2000AndStopsItsStream) {
    const auto clock = started(settings(JjyModel::kLt2000));
    boost::asio::steady_timer look{io_};
    boost::asio::steady_timer half{io_};
    std::string heard;
    std::function<void()> serve = [&] {
        const std::string commands = line_->heard();
        heard += commands;
        if (commands.ends_with('C')) {
            line_->say("26112161234560000\r");
            half.expires_after(400ms);
            half.async_wait([&](const boost::system::error_code& error) { error ? void() : line_->say("\x1a"); });
        }
        look.expires_after(1ms);
        look.async_wait([&](const boost::system::error_code& error) { error ? void() : serve(); });
    };
    serve();
    run_until([&] { return !kept_.of<Label>().empty() && heard.ends_with('#'); });
    look.cancel();
    half.cancel();
    io_.poll();
    EXPECT_EQ(format_jst(kept_.of<Label>().front().time), "2026-11-21 12:34:56 JST");
}

TEST_F(JjySerialTest, SaysWhatIsWrongWithASilentReceiver) {
    JjySerialSettings impatient = settings(JjyModel::kJjy200);
    impatient.patience.silence = 30ms;
    const auto clock = started(impatient);
    run_until_said("-nothing comes from " + line_->device() + " at 4800 baud");
    line_->say("12:34:56\r");
    run_until_said("is not what a Citizen TIC JJY-200 says: check model");
    line_->say("'NG 26/11/21 5 12:34:56\r");
    run_until_said("has not heard the time itself: check its antenna");
    line_->say("'OK 26/11/21 5 12:34:56\r");
    run_until_said("+the Citizen TIC JJY-200");
}

TEST_F(JjySerialTest, FindsTheReceiverAgainThatWasUnplugged) {
    const ScratchDirectory directory;
    JjySerialSettings moving = settings(JjyModel::kJjy200);
    moving.device = directory.file("jjy");
    const auto clock = started(moving);
    run_until_said("plug the receiver in");
    std::filesystem::create_symlink(line_->device(), moving.device);
    run_until([&] { return (line_->settings().c_lflag & ICANON) == 0; });
    line_->say("'OK 26/11/21 5 12:34:56\r");
    run_until_kept<Label>(1);
    line_.reset();
    run_until_said("was lost");
}

TEST_F(JjySerialTest, SaysNothingMoreOnceItIsStopped) {
    const auto clock = started(settings(JjyModel::kJjy200));
    kept_.on_each = [&] { clock->stop(); };
    line_->say("'OK 26/11/21 5 12:34:56\r'OK 26/11/21 5 12:34:57\r");
    run_until([&] { return !kept_.all.empty(); });
    io_.restart();
    io_.run();
    EXPECT_EQ(kept_.all.size(), 1U);
}

}  // namespace
}  // namespace tokimori
