#include "refclocks/socket_file.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

/// Closes what it is given.
struct Open {
    explicit Open(SocketFile::Bound bound) : descriptor{bound.descriptor}, error{bound.error} {}
    ~Open() {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

    int descriptor;
    std::error_code error;
};

class SocketFileTest : public ::testing::TestWithParam<int> {
protected:
    std::string path() const { return directory_.file("a.sock"); }
    bool exists() const { return std::filesystem::exists(path()); }

    ScratchDirectory directory_;
};

TEST_P(SocketFileTest, IsMadeForTheGroupWhateverTheUmask) {
    SocketFile file;
    const mode_t before = ::umask(0);
    const Open made{file.make(path(), GetParam())};
    ::umask(before);
    ASSERT_FALSE(made.error);
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0660U);
    EXPECT_TRUE(file.is_ours());
    file.remove();
    EXPECT_FALSE(exists());
}

TEST_P(SocketFileTest, TakesThePlaceOfOneThatWasLeftBehind) {
    SocketFile left;
    { const Open crashed{left.make(path(), GetParam())}; }
    ASSERT_TRUE(exists());
    SocketFile file;
    const Open made{file.make(path(), GetParam())};
    EXPECT_FALSE(made.error);
    EXPECT_TRUE(file.is_ours());
}

TEST_P(SocketFileTest, IsNotTakenAwayByWhoDoesNotOwnItAnyMore) {
    SocketFile first;
    const Open open{first.make(path(), GetParam())};
    ASSERT_TRUE(std::filesystem::remove(path()));
    SocketFile second;
    const Open made{second.make(path(), GetParam())};
    EXPECT_FALSE(first.is_ours());
    first.remove();
    EXPECT_TRUE(exists());
}

TEST_P(SocketFileTest, LeavesOneAloneThatSomebodyListensTo) {
    SocketFile other;
    const Open alive{other.make(path(), GetParam())};
    ::listen(alive.descriptor, 1);
    SocketFile file;
    const Open refused{file.make(path(), GetParam())};
    EXPECT_EQ(refused.error.value(), EADDRINUSE);
    EXPECT_TRUE(other.is_ours());
}

TEST_P(SocketFileTest, SaysWhyItCannotBeMade) {
    SocketFile file;
    EXPECT_EQ(Open{file.make(directory_.file("none/a.sock"), GetParam())}.error.value(), ENOENT);
    EXPECT_EQ(Open{file.make("", GetParam())}.error.value(), ENAMETOOLONG);
    EXPECT_EQ(Open{file.make(directory_.file(std::string(107, 'x')), GetParam())}.error.value(), ENAMETOOLONG);
    EXPECT_FALSE(file.is_ours());
}

TEST_P(SocketFileTest, RemovesTheOldOneWhenItIsMadeElsewhere) {
    SocketFile file;
    const Open first{file.make(path(), GetParam())};
    const Open second{file.make(directory_.file("b.sock"), GetParam())};
    EXPECT_FALSE(exists());
    EXPECT_TRUE(std::filesystem::exists(directory_.file("b.sock")));
}

INSTANTIATE_TEST_SUITE_P(Types, SocketFileTest, ::testing::Values(SOCK_DGRAM, SOCK_STREAM),
                         [](const auto& type) { return type.param == SOCK_DGRAM ? "Datagrams" : "Streams"; });

TEST(SocketFile, HasARemedyForEveryError) {
    for (const int error : {EADDRINUSE, EACCES, ENOENT, EAFNOSUPPORT, ENAMETOOLONG}) {
        EXPECT_FALSE(remedy_for_socket({error, std::generic_category()}).empty());
    }
}

}  // namespace
}  // namespace tokimori
