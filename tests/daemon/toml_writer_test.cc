#include "server/daemon/toml_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <random>

#include "server/daemon/settings_json.h"

namespace tokimori {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

// As parse_toml has them: keys in the order of the alphabet.
json::value sorted(const json::value& value) {
    if (const json::array* const list = value.if_array()) {
        json::array out;
        std::ranges::transform(*list, std::back_inserter(out), sorted);
        return out;
    }
    const json::object* const object = value.if_object();
    if (object == nullptr) {
        return value;
    }
    std::vector<std::string> keys;
    for (const auto& member : *object) {
        keys.emplace_back(member.key());
    }
    std::ranges::sort(keys);
    json::object out;
    for (const std::string& key : keys) {
        out[key] = sorted(object->at(key));
    }
    return out;
}

std::string there_and_back(const json::object& settings) {
    const SettingsFromJson read = settings_from_json(settings);
    EXPECT_TRUE(read.complaints.empty());
    const std::string text = toml_from(read.root);
    const TomlResult again = parse_toml(text);
    EXPECT_FALSE(again.complaint) << again.complaint->sentence << '\n' << text;
    EXPECT_EQ(toml_from(again.root), toml_from(parse_toml(toml_from(again.root)).root));
    return json::serialize(json_from_settings(again.root));
}

void expect_whole(const json::object& settings) {
    EXPECT_EQ(there_and_back(settings), json::serialize(sorted(settings)));
}

TEST(TomlWriter, WritesWhatPeopleWouldWrite) {
    const json::value settings = json::parse(
        R"({"server":{"workers":2,"listen":["0.0.0.0:123","[::]:123"]},"refclock":[{"name":"gps","prefer":true}],
            "leap":{"mode":"smear","manual":[{"date":"2016-12-31","kind":"insert"}]}})");
    EXPECT_EQ(toml_from(settings_from_json(settings.as_object()).root),
              "\n[server]\nworkers = 2\nlisten = [\n  \"0.0.0.0:123\",\n  \"[::]:123\",\n]\n"
              "\n[[refclock]]\nname = \"gps\"\nprefer = true\n"
              "\n[leap]\nmode = \"smear\"\n\n[[leap.manual]]\ndate = \"2016-12-31\"\nkind = \"insert\"\n");
    expect_whole(settings.as_object());
}

TEST(TomlWriter, QuotesWhateverTextHolds) {
    std::string controls;
    for (char c = 1; c < ' '; ++c) {
        controls += c;
    }
    for (const std::string& text :
         {std::string{}, std::string{"\"\"\""}, std::string{"\\"}, std::string{"ends in \\"},
          std::string{"# no comment"}, std::string{"a\nb\r\n\tc"}, controls, std::string{"\0x", 2}, std::string{"\x7F"},
          std::string{"時守 🕰"}, std::string(1000, '"'), std::string(1000, ' '), std::string(5000, '\\'),
          std::string(119, 'x') + "時" + std::string(300, ' '), std::string{"'''"}, std::string{"]"}}) {
        const std::string name = text.substr(0, text.size() > 64 ? 8 : 64);
        expect_whole({{"log", {{"key", text}, {name, "key"}}}});
        expect_whole({{name, {{"list", {text, text}}}}});
    }
}

TEST(TomlWriter, WritesEveryNumberAsItself) {
    for (const double value : {0.0, 1.0, -1.5, 35.69, 1e300, 1e22, 5e-324, 0.1, 1e-7}) {
        expect_whole({{"x", {{"y", value}}}});
    }
    for (const std::int64_t value :
         {std::int64_t{0}, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
        expect_whole({{"x", {{"y", value}, {"z", {value, true}}}}});
    }
}

// Settings such as nobody would write.
class Nonsense {
public:
    explicit Nonsense(unsigned seed) : random_{seed} {}

    json::object settings() {
        json::object root;
        for (unsigned i = 0; i < number(5); ++i) {
            root[name()] = section(2);
        }
        return root;
    }

private:
    unsigned number(unsigned below) { return std::uniform_int_distribution<unsigned>{0, below - 1}(random_); }

    std::string name() { return text(number(6)); }
    std::string text() { return text(number(8) == 0 ? 400 : number(6)); }

    std::string text(unsigned length) {
        static const std::vector<std::string> pieces{"a", "refclock", "name", ".", "\"",   "\\", "\n",
                                                     " ", "時",       "🕰", "=", "[",    "]",  "#",
                                                     "'", "\t",       "0",    "-", "\x1B", ","};
        std::string out;
        for (unsigned i = 0; i < length; ++i) {
            out += pieces[number(static_cast<unsigned>(pieces.size()))];
        }
        return out;
    }

    json::value scalar() {
        switch (number(4)) {
            case 0:
                return number(2) == 0;
            case 1:
                return static_cast<std::int64_t>(random_());
            case 2:
                return static_cast<double>(random_()) / 7.0;
            default:
                return json::value(text());
        }
    }

    json::value value() {
        if (number(3) != 0) {
            return scalar();
        }
        json::array list;
        for (unsigned i = 0; i < number(6); ++i) {
            list.push_back(scalar());
        }
        return list;
    }

    // What is empty is left out, so that none is.
    json::value section(unsigned depth) {
        json::object table{{"always", true}};
        for (unsigned i = 0; i < number(5); ++i) {
            table[name()] = value();
        }
        if (depth > 1) {
            table["nested" + name()] = section(depth - 1);
        }
        if (number(2) == 0) {
            return table;
        }
        return json::array{table, table};
    }

    std::mt19937 random_;
};

TEST(TomlWriter, ReadsBackWhateverWasSent) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        const json::object settings = Nonsense{seed}.settings();
        ASSERT_EQ(there_and_back(settings), json::serialize(sorted(settings))) << "seed " << seed;
    }
}

TEST(SettingsJson, LeavesOutWhatSaysNothing) {
    const json::value settings =
        json::parse(R"({"server":{"workers":null},"log":{},"refclock":[],"access":{"allow":[],"rule":[]}})");
    EXPECT_EQ(there_and_back(settings.as_object()), R"({"access":{"allow":[]}})");
}

TEST(SettingsJson, SaysWhereSomethingIsThatTomlCannotHold) {
    const json::value settings = json::parse(
        R"({"server":{"listen":[["x"]],"workers":18446744073709551615},"refclock":[{"name":"gps","port":[{},3]}]})");
    const SettingsFromJson read = settings_from_json(settings.as_object());
    ASSERT_EQ(read.complaints.size(), 3U);
    EXPECT_EQ(read.complaints[0].place, (SettingPlace{"server", std::nullopt, "listen"}));
    EXPECT_EQ(read.complaints[1].place, (SettingPlace{"server", std::nullopt, "workers"}));
    EXPECT_EQ(read.complaints[2].place, (SettingPlace{"refclock", "gps", "port"}));
    EXPECT_THAT(read.complaints[0].message, HasSubstr("no value of a setting"));
    EXPECT_EQ(settings_from_json({{std::string(65, 'x'), 1}}).complaints.size(), 1U);
}

}  // namespace
}  // namespace tokimori
