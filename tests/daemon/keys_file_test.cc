#include "server/daemon/keys_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace tokimori {
namespace {

/// A file that is removed at the end.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text, mode_t mode = 0600) {
        const int descriptor = mkstemp(path_.data());
        EXPECT_EQ(write(descriptor, text.data(), text.size()), static_cast<ssize_t>(text.size()));
        EXPECT_EQ(fchmod(descriptor, mode), 0);
        close(descriptor);
    }
    ~TemporaryFile() { unlink(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/tokimori-keys-XXXXXX";
};

TEST(KeysFile, IsReadWhereOnlyItsOwnerAndGroupMayReadIt) {
    for (const mode_t mode : {0600U, 0400U, 0640U}) {
        const TemporaryFile file{"1 MD5 secret\n2 SHA1 other\n", mode};
        const KeysFileResult read = read_keys_file(file.path());
        ASSERT_NE(read.keys, nullptr) << read.errors[0];
        EXPECT_EQ(read.keys->size(), 2U);
    }
}

TEST(KeysFile, IsRefusedWhereOthersMayTouchIt) {
    for (const mode_t mode : {0644U, 0602U, 0660U, 0601U, 0777U}) {
        const TemporaryFile file{"1 MD5 secret\n", mode};
        const KeysFileResult read = read_keys_file(file.path());
        EXPECT_EQ(read.keys, nullptr) << mode;
        ASSERT_EQ(read.errors.size(), 1U);
        EXPECT_NE(read.errors[0].find("chmod"), std::string::npos);
        EXPECT_EQ(read.errors[0].find("secret\n"), std::string::npos);
    }
}

TEST(KeysFile, IsRefusedWhereItIsAbsentOrNoFileOrNonsense) {
    EXPECT_EQ(read_keys_file("/nonexistent/keys").keys, nullptr);
    EXPECT_EQ(read_keys_file("/tmp").keys, nullptr);
    const TemporaryFile nonsense{"1 MD5 secret\nnonsense\n"};
    const KeysFileResult read = read_keys_file(nonsense.path());
    EXPECT_EQ(read.keys, nullptr);
    ASSERT_EQ(read.errors.size(), 1U);
    EXPECT_NE(read.errors[0].find("line 2"), std::string::npos);
}

TEST(KeysFile, IsRefusedWhereItBelongsToAnotherUser) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can give a file away";
    }
    constexpr uid_t kStranger = 63111;
    const TemporaryFile file{"1 MD5 secret\n"};
    ASSERT_EQ(chown(file.path().c_str(), kStranger, 0), 0);
    const KeysFileResult read = read_keys_file(file.path());
    EXPECT_EQ(read.keys, nullptr);
    ASSERT_EQ(read.errors.size(), 1U);
    EXPECT_NE(read.errors[0].find("another user"), std::string::npos);
}

TEST(KeysFile, IsEmptyWhereNoneIsNamed) {
    ASSERT_NE(read_keys_file("").keys, nullptr);
    EXPECT_EQ(read_keys_file("").keys->size(), 0U);
}

}  // namespace
}  // namespace tokimori
