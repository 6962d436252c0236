#include "server/daemon/service_manager.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "tests/daemon/manager_socket.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

class ServiceManagerTest : public ::testing::Test {
protected:
    ScratchDirectory directory_;
};

TEST_F(ServiceManagerTest, HearsWhatItIsTold) {
    const std::string path = directory_.file("notify");
    const ManagerSocket socket{path};
    ASSERT_TRUE(socket.bound());
    const ServiceManager manager{{path, "", ""}};
    EXPECT_TRUE(manager.tell("READY=1"));
    EXPECT_EQ(socket.hear(), "READY=1");
}

TEST_F(ServiceManagerTest, MayHaveASocketWithoutAFile) {
    const std::string name = "@tokimori-test-" + std::to_string(::getpid());
    const ManagerSocket socket{name};
    ASSERT_TRUE(socket.bound());
    EXPECT_TRUE((ServiceManager{{name, "", ""}}.tell("STOPPING=1")));
    EXPECT_EQ(socket.hear(), "STOPPING=1");
}

TEST_F(ServiceManagerTest, NobodyListeningIsNoTrouble) {
    EXPECT_FALSE((ServiceManager{{"", "", ""}}.tell("READY=1")));
    EXPECT_FALSE((ServiceManager{{directory_.file("nobody"), "", ""}}.tell("READY=1")));
    EXPECT_FALSE((ServiceManager{{std::string(200, 'x'), "", ""}}.tell("READY=1")));
}

TEST(ServiceManagerPatience, IsThatOfOurOwnWatchdog) {
    const auto patience = [](const char* microseconds, const std::string& process) {
        return ServiceManager{{"", microseconds, process}}.patience();
    };
    EXPECT_EQ(patience("30000000", ""), 30s);
    EXPECT_EQ(patience("30000000", std::to_string(::getpid())), 30s);
    EXPECT_EQ(patience("30000000", "1"), std::nullopt) << "another process's";
    for (const char* nonsense : {"", "0", "-1", "30s", "9223372036854775807", "99999999999999999999"}) {
        EXPECT_EQ(patience(nonsense, ""), std::nullopt) << nonsense;
    }
}

}  // namespace
}  // namespace tokimori
