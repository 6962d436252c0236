#include "server/daemon/daemon.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <deque>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

#include "leap/leap_phase.h"
#include "server/daemon/clock_service.h"
#include "server/daemon/control_leap_list.h"
#include "server/daemon/control_socket.h"
#include "server/daemon/crew_size.h"
#include "server/daemon/front_panel.h"
#include "server/daemon/keys_file.h"
#include "server/daemon/listeners.h"
#include "server/daemon/query_teller.h"
#include "server/daemon/service_manager.h"
#include "server/daemon/statistics.h"
#include "server/daemon/unlisted_report.h"
#include "server/daemon/watchdog.h"
#include "server/daemon/worker_threads.h"

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

class Daemon::Crew {
public:
    Crew(const Configuration& configuration, Log& log)
        :  // One-thread mode uses no more of the kernel than it must.
          listeners_{std::max<std::size_t>(workers_of(configuration), 1), workers_of(configuration) > 0},
          clock_{io_, configuration, published_, log},
          started_{clock_.now()},
          queries_{io_,
                   [this, &log] {
                       unlisted_.tell(workers_.counts(), clock_.now(), log);
                       return query_view();
                   }},
          workers_{io_,
                   {published_, queries_.published()},
                   {workers_of(configuration), clients_of_each(configuration), configuration.access.ipv6_prefix}},
          lab_mode_{configuration.lab_mode},
          control_{io_, log, [this] { return clock_.now(); },
                   [this](std::string_view line, const ControlPeer& peer) {
                       return answer_control(
                           line, [this] { return facts(); }, peer, control_handlers_);
                   }},
          statistics_{io_,
                      log,
                      {[this] { return clock_.facts(); }, [this] { return workers_.counts(); }},
                      workers_.threads() > 0,
                      started_},
          panel_{io_,
                 log,
                 {[this] { return clock_.now(); },
                  [this] { return panel_sight(clock_.facts(), !storage_fault().empty()); }}},
          watchdog_{io_, log, manager_, {[this] { return clock_.now(); }, [this] { return trouble(); }}} {
        control_handlers_ = {leap_list_handler([this](std::string_view text) { return clock_.take_leap_list(text); }),
                             leap_list_forget_handler([this] { return clock_.forget_leap_list(); })};
        clock_.set_listener([this](const Observation& observation) { statistics_.note(observation); });
    }

    boost::asio::io_context& io() { return io_; }
    boost::asio::signal_set& signals() { return signals_; }
    boost::asio::signal_set& step_requests() { return step_requests_; }
    boost::asio::steady_timer& farewell() { return farewell_; }
    ClockService& clock() { return clock_; }
    Listeners& listeners() { return listeners_; }
    WorkerThreads& workers() { return workers_; }
    const ServiceManager& manager() const { return manager_; }
    Watchdog& watchdog() { return watchdog_; }

    // Who knows whether changed settings could be written.
    void ask_of_settings(std::function<std::string()> fault) { settings_fault_ = std::move(fault); }

    // What more than the facts is answered on the control socket.
    void answer(std::vector<ControlHandler> handlers) {
        std::ranges::move(handlers, std::back_inserter(control_handlers_));
    }

    bool leap_second_under_way() const {
        const ServerState server = clock_.facts().clock.server;
        return server.ever_synchronised &&
               leap_phase(server.scale, server.model.tai_at(clock_.now())) != LeapPhase::kQuiet;
    }

    // What is configured beside ports, sources and threads.
    void configure(const Configuration& configuration) {
        control_.serve({configuration.control_socket, configuration.control_group, configuration.control_changes_by});
        statistics_.configure(configuration);
        panel_.configure(configuration.front_panel);
        queries_.stop();
        queries_.start();
    }

    void stop_telling() {
        control_.stop();
        statistics_.stop();
        queries_.stop();
        panel_.stop();
        watchdog_.stop();
    }

    // Hands out the rules and the ports; each worker takes them over on its own thread.
    void distribute(const Configuration& configuration, Log& log) {
        read_keys(configuration.keys_file, log);
        const auto rules = std::make_shared<const AccessRules>(configuration.access);
        workers_.each(
            [this, rules, interleaved = configuration.interleaved](std::size_t number) -> WorkerThreads::Task {
                return [rules, keys = keys_, tables = workers_.client_tables(), interleaved,
                        ports = listeners_.ports_of(number)](Worker& worker) {
                    worker.admit_by(rules, keys);
                    worker.offer_interleaved(interleaved);
                    worker.list_clients_of(tables);
                    worker.serve(ports);
                };
            });
    }

private:
    // Keys that cannot be read leave the old ones in force; time is served without them, too.
    void read_keys(const std::string& path, Log& log) {
        const KeysFileResult read = read_keys_file(path);
        for (const std::string& error : read.errors) {
            log.write(clock_.now(), LogLevel::kError, "keys_refused", {{"what", error}});
        }
        keys_ = read.keys != nullptr ? read.keys : keys_;
        clock_.set_keys(keys_);
    }

    // What keeps time from being served, as far as can be seen from here. Whoever looks is the clock thread itself.
    std::string trouble() {
        const std::uint64_t ticks = clock_.ticks();
        const bool stands_still = std::exchange(ticks_seen_, ticks) == ticks;
        return stands_still ? "the clock stands still" : workers_.trouble();
    }

    QueryView query_view() const {
        QueryView view = query_view_of(clock_.facts(), workers_.counts(), started_);
        put_text(view.version, "tokimorid-" TOKIMORI_VERSION);
        return view;
    }

    // The first that is known: one disk mostly bears all.
    std::string storage_fault() const {
        const std::string settings = settings_fault_();
        const std::string fault = settings.empty() ? clock_.storage_fault() : settings;
        return fault.empty() ? statistics_.trouble() : fault;
    }

    ControlFacts facts() const {
        return {.clock = clock_.facts(),
                .started = started_,
                .server = workers_.counts(),
                .client_tables = workers_.client_tables(),
                .control = control_.counts(),
                .version = TOKIMORI_VERSION,
                .lab_mode = lab_mode_,
                .storage_fault = storage_fault()};
    }

    boost::asio::io_context& io_{lasting_event_loop()};
    boost::asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
    boost::asio::signal_set step_requests_{io_, SIGUSR1};
    boost::asio::steady_timer farewell_{io_};
    PublishedState published_{PublishedClock{}};
    ServiceManager manager_{ServiceManager::environment()};
    Listeners listeners_;
    std::shared_ptr<const KeyRing> keys_;
    ClockService clock_;
    LocalInstant started_;
    UnlistedReport unlisted_;
    QueryTeller queries_;
    WorkerThreads workers_;
    bool lab_mode_;
    std::function<std::string()> settings_fault_ = [] { return std::string{}; };
    std::vector<ControlHandler> control_handlers_;
    ControlSocket control_;
    Statistics statistics_;
    FrontPanel panel_;
    Watchdog watchdog_;
    std::uint64_t ticks_seen_ = 0;
};

Daemon::Daemon(std::string path, SettingsInForce settings, Log& log)
    : path_{std::move(path)},
      configuration_{*settings.checked.configuration},
      log_{log},
      crew_{std::make_unique<Crew>(configuration_, log)},
      settings_{std::make_unique<SettingsService>(crew_->io(), log, path_, std::move(settings), settings_effects())} {
    crew_->listeners().open(configuration_.listen, log_, crew_->clock().now());
}

Daemon::~Daemon() = default;

SettingsService::Effects Daemon::settings_effects() {
    return {.settings = {.take_effect = [this](const Configuration& next) { return take_effect(next); },
                         .leap_second_under_way = [this] { return crew_->leap_second_under_way(); }},
            .now = [this] { return crew_->clock().now(); },
            .restart = [this] { restart(); }};
}

int Daemon::run() {
    log_start();
    await_signal();
    await_step_request();
    crew_->answer(settings_->requests());
    crew_->ask_of_settings([this] { return settings_->storage_fault(); });
    crew_->distribute(configuration_, log_);
    crew_->workers().start();
    crew_->clock().start();
    crew_->configure(configuration_);
    crew_->watchdog().start();
    crew_->manager().tell("READY=1");
    crew_->io().run();
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
    crew_->signals().async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) {
            return;
        }
        if (signal == SIGHUP) {
            crew_->manager().tell("RELOADING=1");
            reload();
            crew_->manager().tell("READY=1");
            await_signal();
        } else {
            stop();
        }
    });
}

void Daemon::await_step_request() {
    crew_->step_requests().async_wait([this](const boost::system::error_code& error, int) {
        if (error) {
            return;
        }
        crew_->clock().step_system_clock();
        await_step_request();
    });
}

void Daemon::reload() {
    const std::vector<std::string> errors = settings_->reload();
    for (const std::string& error : errors) {
        log_.write(crew_->clock().now(), LogLevel::kError, "configuration_refused", {{"what", error}});
    }
}

// What is new is opened first: if that fails, nothing has changed.
std::string Daemon::take_effect(const Configuration& configuration) {
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
    Configuration next = configuration;
    next.lab_mode = configuration_.lab_mode;
    next.workers = configuration_.workers;
    next.state_dir = configuration_.state_dir;
    next.access.clients = configuration_.access.clients;
    next.access.ipv6_prefix = configuration_.access.ipv6_prefix;
    log_.set_level(next.log_level);
    crew_->distribute(next, log_);
    crew_->clock().reload(next);
    crew_->configure(next);
    configuration_ = std::move(next);
    log_.write(now, LogLevel::kInfo, "reloaded", {{"file", path_}});
    return {};
}

// The reply to who asked goes out first.
void Daemon::restart() {
    constexpr auto kForTheReply = std::chrono::milliseconds{200};
    log_.write(crew_->clock().now(), LogLevel::kInfo, "restart", {{"exit_code", kExitForRestart}});
    exit_code_ = kExitForRestart;
    crew_->farewell().expires_after(kForTheReply);
    crew_->farewell().async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            crew_->signals().cancel();
            stop();
        }
    });
}

void Daemon::stop() {
    crew_->manager().tell("STOPPING=1");
    crew_->stop_telling();
    crew_->farewell().cancel();
    settings_->stop();
    crew_->step_requests().cancel();
    crew_->clock().stop();
    crew_->workers().stop();
    // Behind the handlers that were just cancelled, so that each of them lets go of what it holds.
    boost::asio::post(crew_->io(), [this] { crew_->io().stop(); });
}

}  // namespace tokimori
