#include "server/tokictl/file_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tokimori {
namespace {

class FileTreeTest : public ::testing::Test {
protected:
    FileTreeTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tokimori-tree-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
    }
    ~FileTreeTest() override { std::filesystem::remove_all(root_); }
    void put(const std::string& path, const std::string& text) const {
        std::ofstream{root_ + path, std::ios::binary} << text;
    }
    FileTree tree() const { return FileTree{root_}; }
    std::string root_;
};

TEST_F(FileTreeTest, ReadsFilesBelowItsRoot) {
    put("/model", std::string("Raspberry Pi 5 Model B Rev 1.0") + char{});
    put("/two", "first \r\nsecond\n");
    EXPECT_EQ(tree().text("/two"), "first \r\nsecond\n");
    EXPECT_EQ(tree().line("/two"), "first");
    EXPECT_EQ(tree().line("/model"), "Raspberry Pi 5 Model B Rev 1.0");
}

TEST_F(FileTreeTest, WhatIsNotThereIsAbsent) {
    EXPECT_FALSE(tree().text("/none"));
    EXPECT_EQ(tree().line("/none"), "");
    EXPECT_TRUE(tree().names("/none").empty());
    EXPECT_FALSE(tree().exists("/none"));
    EXPECT_FALSE(tree().link("/none"));
    EXPECT_FALSE(tree().owner("/none"));
}

TEST_F(FileTreeTest, NeverWaitsForAFileThatIsNoFile) {
    ASSERT_EQ(::mkfifo((root_ + "/fifo").c_str(), 0600), 0);
    EXPECT_FALSE(tree().text("/fifo"));
    EXPECT_FALSE(FileTree{""}.text("/dev/zero"));
    EXPECT_FALSE(tree().text("/"));
}

TEST_F(FileTreeTest, ReadsNoMoreThanAQuarterOfAMegabyte) {
    put("/long", std::string(1'000'000, 'x'));
    EXPECT_EQ(tree().text("/long")->size(), 262'144U);
}

TEST_F(FileTreeTest, NamesAreSortedAndLinksAreTold) {
    put("/b", "");
    put("/a", "");
    std::filesystem::create_symlink("a", root_ + "/c");
    std::filesystem::create_symlink("nowhere", root_ + "/d");
    EXPECT_THAT(tree().names("/"), ::testing::ElementsAre("a", "b", "c", "d"));
    EXPECT_EQ(tree().link("/c"), "a");
    EXPECT_FALSE(tree().link("/a"));
    EXPECT_TRUE(tree().exists("/d"));
}

TEST_F(FileTreeTest, KnowsOwnerAndPermissionsOfWhatALinkLeadsTo) {
    put("/a", "");
    ::chmod((root_ + "/a").c_str(), 0640);
    std::filesystem::create_symlink("a", root_ + "/c");
    const auto owner = tree().owner("/c");
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->mode, 0640U);
    EXPECT_EQ(owner->user, ::geteuid());
}

}  // namespace
}  // namespace tokimori
