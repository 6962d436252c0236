#include "server/daemon/daemon.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <stdexcept>
#include <utility>

#include "server/daemon/crew.h"
#include "server/daemon/crew_size.h"

namespace tokimori {
namespace {

// The clock thread's event loop, as long as the process. Its end would wait for the thread of its resolver, and nothing
// ends a question to a name server that does not answer; the daemon ends at once. Everything else of the daemon is
// closed and written by then, and what the resolver finds after that is put into a loop that nobody runs.
boost::asio::io_context& lasting_event_loop() {
    static auto* const loops = new std::deque<boost::asio::io_context>;
    return loops->emplace_back(1);
}

}  // namespace

/// What the daemon itself waits for.
struct Daemon::Waits {
    explicit Waits(boost::asio::io_context& io)
        : signals{io, SIGTERM, SIGINT, SIGHUP}, step_requests{io, SIGUSR1}, farewell{io} {}

    boost::asio::signal_set signals;
    boost::asio::signal_set step_requests;
    boost::asio::steady_timer farewell;
};

Daemon::Daemon(std::string path, SettingsInForce settings, Log& log)
    : path_{std::move(path)},
      configuration_{*settings.checked.configuration},
      log_{log},
      io_{lasting_event_loop()},
      waits_{std::make_unique<Waits>(io_)},
      crew_{std::make_unique<Crew>(io_, configuration_, log)},
      settings_{std::make_unique<SettingsService>(io_, log, path_, std::move(settings), settings_effects())} {
    crew_->listeners().open(configuration_.listen, log_, crew_->clock().now());
}

Daemon::~Daemon() = default;

SettingsService::Effects Daemon::settings_effects() {
    return {.settings = {.take_effect = [this](const Configuration& next,
                                               const NamedFiles* files) { return take_effect(next, files); },
                         .as_in_this_run = [this](const Configuration& next) { return as_in_this_run(next); },
                         .leap_second_under_way = [this] { return crew_->leap_second_under_way(); },
                         .now = [this] { return crew_->clock().now(); }},
            .restart = [this] { restart(); }};
}

int Daemon::run() {
    log_start();
    await_signal();
    await_step_request();
    crew_->answer(settings_->requests());
    crew_->answer(settings_->in_turn(crew_->leap_list_requests()));
    crew_->ask_of_settings([this] { return settings_->storage_fault(); });
    crew_->take_keys(read_keys_file(configuration_.keys_file), log_);
    crew_->distribute(configuration_);
    crew_->workers().start();
    crew_->clock().start();
    crew_->configure(configuration_);
    crew_->watchdog().start();
    crew_->manager().tell("READY=1");
    io_.run();
    const ServerCounts counts = crew_->workers().counts();
    log_.write(crew_->clock().now(), LogLevel::kInfo, "stopped",
               {{"answered", counts.of(Verdict::kAnswered)},
                {"too_short", counts.of(Verdict::kTooShort)},
                {"not_a_request", counts.of(Verdict::kNotARequest)},
                {"malformed", counts.of(Verdict::kMalformed)}});
    return exit_code_;
}

void Daemon::log_start() {
    const LocalInstant now = crew_->clock().now();
    for (const ListenAddress& address : configuration_.listen) {
        log_.write(now, LogLevel::kInfo, "listening", {{"address", address.address}, {"port", address.port}});
    }
    log_.write(now, LogLevel::kInfo, "started",
               {{"version", TOKIMORI_VERSION}, {"workers", crew_->workers().threads()}});
    if (configuration_.lab_mode) {
        log_.write(now, LogLevel::kWarning, "laboratory",
                   {{"what",
                     "THIS IS A LABORATORY: lab_mode serves simulated sources and past dates as if they were true; "
                     "no client that matters may use it"}});
    }
    if (configuration_.system_clock == SystemClockMode::kFollow && !steers_system_clock(configuration_)) {
        log_.write(now, LogLevel::kWarning, "system_clock",
                   {{"what", "lab_mode leaves the clock of this host alone, whatever system_clock says"}});
    }
}

void Daemon::await_signal() {
    waits_->signals.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) {
            return;
        }
        if (signal == SIGHUP) {
            reload();
            await_signal();
        } else {
            told_to_end_ = true;
            exit_code_ = 0;
            stop_soon();
        }
    });
}

void Daemon::await_step_request() {
    waits_->step_requests.async_wait([this](const boost::system::error_code& error, int) {
        if (error) {
            return;
        }
        crew_->clock().step_system_clock();
        await_step_request();
    });
}

// However often it is asked for while the files are read: once more will do, since they may have changed meanwhile.
void Daemon::reload() {
    if (reloads_wanted_++ > 0) {
        return;
    }
    crew_->manager().tell("RELOADING=1");
    settings_->reload([this](const std::vector<std::string>& errors) {
        for (const std::string& error : errors) {
            log_.write(crew_->clock().now(), LogLevel::kError, "configuration_refused", {{"what", error}});
        }
        crew_->manager().tell("READY=1");
        if (std::exchange(reloads_wanted_, 0) > 1) {
            reload();
        }
    });
}

Configuration Daemon::as_in_this_run(Configuration configuration) const {
    configuration.lab_mode = configuration_.lab_mode;
    configuration.workers = configuration_.workers;
    configuration.state_dir = configuration_.state_dir;
    configuration.access.clients = configuration_.access.clients;
    configuration.access.ipv6_prefix = configuration_.access.ipv6_prefix;
    return configuration;
}

// What is new is opened first: if that fails, nothing has changed.
std::string Daemon::take_effect(const Configuration& configuration, const NamedFiles* files) {
    const LocalInstant now = crew_->clock().now();
    try {
        crew_->listeners().open(configuration.listen, log_, now);
    } catch (const std::runtime_error& failure) {
        return failure.what();
    }
    if (needs_restart(configuration_, configuration)) {
        log_.write(now, LogLevel::kWarning, "restart_needed",
                   {{"what",
                     "server.workers, server.lab_mode, state.dir, access.clients and access.ipv6_prefix change at the "
                     "next restart"}});
    }
    configuration_ = as_in_this_run(configuration);
    log_.set_level(configuration_.log_level);
    if (files != nullptr) {
        crew_->take_keys(files->keys, log_);
    }
    crew_->distribute(configuration_);
    crew_->clock().reload(configuration_, files != nullptr ? std::optional{files->leap_lists} : std::nullopt);
    crew_->configure(configuration_);
    log_.write(now, LogLevel::kInfo, "reloaded", {{"file", path_}});
    return {};
}

// The reply to who asked goes out first. Whoever says that there shall be no time server any more is heard until the
// end, and has the last word.
void Daemon::restart() {
    constexpr auto kForTheReply = std::chrono::milliseconds{200};
    if (told_to_end_) {
        return;
    }
    log_.write(crew_->clock().now(), LogLevel::kInfo, "restart", {{"exit_code", kExitForRestart}});
    exit_code_ = kExitForRestart;
    waits_->farewell.expires_after(kForTheReply);
    waits_->farewell.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            stop_soon();
        }
    });
}

// What is being written is written to its end, but nobody waits for a disk that stands still.
void Daemon::stop_soon() {
    constexpr auto kForTheDisk = std::chrono::seconds{2};
    waits_->farewell.cancel();
    settings_->when_idle(kForTheDisk, [this] { stop(); });
}

void Daemon::stop() {
    if (std::exchange(stopped_, true)) {
        return;
    }
    crew_->manager().tell("STOPPING=1");
    crew_->stop_telling();
    waits_->farewell.cancel();
    settings_->stop();
    if (!told_to_end_) {
        // From here to the next start nobody would read it.
        waits_->signals.remove(SIGTERM);
        waits_->signals.remove(SIGINT);
    }
    waits_->signals.cancel();
    waits_->step_requests.cancel();
    crew_->clock().stop();
    crew_->workers().stop();
    // Behind the handlers that were just cancelled, so that each of them lets go of what it holds.
    boost::asio::post(io_, [this] { io_.stop(); });
}

}  // namespace tokimori
