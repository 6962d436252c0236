#include "server/daemon/disk_probe.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "tests/refclocks/driver_fixture.h"

namespace tokimori {
namespace {

/// A disk of paper, of which one step fails.
class PaperDisk : public FileSteps {
public:
    int read(const std::string&, std::size_t, std::string&) override { return done("read"); }
    int create(const std::string&) override { return done("create"); }
    int write(std::string_view) override { return done("write"); }
    int sync() override { return done("sync"); }
    int close() override { return done("close"); }
    int rename(const std::string&, const std::string&) override { return done("rename"); }
    int sync_directory(const std::string&) override { return done("sync_directory"); }
    int remove(const std::string&) override { return done("remove"); }
    int room(const std::string&) override { return done("room"); }

    std::string fails;
    std::vector<std::string> steps;

private:
    int done(const std::string& step) {
        steps.push_back(step);
        return step == fails ? EIO : 0;
    }
};

class DiskProbeTest : public DriverTest, public ::testing::WithParamInterface<bool> {
protected:
    int probe(const std::shared_ptr<FileSteps>& steps = host_file_steps()) {
        FileErrands errands{io_, GetParam()};
        DiskProbe probe{errands, steps};
        std::optional<int> told;
        probe.begin(file(), [&told](int error) { told = error; });
        EXPECT_FALSE(told) << "later";
        run_until([&] { return told.has_value(); });
        return told.value_or(-1);
    }
    std::string file() const { return directory_.file("conf.d/90-page.toml.probe"); }

    ScratchDirectory directory_;
};

TEST_P(DiskProbeTest, LeavesNothingOnAGoodDisk) {
    EXPECT_EQ(probe(), 0);
    EXPECT_TRUE(std::filesystem::is_empty(directory_.file("conf.d")));
}

TEST_P(DiskProbeTest, SaysWhatEachStepOfABadOneSays) {
    for (const char* const step : {"room", "create", "write", "sync", "close", "remove", "sync_directory"}) {
        const auto disk = std::make_shared<PaperDisk>();
        disk->fails = step;
        EXPECT_EQ(probe(disk), EIO) << step;
    }
}

TEST_P(DiskProbeTest, TriesOnceAtATimeAndTellsNobodyWhoHasGone) {
    int told = 0;
    const auto disk = std::make_shared<PaperDisk>();
    {
        FileErrands errands{io_, GetParam()};
        DiskProbe probe{errands, disk};
        probe.begin(file(), [&told](int) { ++told; });
        probe.begin(file(), [&told](int) { ++told; });
        run_until([&] { return told > 0; });
        EXPECT_EQ(std::ranges::count(disk->steps, "create"), 1);
        probe.begin(file(), [&told](int) { ++told; });
    }
    pass(std::chrono::milliseconds{20});
    EXPECT_EQ(told, 1);
}

INSTANTIATE_TEST_SUITE_P(Threads, DiskProbeTest, ::testing::Bool(),
                         [](const auto& threads) { return threads.param ? "OfItsOwn" : "None"; });

}  // namespace
}  // namespace tokimori
