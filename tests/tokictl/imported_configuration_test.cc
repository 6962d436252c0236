#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/daemon/configuration_texts.h"
#include "server/daemon/value_text.h"
#include "server/ntp/access_rules.h"
#include "server/tokictl/imported.h"

namespace tokimori {
namespace {

using Words = std::vector<std::string>;

/// Why the daemon refuses it; empty where it does not.
std::string refusal_of(const std::string& toml) {
    const std::array texts{ConfigurationText{"imported", toml}};
    const CheckedTexts checked = check_texts(texts);
    std::string refusal;
    for (const Complaint& complaint : checked.complaints) {
        refusal += complaint.sentence + "\n";
    }
    return refusal;
}

bool notes_of(const Imported& imported, int line) {
    return std::any_of(imported.notes.begin(), imported.notes.end(),
                       [line](const ImportNote& note) { return note.line.number == line; });
}

std::string joined(const Words& words) {
    std::string line;
    for (const std::string& word : words) {
        line += (line.empty() ? "" : " ") + word;
    }
    return line;
}

/// Throws dice for lines as operators write them, and as they mistype them.
class Author {
public:
    explicit Author(unsigned seed) : dice_{seed} {}

    std::vector<Words> file(Dialect dialect) {
        std::vector<Words> lines(1 + up_to(40));
        for (Words& line : lines) {
            line = dialect == Dialect::kNtp ? line_of_ntp() : line_of_chrony();
        }
        return lines;
    }

private:
    unsigned up_to(unsigned most) { return static_cast<unsigned>(dice_() % (most + 1)); }
    bool perhaps() { return up_to(2) == 0; }
    std::string one_of(const Words& words) { return words[up_to(static_cast<unsigned>(words.size() - 1))]; }
    std::string number() { return std::to_string(static_cast<int>(up_to(40)) - 20); }

    Words some_of(Words words) {
        std::shuffle(words.begin(), words.end(), dice_);
        words.resize(up_to(static_cast<unsigned>(words.size())));
        return words;
    }

    // Each with a number, which may be missing or wrong.
    Words measured(const Words& names) {
        Words words;
        for (const std::string& name : some_of(names)) {
            words.push_back(name);
            if (up_to(9) != 0) {
                words.push_back(perhaps() ? one_of({"0", "1", "8", "255", "65535", "65536", "abc", "007"}) : number());
            }
        }
        return words;
    }

    static Words together(Words words, const Words& more) {
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    std::string path() {
        return one_of({"/etc/ntp.keys", "keys", "/", "/var/log/ntpstats/", "/a\"b\\c", std::string(1001, 'p'),
                       "/" + std::string(990, 'q')});
    }

    std::string host() {
        return one_of({"192.0.2.1", "2001:db8::1", "ntp.example.jp", "fe80::1", "fe80::1%eth0", "192.0.2.9%eth0",
                       "nmea0", "local", "shm1", "-4", std::string(254, 'h'), "host" + number()});
    }

    std::string network() {
        return one_of({"default", "192.0.2.0", "192.0.2.0/24", "0.0.0.0", "::", "::/0", "0.0.0.0/0", "2001:db8::/32",
                       "127.0.0.1", "::1", "::ffff:10.0.0.1", "source", "lan", "10.0.0.1/33",
                       "10.0." + std::to_string(up_to(255)) + ".0/24"});
    }

    Words server_options() {
        return together(some_of({"iburst", "prefer", "noselect", "trust", "burst", "xleave", "true"}),
                        measured({"minpoll", "maxpoll", "key", "port", "version", "offset"}));
    }

    Words line_of_ntp() {
        const Words flags = some_of({"ignore", "noserve", "noquery", "limited", "kod", "notrust", "ntpport",
                                     "nomrulist", "nomodify", "nopeer", "notrap", "version", "mssntp"});
        const std::string clock = "127.127." + one_of({"1", "20", "22", "28", "46", "8", "x"}) +
                                  one_of({".0", ".1", ".007", ".256", ".x", ""});
        switch (up_to(11)) {
            case 0:
            case 1:
                return together({"restrict", network()}, flags);
            case 2:
                return together({"restrict", one_of({"-4", "-6"}), "default"}, flags);
            case 3:
                return together({"restrict", one_of({"192.0.2.0", "0.0.0.0", "2001:db8::"}), "mask",
                                 one_of({"255.255.255.0", "0.0.0.0", "255.0.255.0", "ffff:ffff::"})},
                                flags);
            case 4:
                return together({"server", clock}, some_of({"prefer", "noselect", "true", "minpoll 4", "mode 17"}));
            case 5:
                return {"fudge", clock, one_of({"stratum", "refid", "time1"}), one_of({"10", "0", "15", "GPS"})};
            case 6:
                return together({"refclock", one_of({"shm", "nmea", "pps", "gpsd", "local", "arcron"})},
                                together(measured({"unit"}), some_of({"prefer", "path /dev/x"})));
            case 7:
                return together({"discard"}, measured({"average", "minimum", "monitor"}));
            case 8:
                return {one_of({"keys", "statsdir", "driftfile", "leapfile", "includefile"}), path()};
            case 9:
                return together({"statistics"}, some_of({"loopstats", "peerstats", "cryptostats", "rawstats"}));
            case 10:
                return {one_of({"tinker", "tos", "filegen", "broadcastclient", "trustedkey", "interface"}), number()};
            default:
                return together({one_of({"server", "pool", "peer"}), host()}, server_options());
        }
    }

    Words line_of_chrony() {
        switch (up_to(10)) {
            case 0:
            case 1:
                return together(
                    {one_of({"allow", "deny", "Allow"})},
                    together(some_of({"all"}), {one_of({"10", "192.168", "10/8", "0/0", "::/0", "lan", "2001:db8::/32",
                                                        "192.0.2.1", "10." + std::to_string(up_to(255))})}));
            case 2:
                return {one_of({"allow", "deny"})};
            case 3:
                return together({"ratelimit"}, measured({"interval", "burst", "leak", "kod"}));
            case 4:
                return together({"refclock", one_of({"SHM", "PPS", "SOCK", "PHC"}),
                                 one_of({"0", "1:perm=0644", "007", "256", "/dev/pps0:clear", ":", "/dev/pps0",
                                         "/run/" + std::string(103, 's'), "/" + std::string(255, 'd')})},
                                some_of({"refid GPS", "prefer", "offset 0.1"}));
            case 5:
                return together({"local"}, together(measured({"stratum"}), some_of({"orphan"})));
            case 6:
                return {one_of({"keyfile", "logdir", "driftfile", "leapseclist", "confdir"}), path()};
            case 7:
                return {one_of({"makestep", "maxupdateskew", "log", "rtcsync", "cmdallow"}), number()};
            case 8:
                return {"bindaddress", one_of({"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "fe80::1", "lan"})};
            case 9:
                return {"port", one_of({"0", "1123", "65535", "65536", "-1", "+5", "x"})};
            default:
                return together({one_of({"server", "pool", "peer"}), host()}, server_options());
        }
    }

    std::minstd_rand dice_;
};

std::string text_of(const std::vector<Words>& lines) {
    std::string text;
    for (const Words& line : lines) {
        text += joined(line) + "\n";
    }
    return text;
}

bool says_the_same(const Imported& one, const Imported& other) {
    const auto same = [](const ImportNote& a, const ImportNote& b) {
        return a.line.number == b.line.number && a.why.english == b.why.english;
    };
    return one.toml == other.toml &&
           std::equal(one.notes.begin(), one.notes.end(), other.notes.begin(), other.notes.end(), same);
}

// What we do without being told to, what the address says, too, or what is about other lines.
bool is_needless(const std::string& word) {
    return word == "iburst" || word == "-4" || word == "-6" || word == "all";
}

// A line of which nothing is reported has every word in effect.
void expect_no_word_is_dropped(const Words& line, Dialect dialect) {
    const Imported whole = import_configuration(joined(line), dialect);
    for (std::size_t at = 0; at < line.size() && !notes_of(whole, 1); ++at) {
        Words shorter = line;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_TRUE(is_needless(line[at]) || !says_the_same(whole, import_configuration(joined(shorter), dialect)))
            << "\"" << line[at] << "\" in: " << joined(line) << "\n"
            << whole.toml;
    }
}

// What may be said twice, so that the one line changes nothing.
bool may_repeat(const std::string& word) {
    return word == "restrict" || word == "allow" || word == "Allow" || word == "deny" || word == "statistics";
}

void expect_no_line_is_dropped(const std::vector<Words>& lines, const Imported& whole, Dialect dialect) {
    for (std::size_t at = 0; at < lines.size(); ++at) {
        if (notes_of(whole, static_cast<int>(at) + 1) || may_repeat(lines[at][0])) {
            continue;
        }
        std::vector<Words> fewer = lines;
        fewer[at].clear();
        EXPECT_FALSE(says_the_same(whole, import_configuration(text_of(fewer), dialect)))
            << joined(lines[at]) << "\nin:\n"
            << text_of(lines);
    }
}

class WhateverIsImported : public ::testing::TestWithParam<Dialect> {};

TEST_P(WhateverIsImported, IsTakenByTheDaemonAndNothingIsDroppedSilently) {
    constexpr unsigned kFiles = 400;
    for (unsigned seed = 1; seed <= kFiles && !HasFailure(); ++seed) {
        const std::vector<Words> lines = Author{seed}.file(GetParam());
        const Imported whole = import_configuration(text_of(lines), GetParam());
        EXPECT_EQ(refusal_of(whole.toml), "") << "of:\n" << text_of(lines) << "which became:\n" << whole.toml;
        expect_no_line_is_dropped(lines, whole, GetParam());
        for (const Words& line : lines) {
            expect_no_word_is_dropped(line, GetParam());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(OfEachDialect, WhateverIsImported, ::testing::Values(Dialect::kNtp, Dialect::kChrony));

/// A line `restrict`, as ntpd keeps it.
struct Restriction {
    std::string network;
    Words flags;
};

constexpr std::array<std::pair<std::string_view, AccessFlag>, 8> kFlags{{{"ignore", AccessFlag::kIgnore},
                                                                         {"kod", AccessFlag::kKod},
                                                                         {"nomrulist", AccessFlag::kNoMruList},
                                                                         {"noserve", AccessFlag::kNoServe},
                                                                         {"noquery", AccessFlag::kNoQuery},
                                                                         {"limited", AccessFlag::kLimited},
                                                                         {"notrust", AccessFlag::kNoTrust},
                                                                         {"ntpport", AccessFlag::kNtpPort}}};

bool has_word(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// ntpd's rule: the longest mask counts, of equal ones that with `ntpport`; lines for one network and port are one.
/// nullopt where no line names the client.
std::optional<std::uint16_t> flags_by_ntpd(const std::vector<Restriction>& lines, const ClientAddress& address,
                                           bool ntp_port) {
    std::pair<int, bool> best{-1, false};
    Rights rights;
    for (const Restriction& line : lines) {
        const Prefix prefix = parse_prefixes(line.network)->front();
        const std::pair<int, bool> rank{prefix.length, has_word(line.flags, "ntpport")};
        const bool fits =
            prefix.contains(address) && (address.is_v4() == (line.network.find(':') == std::string::npos));
        if (!fits || (rank.second && !ntp_port) || rank < best) {
            continue;
        }
        rights.flags = rank == best ? rights.flags : std::uint16_t{0};
        best = rank;
        for (const auto& [word, flag] : kFlags) {
            rights = has_word(line.flags, word) ? rights.add(flag) : rights;
        }
    }
    return best.first < 0 ? std::nullopt : std::optional{rights.flags};
}

void expect_the_rights_of_ntpd(std::minstd_rand& dice) {
    const Words networks{"10.0.0.0/7",   "10.0.0.0/8",   "10.0.0.0/24",   "172.0.0.0/8", "192.168.0.0/15",
                         "192.0.2.0/24", "192.0.2.1/32", "2001:db8::/32", "fc00::/6",    "fe80::/9",
                         "fd00::/8",     "::1/128",      "126.0.0.0/7",   "0.0.0.0/1"};
    std::vector<Restriction> lines;
    std::string text;
    if (dice() % 2 == 0) {
        lines = {{"0.0.0.0/0", {}}, {"::/0", {}}};
        text = "restrict default\n";
    }
    for (auto i = dice() % 12; i > 0; --i) {
        Restriction line{networks[dice() % networks.size()], {}};
        const bool is_default = dice() % 4 == 0;
        for (const auto& [word, flag] : kFlags) {
            if (dice() % 3 == 0) {
                line.flags.emplace_back(word);
            }
        }
        text += "restrict " + (is_default ? "default" : line.network) + " " + joined(line.flags) + "\n";
        lines.push_back(is_default ? Restriction{"0.0.0.0/0", line.flags} : line);
        if (is_default) {
            lines.push_back({"::/0", line.flags});
        }
    }
    const std::array texts{ConfigurationText{"imported", import_configuration(text, Dialect::kNtp).toml}};
    const CheckedTexts checked = check_texts(texts);
    ASSERT_TRUE(checked.configuration) << texts[0].text;
    const AccessRules rules{checked.configuration->access};
    const AccessRules without_lines{check_texts({}).configuration->access};
    for (const std::string_view address :
         {"10.0.0.1", "10.1.0.1", "192.0.2.1", "192.0.2.9", "203.0.113.1", "192.168.1.1", "172.16.0.1", "100.64.0.1",
          "2001:db8::1", "fd00::1", "fe80::1", "2001::1"}) {
        const ClientAddress client = *parse_address(address);
        for (const std::uint16_t port : {std::uint16_t{123}, std::uint16_t{1123}}) {
            const auto said = flags_by_ntpd(lines, client, port == 123);
            const auto for_time = said.value_or(without_lines.for_time(client, port).flags);
            const auto for_query = said.value_or(without_lines.for_query(client, port).flags);
            EXPECT_EQ(rules.for_time(client, port).flags, for_time) << address << " " << port << "\n" << text;
            EXPECT_EQ(rules.for_query(client, port).flags, for_query) << address << " " << port << "\n" << text;
        }
    }
}

TEST(ImportedRules, GiveEveryClientTheRightsThatNtpdGave) {
    std::minstd_rand dice{1};
    for (int file = 0; file < 300 && !::testing::Test::HasFailure(); ++file) {
        expect_the_rights_of_ntpd(dice);
    }
}

/// A line `allow` or `deny` of chrony.
struct Permission {
    bool allowed = false;
    bool all = false;
    std::string network;  ///< empty: all addresses
};

/// chronyd's rule: the longest prefix counts, of one prefix what was said last; `all` takes back what was said of any
/// prefix inside.
bool is_served_by_chronyd(const std::vector<Permission>& lines, const ClientAddress& address) {
    const std::string everything = address.is_v4() ? "0.0.0.0/0" : "::/0";
    int longest = -1;
    bool allowed = false;
    for (const Permission& line : lines) {
        const std::string& network = line.network.empty() ? everything : line.network;
        const bool is_of_family = address.is_v4() == (network.find(':') == std::string::npos);
        const Prefix prefix = parse_prefixes(network)->front();
        if (is_of_family && prefix.contains(address) && (prefix.length >= longest || line.all)) {
            longest = prefix.length;
            allowed = line.allowed;
        }
    }
    return allowed;
}

void expect_the_clients_of_chronyd(std::minstd_rand& dice) {
    const Words networks{"10.0.0.0/7",   "10.0.0.0/8",   "10.0.0.0/24",   "10.0.0.1/32", "192.168.0.0/15", "0.0.0.0/0",
                         "192.0.2.0/24", "192.0.2.1/32", "2001:db8::/32", "fc00::/6",    "fd00::/8",       "::/0"};
    std::vector<Permission> lines;
    std::string text;
    for (auto i = 1 + dice() % 10; i > 0; --i) {
        const Permission line{dice() % 2 == 0, dice() % 3 == 0,
                              dice() % 6 == 0 ? "" : networks[dice() % networks.size()]};
        text += std::string{line.allowed ? "allow" : "deny"} + (line.all ? " all " : " ") + line.network + "\n";
        lines.push_back(line);
    }
    const std::array texts{ConfigurationText{"imported", import_configuration(text, Dialect::kChrony).toml}};
    const CheckedTexts checked = check_texts(texts);
    ASSERT_TRUE(checked.configuration) << texts[0].text;
    const AccessRules rules{checked.configuration->access};
    for (const std::string_view address : {"10.0.0.1", "10.0.0.2", "10.1.0.1", "11.0.0.1", "192.0.2.1", "192.0.2.9",
                                           "203.0.113.1", "192.168.1.1", "2001:db8::1", "fd00::1", "2001::1"}) {
        const ClientAddress client = *parse_address(address);
        EXPECT_EQ(rules.for_time(client, 1123).may_have_time(), is_served_by_chronyd(lines, client)) << address << "\n"
                                                                                                     << text;
    }
}

TEST(ImportedRules, ServeWhomChronydServed) {
    std::minstd_rand dice{1};
    for (int file = 0; file < 1000 && !::testing::Test::HasFailure(); ++file) {
        expect_the_clients_of_chronyd(dice);
    }
}

TEST(ALongFile, IsImportedAsFarAsThereIsRoom) {
    std::string ntp;
    std::string chrony;
    for (int i = 0; i < 200; ++i) {
        const std::string number = std::to_string(i);
        ntp += "restrict 10.0." + number + ".0/24 no" + (i % 2 == 0 ? "query\n" : "serve\n");
        ntp += "server 192.0.2." + number + "\n";
        chrony += "allow 10.0." + number + ".0/24\nrefclock SHM " + number + "\n";
    }
    const Imported from_ntp = import_configuration(ntp, Dialect::kNtp);
    const Imported from_chrony = import_configuration(chrony, Dialect::kChrony);
    EXPECT_EQ(refusal_of(from_ntp.toml), "");
    EXPECT_EQ(refusal_of(from_chrony.toml), "");
    EXPECT_EQ(from_ntp.notes.size(), 200U - 64 + 1);
    EXPECT_EQ(from_chrony.notes.size(), 200U - 64 + 1);
}

}  // namespace
}  // namespace tokimori
