#include "server/tokictl/imported.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/tokictl/import_network.h"

namespace tokimori {
namespace {

using ::testing::HasSubstr;

/// Without what is said of the file as a whole.
std::vector<int> noted_lines(const Imported& imported) {
    std::vector<int> lines;
    for (const ImportNote& note : imported.notes) {
        if (note.line.number != 0) {
            lines.push_back(note.line.number);
        }
    }
    return lines;
}

TEST(Import, TakesOverTheRulesOfNtpd) {
    const Imported imported = import_configuration(
        "driftfile /var/lib/ntp/drift\n"
        "restrict default limited kod nomodify noquery nopeer notrap  # as ever\n"
        "restrict -6 default ignore\n"
        "statistics loopstats peerstats\n"
        "restrict 192.0.2.77 mask 255.255.255.0 nomodify\n"
        "restrict 192.0.2.0/24 notrap\n"
        "restrict 127.0.0.1\n"
        "restrict ::1\n"
        "restrict source notrap\n"
        "restrict 10.0.0.0 mask 255.0.255.0\n"
        "restrict 10.0.0.1 version mssntp\n"
        "discard average 4 minimum 1\n"
        "keys /etc/ntp.keys\n"
        "statsdir /var/log/ntpstats/\n"
        "server 127.127.22.0 minpoll 4\n"
        "server 127.127.28.1\n"
        "server 0.debian.pool.ntp.org iburst\n"
        "tinker panic 0\n",
        Dialect::kNtp);
    EXPECT_EQ(imported.toml,
              "[access]\n"
              "allow = []\nquery = []\n"
              "interval = \"16s\"\n"
              "keys_file = \"/etc/ntp.keys\"\n"
              "\n[[access.rule]]\nfrom = [\"0.0.0.0/0\"]\n"
              "flags = [\"limited\", \"kod\", \"nomodify\", \"noquery\", \"nopeer\", \"notrap\"]\n"
              "\n[[access.rule]]\nfrom = [\"::/0\"]\n"
              "flags = [\"limited\", \"kod\", \"nomodify\", \"noquery\", \"nopeer\", \"notrap\", \"ignore\"]\n"
              "\n[[access.rule]]\nfrom = [\"192.0.2.0/24\"]\nflags = [\"nomodify\", \"notrap\"]\n"
              "\n[[access.rule]]\nfrom = [\"127.0.0.1/32\", \"::1/128\", \"10.0.0.1/32\"]\nflags = []\n"
              "\n[state]\ndir = \"/var/lib/ntp\"\n"
              "\n[statistics]\ndir = \"/var/log/ntpstats/\"\nfiles = [\"loopstats\", \"peerstats\"]\n"
              "\n[[refclock]]\ndriver = \"pps-kernel\"\nname = \"pps0\"\ndevice = \"/dev/pps0\"\n"
              "\n[[refclock]]\ndriver = \"shm\"\nname = \"shm1\"\nunit = 1\n"
              "\n[[upstream]]\naddress = \"0.debian.pool.ntp.org\"\n");
    EXPECT_EQ(noted_lines(imported), (std::vector{1, 1, 9, 10, 11, 11, 12, 13, 14, 15, 18}));
}

TEST(Import, TakesOverTheRulesOfChrony) {
    const Imported imported = import_configuration(
        "# a server\n"
        "pool ntp.example.jp iburst\n"
        "allow 192.168\n"
        "allow 10.1.2\n"
        "deny 192.168.5.0/24\n"
        "allow 2001:db8::/32\n"
        "allow host.example.jp\n"
        "ratelimit interval 1 burst 16 leak 2 kod 1\n"
        "keyfile /etc/chrony/chrony.keys\n"
        "driftfile /var/lib/chrony/drift\n"
        "refclock PPS /dev/pps0 lock NMEA\n"
        "refclock SHM 0\n"
        "refclock PHC /dev/ptp0\n"
        "makestep 1 3\n",
        Dialect::kChrony);
    EXPECT_THAT(imported.toml, HasSubstr("allow = [\"192.168.0.0/16\", \"10.1.2.0/24\", \"2001:db8::/32\"]\n"
                                         "deny = [\"192.168.5.0/24\"]\n"
                                         "interval = \"2s\"\nburst = 16\nleak = 4\nkod = true\n"
                                         "keys_file = \"/etc/chrony/chrony.keys\"\n"));
    EXPECT_THAT(imported.toml, HasSubstr("driver = \"pps-kernel\"\nname = \"/dev/pps0\""));
    EXPECT_THAT(imported.toml, HasSubstr("driver = \"shm\"\nname = \"shm0\"\nunit = 0"));
    EXPECT_EQ(noted_lines(imported), (std::vector{2, 7, 10, 10, 11, 13, 14}));
}

TEST(Import, TakesOverOtherServers) {
    const Imported imported = import_configuration(
        "server 192.0.2.1 iburst minpoll 4 maxpoll 6 key 5 prefer\n"
        "server ntp.example.jp port 1123 maxpoll 7 noselect offline\n"
        "peer 2001:db8::1\n"
        "server 192.0.2.1\n"
        "server\n"
        "makestep 1 3\n",
        Dialect::kChrony);
    EXPECT_EQ(imported.toml,
              "[[upstream]]\naddress = \"192.0.2.1\"\nkey = 5\nprefer = true\nminpoll = 4\nmaxpoll = 6\n"
              "\n[[upstream]]\naddress = \"ntp.example.jp\"\nport = 1123\nnoselect = true\nmaxpoll = 8\n"
              "\n[[upstream]]\naddress = \"2001:db8::1\"\n");
    EXPECT_EQ(noted_lines(imported), (std::vector{2, 2, 3, 4, 5, 6}));
}

TEST(Import, TakesOverTheFreeCounterAsTheLastResort) {
    const std::string_view ours = "[[refclock]]\ndriver = \"local\"\nname = \"local\"\nstratum = ";
    const auto toml = [](std::string_view text, Dialect dialect) {
        const Imported imported = import_configuration(text, dialect);
        EXPECT_EQ(noted_lines(imported), std::vector<int>{}) << text;
        return imported.toml;
    };
    EXPECT_EQ(toml("server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n", Dialect::kNtp), std::string{ours} + "10\n");
    EXPECT_EQ(toml("server 127.127.1.0\n", Dialect::kNtp), std::string{ours} + "5\n");
    EXPECT_EQ(toml("refclock local\n", Dialect::kNtp), std::string{ours} + "5\n");
    const std::string_view two = "fudge 127.127.1.0 stratum 10\nfudge 127.127.20.0 time2 0.4\nserver 127.127.1.0\n";
    EXPECT_EQ(import_configuration(two, Dialect::kNtp).toml, std::string{ours} + "10\n") << "another clock's fudge";
    EXPECT_EQ(toml("local stratum 8\n", Dialect::kChrony), std::string{ours} + "7\n") << "chrony says what is served";
    EXPECT_EQ(toml("local\n", Dialect::kChrony), std::string{ours} + "9\n");
    const Imported orphan = import_configuration("local stratum 10 orphan\nserver 192.0.2.1\n", Dialect::kChrony);
    EXPECT_THAT(orphan.toml, HasSubstr(std::string{ours} + "9\n"));
    EXPECT_EQ(noted_lines(orphan), std::vector{1});
    EXPECT_EQ(dialect_of("local stratum 10\n"), Dialect::kChrony);
}

TEST(Import, TellsWhatBecameOfAStratumThatCannotBe) {
    const auto lines = [](std::string_view text) { return noted_lines(import_configuration(text, Dialect::kNtp)); };
    EXPECT_EQ(lines("fudge 127.127.1.1 stratum 15\nserver 127.127.1.1\n"), std::vector{1});
    EXPECT_EQ(lines("fudge 127.127.1.0 stratum 10\n"), std::vector{1}) << "a clock that is not there";
    EXPECT_EQ(lines("server 127.127.1.0\nfudge 127.127.1.0 stratum 7 refid LCL\n"), (std::vector{2, 2}));
    EXPECT_EQ(lines("fudge 127.127.20.0 time2 0.4\n"), std::vector{1});
}

TEST(Import, LetsTheLastWordOfChronyCount) {
    EXPECT_THAT(import_configuration("allow 10/8\ndeny 10/8\n", Dialect::kChrony).toml,
                HasSubstr("allow = []\ndeny = [\"10.0.0.0/8\"]"));
    EXPECT_THAT(import_configuration("deny 10/8\nallow all\n", Dialect::kChrony).toml,
                HasSubstr("allow = [\"any\"]\n"));
    EXPECT_THAT(import_configuration("allow 10.1\nallow 11\nallow 2001:db8::1\ndeny all 10/8\n", Dialect::kChrony).toml,
                HasSubstr("allow = [\"11.0.0.0/8\", \"2001:db8::1/128\"]\ndeny = [\"10.0.0.0/8\"]\n"));
}

TEST(Import, KeepsWhatIsSaidOfTheNtpPortApart) {
    EXPECT_THAT(import_configuration("restrict 192.0.2.0/24 nomodify\n"
                                     "restrict 192.0.2.0/24 ntpport noserve\n"
                                     "restrict 192.0.2.0/24 ntpport noquery\n",
                                     Dialect::kNtp)
                    .toml,
                HasSubstr("from = [\"192.0.2.0/24\"]\nflags = [\"nomodify\"]\n"
                          "\n[[access.rule]]\nfrom = [\"192.0.2.0/24\"]\n"
                          "flags = [\"ntpport\", \"noserve\", \"noquery\"]\n"));
}

TEST(Import, LetsADefaultOfOneFamilyCountForThatAlone) {
    const auto toml = [](std::string_view text) { return import_configuration(text, Dialect::kNtp).toml; };
    EXPECT_EQ(toml("restrict default nomodify\n"),
              "[access]\nallow = []\nquery = []\n"
              "\n[[access.rule]]\nfrom = [\"any\"]\nflags = [\"nomodify\"]\n");
    EXPECT_EQ(toml("restrict -4 default\n"),
              "[access]\nallow = [\"fc00::/7\", \"fe80::/10\"]\nquery = [\"::1/128\"]\n"
              "\n[[access.rule]]\nfrom = [\"0.0.0.0/0\"]\nflags = []\n");
    EXPECT_EQ(toml("restrict -6 default ignore\n"),
              "[access]\nallow = [\"10.0.0.0/8\", \"172.16.0.0/12\", \"192.168.0.0/16\", \"100.64.0.0/10\", "
              "\"169.254.0.0/16\"]\nquery = [\"127.0.0.0/8\"]\n"
              "\n[[access.rule]]\nfrom = [\"::/0\"]\nflags = [\"ignore\"]\n");
    EXPECT_EQ(import_configuration("allow ::/0\n", Dialect::kChrony).toml, "[access]\nallow = [\"::/0\"]\n");
    EXPECT_EQ(import_configuration("allow\ndeny 0/0\n", Dialect::kChrony).toml,
              "[access]\nallow = [\"::/0\"]\ndeny = [\"0.0.0.0/0\"]\n");
}

TEST(Import, KeepsWhatIsServedAnywayOutOfTheWayOfAWiderRule) {
    const auto toml = [](std::string_view text) { return import_configuration(text, Dialect::kNtp).toml; };
    EXPECT_EQ(toml("restrict 10.0.0.0 mask 254.0.0.0 ignore\n"),
              "[access]\nallow = [\"172.16.0.0/12\", \"192.168.0.0/16\", \"100.64.0.0/10\", \"169.254.0.0/16\", "
              "\"fc00::/7\", \"fe80::/10\"]\n"
              "\n[[access.rule]]\nfrom = [\"10.0.0.0/7\"]\nflags = [\"ignore\"]\n");
    EXPECT_EQ(toml("restrict 10.0.0.0 mask 255.0.0.0 ignore\n"),
              "[[access.rule]]\nfrom = [\"10.0.0.0/8\"]\nflags = [\"ignore\"]\n");
    EXPECT_EQ(toml("restrict fe80::/9 ntpport noserve\nrestrict fe80::/8 ntpport\n"),
              "[[access.rule]]\nfrom = [\"fe80::/9\", \"fe80::/10\"]\nflags = [\"ntpport\", \"noserve\"]\n"
              "\n[[access.rule]]\nfrom = [\"fe00::/8\"]\nflags = [\"ntpport\"]\n");
}

TEST(Import, TellsWhereTheOtherProgramServedOthersWithoutALine) {
    const auto of_file = [](std::string_view text, Dialect dialect) {
        const Imported imported = import_configuration(text, dialect);
        const auto last = imported.notes.empty() ? ImportNote{{1, ""}, {}} : imported.notes.back();
        return last.line.number == 0 ? last.why.english : std::string{};
    };
    EXPECT_THAT(of_file("restrict 127.0.0.1\n", Dialect::kNtp), HasSubstr("ntpd served everybody"));
    EXPECT_THAT(of_file("restrict -4 default\n", Dialect::kNtp), HasSubstr("\"restrict -6 default\""));
    EXPECT_THAT(of_file("restrict -6 default\n", Dialect::kNtp), HasSubstr("\"restrict -4 default\""));
    EXPECT_EQ(of_file("restrict default\n", Dialect::kNtp), "");
    EXPECT_THAT(of_file("restrict default limited\n", Dialect::kNtp), HasSubstr("once in 8 s"));
    EXPECT_EQ(of_file("restrict default limited\ndiscard average 3\n", Dialect::kNtp), "");
    EXPECT_THAT(of_file("rtcsync\n", Dialect::kChrony), HasSubstr("chronyd served nobody"));
    EXPECT_THAT(of_file("allow\n", Dialect::kChrony), HasSubstr("chronyd limited nobody"));
    EXPECT_EQ(of_file("allow\nratelimit\n", Dialect::kChrony), "");
    EXPECT_EQ(of_file("deny\nratelimit\n", Dialect::kChrony), "");
}

TEST(Import, ServesNobodyWhereWhoWasServedIsNotKnown) {
    EXPECT_EQ(import_configuration("allow host.example.jp\n", Dialect::kChrony).toml, "[access]\nallow = []\n");
}

TEST(Import, BringsAHighLimitWithinWhatCanBeSet) {
    const auto import = [](std::string_view text) { return import_configuration(text, Dialect::kChrony); };
    const Imported long_debt = import("allow\nratelimit interval 9 burst 255\n");
    EXPECT_THAT(long_debt.toml, HasSubstr("interval = \"512s\"\nburst = 133\n"));
    EXPECT_EQ(noted_lines(long_debt), std::vector{2});
    EXPECT_THAT(import("ratelimit interval 12\n").toml, HasSubstr("interval = \"3600s\"\nburst = 8\n"));
    EXPECT_THAT(import("ratelimit interval -19\n").toml, HasSubstr("interval = \"1ms\"\n"));
    EXPECT_THAT(import("ratelimit interval -4 burst 1 leak 4\n").toml,
                HasSubstr("interval = \"62500us\"\nburst = 8\nleak = 15\nkod = false\n"));
    EXPECT_EQ(noted_lines(import("allow\nratelimit interval 12 burst 1 leak 4 kod\n")), (std::vector{2, 2, 2, 2}));
    EXPECT_EQ(noted_lines(import("allow\nratelimit interval 1\nratelimit interval 2\n")), std::vector{3});
}

TEST(Import, TakesASourceOnceAndTellsOfTheSecond) {
    const Imported clocks = import_configuration(
        "restrict default\nserver 127.127.20.0 prefer\nserver 127.127.20.0\nserver 127.127.20.00\nserver nmea0\n",
        Dialect::kNtp);
    EXPECT_THAT(clocks.toml, ::testing::EndsWith("driver = \"nmea\"\nname = \"nmea0\"\ndevice = \"/dev/gps0\"\n"
                                                 "prefer = true\n"));
    EXPECT_EQ(noted_lines(clocks), (std::vector{3, 4, 5}));
    EXPECT_EQ(noted_lines(import_configuration("allow\nratelimit\nserver fe80::1\nserver 192.0.2.1%eth0\n"
                                               "server fe80::1%eth0 key 5 key 6\n",
                                               Dialect::kChrony)),
              (std::vector{3, 4, 5}));
}

TEST(Import, WritesStatisticsWhereChronyWroteItsLogs) {
    const Imported imported = import_configuration("logdir /var/log/chrony\nlogdir /srv/log\n", Dialect::kChrony);
    EXPECT_EQ(imported.toml, "[statistics]\ndir = \"/srv/log\"\n");
    EXPECT_EQ(noted_lines(imported), (std::vector{2, 2, 2})) << "it stands twice; who may write there; the formats";
}

TEST(Import, ListensWhereChronyDid) {
    const auto import = [](std::string_view text) { return import_configuration(text, Dialect::kChrony); };
    const auto listen = [&](const std::string& text) {
        const std::string toml = import(text).toml;
        return toml.starts_with("[server]\n") ? toml.substr(9, toml.find('\n', 9) - 9) : std::string{};
    };
    EXPECT_EQ(listen("bindaddress 192.0.2.1\n"), "listen = [\"192.0.2.1:123\", \"[::]:123\"]");
    EXPECT_EQ(listen("BindAddress 2001:DB8::1\nport 1123\n"), "listen = [\"0.0.0.0:1123\", \"[2001:db8::1]:1123\"]");
    EXPECT_EQ(listen("port 1123\n"), "listen = [\"0.0.0.0:1123\", \"[::]:1123\"]");
    EXPECT_EQ(listen("port 0\nbindaddress ::1\n"), "listen = [\"0.0.0.0:123\", \"[::1]:123\"]");
    EXPECT_EQ(listen("port 0\n"), "");
    EXPECT_EQ(noted_lines(import("bindaddress 192.0.2.1\nbindaddress ::1\nport 1123\n")), std::vector<int>{});
    const Imported wrong = import(
        "bindaddress 192.0.2.1\nbindaddress 192.0.2.2\nbindaddress eth0\nbindaddress 192.0.2.0/24\n"
        "bindaddress fe80::1\nport 65536\nport\nport 0\n");
    EXPECT_EQ(noted_lines(wrong), (std::vector{2, 3, 4, 5, 6, 7, 8}));
    EXPECT_THAT(wrong.notes[6].why.english, HasSubstr("served nobody"));
    EXPECT_EQ(dialect_of("bindaddress 192.0.2.1\n"), Dialect::kChrony);
}

TEST(Import, TellsWhatToWriteForInterfacesAndKeysOfNtpd) {
    const auto why = [](std::string_view text) {
        return import_configuration(text, Dialect::kNtp).notes.front().why.english;
    };
    for (const std::string_view line :
         {"interface listen 192.0.2.1\n", "interface ignore wildcard\n", "nic drop eth0\n"}) {
        EXPECT_THAT(why(line), HasSubstr("[server] listen")) << line;
    }
    for (const std::string_view line : {"trustedkey 1 2\n", "requestkey 1\n", "controlkey 1\n"}) {
        EXPECT_THAT(why(line), HasSubstr("all keys of [access] keys_file")) << line;
    }
}

TEST(Import, TakesTheFileOfLeapSeconds) {
    EXPECT_EQ(import_configuration("leapfile \"/etc/leap seconds\"\n", Dialect::kNtp).toml,
              "[leap]\nlist_file = \"/etc/leap seconds\"\n");
    EXPECT_EQ(import_configuration("LeapSecList /etc/leap\n", Dialect::kChrony).toml,
              "[leap]\nlist_file = \"/etc/leap\"\n");
}

TEST(Import, TakesNothingOverThatIsNotVisible) {
    const Imported imported = import_configuration("keys /etc/\x1B[2Jkeys\nkeys /etc/schl\xFCssel\r\n", Dialect::kNtp);
    EXPECT_EQ(imported.toml, "");
    EXPECT_EQ(noted_lines(imported), (std::vector{1, 2}));
    EXPECT_EQ(imported.notes[0].line.text, "keys /etc/?[2Jkeys");
    EXPECT_EQ(imported.notes[1].line.text, "keys /etc/schl?ssel");
}

TEST(Import, TellsTheDialectsApart) {
    EXPECT_EQ(dialect_of("refclock shm unit 0\nrestrict default\n"), Dialect::kNtp);
    EXPECT_EQ(dialect_of("refclock SHM 0\n"), Dialect::kChrony);
    EXPECT_EQ(dialect_of("Allow 10/8\n"), Dialect::kChrony);
    EXPECT_EQ(dialect_of("pool x\nrestrict default\n"), Dialect::kNtp);
    EXPECT_EQ(dialect_of("pool x\nmakestep 1 3\n"), Dialect::kChrony);
}

TEST(Import, KeepsMarksInsideTexts) {
    EXPECT_THAT(import_configuration("keys /tmp/a\"b\\c\n", Dialect::kNtp).toml,
                HasSubstr("keys_file = \"/tmp/a\\\"b\\\\c\""));
}

TEST(Import, TellsOfWhatALineSaysBesideWhatWasTakenOver) {
    EXPECT_EQ(noted_lines(import_configuration("discard\n"
                                               "discard average\n"
                                               "discard average 3 minimum\n"
                                               "server 127.127.20.0 mode 17 minpoll 4 prefer\n"
                                               "server 127.127.1.0 minpoll 4\n",
                                               Dialect::kNtp)),
              (std::vector{1, 2, 3, 4, 5}));
    EXPECT_EQ(noted_lines(import_configuration("allow 10.1.2 10.1.3\n"
                                               "allow all 10/8 # all\n"
                                               "ratelimit burst\n"
                                               "ratelimit\n"
                                               "allow\n",
                                               Dialect::kChrony)),
              (std::vector{1, 2, 3, 4}));
}

TEST(Import, WritesNothingTwice) {
    const Imported ntp = import_configuration(
        "server 192.0.2.1 prefer key 1 prefer key 2 port 123\n"
        "server 127.127.22.0\n"
        "server 127.127.22.0\n",
        Dialect::kNtp);
    EXPECT_EQ(ntp.toml,
              "[[upstream]]\naddress = \"192.0.2.1\"\nprefer = true\nkey = 2\nport = 123\n"
              "\n[[refclock]]\ndriver = \"pps-kernel\"\nname = \"pps0\"\ndevice = \"/dev/pps0\"\n");
    EXPECT_EQ(noted_lines(ntp), (std::vector{1, 1, 3}));
    EXPECT_EQ(noted_lines(import_configuration("refclock SHM 0\nrefclock SHM 0:perm=0600\n", Dialect::kChrony)),
              (std::vector{2, 2}));
}

TEST(Import, ShowsOfALineWhatPeopleRead) {
    const auto told = [](const std::string& line) {
        const Imported imported = import_configuration(line, Dialect::kNtp);
        return imported.notes.empty() ? "" : imported.notes.front().line.text;
    };
    EXPECT_EQ(told("tinker panic 0\r\n"), "tinker panic 0");
    EXPECT_EQ(told("tinker " + std::string(100'000, 'x')), "tinker " + std::string(193, 'x') + "…");
    EXPECT_EQ(told("tinker " + std::string(192, 'x') + "時守"), "tinker " + std::string(192, 'x') + "…");
    // As much was kept for each word of a line as the whole line is long.
    std::string options = "server 192.0.2.1";
    for (int i = 0; i < 50'000; ++i) {
        options += " x";
    }
    EXPECT_EQ(import_configuration(options, Dialect::kNtp).notes.size(), 50'001U);
}

TEST(Import, TakesOverAServerOfWhichOneFamilyWasAsked) {
    const Imported imported = import_configuration(
        "server -4 ntp.example.jp iburst prefer\n"
        "pool -6 ntp.example.jp\n"
        "server -4\n"
        "server -x ntp.example.jp\n",
        Dialect::kNtp);
    EXPECT_EQ(imported.toml, "[[upstream]]\naddress = \"ntp.example.jp\"\nprefer = true\n");
    EXPECT_EQ(noted_lines(imported), (std::vector{1, 2, 2, 2, 3, 4}));
}

TEST(Import, TakesOffQuotes) {
    const Imported imported = import_configuration(
        "driftfile \"/var/lib/ntp/ntp.drift\"\r\n"
        "keys \"/etc/ntp/my #1 keys\" # ours\r\n"
        "statsdir\t\"/var/log/ntpstats/\"\r\n"
        "server \"192.0.2.1\" iburst#near\r\n",
        Dialect::kNtp);
    EXPECT_EQ(imported.toml,
              "[access]\nkeys_file = \"/etc/ntp/my #1 keys\"\n"
              "\n[state]\ndir = \"/var/lib/ntp\"\n"
              "\n[statistics]\ndir = \"/var/log/ntpstats/\"\n"
              "\n[[upstream]]\naddress = \"192.0.2.1\"\n");
    EXPECT_EQ(noted_lines(imported), (std::vector{1, 1, 2, 3, 3}));
    EXPECT_THAT(import_configuration("keyfile \"/etc/chrony.keys\"\n! allow\n", Dialect::kChrony).toml,
                HasSubstr("keys_file = \"/etc/chrony.keys\""));
    EXPECT_EQ(noted_lines(import_configuration("\"\"\n\"", Dialect::kNtp)), (std::vector{1, 2}));
}

TEST(Import, ReadsNetworksInEveryWayTheyAreWritten) {
    EXPECT_EQ(network_of("192.0.2.1", ""), "192.0.2.1/32");
    EXPECT_EQ(network_of("2001:db8::1", "ffff:ffff::"), "2001:db8::/32");
    EXPECT_EQ(network_of("192.0.2.1", "ffff::"), std::nullopt);
    EXPECT_EQ(network_of("192.0.2.1/33", ""), std::nullopt);
    EXPECT_EQ(chrony_network_of("0/0"), "0.0.0.0/0");
    EXPECT_EQ(chrony_network_of("::/0"), "::/0");
    EXPECT_EQ(chrony_network_of("lan"), std::nullopt);
}

}  // namespace
}  // namespace tokimori
