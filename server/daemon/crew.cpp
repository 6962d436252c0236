#include "server/daemon/crew.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <iterator>

#include "leap/leap_phase.h"
#include "server/daemon/control_leap_list.h"
#include "server/daemon/crew_size.h"
#include "server/daemon/kernel_view.h"
#include "server/daemon/spare_memory.h"

namespace tokimori {
namespace {

constexpr Duration kBetweenTidyings = std::chrono::seconds{20};
constexpr Duration kBetweenReports = std::chrono::seconds{5};
constexpr Duration kStandsStill = std::chrono::seconds{5};

}  // namespace

Crew::Crew(boost::asio::io_context& io, const Configuration& configuration, Log& log)
    : io_{io},
      // One-thread mode uses no more of the kernel than it must.
      listeners_{std::max<std::size_t>(workers_of(configuration), 1), workers_of(configuration) > 0,
                 configuration.access.ipv6_prefix},
      clock_{io_, configuration, published_, log},
      started_{clock_.now()},
      unlisted_beat_{io_, [this, &log] { unlisted_.tell(workers_.counts(), clock_.now(), log); }},
      queries_{io_,
               {[this] { return query_view(); }, [this] { return clock_.news(); }, [this] { return clock_.turned(); }}},
      workers_{io_,
               {published_, queries_.published()},
               {workers_of(configuration), clients_of_each(configuration), configuration.access.ipv6_prefix}},
      lab_mode_{configuration.lab_mode},
      control_{io_, log, [this] { return clock_.now(); },
               [this](std::string_view line, const ControlPeer& peer, const SendReply& send) {
                   answer_control(
                       line, [this] { return facts(); }, peer, control_handlers_, send);
               }},
      statistics_{io_,
                  log,
                  {[this] { return clock_.facts(); }, [this] { return workers_.counts(); }},
                  workers_.threads() > 0,
                  started_},
      panel_{io_,
             log,
             {[this] { return clock_.now(); },
              [this] { return panel_sight(clock_.facts(), !(storage_fault() + panel_.trouble()).empty()); }}},
      watchdog_{io_, log, manager_, {[this] { return clock_.now(); }, [this] { return trouble(); }}},
      tidying_{io_, [this] { tidy(); }} {
    clock_.set_listener([this](const Observation& observation) { statistics_.note(observation); });
}

std::vector<ControlHandler> Crew::leap_list_requests() {
    return {leap_list_handler([this](const std::string& text, std::function<void(LeapListOutcome)> then) {
                clock_.take_leap_list(text, std::move(then));
            }),
            leap_list_forget_handler(
                [this](std::function<void(LeapListForgotten)> then) { clock_.forget_leap_list(std::move(then)); }),
            leap_list_given_handler(
                [this](std::function<void(GivenLeapList)> then) { clock_.read_given_leap_list(std::move(then)); })};
}

void Crew::answer(std::vector<ControlHandler> handlers) {
    std::ranges::move(handlers, std::back_inserter(control_handlers_));
}

bool Crew::leap_second_under_way() const {
    const ServerState server = clock_.facts().clock.server;
    return server.ever_synchronised && leap_phase(server.scale, server.model.tai_at(clock_.now())) != LeapPhase::kQuiet;
}

void Crew::configure(const Configuration& configuration) {
    control_.serve({configuration.control_socket, configuration.control_group, configuration.control_changes_by});
    statistics_.configure(configuration);
    panel_.configure(configuration.front_panel);
    queries_.stop();
    queries_.start();
    unlisted_beat_.start(kBetweenReports);
    tidying_.start(kBetweenTidyings);
}

void Crew::tidy() {
    give_back_freed_memory();
    if (!std::exchange(start_is_over_, true)) {
        give_back_start_pages();
    }
}

void Crew::distribute(const Configuration& configuration) {
    const auto rules = std::make_shared<const AccessRules>(configuration.access);
    workers_.each([this, rules, interleaved = configuration.interleaved](std::size_t number) -> WorkerThreads::Task {
        return [rules, keys = keys_, tables = workers_.client_tables(), interleaved,
                ports = listeners_.ports_of(number)](Worker& worker) {
            worker.admit_by(rules, keys);
            worker.offer_interleaved(interleaved);
            worker.list_clients_of(tables);
            worker.serve(ports);
        };
    });
}

void Crew::stop_telling() {
    control_.stop();
    statistics_.stop();
    queries_.stop();
    panel_.stop();
    watchdog_.stop();
    unlisted_beat_.stop();
    tidying_.stop();
}

// Time is served without them, too.
void Crew::take_keys(const KeysFileResult& read, Log& log) {
    for (const std::string& error : read.errors) {
        log.write(clock_.now(), LogLevel::kError, "keys_refused", {{"what", error}});
    }
    keys_ = read.keys != nullptr ? read.keys : keys_;
    clock_.set_keys(keys_);
}

// What keeps time from being served, as far as can be seen from here. Whoever looks is the clock thread itself.
std::string Crew::trouble() {
    const bool stands_still = clock_.now() - clock_.turned() > kStandsStill;
    return stands_still ? "the clock stands still" : workers_.trouble();
}

QueryView Crew::query_view() const {
    QueryView view = query_view_of(clock_.facts(), workers_.counts(), started_);
    view.kernel = read_kernel_view();
    view.keys = keys_ != nullptr ? static_cast<std::uint32_t>(keys_->size()) : 0;
    put_text(view.version, "tokimorid-" TOKIMORI_VERSION);
    return view;
}

// The first that is known: one disk mostly bears all.
std::string Crew::storage_fault() const {
    const std::string settings = settings_fault_();
    const std::string fault = settings.empty() ? clock_.storage_fault() : settings;
    return fault.empty() ? statistics_.trouble() : fault;
}

ControlFacts Crew::facts() const {
    return {.clock = clock_.facts(),
            .started = started_,
            .server = workers_.counts(),
            .client_tables = workers_.client_tables(),
            .control = control_.counts(),
            .version = TOKIMORI_VERSION,
            .lab_mode = lab_mode_,
            .storage_fault = storage_fault(),
            .panel_fault = panel_.trouble()};
}

}  // namespace tokimori
