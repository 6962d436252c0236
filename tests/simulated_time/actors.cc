#include "tests/simulated_time/actors.h"

#include <endian.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNever = INT64_MAX;
// Between the second's begin and the record that tells of it.
constexpr std::int64_t kWritingDelay = 20'000'000;
constexpr std::int32_t kPrecision = -20;
constexpr std::int64_t kNtpEpoch = 2'208'988'800;
constexpr std::size_t kHeader = 48;

bool holds(const std::vector<Span>& spans, std::int64_t second) {
    return std::any_of(spans.begin(), spans.end(), [second](const Span& span) { return span.holds(second); });
}

std::int32_t leap_announced(const ReceiverScript& script, std::int64_t second) {
    for (const Announcement& announcement : script.announcements) {
        if (announcement.span.holds(second)) {
            return announcement.leap;
        }
    }
    return 0;
}

void put_instant(SharedMemory::Segment& words, std::pair<std::size_t, std::size_t> place, std::int64_t posix) {
    const std::int64_t seconds = posix / kSecond;
    std::memcpy(&words[place.first], &seconds, sizeof seconds);
    words[place.first + 2] = static_cast<std::int32_t>(posix % kSecond / 1'000);
    words[place.second] = static_cast<std::int32_t>(posix % kSecond);
}

std::uint64_t word_at(const std::byte* octets) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets, sizeof word);
    return be64toh(word);
}

std::uint32_t half_at(const std::byte* octets) {
    std::uint32_t half = 0;
    std::memcpy(&half, octets, sizeof half);
    return be32toh(half);
}

// Served minus true; eras wrap.
std::int64_t error_of(std::uint64_t timestamp, std::int64_t posix) {
    __extension__ using Wide = __int128;
    const auto seconds = static_cast<std::uint64_t>(posix / kSecond + kNtpEpoch);
    const auto fraction = static_cast<std::uint64_t>((static_cast<Wide>(posix % kSecond) << 32) / kSecond);
    const auto apart = static_cast<std::int64_t>(timestamp - (seconds << 32U | fraction));
    return static_cast<std::int64_t>((static_cast<Wide>(apart) * kSecond) >> 32);
}

std::int64_t ns_from_short(std::uint32_t value) {
    return static_cast<std::int64_t>(value) * kSecond / 65'536;
}

}  // namespace

Receiver::Receiver(ReceiverScript script, World& world, SharedMemory& memory)
    : script_{std::move(script)},
      world_{world},
      memory_{memory},
      random_{script_.unit + 1},
      jitter_{0, std::max(script_.jitter_ns, 1e-3)} {}

void Receiver::act() {
    heard_ ? write_record() : hear_second();
}

void Receiver::hear_second() {
    stamp_ = world_.clock().realtime() + std::llround(jitter_(random_));
    heard_ = true;
    next_ = second_ * kSecond + kWritingDelay;
}

void Receiver::write_record() {
    const std::int64_t second = std::exchange(second_, second_ + 1);
    heard_ = false;
    next_ = second_ * kSecond;
    if (holds(script_.silences, second)) {
        return;
    }
    const std::int64_t truth = second * kSecond;
    const std::int64_t posix = world_.utc().posix_at(truth) + (world_.utc().is_inserted(truth) ? kSecond : 0);
    SharedMemory::Segment& words = memory_.unit(static_cast<std::int32_t>(script_.unit));
    words[12] = 0;
    words[0] = 1;
    ++words[1];
    put_instant(words, {2, 13}, posix);
    put_instant(words, {6, 14}, stamp_);
    words[9] = leap_announced(script_, second);
    words[10] = kPrecision;
    ++words[1];
    words[12] = 1;
}

Client::Client(const Script& script, World& world, Network& network, std::FILE* results)
    : world_{world},
      network_{network},
      results_{results},
      port_{script.port},
      interval_{script.client_interval * kSecond},
      next_{kSecond / 2} {
    network.listen([this](const std::byte* octets, std::size_t size) { hear(octets, size); });
}

void Client::act() {
    if (waiting_) {
        std::fprintf(results_, "lost %" PRId64 "\n", asked_);
    }
    waiting_ = true;
    asked_ = world_.truth();
    look_at_host();
    // What would have been asked of a host that slept is lost on the way.
    while (next_ <= asked_) {
        next_ += interval_;
    }
    std::vector<std::byte> request(kHeader);
    request[0] = std::byte{0x23};  // version 4, client
    const std::uint64_t number = htobe64(++number_);
    std::memcpy(&request[40], &number, sizeof number);
    network_.deliver(port_, {std::move(request), world_.clock().realtime()});
}

void Client::look_at_host() {
    VirtualClock& clock = world_.clock();
    timex told{};
    const int state = clock.adjust(told);
    std::fprintf(results_, "host %" PRId64 " %" PRId64 " %d %d %d\n", asked_,
                 clock.realtime() - world_.utc().posix_at(asked_), state, told.status, told.tai);
}

void Client::hear(const std::byte* octets, std::size_t size) {
    if (size < kHeader || word_at(octets + 24) != number_) {
        std::fprintf(results_, "wrong %" PRId64 "\n", world_.truth());
        return;
    }
    waiting_ = false;
    const int leap = std::to_integer<int>(octets[0] >> 6);
    const int stratum = std::to_integer<int>(octets[1]);
    std::array<char, 5> refid{};
    std::transform(octets + 12, octets + 16, refid.begin(), [](std::byte octet) {
        const int letter = std::to_integer<int>(octet);
        return static_cast<char>(letter > ' ' && letter < 127 ? letter : '.');
    });
    const std::int64_t distance = ns_from_short(half_at(octets + 4)) / 2 + ns_from_short(half_at(octets + 8));
    std::fprintf(results_, "reply %" PRId64 " %d %d %s %" PRId64 " %" PRId64 " %" PRId64 "\n", world_.truth(), leap,
                 stratum, refid.data(), distance, error_of(word_at(octets + 32), world_.utc().posix_at(asked_)),
                 error_of(word_at(octets + 40), world_.utc().posix_at(world_.truth())));
}

std::int64_t Stepper::next() const {
    return done_ ? kNever : step_.at * kSecond;
}

void Stepper::act() {
    done_ = true;
    world_.clock().set(world_.clock().realtime() + step_.ns);
}

std::int64_t Sleeper::next() const {
    return done_ ? kNever : suspension_.at * kSecond;
}

void Sleeper::act() {
    done_ = true;
    world_.sleep(suspension_.seconds * kSecond);
}

void Ender::act() {
    at_ = kNever;
    kill(getpid(), SIGTERM);
}

}  // namespace tokimori::simulated_time
