#include "server/daemon/clock_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/daemon/refclock_factory.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// The bound, the leap indicator and the end of holdover are worked out for each reply, and do not wait for it.
constexpr Duration kTick = 1s;
// A memory card is no place for a quarrel that goes to and fro.
constexpr Duration kBetweenRevocations = 10s;

bool tells_time(const Observation& observation) {
    return std::holds_alternative<Pulse>(observation) || std::holds_alternative<Label>(observation) ||
           std::holds_alternative<OffsetSample>(observation);
}

NamedSource named_source(const RefclockConfiguration& configuration, const SourceReport& report) {
    return {.name = configuration.name,
            .driver = configuration.driver,
            .prefer = configuration.prefer,
            .noselect = configuration.noselect,
            .trust = configuration.trust,
            .whole_sky = configuration.driver == "simulated" && configuration.pulses && configuration.labels,
            .report = report};
}

}  // namespace

struct ClockService::Source {
    SourceId id = 0;
    RefclockConfiguration configuration;
    std::unique_ptr<Refclock> driver;
};

ClockService::ClockService(boost::asio::io_context& io, const Configuration& configuration, PublishedState& published,
                           Log& log, Counter counter)
    : io_{io},
      published_{published},
      log_{log},
      log_status_{configuration.log_status},
      counter_{std::move(counter)},
      state_keeper_{state_settings(configuration), counter_, log},
      errands_{io, configuration.workers != 0U},
      timekeeper_{timekeeper_settings(configuration), leap_.begin(configuration, counter_.now()), counter_.now()},
      polls_{PollRecord::Settings{configuration.state_dir, host_boot_id(), configuration.workers != 0U}},
      beat_{io, [this] { tick(); }} {
    upstream_.polls = &polls_;
    set_sources(configuration);
    recall();
    system_clock_.configure(configuration, timekeeper_.own_state());
}

ClockService::~ClockService() = default;

StateKeeper::Settings ClockService::state_settings(const Configuration& configuration) {
    return {.directory = configuration.state_dir,
            .laboratory = configuration.lab_mode,
            .threads = configuration.workers != 0U,
            .boot_id = host_boot_id(),
            .machine = host_machine(*host_file_steps())};
}

void ClockService::recall() {
    const std::optional<StateKeeper::Recalled> recalled = state_keeper_.recall();
    if (!recalled) {
        return;
    }
    const ClockMemory& memory = recalled->memory;
    leap_.recall(memory, timekeeper_);
    timekeeper_.recall(memory, recalled->same_boot);
    kept_leap_ = memory.leap;
    kept_policy_ = memory.leap_policy;
    publish();
    const UtcTime saved = timekeeper_.leap_table().utc_at(memory.saved);
    log_.write(counter_.now(), LogLevel::kInfo, "state_recalled",
               {{"saved", format_utc(saved)},
                {"saved_jst", format_jst(saved)},
                {"frequency_ppm", fmt::format("{:.3f}", ppm_from_rate(memory.rate))},
                {"within_ppm", fmt::format("{:.3f}", ppm_from_rate(memory.rate_bound))},
                {"same_boot", recalled->same_boot},
                {"same_machine", recalled->same_machine}});
}

Timekeeper::Settings ClockService::timekeeper_settings(const Configuration& configuration) {
    Timekeeper::Settings settings;
    if (!configuration.lab_mode) {
        settings.floor = parse_utc(TOKIMORI_BUILD_DATE).value().second.day;
    }
    settings.laboratory = configuration.lab_mode;
    settings.policy = configuration.policy;
    settings.leap = configuration.leap;
    settings.precision = static_cast<std::int8_t>(measure_host_precision());
    return settings;
}

void ClockService::start() {
    for (auto& [name, source] : sources_) {
        source.driver->start();
    }
    status_logged_ = state_since_ = counter_.now();
    tick();
    beat_.start(kTick);
}

void ClockService::reload(const Configuration& configuration, const std::optional<ReadLeapLists>& lists) {
    log_status_ = configuration.log_status;
    const LocalInstant now = counter_.now();
    // Clients were served by the settings of before until now.
    timekeeper_.advance(now);
    timekeeper_.set_policy(configuration.policy);
    set_sources(configuration);
    // Last, so that it is published before any source is heard, should served time jump by it.
    leap_.reload(configuration, lists, timekeeper_, now);
    for (auto& [name, source] : sources_) {
        source.driver->start();
    }
    publish();
    system_clock_.configure(configuration, timekeeper_.own_state());
}

void ClockService::stop() {
    beat_.stop();
    system_clock_.release(timekeeper_.own_state());
    state_keeper_.finish(timekeeper_.memory());
    for (auto& [name, source] : sources_) {
        source.driver->stop();
    }
}

void ClockService::step_system_clock() {
    const bool done = system_clock_.request_step();
    log_.write(counter_.now(), done ? LogLevel::kInfo : LogLevel::kWarning, "system_clock_step_requested",
               {{"what", done ? "the clock of this host is set as soon as the time is known to be another"
                              : "the clock of this host is not followed, so it is not set"}});
}

void ClockService::set_sources(const Configuration& configuration) {
    upstream_.own_ports.clear();
    for (const ListenAddress& address : configuration.listen) {
        upstream_.own_ports.push_back(address.port);
    }
    std::map<std::string, Source> next;
    std::vector<SourceSettings> settings;
    for (const RefclockConfiguration& wanted : configuration.refclocks) {
        const auto known = sources_.find(wanted.name);
        if (known != sources_.end() && known->second.configuration == wanted) {
            next.emplace(wanted.name, std::move(known->second));
        } else {
            // The same name is the same source, so that what its settings correct is known; maybe of another device.
            const bool renewed = known != sources_.end();
            const SourceId id = renewed ? known->second.id : next_id_++;
            if (renewed) {
                timekeeper_.observe(ReceiverChange{.source = id, .at = counter_.now()});
            }
            next.emplace(
                wanted.name,
                Source{id, wanted,
                       make_refclock({io_, counter_, *this, upstream_, configuration.workers != 0U}, id, wanted)});
        }
        settings.push_back(source_settings(next.at(wanted.name).id, wanted));
    }
    sources_ = std::move(next);
    timekeeper_.set_sources(settings);
}

void ClockService::observe(const Observation& observation) {
    if (const auto* const device = std::get_if<DeviceState>(&observation)) {
        log_device(*device);
    }
    listener_(observation);
    // Clients were served until now, whenever it was that the report speaks of.
    const ClockReading reading = counter_.read();
    const LocalInstant now = reading.local();
    const bool slept = notice_sleep(reading);
    timekeeper_.advance(now);
    if (!slept || !tells_time(observation)) {
        timekeeper_.observe(observation);
    }
    publish();
    tell_changes(now);
    beat_.join();
}

// What is known of leap seconds cannot wait: nobody may tell it again. Nor can it that what is on the disk is not to be
// relied on any more.
void ClockService::keep(LocalInstant now) {
    const LeapMemory& leap = timekeeper_.leap().memory();
    const unsigned revocations = timekeeper_.report().revocations;
    const bool vouched = timekeeper_.own_state().synchronised_at(now);
    const bool other = revocations != kept_revocations_ || (vouched && !kept_vouched_);
    const bool urgent = must_be_kept(leap, kept_leap_) || leap_.policy() != kept_policy_ ||
                        (other && now - kept_at_ >= kBetweenRevocations);
    if (state_keeper_.keep([this] { return timekeeper_.memory(); }, urgent)) {
        kept_leap_ = leap;
        kept_policy_ = leap_.policy();
        kept_revocations_ = revocations;
        kept_vouched_ = vouched;
        kept_at_ = counter_.now();
    }
}

void ClockService::tick() {
    const ClockReading kept = counter_.keep();
    const LocalInstant now = kept.local();
    notice_sleep(kept);
    timekeeper_.advance(now);
    look_at_leap_list(now);
    leap_.watch(timekeeper_, now);
    publish();
    system_clock_.set_smeared(leap_.policy().smear_host);
    system_clock_.follow(kept, timekeeper_.own_state(), timekeeper_.leap_table());
    keep(now);
    tell_changes(now);
    if (log_status_ > Duration::zero() && now - status_logged_ >= log_status_ - kTick / 2) {
        status_logged_ = now;
        log_state(LogLevel::kInfo, "status");
        for (const SourceReport& report : timekeeper_.sources()) {
            log_source(report);
        }
    }
    log_.tell_suppressed(now);
    turned_ = counter_.now();
}

// Nothing that is heard counts before the gap is known, nor what may be of before. What the readings of two clocks were
// apart is no sleep.
bool ClockService::notice_sleep(const ClockReading& reading) {
    const Duration before = std::exchange(asleep_, reading.asleep());
    if (!Counter::slept_between(before, reading.asleep() - Duration{reading.width})) {
        return false;
    }
    log_.write(reading.local(), LogLevel::kWarning, "suspended",
               {{"effect", "the time is not known until a source tells it"}});
    timekeeper_.lose_time(reading.local());
    return true;
}

void ClockService::publish() {
    published_.write({timekeeper_.state(), asleep_});
}

void ClockService::ask_soon(SourceId source) {
    const auto found = find_source(source);
    if (found != sources_.end()) {
        found->second.driver->ask_soon();
    }
}

ClockFacts ClockService::facts() const {
    ClockFacts facts{.now = counter_.now(),
                     .state_since = state_since_,
                     .clock = timekeeper_.report(),
                     .system_clock = {.forbidden = system_clock_.state() == SystemClock::State::kForbidden},
                     .sources = {},
                     .leap_table = &timekeeper_.leap_table(),
                     .leap = leap_.facts(timekeeper_)};
    if (system_clock_.state() == SystemClock::State::kFollowed) {
        facts.system_clock.report = system_clock_.report();
    }
    for (const SourceReport& report : timekeeper_.sources()) {
        const auto found = find_source(report.source);
        if (found != sources_.end()) {
            facts.sources.push_back(named_source(found->second.configuration, report));
        }
    }
    return facts;
}

ClockService::Sources::const_iterator ClockService::find_source(SourceId id) const {
    return std::find_if(sources_.begin(), sources_.end(), [id](const auto& s) { return s.second.id == id; });
}

std::string ClockService::name_of(SourceId id) const {
    const auto found = find_source(id);
    return found != sources_.end() ? found->first : "?";
}

}  // namespace tokimori
