#include "web/web_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tokimori::web {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string default_file() {
    std::string text;
    std::string_view section;
    for (const WebSetting& row : web_settings()) {
        text += row.section != section ? "[" + std::string(row.section) + "]\n" : "";
        section = row.section;
        text += std::string(row.key) + " = " + std::string(row.default_text) + "\n";
    }
    return text;
}

TEST(WebSettings, ReadTheirOwnDefaultsAndHoldThem) {
    const WebSettingsResult read = read_web_settings(default_file());
    EXPECT_THAT(read.complaints, IsEmpty());
    const WebSettings known;
    EXPECT_EQ(read.settings.https_listen, known.https_listen);
    EXPECT_EQ(read.settings.http, known.http);
    EXPECT_EQ(read.settings.http_listen, known.http_listen);
    EXPECT_EQ(read.settings.socket, known.socket);
    EXPECT_EQ(read.settings.ntp, known.ntp);
    EXPECT_EQ(read.settings.state_dir, known.state_dir);
    EXPECT_EQ(read.settings.metrics, known.metrics);
    EXPECT_EQ(read.settings.cgi_bin, known.cgi_bin);
}

TEST(WebSettings, AreExplainedInBothLanguages) {
    for (const WebSetting& row : web_settings()) {
        EXPECT_TRUE(row.english.ends_with('.')) << row.key;
        EXPECT_TRUE(row.japanese.ends_with("。")) << row.key;
    }
}

TEST(WebSettings, ReadWhatIsWritten) {
    const auto read = read_web_settings(R"(
[https]
listen = ["127.0.0.1:8443", "[::1]:8443"]
[http]
enabled = true
[machines]
metrics = "anybody"
cgi_bin = ["time", "jsont"]
)");
    EXPECT_THAT(read.complaints, IsEmpty());
    EXPECT_THAT(read.settings.https_listen,
                ElementsAre(NetworkAddress{"127.0.0.1", 8443}, NetworkAddress{"::1", 8443}));
    EXPECT_TRUE(read.settings.http);
    EXPECT_EQ(read.settings.metrics, MetricsAccess::kAnybody);
    EXPECT_THAT(read.settings.cgi_bin, ElementsAre("time", "jsont"));
}

TEST(WebSettings, SayEverythingThatIsWrong) {
    const auto read = read_web_settings(R"(stray = 1
[https]
listen = ["localhost:443"]
[http]
enabled = "yes"
[machines]
metrics = "all"
cgi_bin = ["jst"]
what = 1
[state]
dir = "relative"
)");
    EXPECT_THAT(read.complaints,
                ElementsAre(HasSubstr("line 1: \"stray\""), HasSubstr("line 3: \"listen\""),
                            HasSubstr("line 5: \"enabled\""), HasSubstr("line 7"), HasSubstr("line 8"),
                            HasSubstr("line 9: there is no setting \"what\" in [machines]"), HasSubstr("line 11")));
}

TEST(WebSettings, RefuseWhatIsNoFileOfSettings) {
    EXPECT_THAT(read_web_settings("[https").complaints, ElementsAre(HasSubstr("not valid TOML")));
    EXPECT_THAT(read_web_settings(std::string(70'000, '\n')).complaints, ElementsAre(HasSubstr("64 KiB")));
    EXPECT_THAT(read_web_settings("a" + std::string(2000, '.')).complaints, ElementsAre(HasSubstr("1024")));
}

TEST(WebSettings, ReadAddressesInNumbers) {
    NetworkAddress address;
    EXPECT_TRUE(read_network_address("[2001:db8::1]:443", address));
    EXPECT_EQ(address, (NetworkAddress{"2001:db8::1", 443}));
    for (const char* const wrong : {"", ":443", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:70000", "1.2.3.4:44x",
                                    "::1:443", "[1.2.3.4]:1", "host:443", "[::1%lo]:443"}) {
        EXPECT_FALSE(read_network_address(wrong, address)) << wrong;
    }
}

TEST(WebSettings, StandInTheReadme) {
    std::ifstream file{TOKIMORI_SOURCE_DIR "/web/README.md"};
    std::stringstream readme;
    readme << file.rdbuf();
    EXPECT_THAT(readme.str(), HasSubstr("<!-- settings -->\n" + web_settings_markdown() + "<!-- /settings -->"));
}

}  // namespace
}  // namespace tokimori::web
