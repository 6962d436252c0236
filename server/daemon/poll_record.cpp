#include "server/daemon/poll_record.h"

#include <fmt/format.h>

#include <chrono>
#include <sstream>
#include <utility>

#include "server/ntp/poll_schedule.h"

namespace tokimori {
namespace {

constexpr Duration kHour = std::chrono::hours{1};
constexpr std::size_t kLargest = 64UL * 1024;
constexpr std::string_view kHeading = "tokimori-polls 1";

// Every line that can be read counts; a name without numbers says nothing.
std::vector<LocalInstant> instants_in(std::istringstream& line, bool same_boot) {
    std::vector<LocalInstant> instants;
    for (std::int64_t at = 0; line >> at;) {
        instants.push_back(same_boot ? LocalInstant{Duration{at}} : LocalInstant{});
    }
    const std::size_t most = PollSchedule::kMostAnHour;
    const std::size_t surplus = instants.size() > most ? instants.size() - most : 0;
    instants.erase(instants.begin(), instants.begin() + static_cast<std::ptrdiff_t>(surplus));
    return instants;
}

}  // namespace

struct PollRecord::Storage {
    std::unique_ptr<FileSteps> steps;
    std::string path;

    // Not synced: a restart finds it, and after a power cut the count matters little.
    void save(const std::string& text) const {
        const std::string beside = path + ".new";
        if (steps->create(beside) != 0) {
            return;
        }
        const int written = steps->write(text);
        const int closed = steps->close();
        if (written != 0 || closed != 0 || steps->rename(beside, path) != 0) {
            steps->remove(beside);
        }
    }
};

PollRecord::PollRecord(const Settings& settings, std::unique_ptr<FileSteps> steps)
    : settings_{settings},
      storage_{std::make_shared<Storage>(Storage{std::move(steps), settings.directory + "/upstream.polls"})},
      files_{settings.threads} {
    std::string text;
    if (!settings_.directory.empty() && storage_->steps->read(storage_->path, kLargest, text) == 0) {
        read(text);
    }
}

void PollRecord::read(std::string_view text) {
    std::istringstream lines{std::string{text}};
    std::string heading;
    std::string boot;
    if (!std::getline(lines, heading) || heading != kHeading || !std::getline(lines, boot)) {
        return;
    }
    const bool same_boot = !settings_.boot_id.empty() && boot == "boot " + settings_.boot_id;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string server;
        if (words >> server) {
            asked_[server] = instants_in(words, same_boot);
        }
    }
}

std::vector<LocalInstant> PollRecord::asked(const std::string& server) const {
    const auto found = asked_.find(server);
    return found != asked_.end() ? found->second : std::vector<LocalInstant>{};
}

void PollRecord::note(const std::string& server, LocalInstant now) {
    asked_[server].push_back(now);
    forget_before(now - kHour);
    while (files_.next_outcome()) {
    }
    if (!settings_.directory.empty()) {
        files_.run([storage = storage_, text = text()] {
            storage->save(text);
            return FileThread::Outcome{};
        });
    }
}

void PollRecord::forget_before(LocalInstant instant) {
    for (auto& [server, instants] : asked_) {
        std::erase_if(instants, [instant](LocalInstant at) { return at < instant; });
    }
    std::erase_if(asked_, [](const auto& entry) { return entry.second.empty(); });
}

std::string PollRecord::text() const {
    std::string text = fmt::format("{}\nboot {}\n", kHeading, settings_.boot_id);
    for (const auto& [server, instants] : asked_) {
        text += server;
        for (const LocalInstant at : instants) {
            text += fmt::format(" {}", at.time_since_epoch().count());
        }
        text += '\n';
    }
    return text;
}

}  // namespace tokimori
