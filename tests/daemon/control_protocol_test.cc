#include "server/daemon/control_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/daemon/asked.h"
#include "tests/daemon/facts.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ControlFacts sample() {
    ControlFacts facts{.clock = SampleFacts::synchronised(), .version = "1.2.3"};
    facts.started = SampleFacts::ago(std::chrono::seconds{600});
    facts.server.verdicts = {7, 1};
    facts.server.versions = {0, 0, 0, 2, 5};
    facts.control = {.accepted = 3, .open = 1, .requests = 9, .refused = 2, .dropped = 1};
    return facts;
}

json::object ask(std::string_view line, const ControlFacts& facts) {
    const ControlReply reply = asked(line, [&] { return facts; });
    EXPECT_EQ(reply.line.find('\n'), std::string::npos);
    const json::value value = json::parse(reply.line);
    EXPECT_EQ(value.at("version").to_number<int>(), 1);
    EXPECT_EQ(value.as_object().contains("error"), reply.refused);
    return value.as_object();
}

json::object tell(std::string_view name, const ControlFacts& facts = sample()) {
    json::object reply = ask(json::serialize(json::object{{"version", 1}, {"request", name}}), facts);
    EXPECT_EQ(reply.at("request").as_string(), name);
    return reply;
}

std::string error_of(std::string_view line) {
    const json::object reply = ask(line, sample());
    EXPECT_FALSE(reply.at("error").at("message").as_string().empty());
    return std::string{reply.at("error").at("code").as_string()};
}

std::vector<std::string> names_in(const json::object& object) {
    std::vector<std::string> names;
    for (const auto& member : object) {
        names.emplace_back(member.key());
    }
    return names;
}

TEST(ControlProtocol, TellsWithEveryReplyWhenItIsTrueAndHowTheClockIsDoing) {
    for (const char* const name :
         {"tracking", "sources", "sourcestats", "selectdata", "serverstats", "status", "clients"}) {
        const json::object at = tell(name).at("at").as_object();
        EXPECT_EQ(at.at("utc"), "2026-11-28T07:12:00.250000000Z");
        EXPECT_EQ(at.at("jst"), "2026-11-28 16:12:00.250000000 JST");
        EXPECT_EQ(at.at("state"), "synchronised");
        EXPECT_EQ(at.at("state_age_ns"), 60 * SampleFacts::kSecond);
        EXPECT_EQ(at.at("uptime_ns"), 600 * SampleFacts::kSecond);
        EXPECT_EQ(at.at("disputed"), false);
        EXPECT_EQ(at.at("lab_mode"), false);
        EXPECT_TRUE(at.at("storage_fault").is_null());
        EXPECT_TRUE(at.at("panel_fault").is_null());
    }
}

TEST(ControlProtocol, TellsWhatIsServed) {
    const json::object tracking = tell("tracking").at("tracking").as_object();
    EXPECT_EQ(tracking.at("source"), "pps");
    EXPECT_EQ(tracking.at("by_pulses"), true);
    EXPECT_EQ(tracking.at("refid"), "PPS");
    EXPECT_EQ(tracking.at("stratum"), 1);
    EXPECT_EQ(tracking.at("leap"), "none");
    EXPECT_EQ(tracking.at("reference_utc"), "2026-11-28T07:12:00.000000000Z");
    EXPECT_EQ(tracking.at("reference_jst"), "2026-11-28 16:12:00.000000000 JST");
    EXPECT_EQ(tracking.at("last_update_age_ns"), 250'000'000);
    EXPECT_EQ(tracking.at("last_offset_ns"), -17);
    EXPECT_EQ(tracking.at("jitter_ns"), 60);
    EXPECT_EQ(tracking.at("frequency_ppm"), -7.25);
    EXPECT_EQ(tracking.at("skew_ppm"), 0.01);
    EXPECT_EQ(tracking.at("wander_ppm"), 0.002);
    EXPECT_EQ(tracking.at("root_delay_ns"), 0);
    EXPECT_EQ(tracking.at("root_dispersion_ns"), 1501);
    EXPECT_EQ(tracking.at("root_distance_ns"), 1501);
    EXPECT_EQ(tracking.at("valid_for_ns"), 3600 * SampleFacts::kSecond);
}

TEST(ControlProtocol, TellsHowTheClockOfTheHostIsDoing) {
    ControlFacts facts = sample();
    const auto told = [&facts] { return tell("tracking", facts).at("tracking").at("system_clock").as_object(); };
    EXPECT_EQ(told(), (json::object{{"state", "left"}}));
    facts.clock.system_clock.forbidden = true;
    EXPECT_EQ(told(), (json::object{{"state", "forbidden"}}));
    facts.clock.system_clock = {
        .forbidden = false,
        .report = FollowerReport{.state = FollowerState::kFarOff,
                                 .offset = Duration{-5},
                                 .max_error = Duration{2500},
                                 .leap = LeapKind::kInsert,
                                 .interventions = 2,
                                 .last_intervention = SampleFacts::ago(std::chrono::seconds{1})}};
    EXPECT_EQ(told(), (json::object{{"state", "far_off"},
                                    {"offset_ns", -5},
                                    {"max_error_ns", 2500},
                                    {"leap", "insert"},
                                    {"interventions", 2U},
                                    {"last_intervention_age_ns", SampleFacts::kSecond}}));
}

TEST(ControlProtocol, TellsNothingOfATimeThatIsNotKnown) {
    const json::object reply = tell("tracking", ControlFacts{});
    const json::object tracking = reply.at("tracking").as_object();
    EXPECT_EQ(reply.at("at").at("utc"), nullptr);
    EXPECT_EQ(reply.at("at").at("state"), "never_synchronised");
    EXPECT_EQ(tracking.at("stratum"), 0);
    EXPECT_EQ(tracking.at("refid"), "INIT");
    EXPECT_EQ(tracking.at("leap"), "unsynchronised");
    EXPECT_EQ(tracking.at("valid_for_ns"), 0);
    for (const char* const name : {"source", "reference_utc", "last_update_age_ns", "last_offset_ns", "frequency_ppm",
                                   "skew_ppm", "root_dispersion_ns", "root_distance_ns"}) {
        EXPECT_EQ(tracking.at(name), nullptr) << name;
    }
}

TEST(ControlProtocol, SaysUnsynchronisedOnceTheDeadlineHasPassedWhateverTheState) {
    ControlFacts facts = sample();
    facts.clock.clock.server.valid_until = SampleFacts::kNow;
    const json::object tracking = tell("tracking", facts).at("tracking").as_object();
    EXPECT_EQ(tracking.at("leap"), "unsynchronised");
    EXPECT_EQ(tracking.at("stratum"), 0);
    EXPECT_EQ(tracking.at("root_distance_ns"), 1501);
}

TEST(ControlProtocol, TellsTheLeapSecondByItsName) {
    ControlFacts facts = sample();
    ServerState& server = facts.clock.clock.server;
    server.model.anchor_tai = LeapTable::built_in().tai_at(parse_utc("2016-12-31T23:59:60Z").value()).value();
    server.scale = ServedScale::around(server.model.anchor_tai, LeapTable::built_in(), LeapPolicy{});
    const json::object reply = tell("tracking", facts);
    EXPECT_EQ(reply.at("at").at("utc"), "2016-12-31T23:59:60.250000000Z");
    EXPECT_EQ(reply.at("at").at("jst"), "2017-01-01 08:59:60.250000000 JST");
    EXPECT_EQ(reply.at("tracking").at("leap"), "insert");
}

TEST(ControlProtocol, TellsEverySourceWithItsAges) {
    const json::array sources = tell("sources").at("sources").as_array();
    ASSERT_EQ(sources.size(), 2U);
    const json::object& pps = sources[0].as_object();
    EXPECT_EQ(pps.at("name"), "pps");
    EXPECT_EQ(pps.at("tally"), "o");
    EXPECT_EQ(pps.at("reason"), "selected");
    EXPECT_EQ(pps.at("driver"), "pps-kernel");
    EXPECT_EQ(pps.at("refid"), "PPS");
    EXPECT_EQ(pps.at("reach"), 255);
    EXPECT_EQ(pps.at("poll_ns"), SampleFacts::kSecond);
    EXPECT_EQ(pps.at("offset_ns"), -123);
    EXPECT_EQ(pps.at("distance_ns"), 2000);
    EXPECT_EQ(pps.at("last_offset_ns"), 456);
    EXPECT_EQ(pps.at("last_sample_age_ns"), 250'000'000);
    EXPECT_EQ(pps.at("last_heard_age_ns"), 110'000'000);
    EXPECT_EQ(pps.at("accepted"), 100);
    EXPECT_EQ(pps.at("rejected"), 3);
    EXPECT_EQ(pps.at("lost_pulses"), 2);
    const json::object& satellites = pps.at("satellites").as_object();
    EXPECT_EQ(satellites.at("visible"), 12);
    EXPECT_EQ(satellites.at("used"), 8);
    EXPECT_EQ(satellites.at("age_ns"), 500'000'000);
    EXPECT_EQ(satellites.at("list"),
              json::parse(R"([{"system":"qzss","number":2,"used":true,"azimuth":190,"elevation":80,"signal_dbhz":44},)"
                          R"({"system":"unknown","number":0,"used":false,"azimuth":null,"elevation":null,)"
                          R"("signal_dbhz":null}])"));
    EXPECT_EQ(pps.at("receiver"),
              json::parse(R"({"antenna":"open","antenna_powered":true,"jamming":40,"age_ns":3000000000})"));
    const json::object& gps = sources[1].as_object();
    EXPECT_EQ(gps.at("reason"), "silent");
    for (const char* const name : {"offset_ns", "jitter_ns", "distance_ns", "last_offset_ns", "last_sample_age_ns",
                                   "last_heard_age_ns", "satellites", "receiver", "sentence_delay_ns"}) {
        EXPECT_EQ(gps.at(name), nullptr) << name;
    }
}

TEST(ControlProtocol, TellsTheMinuteOfLongWaveAsItWasReceived) {
    ControlFacts facts = sample();
    EXPECT_EQ(tell("sources", facts).at("sources").at(0).at("jjy"), nullptr);
    facts.clock.sources[0].report.jjy = JjyHeard{.source = 1,
                                                 .at = SampleFacts::ago(std::chrono::seconds{12}),
                                                 .minute = parse_utc("2026-11-28T07:10:00Z").value().second,
                                                 .frame = "M?01",
                                                 .hour_parity = false,
                                                 .leap_bits = "10",
                                                 .fault = "unheard",
                                                 .agreeing = 3};
    EXPECT_EQ(tell("sources", facts).at("sources").at(0).at("jjy"),
              (json::value{{"frame", "M?01"},
                           {"minute_utc", "2026-11-28T07:10:00Z"},
                           {"minute_jst", "2026-11-28 16:10:00 JST"},
                           {"parity_1", false},
                           {"parity_2", nullptr},
                           {"leap_bits", "10"},
                           {"stop_bits", nullptr},
                           {"fault", "unheard"},
                           {"frames_agreeing", 3},
                           {"age_ns", 12 * SampleFacts::kSecond}}));
}

TEST(ControlProtocol, TellsTheLinesOfTheSources) {
    const json::array sources = tell("sourcestats").at("sourcestats").as_array();
    const json::object& pps = sources[0].as_object();
    EXPECT_EQ(pps.at("samples"), 64);
    EXPECT_EQ(pps.at("span_ns"), 63 * SampleFacts::kSecond);
    EXPECT_EQ(pps.at("frequency_ppm"), -0.001);
    EXPECT_EQ(pps.at("skew_ppm"), 0.02);
    EXPECT_EQ(pps.at("deviation_ns"), 40);
    EXPECT_EQ(pps.at("sentence_delay_ns"), nullptr);
    ControlFacts facts = sample();
    facts.clock.sources.front().report.sentence_delay = Duration{140'200'000};
    EXPECT_EQ(tell("sourcestats", facts).at("sourcestats").at(0).at("sentence_delay_ns"), 140'200'000);
    EXPECT_EQ(sources[1].at("frequency_ppm"), nullptr);
}

TEST(ControlProtocol, TellsNoOffsetFromAClockThatWasNeverRight) {
    ControlFacts facts = sample();
    // The host's date may be served instead.
    facts.clock.clock.was_right = false;
    const json::value source = tell("sources", facts).at("sources").at(0);
    EXPECT_EQ(source.at("offset_ns"), nullptr);
    EXPECT_EQ(source.at("last_offset_ns"), nullptr);
    EXPECT_EQ(source.at("distance_ns"), 2000);
    EXPECT_EQ(tell("sourcestats", facts).at("sourcestats").at(0).at("offset_ns"), nullptr);
    // How far sources are from each other is seen of these all the same.
    EXPECT_EQ(tell("selectdata", facts).at("selectdata").at(0).at("lowest_ns"), -2123);
}

TEST(ControlProtocol, TellsWhatTheSelectionHadToGoBy) {
    const json::array sources = tell("selectdata").at("selectdata").as_array();
    EXPECT_EQ(sources[0].at("lowest_ns"), -2123);
    EXPECT_EQ(sources[0].at("highest_ns"), 1877);
    EXPECT_EQ(sources[0].at("prefer"), true);
    EXPECT_EQ(sources[0].at("trust"), false);
    EXPECT_EQ(sources[1].at("trust"), true);
    EXPECT_EQ(sources[1].at("lowest_ns"), nullptr);
}

TEST(ControlProtocol, TellsWhatWasCounted) {
    const json::object counts = tell("serverstats").at("serverstats").as_object();
    EXPECT_EQ(counts.at("received"), 8);
    EXPECT_EQ(counts.at("verdicts").at("answered"), 7);
    EXPECT_EQ(counts.at("verdicts").at("too_short"), 1);
    EXPECT_EQ(counts.at("verdicts").as_object().size(), kVerdictCount);
    EXPECT_EQ(counts.at("versions").at("4"), 5);
    EXPECT_EQ(counts.at("control").at("dropped"), 1);
    EXPECT_EQ(counts.at("counted_for_ns"), 600 * SampleFacts::kSecond);
}

TEST(ControlProtocol, ListsTheClientsOfAllWorkersTheLatestFirst) {
    ControlFacts facts = sample();
    ClientTable one{100, 128, HashKey{1, 2}};
    ClientTable other{1000, 128, HashKey{3, 4}};
    const auto ask_from = [&](ClientTable& table, ClientAddress address, int seconds_ago) {
        const LocalInstant at = facts.clock.now - std::chrono::seconds{seconds_ago};
        table.note(table.find(address), {at, {std::byte{0xE3}, std::byte{16}}, 99}, {});
    };
    ask_from(one, ClientAddress::v4(0xC0000207), 30);
    ask_from(other, {0x2001'0DB8'0000'0000, 1}, 10);
    for (std::uint32_t i = 0; i < 600; ++i) {
        ask_from(other, ClientAddress::v4(0x0A000000 + i), 100);
    }
    facts.client_tables = {&one, &other};
    facts.server.clients_replaced = 4;
    const json::object clients = ask(R"({"version":1,"request":"clients"})", facts).at("clients").as_object();
    EXPECT_EQ(clients.at("known"), 602);
    EXPECT_EQ(clients.at("replaced"), 4);
    const json::array& latest = clients.at("latest").as_array();
    ASSERT_EQ(latest.size(), 500U);
    EXPECT_EQ(latest[0].at("address"), "2001:db8::1");
    EXPECT_EQ(latest[1].at("address"), "192.0.2.7");
    EXPECT_EQ(latest[1].at("last_seen_age_ns"), 30 * SampleFacts::kSecond);
    EXPECT_EQ(latest[1].at("version"), 4);
    EXPECT_EQ(latest[1].at("mode"), 3);
    EXPECT_EQ(latest[1].at("leap"), 3);
    EXPECT_EQ(latest[1].at("stratum"), 16);
    EXPECT_EQ(latest[1].at("requests"), 1);
    EXPECT_EQ(latest[1].at("interval_ns"), nullptr);
}

/// A table with hosts 10.0.0.0 …, host n seen n seconds ago for n requests.
void fill(ClientTable& table, std::uint32_t hosts) {
    for (std::uint32_t i = hosts; i-- > 0;) {
        const ClientKey client = table.find(ClientAddress::v4(0x0A000000 + i));
        for (std::uint32_t n = 0; n < std::max(i, 1U); ++n) {
            table.note(client, {SampleFacts::ago(std::chrono::seconds{i}), {}, 4000}, {});
        }
    }
}

TEST(ControlProtocol, TellsThatPartOfTheClientsThatIsAskedFor) {
    ControlFacts facts = sample();
    ClientTable table{1000, 128, HashKey{1, 2}};
    fill(table, 30);
    facts.client_tables = {&table};
    const auto clients = [&](const std::string& more) {
        return ask(R"({"version":1,"request":"clients",)" + more + "}", facts).at("clients").as_object();
    };
    const json::object busiest = clients(R"("sort":"received","first":1,"count":2)");
    EXPECT_EQ(busiest.at("known"), 30);
    EXPECT_EQ(busiest.at("matching"), 30);
    EXPECT_EQ(busiest.at("first"), 1);
    ASSERT_EQ(busiest.at("latest").as_array().size(), 2U);
    EXPECT_EQ(busiest.at("latest").at(0).at("address"), "10.0.0.28");
    EXPECT_EQ(busiest.at("latest").at(0).at("requests"), 28);
    EXPECT_EQ(busiest.at("latest").at(0).at("refused"), 0);
    const json::object matching = clients(R"("match":".2","sort":"address","count":null)");
    EXPECT_EQ(matching.at("known"), 30);
    EXPECT_EQ(matching.at("matching"), 11);
    EXPECT_EQ(matching.at("latest").at(10).at("address"), "10.0.0.29");
    EXPECT_TRUE(clients(R"("first":30)").at("latest").as_array().empty());
    EXPECT_TRUE(clients(R"("count":0)").at("latest").as_array().empty());
    EXPECT_EQ(clients(R"("match":"2001:DB8")").at("matching"), 0);
}

TEST(ControlProtocol, SaysWhatIsWrongWithAQuestionAboutClients) {
    const auto complaint = [](const std::string& more) {
        const std::string line = R"({"version":1,"request":"clients",)" + more + "}";
        EXPECT_EQ(error_of(line), "bad_request");
        return std::string{ask(line, sample()).at("error").at("message").as_string()};
    };
    EXPECT_EQ(complaint(R"("first":-1)"), "first is a whole number from 0 to 1000000000");
    EXPECT_EQ(complaint(R"("first":"0")"), "first is a whole number from 0 to 1000000000");
    EXPECT_EQ(complaint(R"("count":501)"), "count is a whole number from 0 to 500");
    EXPECT_EQ(complaint(R"("count":1.5)"), "count is a whole number from 0 to 500");
    EXPECT_THAT(complaint(R"("sort":"colour")"), HasSubstr("sort is one of last_seen, first_seen, received, "));
    EXPECT_THAT(complaint(R"("sort":[])"), HasSubstr("sort is one of "));
    EXPECT_THAT(complaint(R"("match":"example")"), HasSubstr("match is part of an address"));
    EXPECT_EQ(complaint(R"("match":")" + std::string(41, '1') + '"'), "match is a text of 40 bytes at most");
    EXPECT_EQ(complaint(R"("match":5)"), "match is a text of 40 bytes at most");
}

json::object preview(const std::string& more, const ControlFacts& facts = sample()) {
    return ask(R"({"version":1,"request":"leap_preview")" + more + "}", facts).at("preview").as_object();
}

TEST(ControlProtocol, ShowsAnyLeapSecondAsItWouldBeServed) {
    const json::object smear = preview(R"(,"day":"2029-06-30","kind":"delete","mode":"smear","smear_minutes":100)");
    EXPECT_EQ(smear.at("event"), (json::value{{"day", "2029-06-30"}, {"kind", "delete"}}));
    EXPECT_EQ(smear.at("policy"), (json::value{{"mode", "smear"}, {"smear_minutes", 100}}));
    EXPECT_EQ(smear.at("clients").at(0).at("client"), "chrony_64s");
    EXPECT_EQ(smear.at("basis"),
              (json::value{{"settings", "daemon"}, {"options", {"mode", "minutes"}}, {"day", "given"}}));
    const json::object real = preview(R"(,"day":"2016-12-31","kind":"delete","mode":null,"smear_minutes":null)");
    EXPECT_EQ(real.at("event").at("kind"), "insert") << "what happened is known better";
    bool named = false;
    for (const json::value& row : real.at("rows").as_array()) {
        named = named || (row.at("utc") == "2016-12-31T23:59:60.000000000Z" && row.at("li") == 1);
    }
    EXPECT_TRUE(named);
}

TEST(ControlProtocol, PreviewsTheNextLeapSecondAsItIsConfiguredOrElseTheLast) {
    ControlFacts facts = sample();
    EXPECT_EQ(preview("", facts).at("event").at("day"), "2016-12-31");
    EXPECT_EQ(preview("", facts).at("basis").at("day"), "last");
    const LeapTable with_next =
        LeapTable::built_in().with_event({parse_utc("2028-06-30").value().second.day, LeapKind::kInsert});
    facts.clock.leap_table = &with_next;
    facts.clock.leap.policy = {.mode = LeapMode::kSmear, .smear = std::chrono::minutes{240}};
    const json::object next = preview("", facts);
    EXPECT_EQ(next.at("event").at("day"), "2028-06-30");
    EXPECT_EQ(next.at("policy").at("smear_minutes"), 240);
    EXPECT_EQ(next.at("basis").at("day"), "next");
    EXPECT_TRUE(next.at("basis").at("options").as_array().empty());
}

TEST(ControlProtocol, SaysWhyThereIsNoSuchPreview) {
    for (const char* const more : {R"("day":"2016-12-30")", R"("day":"1971-12-31")", R"("day":"9999-12-31")",
                                   R"("day":"soon")", R"("day":7)", R"("kind":"none")", R"("mode":"step")",
                                   R"("smear_minutes":59)", R"("smear_minutes":401)", R"("smear_minutes":"120")"}) {
        EXPECT_EQ(error_of(std::string(R"({"version":1,"request":"leap_preview",)") + more + "}"), "bad_request")
            << more;
    }
}

TEST(ControlProtocol, TellsEverythingInOneReply) {
    const json::object status = tell("status");
    EXPECT_THAT(names_in(status), ElementsAre("version", "request", "at", "product", "tracking", "sources",
                                              "sourcestats", "selectdata", "serverstats", "leap"));
    EXPECT_EQ(status.at("product").at("version"), "1.2.3");
    EXPECT_EQ(status.at("tracking"), tell("tracking").at("tracking"));
}

TEST(ControlProtocol, HasNoNumberThatJsonDoesNotHave) {
    ControlFacts facts = sample();
    facts.clock.clock.frequency_bound_ppm = std::numeric_limits<double>::infinity();
    facts.clock.sources[0].report.frequency_ppm = std::nan("");
    EXPECT_EQ(tell("tracking", facts).at("tracking").at("skew_ppm"), nullptr);
    EXPECT_EQ(tell("sourcestats", facts).at("sourcestats").at(0).at("frequency_ppm"), nullptr);
}

TEST(ControlProtocol, PassesOverMembersThatItDoesNotKnow) {
    EXPECT_TRUE(ask(R"({"version":1,"request":"tracking","colour":"blue"})", sample()).contains("tracking"));
    EXPECT_TRUE(ask("  {\"request\" : \"tracking\", \"version\" : 1}\r", sample()).contains("tracking"));
}

TEST(ControlProtocol, RefusesWithCodesThatStay) {
    EXPECT_EQ(error_of(""), "not_json");
    EXPECT_EQ(error_of("tracking"), "not_json");
    EXPECT_EQ(error_of(R"({"version":1,"request":"tracking"} x)"), "not_json");
    EXPECT_EQ(error_of("{\"version\":1,\"request\":\"\xff\"}"), "not_json");
    EXPECT_EQ(error_of(std::string(2000, '[')), "not_json");
    EXPECT_EQ(error_of("[]"), "bad_request");
    EXPECT_EQ(error_of("{}"), "bad_request");
    EXPECT_EQ(error_of(R"({"version":1})"), "bad_request");
    EXPECT_EQ(error_of(R"({"request":"tracking"})"), "bad_request");
    EXPECT_EQ(error_of(R"({"version":"1","request":"tracking"})"), "bad_request");
    EXPECT_EQ(error_of(R"({"version":1,"request":["tracking"]})"), "bad_request");
    EXPECT_EQ(error_of(R"({"version":2,"request":"tracking"})"), "unsupported_version");
    EXPECT_EQ(error_of(R"({"version":1,"request":"makestep"})"), "unknown_request");
    EXPECT_EQ(error_of(R"({"version":1,"request":""})"), "unknown_request");
    EXPECT_EQ(error_of(std::string(kLongestControlRequest + 1, ' ')), "request_too_long");
}

TEST(ControlProtocol, SaysWhatMayBeAskedFor) {
    const json::object reply = ask(R"({"version":1,"request":"birthdays"})", sample());
    EXPECT_THAT(
        std::string{reply.at("error").at("message").as_string()},
        HasSubstr("tracking, sources, sourcestats, selectdata, serverstats, leap, clients, leap_preview, status"));
}

TEST(ControlProtocol, AsksForNoFactsWhereThereIsNothingToTell) {
    int times = 0;
    const auto facts = [&] {
        ++times;
        return sample();
    };
    asked("nonsense", facts);
    asked(R"({"version":1,"request":"nonsense"})", facts);
    EXPECT_EQ(times, 0);
    asked(R"({"version":1,"request":"status"})", facts);
    EXPECT_EQ(times, 1);
}

TEST(ControlProtocol, RefusesAReplyThatNobodyWouldRead) {
    ControlFacts facts = sample();
    facts.clock.sources.resize(400, facts.clock.sources[0]);
    const ControlReply reply = asked(R"({"version":1,"request":"status"})", [&] { return facts; });
    EXPECT_TRUE(reply.refused);
    EXPECT_THAT(reply.line, HasSubstr("reply_too_long"));
}

TEST(ControlProtocol, HasRoomForAsManySourcesAsAConfigurationMayHold) {
    constexpr std::size_t kMostSources = 64;
    ControlFacts facts = sample();
    facts.clock.sources.resize(kMostSources, facts.clock.sources[0]);
    for (NamedSource& source : facts.clock.sources) {
        source.name = std::string(64, '\1');  // six bytes of JSON each
    }
    EXPECT_FALSE(asked(R"({"version":1,"request":"status"})", [&] { return facts; }).refused);
}

ControlHandler echo(bool changes) {
    return {"echo", changes, at_once([](const json::object& request, json::object& reply) {
                reply["heard"] = request.at("say");
                return std::nullopt;
            })};
}

json::object ask_echo(bool may_change, bool changes,
                      std::string_view line = R"({"version":1,"request":"echo","say":3})") {
    const std::vector handlers{echo(changes)};
    return json::parse(asked(line, sample, {.may_change = may_change}, handlers).line).as_object();
}

TEST(ControlProtocol, HandsARequestWithAllItsMembersToItsHandlerAndTellsWhenTheReplyIsTrue) {
    const json::object reply = ask_echo(false, false);
    EXPECT_EQ(reply.at("request"), "echo");
    EXPECT_EQ(reply.at("heard"), 3);
    EXPECT_TRUE(reply.contains("at"));
}

TEST(ControlProtocol, LetsOnlyThoseChangeSomethingWhoMay) {
    EXPECT_EQ(ask_echo(true, true).at("heard"), 3);
    const json::object refused = ask_echo(false, true);
    EXPECT_EQ(refused.at("error").at("code"), "not_allowed");
    EXPECT_FALSE(refused.contains("heard"));
}

TEST(ControlProtocol, NamesTheRequestsOfHandlersToWhoAsksForSomethingElse) {
    const json::object reply = ask_echo(true, true, R"({"version":1,"request":"ech"})");
    EXPECT_EQ(reply.at("error").at("code"), "unknown_request");
    EXPECT_THAT(std::string{reply.at("error").at("message").as_string()},
                HasSubstr("clients, leap_preview, echo, status"));
}

TEST(ControlProtocol, PassesTheErrorOfAHandlerOnWithWhatIsToBeKnownOfIt) {
    const auto fail = [](const json::object&, json::object& reply) {
        reply["check"] = json::array{1};
        return std::optional{ControlError{"settings_wrong", "No."}};
    };
    const std::vector<ControlHandler> handlers{{"fail", false, at_once(fail)}};
    const ControlReply reply = asked(R"({"version":1,"request":"fail"})", sample, {}, handlers);
    EXPECT_TRUE(reply.refused);
    EXPECT_EQ(reply.line, R"({"version":1,"error":{"code":"settings_wrong","message":"No."},"check":[1]})");
}

TEST(ControlProtocol, LeavesOutWhatMakesAnErrorTooLong) {
    const auto fail = [](const json::object&, json::object& reply) {
        reply["check"] = std::string(kLongestControlReply, 'x');
        return std::optional{ControlError{"settings_wrong", "No."}};
    };
    const std::vector<ControlHandler> handlers{{"fail", false, at_once(fail)}};
    const ControlReply reply = asked(R"({"version":1,"request":"fail"})", sample, {}, handlers);
    EXPECT_TRUE(reply.refused);
    EXPECT_EQ(reply.line, R"({"version":1,"error":{"code":"settings_wrong","message":"No."}})");
}

TEST(ControlProtocol, RepliesOnceAHandlerHasDoneWhatItDoes) {
    ControlDone done;
    const std::vector<ControlHandler> handlers{
        {"slow", false, [&done](const json::object&, ControlDone then) { done = std::move(then); }}};
    std::vector<std::string> sent;
    int told = 0;
    const auto facts = [&told] {
        ++told;
        return sample();
    };
    answer_control(R"({"version":1,"request":"slow"})", facts, {}, handlers,
                   [&sent](const ControlReply& reply) { sent.push_back(reply.line); });
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(told, 0) << "what it says is to be true when it is sent";
    done(std::nullopt, {{"made", true}});
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(json::parse(sent[0]).at("made"), true);
    EXPECT_EQ(told, 1);
}

TEST(ControlProtocol, ReadsLongerRequestsOfThoseWhoMayChangeSomething) {
    std::string line = R"({"version":1,"request":"echo","say":3)";
    line.append(kLongestControlChange - line.size() - 1, ' ').append("}");
    EXPECT_EQ(ask_echo(true, false, line).at("heard"), 3);
    EXPECT_EQ(ask_echo(false, false, line).at("error").at("code"), "request_too_long");
    EXPECT_EQ(ask_echo(true, false, line + " ").at("error").at("code"), "request_too_long");
}

}  // namespace
}  // namespace tokimori
