#include "server/tokictl/document.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

namespace tokimori {
namespace {

TEST(Document, IsOneLineThatBeginsWithCommandAndVersion) {
    std::ostringstream out;
    print_document(out, "probe", 1, {{"lines", {"a\nb", 2}}, {"time", "時"}});
    EXPECT_EQ(out.str(), "{\"command\":\"probe\",\"version\":1,\"lines\":[\"a\\nb\",2],\"time\":\"時\"}\n");
}

}  // namespace
}  // namespace tokimori
