#include "server/tokictl/reply_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/tokictl/sample_reply.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

json::object sample() {
    return json::parse(kSampleReply).as_object();
}

TEST(TrackingText, HasChronycsLinesAndBothTimes) {
    EXPECT_EQ(tracking_text(sample(), Language::kEnglish),
              "Reference ID    : PPS (pps)\n"
              "Stratum         : 1\n"
              "State           : synchronised, for 61 s\n"
              "Time            : 2026-11-28 07:12:00.250 UTC   2026-11-28 16:12:00.250 JST\n"
              "Error bound     : +/- 1501ns\n"
              "Ref time        : 2026-11-28 07:12:00.000 UTC   2026-11-28 16:12:00.000 JST\n"
              "Last update     : 0.250 s ago\n"
              "Served time     : 0.000000012 seconds fast\n"
              "System clock    : follows, 0.000001000 seconds slow\n"
              "Last offset     : -0.000000017 seconds\n"
              "RMS offset      : 0.000000060 seconds\n"
              "Frequency       : 7.250 ppm fast\n"
              "Skew            : 0.010 ppm\n"
              "Wander          : 0.002 ppm\n"
              "Root delay      : 0.000000000 seconds\n"
              "Root dispersion : 0.000001501 seconds\n"
              "Valid for       : 3600.000000000 seconds\n"
              "Leap status     : Normal\n");
}

TEST(TrackingText, IsSaidInJapaneseToo) {
    const std::string text = tracking_text(sample(), Language::kJapanese);
    EXPECT_THAT(text, HasSubstr("状態             : 同期しています (61 秒間)\n"));
    EXPECT_THAT(text, HasSubstr("2026-11-28 07:12:00.250 UTC   2026-11-28 16:12:00.250 JST"));
    EXPECT_THAT(text, HasSubstr("7.250 ppm 進み"));
    EXPECT_THAT(text, Not(HasSubstr("seconds")));
}

TEST(TrackingText, SaysWhatMakesTheTimeDoubtful) {
    json::object reply = sample();
    reply["at"].as_object()["disputed"] = true;
    reply["at"].as_object()["lab_mode"] = true;
    EXPECT_THAT(tracking_text(reply, Language::kEnglish),
                HasSubstr("for 61 s; sources contradict each other; LABORATORY\n"));
    EXPECT_THAT(tracking_text(reply, Language::kJapanese), HasSubstr("時刻源が食い違っています"));
}

TEST(TrackingText, SaysThatSomethingCannotBeWritten) {
    json::object reply = sample();
    EXPECT_THAT(tracking_text(reply, Language::kEnglish), Not(HasSubstr("NOT WRITTEN")));
    reply["at"].as_object()["storage_fault"] = "clock.state cannot be written (Read-only file system)";
    EXPECT_THAT(tracking_text(reply, Language::kEnglish), HasSubstr("NOT WRITTEN"));
    EXPECT_THAT(tracking_text(reply, Language::kJapanese), HasSubstr("保存できません"));
    EXPECT_THAT(tracking_text(reply, Language::kJapanese), HasSubstr("Read-only file system"));
}

TEST(TrackingText, SaysThatALineOfTheFrontPanelCannotBeHad) {
    json::object reply = sample();
    EXPECT_THAT(tracking_text(reply, Language::kEnglish), Not(HasSubstr("FRONT PANEL")));
    reply["at"].as_object()["panel_fault"] = "alarm_relay: no GPIO chip has such a line";
    EXPECT_THAT(tracking_text(reply, Language::kEnglish), HasSubstr("FRONT PANEL"));
    EXPECT_THAT(tracking_text(reply, Language::kJapanese), HasSubstr("前面パネルの異常"));
    EXPECT_THAT(tracking_text(reply, Language::kJapanese), HasSubstr("alarm_relay: no GPIO chip"));
}

TEST(TrackingText, NamesTheLeapSecond) {
    json::object reply = sample();
    reply["at"].as_object()["utc"] = "2016-12-31T23:59:60.999999999Z";
    reply["tracking"].as_object()["leap"] = "insert";
    const std::string text = tracking_text(reply, Language::kEnglish);
    EXPECT_THAT(text, HasSubstr("2016-12-31 23:59:60.999 UTC"));
    EXPECT_THAT(text, HasSubstr("Leap status     : Insert second\n"));
}

TEST(ReplyText, ShowsADashForWhateverIsNotThere) {
    const std::string tracking = tracking_text({}, Language::kEnglish);
    EXPECT_THAT(tracking, HasSubstr("Reference ID    : -\n"));
    EXPECT_THAT(tracking, HasSubstr("Time            : -   -\n"));
    EXPECT_THAT(tracking, HasSubstr("Error bound     : -\n"));
    EXPECT_THAT(tracking, HasSubstr("Frequency       : -\n"));
    json::object odd = json::parse(R"({"at":[],"tracking":{"utc":7,"stratum":"1","leap":3,"frequency_ppm":"x"},
                                       "sources":[7,{}],"sourcestats":{},"selectdata":[{"reason":null}],
                                       "serverstats":{"verdicts":7}})")
                           .as_object();
    for (const Language language : {Language::kEnglish, Language::kJapanese}) {
        EXPECT_FALSE(tracking_text(odd, language).empty());
        EXPECT_FALSE(sources_text(odd, language).empty());
        EXPECT_FALSE(sourcestats_text(odd, language).empty());
        EXPECT_FALSE(selectdata_text(odd, language).empty());
        EXPECT_FALSE(serverstats_text(odd, language).empty());
    }
}

TEST(SourcesText, HasChronycsColumnsAndTheReason) {
    EXPECT_EQ(sources_text(sample(), Language::kEnglish),
              "MS  Name    Stratum  Poll  Reach  LastRx  Last sample                  Reason\n"
              "=================================================================================================\n"
              "#o  pps           0     0    377       0   -123ns[ +456ns] +/- 2000ns  the clock follows it\n"
              "#?  受信機        0     -      0       -  -                            nothing heard of it lately\n");
}

TEST(SourcesText, TellsHowFarASourceMayBeWrongBeforeThereIsAnOffset) {
    json::object early = sample();
    json::object& source = early["sources"].at(0).as_object();
    source["offset_ns"] = source["last_offset_ns"] = nullptr;
    EXPECT_THAT(sources_text(early, Language::kEnglish), HasSubstr("      -[      -] +/- 2000ns"));
}

TEST(SourcesText, IsSaidInJapaneseToo) {
    const std::string text = sources_text(sample(), Language::kJapanese);
    EXPECT_THAT(text, HasSubstr("時計はこの時刻源に追従しています\n"));
    EXPECT_THAT(text, HasSubstr("最近、何も受信していません\n"));
}

TEST(SourcestatsText, HasChronycsColumns) {
    EXPECT_EQ(sourcestats_text(sample(), Language::kEnglish),
              "Name    NP  Span  Age  Frequency  Freq Skew  Offset  Std Dev  Jitter  Sentence delay\n"
              "====================================================================================\n"
              "pps     64    63    0     -0.001      0.020  -123ns     40ns   300ns           140ms\n"
              "受信機   0     0    -          -          -       -        -       -               -\n");
}

TEST(SourcestatsText, NamesTheSentenceDelayInJapaneseToo) {
    EXPECT_THAT(sourcestats_text(sample(), Language::kJapanese), HasSubstr("文の遅れ\n"));
}

TEST(SelectdataText, ShowsACodeThatIsNewAsItIs) {
    EXPECT_EQ(selectdata_text(sample(), Language::kEnglish),
              "S  Name    Options  Last     From       To  Code            Reason\n"
              "================================================================================\n"
              "o  pps     -P-         0  -2123ns  +1877ns  selected        the clock follows it\n"
              "?  受信機  N-T         -        -        -  born_yesterday  born_yesterday\n");
}

TEST(ServerstatsText, CountsEveryVerdictEvenOneThatIsNew) {
    const std::string text = serverstats_text(sample(), Language::kEnglish);
    EXPECT_THAT(text, HasSubstr("NTP packets received        : 8\n"));
    EXPECT_THAT(text, HasSubstr("NTP packets answered        : 7\n"));
    EXPECT_THAT(text, HasSubstr("newfangled                  : 2\n"));
    EXPECT_THAT(text, HasSubstr("NTP version 4 requests      : 5\n"));
    EXPECT_THAT(text, HasSubstr("Control connections dropped : 1\n"));
    EXPECT_THAT(serverstats_text(sample(), Language::kJapanese), HasSubstr("応答した NTP パケット"));
}

TEST(SettingsText, ShowsWhatDiffersFromItsDefaultAndWhereItIsWritten) {
    const json::value reply = json::parse(R"({"settings":{
        "table":[{"section":"server","key":"listen","default":"0.0.0.0:123, [::]:123"},
                 {"section":"log","key":"level","default":"info"},{"section":"refclock","key":"name","default":null},
                 {"section":"refclock","key":"prefer","default":"false"}],
        "written":[
          {"section":"server","name":null,"key":"listen","value":["0.0.0.0:123","[::]:123"],"file":"/t.toml","line":2},
          {"section":"log","name":null,"key":"level","value":"debug","file":"/t.toml","line":4},
          {"section":"refclock","name":"gps","key":"prefer","value":true,"file":"/c/90.toml","line":9}],
        "pending":{"id":1,"left_ns":31000000000},"restart":["server.workers","state.dir"]}})");
    EXPECT_EQ(settings_text(reply.as_object(), Language::kEnglish),
              "Setting                  Value  Default  From\n"
              "=====================================================\n"
              "[log] level              debug  info     /t.toml:4\n"
              "[[refclock]] gps prefer  true   false    /c/90.toml:9\n"
              "A change goes by itself in 31 s unless it is confirmed.\n"
              "Waits for a restart: server.workers, state.dir\n");
    EXPECT_THAT(settings_text(reply.as_object(), Language::kJapanese), HasSubstr("再起動待ち: server.workers"));
    const json::value odd = json::parse(R"({"settings":{"table":[3,{}],"written":[3,{},{"value":{}}],"restart":7}})");
    EXPECT_FALSE(settings_text(odd.as_object(), Language::kEnglish).empty());
    EXPECT_FALSE(settings_text({}, Language::kJapanese).empty());
}

TEST(ClientsText, ShowsWhoAskedAndHowOften) {
    const json::value reply = json::parse(R"({"clients":{"known":2,"replaced":7,"latest":[
        {"address":"192.0.2.7","requests":120,"limited":30,"refused":4,"interval_ns":16000000000,"last_seen_age_ns":3000000000,
         "first_seen_age_ns":90000000000,"version":4,"mode":3,"leap":0,"stratum":2},
        {"address":"2001:db8::1","requests":1,"limited":0,"refused":0,"interval_ns":null}]}})");
    const std::string text = clients_text(reply.as_object(), Language::kEnglish);
    EXPECT_THAT(text, HasSubstr("192.0.2.7         120       30        4"));
    EXPECT_THAT(text, HasSubstr("2001:db8::1         1        0        0"));
    EXPECT_THAT(text, HasSubstr("2 clients are known, 7 made room for others; shown are 2 of 2 from number 1 on."));
    EXPECT_THAT(clients_text(reply.as_object(), Language::kJapanese), HasSubstr("アドレス"));
}

}  // namespace
}  // namespace tokimori
