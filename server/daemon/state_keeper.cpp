#include "server/daemon/state_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kInterval = 1h;
constexpr Duration kSleepFloor = 10ms;
constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";

}  // namespace

std::string host_boot_id() {
    std::string text;
    return host_file_steps()->read(kBootId, 100, text) == 0 ? text.substr(0, text.find('\n')) : std::string{};
}

StateKeeper::StateKeeper(const Settings& settings, Counter& counter, Log& log,
                         std::function<std::unique_ptr<FileSteps>()> make_steps)
    : settings_{settings}, counter_{counter}, log_{log}, steps_{make_steps()}, file_{settings.directory, *steps_} {}

std::optional<StateKeeper::Recalled> StateKeeper::recall() {
    if (settings_.directory.empty()) {
        return std::nullopt;
    }
    StateResult loaded = file_.load();
    report(loaded.error);
    if (!loaded.state) {
        return std::nullopt;
    }
    const KeptState& kept = *loaded.state;
    if (kept.laboratory != settings_.laboratory) {
        log_.write(counter_.now(), LogLevel::kWarning, "state_not_used",
                   {{"file", file_.path()},
                    {"why", kept.laboratory ? "it is from a laboratory" : "this is a laboratory, and it is not"}});
        return std::nullopt;
    }
    const bool same_boot = !kept.boot_id.empty() && kept.boot_id == settings_.boot_id &&
                           std::chrono::abs(kept.asleep - counter_.asleep()) <= kSleepFloor &&
                           kept.memory.saved_local <= counter_.now();
    return Recalled{kept.memory, same_boot};
}

void StateKeeper::keep(const std::function<std::optional<ClockMemory>()>& tell) {
    take_result();
    const LocalInstant now = counter_.now();
    if (settings_.directory.empty() || writing_.valid() || (written_ && now - *written_ < kInterval)) {
        return;
    }
    if (const std::optional<ClockMemory> memory = tell()) {
        written_ = now;
        write(*memory);
    }
}

void StateKeeper::write(const ClockMemory& memory) {
    if (!settings_.threads) {
        report(file_.save(state_from(memory)));
        return;
    }
    writing_ = std::async(std::launch::async, [this, state = state_from(memory)] { return file_.save(state); });
}

void StateKeeper::take_result() {
    if (writing_.valid() && writing_.wait_for(0s) == std::future_status::ready) {
        report(writing_.get());
    }
}

void StateKeeper::finish(const std::optional<ClockMemory>& memory) {
    if (writing_.valid()) {
        report(writing_.get());
    }
    if (memory && !settings_.directory.empty()) {
        report(file_.save(state_from(*memory)));
    }
}

KeptState StateKeeper::state_from(const ClockMemory& memory) const {
    return {memory, settings_.boot_id, counter_.asleep(), settings_.laboratory};
}

void StateKeeper::report(const std::string& error) {
    if (!error.empty() && error != reported_) {
        log_.write(counter_.now(), LogLevel::kWarning, "state",
                   {{"what", error}, {"effect", "time is served all the same; a restart begins anew"}});
    }
    reported_ = error;
}

}  // namespace tokimori
