#include "server/daemon/spare_memory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace tokimori {
namespace {

/// The KiB that /proc/self/status tells under this name.
std::size_t told_as(const std::string& name) {
    std::ifstream status{"/proc/self/status"};
    std::string word;
    std::size_t kib = 0;
    while (status >> word) {
        if (word == name + ":") {
            status >> kib;
        }
    }
    return kib;
}

TEST(SpareMemory, PagesOfTheProgramAreGivenBackAndComeWhenTheyAreNeeded) {
    const std::size_t before = told_as("RssFile");
    ASSERT_GT(before, 0U);
    give_back_start_pages();
    EXPECT_LT(told_as("RssFile"), before);
}

TEST(SpareMemory, WhatWasFreedIsGivenBack) {
    constexpr std::size_t kPieces = 20'000;
    std::vector<void*> pieces;
    for (std::size_t i = 0; i < kPieces; ++i) {
        pieces.push_back(std::calloc(1, 1000));
    }
    void* const last = std::calloc(1, 1000);
    for (void* piece : pieces) {
        std::free(piece);
    }
    give_back_freed_memory();
    const std::size_t after = told_as("RssAnon");
    for (void*& piece : pieces) {
        piece = std::calloc(1, 1000);
        static_cast<volatile char*>(piece)[999] = 1;
    }
    EXPECT_GT(told_as("RssAnon"), after + 5'000) << "it is taken anew";
    for (void* piece : pieces) {
        std::free(piece);
    }
    std::free(last);
}

}  // namespace
}  // namespace tokimori
