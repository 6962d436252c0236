#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "server/tokictl/command_line.h"
#include "server/tokictl/command_table.h"

namespace tokimori {
namespace {

using ::testing::HasSubstr;

struct Answer {
    int code = 0;
    std::string out;
    std::string err;
};

Answer setup_code(const std::string& directory, const char* more = "--lang=en") {
    const std::vector<const char*> words{"tokictl", "web", "setup-code", "--state-dir", directory.c_str(), more};
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_tokictl(commands(), words, {[](const char*) -> const char* { return nullptr; }, out, err});
    return {code, out.str(), err.str()};
}

class WebCommand : public testing::Test {
protected:
    void SetUp() override { ASSERT_NE(::mkdtemp(directory_.data()), nullptr); }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    std::string directory_ = testing::TempDir() + "tokimori-XXXXXX";
};

TEST_F(WebCommand, TellsTheCodeThatLiesThere) {
    std::ofstream{directory_ + "/setup-code"} << "ABCDE-FGHJK\n";
    EXPECT_EQ(setup_code(directory_).out, "ABCDE-FGHJK\n");
    EXPECT_EQ(setup_code(directory_, "--json").out,
              "{\"command\":\"web\",\"version\":1,\"setup_code\":\"ABCDE-FGHJK\"}\n");
    EXPECT_EQ(setup_code(directory_).code, 0);
}

TEST_F(WebCommand, SaysWhyThereIsNone) {
    const Answer gone = setup_code(directory_);
    EXPECT_EQ(gone.code, 1);
    EXPECT_THAT(gone.err, HasSubstr("the page has its first user"));
    EXPECT_THAT(setup_code(directory_, "--lang=ja").err, HasSubstr("登録済み"));
    EXPECT_EQ(setup_code(directory_ + "/missing").code, 3);
}

}  // namespace
}  // namespace tokimori
