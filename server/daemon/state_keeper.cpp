#include "server/daemon/state_keeper.h"

#include <chrono>
#include <future>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kInterval = 1h;
constexpr Duration kRetryInterval = 30s;
constexpr Duration kLookInterval = 10s;
constexpr Duration kSleepFloor = 10ms;
constexpr auto kPatience = 2s;
constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
constexpr const char* kBoardSerial = "/proc/device-tree/serial-number";
constexpr const char* kInstallationId = "/etc/machine-id";
// No crystal that is believed at all is farther off.
constexpr Rate kAnyCrystal = rate_from_ppm(1000.0);

}  // namespace

std::string host_boot_id() {
    std::string text;
    return host_file_steps()->read(kBootId, 100, text) == 0 ? text.substr(0, text.find('\n')) : std::string{};
}

std::string host_machine(FileSteps& files) {
    for (const char* const path : {kBoardSerial, kInstallationId}) {
        std::string text;
        const std::string identity = files.read(path, 100, text) == 0 ? machine_identity(text) : std::string{};
        if (!identity.empty()) {
            return identity;
        }
    }
    return {};
}

struct StateKeeper::Storage {
    std::unique_ptr<FileSteps> steps;
    StateFile file;
};

StateKeeper::StateKeeper(const Settings& settings, Counter& counter, Log& log, std::unique_ptr<FileSteps> steps)
    : settings_{settings}, counter_{counter}, log_{log}, files_{settings.threads} {
    FileSteps& used = *steps;
    storage_ =
        std::make_shared<Storage>(Storage{std::move(steps), StateFile{settings.directory, settings.laboratory, used}});
}

std::optional<StateKeeper::Recalled> StateKeeper::recall() {
    if (settings_.directory.empty()) {
        return std::nullopt;
    }
    StateResult loaded = storage_->file.load();
    report(loaded.error);
    if (!loaded.state) {
        return std::nullopt;
    }
    const KeptState& kept = *loaded.state;
    if (kept.laboratory != settings_.laboratory) {
        log_.write(counter_.now(), LogLevel::kWarning, "state_not_used",
                   {{"file", storage_->file.path()},
                    {"why", kept.laboratory ? "it is from a laboratory" : "this is a laboratory, and it is not"}});
        return std::nullopt;
    }
    const bool same_machine = kept.machine.empty() || settings_.machine.empty() || kept.machine == settings_.machine;
    const bool same_boot = same_machine && !kept.boot_id.empty() && kept.boot_id == settings_.boot_id &&
                           std::chrono::abs(kept.asleep - counter_.asleep()) <= kSleepFloor &&
                           kept.memory.saved_local <= counter_.now();
    Recalled recalled{kept.memory, same_boot, same_machine};
    if (!same_machine) {
        recalled.memory.rate = 0;
        recalled.memory.rate_bound = kAnyCrystal;
    }
    return recalled;
}

bool StateKeeper::keep(const std::function<std::optional<ClockMemory>()>& tell, bool urgent) {
    take_result();
    const LocalInstant now = counter_.now();
    if (settings_.directory.empty() || writing_) {
        return false;
    }
    const std::optional<ClockMemory> memory = urgent || is_due(now) ? tell() : std::nullopt;
    if (!memory) {
        look_ahead(now);
        return false;
    }
    written_ = now;
    writing_ = files_.run([storage = storage_, state = state_from(*memory)] { return storage->file.save(state); });
    take_result();
    return true;
}

// A disk that is full, or that the kernel made read-only, is not only found out within the hour.
void StateKeeper::look_ahead(LocalInstant now) {
    if (looking_ || (failed_ && written_) || (looked_ && now - *looked_ < kLookInterval)) {
        return;
    }
    looked_ = now;
    looking_ = files_.run([storage = storage_] { return storage->file.trouble_ahead(); });
    take_result();
}

bool StateKeeper::is_due(LocalInstant now) const {
    return !written_ || now - *written_ >= (failed_ ? kRetryInterval : kInterval);
}

void StateKeeper::take_result() {
    while (const auto outcome = files_.next_outcome()) {
        const std::string error = outcome->value_or("");
        // Who looks began before whatever is being written. What little room there is may be enough for a write.
        if (std::exchange(looking_, false)) {
            ahead_ = error;
        } else {
            writing_ = false;
            failed_ = !error.empty();
        }
        report(error);
    }
}

void StateKeeper::finish(const std::optional<ClockMemory>& memory) {
    if (settings_.directory.empty() || !memory) {
        return;
    }
    const auto done = std::make_shared<std::promise<std::string>>();
    std::future<std::string> error = done->get_future();
    files_.run([storage = storage_, state = state_from(*memory), done] {
        done->set_value(storage->file.save(state));
        return FileThread::Outcome{};
    });
    report(error.wait_for(kPatience) == std::future_status::ready ? error.get() : storage_->file.path() + " is stuck");
}

KeptState StateKeeper::state_from(const ClockMemory& memory) const {
    return {memory, settings_.boot_id, counter_.asleep(), settings_.laboratory, settings_.machine};
}

void StateKeeper::report(const std::string& error) {
    if (!error.empty() && error != reported_) {
        log_.write(counter_.now(), LogLevel::kWarning, "state",
                   {{"what", error}, {"effect", "time is served all the same; a restart begins anew"}});
    }
    reported_ = error;
}

}  // namespace tokimori
