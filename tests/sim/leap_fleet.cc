#include "tests/sim/leap_fleet.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "server/daemon/state_text.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr double kRate = 12.5e-6;  // of the counter against SI
constexpr int kQuietStep = 4;
constexpr int kSettling = 90;  // seconds of interest after anything was done
constexpr int kAround = 30;    // … and around every edge
constexpr int kOffAfterRestart = 3;
constexpr int kOffAfterPowerCut = 20;
constexpr int kSatelliteMessage = 750;  // 12.5 minutes
constexpr Duration kWriting = 1h;       // StateKeeper's
constexpr Duration kAnswering = 100us;
constexpr std::size_t kSentences = 5;
constexpr std::uint16_t kClientPort = 50'000;

std::int64_t posix_of(NtpTimestamp stamp) {
    constexpr std::int64_t kEra = std::int64_t{1} << 32;
    constexpr std::int64_t kNtpAtPosix = 2'208'988'800;
    const auto seconds = static_cast<std::int64_t>(stamp.bits >> 32);
    const auto fraction = static_cast<std::int64_t>(stamp.bits & 0xFFFF'FFFF);
    return (seconds + (seconds < kNtpAtPosix ? kEra : 0) - kNtpAtPosix) * 1'000'000'000 +
           (fraction * 1'000'000'000 >> 32);
}

Duration of_short(std::uint32_t value) {
    return Duration{(std::int64_t{value} * 1'000'000'000 >> 16) + 1};
}

std::int64_t number_of(const ReferenceId& refid) {
    return std::int64_t{refid[0]} << 24 | std::int64_t{refid[1]} << 16 | std::int64_t{refid[2]} << 8 | refid[3];
}

// The last three octets go round.
bool is_beside(std::int64_t refid, std::int64_t other) {
    const std::int64_t apart = (refid - other) & 0xFF'FF'FF;
    return apart <= 1 || apart == 0xFF'FF'FF;
}

Duration seconds_of(int second) {
    return std::chrono::seconds{second};
}

}  // namespace

LeapServer::LeapServer(const LeapBook& book, Settings settings, int begin)
    : book_{book}, settings_{std::move(settings)}, second_{begin}, back_at_{begin} {
    same_boot_ = false;
    configured_ = {.policy = settings_.policy, .knowledge = settings_.knowledge};
    if (settings_.remembered) {
        write(*settings_.remembered);
    }
}

void LeapServer::disturb(int at, Disturbance what) {
    plan_.push_back({at, what});
}

void LeapServer::run(int until) {
    std::stable_sort(plan_.begin(), plan_.end(), [](const Planned& a, const Planned& b) { return a.at > b.at; });
    while (second_ < until) {
        pass_second();
    }
}

void LeapServer::pass_second() {
    if (!clock_ && second_ >= back_at_) {
        start(!same_boot_);
    }
    const bool loud = is_loud();
    const Duration begin = seconds_of(second_);
    if (clock_ && (loud || second_ % kQuietStep == 0)) {
        for (Member& member : settings_.members) {
            hear(member);
        }
        next_tick_ = std::max(next_tick_, begin);
    } else if (clock_) {
        next_tick_ = begin + 1s;
        // JJY's minutes end when they end.
        for (Member& member : settings_.members) {
            if (member.names_minutes && !member.silent(second_)) {
                hear_label(member);
            }
        }
    }
    const int clients = loud ? 10 : 1;
    for (int i = 0; clock_ && i < clients; ++i) {
        const Duration at = begin + 1ms + i * 1s / clients;
        tick_until(at);
        ask(at);
    }
    while (!plan_.empty() && plan_.back().at == second_) {
        carry_out(plan_.back().what);
        plan_.pop_back();
    }
    ++second_;
}

// As the daemon's clock service, which turns when it hears something, three to five quarters of a second after the last
// time.
void LeapServer::tick_until(Duration until) {
    while (next_tick_ < until) {
        const LocalInstant now = local_at(next_tick_);
        clock_->advance(now);
        changes_.advance(*clock_, now);
        keep();
        next_tick_ += std::uniform_int_distribution{750, 1250}(random_)*1ms;
    }
}

bool LeapServer::is_loud() const {
    const auto near = [this](std::int64_t second) { return std::abs(second - second_) <= kAround; };
    return second_ < busy_until_ || near(0) || near(-book_.warning() / 1s) ||
           std::any_of(close_.begin(), close_.end(), near);
}

void LeapServer::carry_out(Disturbance what) {
    if (!clock_) {
        return;
    }
    configured_ = settings_.changed.value_or(configured_);
    if (what == Disturbance::kReload) {
        reload();
        return;
    }
    if (const auto memory = clock_->memory(); memory && what == Disturbance::kRestart) {
        write(*memory);
    }
    clock_.reset();
    same_boot_ = what != Disturbance::kPowerCut;
    back_at_ = second_ + 1 + (same_boot_ ? kOffAfterRestart : kOffAfterPowerCut);
}

// As the daemon's clock service does it.
void LeapServer::start(bool cold) {
    if (cold) {
        booted_ = seconds_of(second_);
        boot_ = LocalInstant{seconds_of(20 + 7 * ++boots_)};
        no_service_.push_back({second_, second_ + static_cast<int>(settings_.start_up.count())});
        for (Member& member : settings_.members) {
            member.ready_at = member.names_minutes || boots_ == 1 ? INT32_MIN : second_ + kSatelliteMessage;
        }
    }
    Timekeeper::Settings settings;
    settings.floor = day_from_date(2026, 11, 1).value();
    settings.leap = configured_.policy;
    const LocalInstant now = local_at(seconds_of(second_));
    clock_.emplace(settings, configured_.knowledge, now);
    changes_ = LeapChanges{configured_, now};
    clock_->set_sources(sources());
    if (!disk_.empty()) {
        const StateResult kept = parse_state(disk_);
        if (!kept.state) {
            complain({}, "the state file: " + kept.error);
            return;
        }
        changes_.recall(kept.state->memory, *clock_);
        clock_->recall(kept.state->memory, !cold);
    }
    busy_until_ = second_ + kSettling;
}

void LeapServer::reload() {
    const LocalInstant now = local_at(seconds_of(second_) + 950ms);
    clock_->advance(now);
    clock_->set_policy(ClockPolicy{});
    clock_->set_sources(sources());
    changes_.configure(configured_);
    changes_.advance(*clock_, now);
    busy_until_ = second_ + kAround;
}

void LeapServer::hear(Member& member) {
    if (member.silent(second_)) {
        return;
    }
    const double jitter = std::normal_distribution<double>{0.0, 300.0}(random_);
    const Duration edge = seconds_of(second_) + Duration{std::llround(jitter)};
    clock_->observe(Pulse{member.settings.id, local_at(edge), 100ns});
    hear_label(member);
}

void LeapServer::hear_label(Member& member) {
    if (member.names_minutes) {
        hear_minute(member);
        return;
    }
    Label label = label_of(member, second_);
    const double jitter = std::normal_distribution<double>{0.0, 5e6}(random_);
    label.heard = local_at(seconds_of(second_) + 140ms + Duration{std::llround(jitter)});
    if (member.tells_gps_offset) {
        label.gps_minus_utc = settings_.gps_minus_utc + (second_ >= 0 ? book_.step() : 0);
    }
    clock_->observe(label);
}

// What was said from the beginning of the last minute on is known when the next one begins; 23:59:60 begins none.
void LeapServer::hear_minute(const Member& member) {
    constexpr std::int32_t kInserted = 86'400;
    const std::int32_t now = book_.utc(seconds_of(second_)).second;
    const std::int32_t last = book_.utc(seconds_of(second_ - 1)).second;
    const int minute = second_ - (last == kInserted ? 61 : last % 60 + 1);
    if (now % 60 != 0 || now == kInserted || seconds_of(minute) < booted_) {
        return;
    }
    Label label = label_of(member, minute);
    label.heard = local_at(seconds_of(minute));
    label.uncertainty = 100ns;
    clock_->observe(label);
}

Label LeapServer::label_of(const Member& member, int second) const {
    Label label;
    label.source = member.settings.id;
    label.time = {book_.utc(seconds_of(second)), 0};
    if (second_ >= member.ready_at) {
        label.leap_at_month_end = member.says(second);
    }
    return label;
}

// As the daemon writes its state file.
void LeapServer::keep() {
    const Duration now = seconds_of(second_);
    const unsigned revocations = clock_->report().revocations;
    const bool urgent = must_be_kept(clock_->leap().memory(), kept_) || changes_.policy() != kept_policy_ ||
                        revocations != kept_revocations_;
    if (!disk_.empty() && !urgent && now - written_ < kWriting) {
        return;
    }
    if (const auto memory = clock_->memory()) {
        write(*memory);
        written_ = now;
        kept_revocations_ = revocations;
    }
}

void LeapServer::write(const ClockMemory& memory) {
    KeptState state;
    state.memory = memory;
    disk_ = state_text(state);
    kept_ = memory.leap;
    kept_policy_ = memory.leap_policy;
}

void LeapServer::ask(Duration at) {
    static constexpr std::array<std::byte, kHeaderSize> kRequest = [] {
        std::array<std::byte, kHeaderSize> octets{};
        octets[0] = std::byte{0x23};
        octets[47] = std::byte{7};
        return octets;
    }();
    Reply reply;
    const LocalInstant arrival = local_at(at);
    if (responder_.answer({kRequest, arrival, kClientPort, true}, clock_->state(), reply) != Verdict::kAnswered) {
        complain(at, "no reply");
        return;
    }
    responder_.stamp(reply, Departure{clock_->state(), local_at(at + kAnswering)});
    judge(at + kAnswering, read_header(std::span<const std::byte, kHeaderSize>{reply.octets.data(), kHeaderSize}));
}

void LeapServer::judge(Duration at, const NtpHeader& header) {
    last_ = header;
    ++asked_;
    const auto now = [this](const Span& span) { return span.contains(second_); };
    if (header.leap == LeapIndicator::kUnsynchronised) {
        ++unserved_;
        if (std::none_of(no_service_.begin(), no_service_.end(), now)) {
            complain(at, "LI = 3");
        }
        return;
    }
    // The receive timestamp and random bits below the precision are part of what is promised, too.
    const Duration bound = of_short(header.root_delay) / 2 + of_short(header.root_dispersion) +
                           Duration{1'000'000'000 >> -header.precision};
    const bool judged = book_.is_plain(at, bound + kAnswering + 1us);
    const std::string fault = judged ? fault_of(at, header, bound) : std::string{};
    if (!fault.empty() && std::none_of(anything_.begin(), anything_.end(), now)) {
        complain(at, fault);
    }
}

std::string LeapServer::fault_of(Duration at, const NtpHeader& header, Duration bound) const {
    const LeapBook::Told told = book_.told(at);
    const std::int64_t transmit = posix_of(header.transmit);
    const Duration error{transmit - told.posix};
    if (std::chrono::abs(error) > bound) {
        return "wrong by " + std::to_string(error.count()) + " ns, bound " + std::to_string(bound.count());
    }
    if (static_cast<int>(header.leap) != leap_owed(at)) {
        return "LI = " + std::to_string(static_cast<int>(header.leap)) + ", not " + std::to_string(leap_owed(at));
    }
    const std::int64_t receive = posix_of(header.receive);
    const Duration answering{transmit - receive};
    if (answering < 0ns || std::chrono::abs(answering - kAnswering) > 3us) {
        return "answered within " + std::to_string(answering.count()) + " ns";
    }
    if (posix_of(header.reference) > transmit) {
        return "corrected in the future";
    }
    const std::int64_t refid = number_of(header.refid);
    const bool marked = header.refid[0] == 254;
    if (marked != (told.refid != 0) || (marked && !is_beside(refid, told.refid))) {
        return "refid " + std::to_string(refid) + ", not " + std::to_string(told.refid);
    }
    return {};
}

int LeapServer::leap_owed(Duration at) const {
    for (const Expected& expected : expected_) {
        if (expected.span.contains(second_)) {
            return expected.leap;
        }
    }
    return book_.told(at).leap;
}

void LeapServer::complain(Duration at, const std::string& what) {
    ++wrong_;
    if (complaints_.size() < kSentences) {
        complaints_.push_back(std::to_string(std::chrono::duration<double>(at).count()) + " s from the end: " + what);
    }
}

LocalInstant LeapServer::local_at(Duration from_end) const {
    const auto elapsed = static_cast<double>((from_end - booted_).count());
    return boot_ + (from_end - booted_) + Duration{std::llround(elapsed * kRate)};
}

std::vector<SourceSettings> LeapServer::sources() const {
    std::vector<SourceSettings> all;
    for (const Member& member : settings_.members) {
        all.push_back(member.settings);
    }
    return all;
}

}  // namespace tokimori::sim
