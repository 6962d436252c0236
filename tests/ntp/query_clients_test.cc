#include "server/ntp/query_clients.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/ntp/query_scene.h"

namespace tokimori {
namespace {

constexpr ClientAddress kNet = ClientAddress::v4(0x0A000000);

/// A server that is asked for its clients, and an asker who does as ntpq does.
class ClientsAskedFor : public Queries {
protected:
    struct Told {
        std::string address;
        std::string last;
        std::map<std::string, std::string> values;
    };

    static ClientAddress client(unsigned number) { return {kNet.high, kNet.low + number}; }
    static std::string text(unsigned number, unsigned port = 123) {
        std::array<char, kAddressRoom> room{};
        return std::string{address_text(client(number), room)} + ":" + std::to_string(port);
    }

    void see(unsigned number, LocalInstant at, ClientTable* table = nullptr) {
        ClientTable& where = table != nullptr ? *table : table_;
        where.note(where.find(client(number)), {at, {std::byte{0xE3}, std::byte{2}}, 123}, {});
    }

    std::string nonce() {
        const std::string said = ask(question(12), view_, true, now_).text;
        EXPECT_TRUE(said.starts_with("nonce=")) << said;
        return said.substr(0, said.size() - 2);
    }

    Heard ask_for(const std::string& words) {
        return ask(question(10, 0, nonce() + (words.empty() ? "" : ", " + words)), view_, true, now_);
    }

    unsigned error_for(const std::string& words) {
        const Heard heard = ask_for(words);
        return (heard.flags & 0x40U) != 0 ? heard.status >> 8 : 0;
    }

    /// One piece: what is told of each, in order, is added to `told_`.
    std::map<std::string, std::string> piece(std::string words) {
        for (std::size_t i = 0; i < 16 && i < told_.size(); ++i) {
            const Told& known = told_[told_.size() - 1 - i];
            const std::string number = std::to_string(i) + "=";
            const std::string more = ", addr." + number + known.address + ", last." + number + known.last;
            if (words.size() + more.size() + 32 >= 468) {
                break;
            }
            words += more;
        }
        const Heard heard = ask_for(words);
        fragments_ = heard.fragments;
        const auto variables = heard.variables();
        for (std::size_t i = 0; variables.contains("addr." + std::to_string(i)); ++i) {
            const std::string behind = "." + std::to_string(i);
            Told one{variables.at("addr" + behind), variables.at("last" + behind), {}};
            for (const char* const name : {"first", "ct", "mv", "rs", "dr", "sc"}) {
                one.values[name] = variables.at(name + behind);
            }
            told_.push_back(one);
        }
        return variables;
    }

    /// All pieces, with something between them; how many.
    template <typename Between>
    int fetch(const std::string& words, const Between& between) {
        told_.clear();
        for (int pieces = 1; pieces < 2000; ++pieces) {
            if (piece(words).contains("now")) {
                return pieces;
            }
            between();
        }
        ADD_FAILURE() << "no end";
        return 0;
    }
    int fetch(const std::string& words) {
        return fetch(words, [] {});
    }

    std::set<std::string> addresses() const {
        std::set<std::string> all;
        for (const Told& one : told_) {
            all.insert(one.address);
        }
        return all;
    }

    QueryView view_ = view_with(1);
    LocalInstant now_ = kNow;
    std::vector<Told> told_;
    std::size_t fragments_ = 0;
};

TEST_F(ClientsAskedFor, AreToldToWhoBringsANonce) {
    see(1, kNow - seconds(3));
    const std::string words = nonce() + ", frags=32";
    const auto told = ask(question(10, 0, words), view_).variables();
    EXPECT_EQ(told.at("addr.0"), text(1));
    EXPECT_EQ(told.at("last.newest"), told.at("last.0"));

    EXPECT_EQ(ask(question(10, 0, words), view_, false).status >> 8, 7U);
    EXPECT_EQ(ask(question(10, 0, words), view_, true, kNow + seconds(15)).status >> 8, 0x01U) << "pps";
    EXPECT_EQ(ask(question(10, 0, words), view_, true, kNow + seconds(16)).status >> 8, 6U);
    EXPECT_EQ(error_of(question(10, 0, "frags=32")), 6U);
    EXPECT_EQ(error_of(question(10, 0, "nonce=0123456789abcdef01234567, frags=32")), 6U);
    EXPECT_EQ(responder_->ask({question(10, 0, words), ClientAddress::v4(0x7F000002), kNow, true}, view_, tables_), 1U)
        << "another address, another nonce";
    responder_->write(0, fragment_);
    EXPECT_EQ(word(fragment_, 4) >> 8, 6U);
}

TEST_F(ClientsAskedFor, AreAllToldOncePieceByPieceTheOldestFirstOfAllTables) {
    ClientTable other{1000, 128, {5, 6}};
    tables_.push_back(&other);
    for (unsigned i = 0; i < 700; ++i) {
        see(i, kNow - seconds(3000 - i), i % 3 == 0 ? &other : nullptr);
    }
    EXPECT_LE(fetch("frags=32"), 8);
    ASSERT_EQ(told_.size(), 700U);
    for (unsigned i = 0; i < 700; ++i) {
        ASSERT_EQ(told_[i].address, text(i));
    }
    EXPECT_EQ(fetch("limit=7"), 100);
    EXPECT_EQ(told_.size(), 700U);
    EXPECT_EQ(addresses().size(), 700U);
}

TEST_F(ClientsAskedFor, FitIntoAsManyFragmentsAsTheAskerWants) {
    for (unsigned i = 0; i < 300; ++i) {
        see(i, kNow - seconds(3000 - i));
    }
    for (const unsigned fragments : {1U, 2U, 5U, 31U, 32U, 128U}) {
        told_.clear();
        while (!piece("frags=" + std::to_string(fragments)).contains("now")) {
            EXPECT_LE(fragments_, std::min(fragments, 32U));
        }
        EXPECT_EQ(told_.size(), 300U) << fragments;
    }
}

TEST_F(ClientsAskedFor, OfIPv6WithTheLargestNumbersFitToo) {
    ClientTable table{400, 128, {7, 8}};
    tables_ = {&table};
    for (std::uint64_t i = 0; i < 300; ++i) {
        const ClientAddress address{0xFFFF'FFFF'FFFF'FFFF, 0xFFFF'FFFF'FFFF'0000 + i};
        table.note(table.find(address), {kNow - seconds(3000 - i), {std::byte{0xE3}}, 65535}, {});
    }
    for (unsigned fragments = 1; fragments <= 6; ++fragments) {
        fetch("frags=" + std::to_string(fragments));
        EXPECT_EQ(addresses().size(), 300U);
        EXPECT_EQ(told_.size(), 300U);
    }
    EXPECT_EQ(told_[0].address, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:0]:65535");
}

TEST_F(ClientsAskedFor, AreNotTakenForThoseTheirAddressesBeginWith) {
    constexpr std::uint64_t kHigh = 0x2001'0DB8'0000'0000;
    // Whichever place the one and the other have in the table.
    for (std::uint64_t i = 1; i < 20; ++i) {
        for (const std::uint64_t low : {i, i << 16 | i}) {
            const ClientKey key = table_.find({kHigh, low});
            table_.note(key, {kNow - seconds(100 - static_cast<int>(i)), {std::byte{0x23}}, 123}, {});
        }
    }
    EXPECT_EQ(fetch("limit=1"), 38);
    EXPECT_EQ(told_.size(), 38U);
    EXPECT_EQ(addresses().size(), 38U);
}

TEST_F(ClientsAskedFor, ThatWereSeenAtTheSameInstantAreAllTold) {
    for (unsigned i = 0; i < 300; ++i) {
        see(i, kNow - seconds(9));
    }
    fetch("frags=4");
    EXPECT_EQ(told_.size(), 300U);
    EXPECT_EQ(addresses().size(), 300U);
}

TEST_F(ClientsAskedFor, AreAllToldWhileTheyAskAgainAndTheClockIsCorrected) {
    for (unsigned i = 0; i < 800; ++i) {
        see(i, kNow - seconds(3000) + microseconds(20) * i);
    }
    std::mt19937 random{20261129};
    unsigned newest = 800;
    std::map<std::string, LocalInstant> asked;
    fetch("frags=8", [&] {
        now_ += milliseconds(40);
        for (int i = 0; i < 5; ++i) {
            const unsigned number = static_cast<unsigned>(random() % 800);
            see(number, now_ - milliseconds(20) + microseconds(i));
            asked[text(number)] = now_;
        }
        see(newest++, now_ - milliseconds(10));
        // A line that is a little faster from here on, and dates the old ones otherwise.
        TimeModel& model = view_.state.model;
        model.anchor_tai = model.tai_at(now_);
        model.anchor_local = model.slew_end = now_;
        model.rate += rate_from_ppm(random() % 2 == 0 ? 0.02 : -0.02);
    });
    EXPECT_EQ(addresses().size(), newest);
    EXPECT_LE(told_.size(), newest + asked.size());
    // Who asked meanwhile is told of again, with his later request.
    for (const auto& again : asked) {
        const auto last =
            std::find_if(told_.rbegin(), told_.rend(), [&](const Told& one) { return one.address == again.first; });
        EXPECT_NE(last->values.at("ct"), "1") << again.first;
    }
}

TEST_F(ClientsAskedFor, GoOnBehindTheLatestThatDidNotAskAgain) {
    for (unsigned i = 0; i < 20; ++i) {
        see(i, kNow - seconds(100 - i));
    }
    piece("limit=10");
    now_ += seconds(1);
    see(9, now_);
    see(8, now_ + nanoseconds(1));
    const auto variables = piece("limit=3");
    EXPECT_EQ(variables.at("addr.older"), text(7));
    EXPECT_EQ(variables.at("last.older"), told_[7].last);
    EXPECT_EQ(variables.at("addr.0"), text(10));
    EXPECT_FALSE(variables.contains("now"));
}

TEST_F(ClientsAskedFor, GoOnByTimeWhereAllThatAreKnownAskedAgain) {
    for (unsigned i = 0; i < 30; ++i) {
        see(i, kNow - seconds(100 - i));
    }
    // More than fit into a question.
    piece("limit=16");
    now_ += seconds(1);
    for (unsigned i = 4; i < 16; ++i) {
        see(i, now_ + nanoseconds(i));
    }
    const auto variables = piece("limit=3");
    EXPECT_EQ(variables.at("addr.older"), text(15));
    EXPECT_EQ(variables.at("addr.0"), text(16));
    fetch("limit=3");
    EXPECT_EQ(addresses().size(), 30U);
}

TEST_F(ClientsAskedFor, EndWithWhatWasNewest) {
    for (unsigned i = 0; i < 3; ++i) {
        see(i, kNow - seconds(100 - i));
    }
    piece("limit=3");
    const auto after = piece("limit=3");
    EXPECT_FALSE(after.contains("addr.0"));
    EXPECT_TRUE(after.contains("now"));
    EXPECT_EQ(after.at("last.newest"), told_[2].last);
    const ClientTable empty{10, 128, {5, 6}};
    tables_ = {&empty};
    told_.clear();
    const auto nobody = piece("limit=3");
    EXPECT_TRUE(nobody.contains("now"));
    EXPECT_FALSE(nobody.contains("last.newest") || nobody.contains("addr.older"));
}

TEST_F(ClientsAskedFor, AreToldWithAllThatIsKnownOfThem) {
    constexpr RateMeter kMeter{RateLimit{seconds(1000), 2, 0, {}}};
    const ClientKey key = table_.find(client(1));
    for (int i = 0; i < 5; ++i) {
        table_.note(key, {kNow - seconds(400 - 100 * i), {std::byte{0xD9}, std::byte{1}}, 4567}, kMeter);
    }
    table_.note_denied(table_.find(client(2)), {kNow + seconds(1), {std::byte{0x1C}, std::byte{1}}, 1}, {});
    now_ = kNow + seconds(2);
    fetch("frags=32");
    ASSERT_EQ(told_.size(), 2U);
    EXPECT_EQ(told_[0].address, text(1, 4567));
    EXPECT_EQ(told_[0].values.at("ct"), "5");
    EXPECT_EQ(told_[0].values.at("mv"), std::to_string(3 << 3 | 1)) << "version 3, mode 1, no leap indicator";
    EXPECT_EQ(told_[0].values.at("rs"), "0x20");
    EXPECT_EQ(told_[0].values.at("dr"), "3");
    EXPECT_NEAR(std::stod(told_[0].values.at("sc")), 0.01, 0.001);
    const auto seconds_of = [](const std::string& told) { return std::stoull(told.substr(2, 8), nullptr, 16); };
    EXPECT_EQ(seconds_of(told_[0].last) - seconds_of(told_[0].values.at("first")), 400U);
    EXPECT_EQ(told_[1].values.at("rs"), "0x2");
    EXPECT_EQ(told_[1].values.at("dr"), "0");
    EXPECT_EQ(told_[1].values.at("sc"), "0.000");
    EXPECT_EQ(seconds_of(told_[1].last) - seconds_of(told_[0].last), 1U);
}

TEST_F(ClientsAskedFor, AreThoseOnlyThatTheFiltersLeave) {
    constexpr RateMeter kMeter{RateLimit{seconds(1000), 2, 0, {}}};
    // Number n asked n times, last n × 100 s ago; from 4 on there were refusals, and the last of all was denied.
    for (unsigned n = 1; n <= 6; ++n) {
        for (unsigned i = 0; i < n; ++i) {
            const Sighting sighting{kNow - seconds(100 * n + n - 1 - i), {std::byte{0x23}}, 123};
            const ClientKey key = table_.find(client(n));
            n == 6 && i == 5 ? void(table_.note_denied(key, sighting, {}))
                             : void(table_.note(key, sighting, n >= 4 ? kMeter : RateMeter{}));
        }
    }
    struct Case {
        const char* words;
        std::vector<unsigned> left;
    };
    const Case cases[] = {
        {"mincount=3", {6, 5, 4, 3}},
        {"mincount=7", {}},
        {"mindrop=3", {6, 5}},
        {"minlstint=300", {6, 5, 4, 3}},
        {"minlstint=301", {6, 5, 4}},
        {"maxlstint=300", {3, 2, 1}},
        {"maxlstint=299", {2, 1}},
        {"maxlstint=300, minlstint=200", {3, 2}},
        {"resany=0x20", {6, 5, 4}},
        {"resany=0x22", {6, 5, 4}},
        {"resall=0x22", {6}},
        {"resall=0x22, mincount=7", {}},
        {"minscore=0.5", {6, 5, 4, 3, 2}},
        {"minscore=2", {}},
        {"recent=2", {6, 5, 4, 3, 2, 1}},
    };
    for (const Case& one : cases) {
        fetch("limit=2, " + std::string{one.words});
        std::vector<std::string> left;
        for (const unsigned n : one.left) {
            left.push_back(text(n));
        }
        std::vector<std::string> told;
        for (const Told& client : told_) {
            told.push_back(client.address);
        }
        EXPECT_EQ(told, left) << one.words;
    }
}

TEST_F(ClientsAskedFor, AreNotToldWhereTheQuestionCannotBeKept) {
    see(1, kNow);
    for (const char* const words :
         {"frags=32, laddr=127.0.0.1", "frags=32, mincount=two", "frags=32, mincount=", "frags=32, mincount=-1",
          "frags=32, minscore=high", "frags=32, minscore=", "frags=32, minscore=nan", "frags=32, resany=0xg",
          "frags=32, last.0=0x1.2", "frags=32, last.0=4000000000.00000000", "frags=1, addr.0=nonsense",
          "frags=1, addr.0=0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", "frags=32, addr.16=1.2.3.4:5",
          "frags=32, last.x=0x00000000.00000000", "frags=x"}) {
        EXPECT_EQ(error_for(words), 2U) << words;
    }
    for (const char* const words : {"", "frags=0", "limit=0", "limit=257", "frags=129"}) {
        EXPECT_EQ(error_for(words), 6U) << words;
    }
    for (const char* const words :
         {"frags=1", "frags=128", "limit=256", "limit=1", "frags=4, unheard=of", "frags=0x4",
          "frags=2, addr.0=1.2.3.4:5, last.0=0xffffffff.ffffffff", "frags=2, addr.0=, last.0=0x00000000.00000000"}) {
        EXPECT_EQ(error_for(words), 0U) << words;
    }
}

}  // namespace
}  // namespace tokimori
