#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "server/daemon/query_teller.h"
#include "server/daemon/tally.h"
#include "server/daemon/value_text.h"

namespace tokimori {
namespace {

/// How ntpd calls and numbers what is like our drivers.
struct Driver {
    std::string_view ours;
    std::string_view theirs;
    std::uint8_t number = 0;
    SourceKind kind = SourceKind::kUnspecified;
};

constexpr std::array kDrivers{
    Driver{"gpsd", "GPSD", 46, SourceKind::kUltraHighFrequencyRadio},
    Driver{"nmea", "NMEA", 20, SourceKind::kUltraHighFrequencyRadio},
    Driver{"pps-kernel", "PPS", 22, SourceKind::kPps},
    Driver{"pps-gpio", "PPS", 22, SourceKind::kPps},
    Driver{"shm", "SHM", 28, SourceKind::kUltraHighFrequencyRadio},
    Driver{"sock", "SHM", 28, SourceKind::kUltraHighFrequencyRadio},
    Driver{"jjy-gpio", "JJY", 40, SourceKind::kLowFrequencyRadio},
    Driver{"jjy-serial", "JJY", 40, SourceKind::kLowFrequencyRadio},
    Driver{"upstream", "NTP", 0, SourceKind::kNtp},
};
constexpr Driver kOther{"", "LOCAL", 1, SourceKind::kLocal};

const Driver& driver_of(const NamedSource& source) {
    const auto* const found = std::find_if(kDrivers.begin(), kDrivers.end(),
                                           [&](const Driver& driver) { return driver.ours == source.driver; });
    return found != kDrivers.end() ? *found : kOther;
}

SelectCode select_code(char tally) {
    switch (tally) {
        case 'x':
            return SelectCode::kFalseticker;
        case '-':
        case '~':
            return SelectCode::kOutlier;
        case '+':
            return SelectCode::kCandidate;
        case '*':
            return SelectCode::kSystemPeer;
        case 'o':
            return SelectCode::kPpsPeer;
        default:
            return SelectCode::kReject;
    }
}

std::int8_t log2_of(Duration poll) {
    return poll > Duration::zero() ? static_cast<std::int8_t>(std::clamp<long>(
                                         std::lround(std::log2(static_cast<double>(poll.count()) * 1e-9)), 0, 17))
                                   : std::int8_t{4};
}

PeerView peer_of(const NamedSource& source, const ClockFacts& facts) {
    const Driver& driver = driver_of(source);
    const SourceReport& report = source.report;
    PeerView peer;
    put_text(peer.name, source.name);
    put_text(peer.driver, driver.theirs);
    peer.driver_number = driver.number;
    peer.kind = driver.kind;
    // A server that is called by a name has no address before it answers.
    peer.address = parse_address(source.name).value_or(ClientAddress{});
    if (report.server) {
        peer.address = {report.server->address[0], report.server->address[1]};
        peer.port = report.server->port;
    }
    peer.select = select_code(tally_of(source, facts));
    peer.refid = report.refid;
    peer.stratum = report.stratum;
    peer.reach = report.reach;
    peer.poll = log2_of(report.poll);
    peer.heard = report.last_heard.has_value();
    peer.last_heard = report.last_heard.value_or(LocalInstant{});
    peer.delay = report.delay;
    if (facts.clock.was_right) {
        peer.offset = report.last_offset.value_or(report.offset);
    }
    peer.jitter = report.jitter;
    peer.dispersion = report.distance;
    peer.accepted = report.accepted;
    peer.rejected = report.rejected;
    return peer;
}

/// Sources of one kind are numbered in their order.
void number_units(QueryView& view) {
    for (std::size_t i = 0; i < view.peer_count; ++i) {
        const auto same = [&](const PeerView& other) { return other.driver_number == view.peers[i].driver_number; };
        view.peers[i].unit = static_cast<std::uint8_t>(
            std::count_if(view.peers.begin(), view.peers.begin() + static_cast<std::ptrdiff_t>(i), same));
    }
}

void tell_leap(QueryView& view, const ClockFacts& facts) {
    constexpr std::int64_t kDay = kSecondsPerDay;
    const LeapTable& table = *facts.leap_table;
    view.leap_expiry = table.expires() * kDay;
    view.leap_second = table.rows().back().day * kDay;
    if (!view.state.ever_synchronised) {
        return;
    }
    const TaiInstant now = view.state.model.tai_at(facts.now);
    view.tai_minus_utc = static_cast<std::uint16_t>(table.tai_minus_utc_at(now));
    if (const auto event = table.next_event_after(now)) {
        view.leap_second = (event->day + 1) * kDay;
    }
}

// It stays the same until the host starts anew.
const utsname& running_kernel() {
    static const utsname kKernel = [] {
        utsname kernel{};
        uname(&kernel);
        return kernel;
    }();
    return kKernel;
}

std::int64_t thousandths(double value) {
    return std::isfinite(value) ? std::llround(value * 1000.0) : 0;
}

}  // namespace

QueryView query_view_of(const ClockFacts& facts, const ServerCounts& counts, LocalInstant started) {
    QueryView view;
    view.state = facts.clock.server;
    view.started = started;
    view.counts = counts;
    view.offset = facts.clock.offset;
    view.jitter = facts.clock.jitter;
    view.frequency_ppb = thousandths(facts.clock.frequency_ppm);
    view.wander_ppb = thousandths(facts.clock.wander_ppm);
    for (const NamedSource& source : facts.sources) {
        if (view.peer_count == QueryView::kMostPeers) {
            break;
        }
        if (facts.selected() == &source) {
            view.system_peer = view.peer_count;
        }
        view.peers[view.peer_count++] = peer_of(source, facts);
    }
    number_units(view);
    tell_leap(view, facts);
    const utsname& host = running_kernel();
    put_text(view.system, std::string{host.sysname} + "/" + host.release);
    put_text(view.processor, host.machine);
    return view;
}

}  // namespace tokimori
