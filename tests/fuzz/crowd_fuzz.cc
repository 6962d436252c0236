// Many sources ask one server that has rules of access, limits and a table of clients. Every request is asked twice, of
// two servers alike: where it may go the short way, the other server gets one that must go the long way and owes the
// same. The limits are held against a leaky bucket of unlimited size.

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "server/ntp/responder.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {
namespace {

using Octets = std::span<const std::byte>;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr HashKey kSecret{0x5EED, 0xF00D};
constexpr std::uint16_t kNtpPort = 123;
constexpr std::size_t kPlaces = 64;  // nobody is replaced
constexpr std::size_t kPolicyOctets = 8;
constexpr std::size_t kRequestOctets = 5;

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24 | b << 16 | c << 8 | d;
}

/// One of each kind: loopback, listed, denied, three under rules, unlisted.
constexpr std::array<ClientAddress, 12> kSources{
    ClientAddress::v4(v4(127, 0, 0, 1)), ClientAddress::v4(v4(10, 0, 0, 1)),  ClientAddress::v4(v4(10, 0, 0, 2)),
    ClientAddress::v4(v4(10, 9, 0, 1)),  ClientAddress::v4(v4(10, 1, 0, 1)),  ClientAddress::v4(v4(10, 2, 0, 1)),
    ClientAddress::v4(v4(10, 3, 0, 1)),  ClientAddress::v4(v4(192, 0, 2, 1)), ClientAddress{0, 1},
    {0xFD00'0000'0000'0001, 1},          {0xFD00'0000'0000'0001, 2},          {0x2001'0DB8'0000'0000, 1}};

unsigned at(Octets octets, std::size_t place) {
    return std::to_integer<unsigned>(octets[place]);
}

std::vector<AccessFlag> flags_chosen_by(unsigned bits) {
    std::vector<AccessFlag> flags;
    for (unsigned flag = 0; flag <= static_cast<unsigned>(AccessFlag::kNoTrap); ++flag) {
        if ((bits >> flag & 1U) != 0) {
            flags.push_back(static_cast<AccessFlag>(flag));
        }
    }
    return flags;
}

/// The longest pace and burst are those that can be configured together.
AccessPolicy policy_chosen_by(Octets octets) {
    constexpr std::array<Duration, 4> kIntervals{milliseconds{1}, seconds{1}, seconds{64}, hours{1}};
    constexpr std::array kBursts{8, 16, 19, 255};
    const unsigned choice = at(octets, 0);
    AccessPolicy policy;
    policy.limit.interval = kIntervals[choice & 3U];
    policy.limit.burst = policy.limit.interval >= hours{1} ? 19 : kBursts[choice >> 2 & 3U];
    policy.limit.leak = static_cast<int>(choice >> 4 & 15U);
    policy.kiss = (at(octets, 1) & 1U) != 0;
    policy.refusal = static_cast<Refusal>(at(octets, 1) / 2 % 3);
    policy.deny = {Prefix::v4(v4(10, 9, 0, 0), 16)};
    const auto rule = [&](const Prefix& from, std::size_t place) {
        const unsigned bits = at(octets, place) | at(octets, place + 1) << 8;
        policy.rules.push_back(
            {.from = {from}, .flags = flags_chosen_by(bits), .burst = 1 + static_cast<int>(bits >> 13)});
    };
    rule(Prefix::v4(v4(10, 1, 0, 0), 16), 2);
    rule(Prefix::v4(v4(10, 2, 0, 0), 16), 4);
    rule({{0xFD00'0000'0000'0001, 2}, 128}, 6);
    return policy;
}

/// Made ready once for each policy, as most inputs have one that another had.
std::shared_ptr<const AccessRules> rules_chosen_by(Octets octets) {
    static std::map<std::array<std::byte, kPolicyOctets>, std::shared_ptr<const AccessRules>> known;
    constexpr std::size_t kMost = 1000;
    if (known.size() > kMost) {
        known.clear();
    }
    std::array<std::byte, kPolicyOctets> choice{};
    std::ranges::copy(octets, choice.begin());
    auto& rules = known[choice];
    if (rules == nullptr) {
        rules = std::make_shared<AccessRules>(policy_chosen_by(octets));
    }
    return rules;
}

/// What is asked.
struct Question {
    std::array<std::byte, kHeaderSize + 28> octets{};
    std::size_t size = kHeaderSize;

    Octets view() const { return Octets{octets}.first(size); }
};

/// An extension field of an unknown kind behind the header, which takes a request of version 4 the long way.
void add_field(Question& question) {
    question.size = question.octets.size();
    question.octets[kHeaderSize + 3] = std::byte{28};
    question.octets[kHeaderSize + 4] = std::byte{1};
}

Question question_chosen_by(Octets octets, NtpTimestamp last_receive) {
    Question question;
    const auto header = std::span(question.octets).first<kHeaderSize>();
    NtpHeader asked;
    asked.origin = {(at(octets, 3) & 1U) != 0 ? last_receive.bits : at(octets, 3)};
    asked.receive = {at(octets, 3)};
    asked.transmit = {at(octets, 2) + 1U};
    write_header(asked, header);
    // Mostly clients, of versions 0 … 7.
    const unsigned first = at(octets, 1);
    question.octets[0] = static_cast<std::byte>((first & 0x80U) != 0 ? first : (first & 0x38U) | 3U);
    constexpr std::array<std::size_t, 8> kSizes{48, 48, 48, 48, 47, 50, 68, 52};
    question.size = kSizes[at(octets, 4) & 7U];
    if ((at(octets, 4) & 0xF0U) == 0xF0U) {
        add_field(question);
    }
    return question;
}

bool may_go_the_short_way(const Question& question) {
    const std::uint8_t version = version_of(question.octets[0]);
    return question.size == kHeaderSize && mode_of(question.octets[0]) == NtpMode::kClient && version >= 1 &&
           version <= 4;
}

/// What goes the long way and is owed the same but for the mode of the reply.
Question the_long_way(Question question, unsigned choice) {
    if (!may_go_the_short_way(question)) {
        return question;
    }
    // Interleaved mode is for clients only.
    const bool must_be_client = InterleavedMode::may_be_asked_by(std::span(question.octets).first<kHeaderSize>());
    if (version_of(question.octets[0]) == 4 && (must_be_client || (choice & 8U) != 0)) {
        add_field(question);
        return question;
    }
    question.octets[0] = (question.octets[0] & std::byte{0xF8}) | std::byte{1};
    return question;
}

/// One of the two.
struct Server {
    Responder responder{kSecret, kPlaces};
    Reply reply;
};

/// A leaky bucket, in ticks, that is as large as need be; and what was answered beyond it.
struct Bucket {
    std::optional<LocalInstant> last;
    std::int64_t owed = 0;
    std::uint64_t over = 0;
    std::uint64_t lucky = 0;
    std::uint64_t noted = 0;
    std::uint64_t turned_down = 0;

    static std::int64_t ticks(LocalInstant now) { return now.time_since_epoch().count() >> RateMeter::kTickShift; }

    void hold_against(const RateMeter& meter, LocalInstant now, bool served) {
        owed = std::max<std::int64_t>(owed - (last ? ticks(now) - ticks(*last) : 0), 0);
        if (owed <= meter.tolerance) {
            require(served);
            owed += meter.increment;
            return;
        }
        ++over;
        if (served) {
            ++lucky;
            owed = meter.most;
        }
        const std::uint64_t leak = meter.leak;
        require(leak == 0 ? lucky == 0 : lucky >= over / leak && lucky <= (over + leak - 1) / leak);
    }
};

class Crowd {
public:
    explicit Crowd(Octets octets, unsigned state) : rules_{rules_chosen_by(octets)}, state_{state_chosen_by(state)} {
        for (Server* server : {&short_, &long_}) {
            server->responder.admit_by(rules_);
        }
    }

    void ask(Octets octets) {
        now_ += Duration{static_cast<std::int64_t>(at(octets, 2) & 31U) << (at(octets, 2) / 32 * 5)};
        const std::size_t who = (at(octets, 0) & 15U) % kSources.size();
        const Question question = question_chosen_by(octets, last_receive_);
        const Question other = the_long_way(question, at(octets, 4));
        Request request{.octets = question.view(),
                        .arrival = now_,
                        .source_port = (at(octets, 0) & 16U) != 0 ? kNtpPort : std::uint16_t{4000},
                        .from_unicast = at(octets, 0) < 0xF0U,
                        .source = kSources[who]};
        Request twin = request;
        twin.octets = other.view();
        short_.responder.lookup()(request);
        const Verdict verdict = short_.responder.answer_found(request, state_, short_.reply);
        require(long_.responder.answer(twin, state_, long_.reply) == verdict);
        ++verdicts_[static_cast<std::size_t>(verdict)];
        note(who, request, verdict);
        if (has_reply(verdict)) {
            check_replies(request, other, at(octets, 3), verdict);
        }
    }

    void add_up() const {
        const ServerCounts counts = short_.responder.counts();
        const ServerCounts others = long_.responder.counts();
        require(counts.verdicts == verdicts_ && others.verdicts == verdicts_);
        require(counts.versions == others.versions && counts.unlisted == others.unlisted);
        require(counts.clients_replaced == 0);
        std::array<Client, kSources.size()> seen{};
        const auto index_of = [](const Client& client) {
            return static_cast<std::size_t>(std::ranges::find(kSources, client.address) - kSources.begin());
        };
        long_.responder.clients().for_each([&](const Client& client) { seen.at(index_of(client)) = client; });
        short_.responder.clients().for_each([&](const Client& client) {
            const Client& other = seen.at(index_of(client));
            require(other.requests == client.requests && other.limited == client.limited);
            require(other.refused == client.refused && other.last_seen == client.last_seen);
            require(client.requests >= client.limited && client.requests >= client.refused);
            const Bucket& bucket = buckets_[index_of(client)];
            require(client.requests >= bucket.noted && client.limited >= bucket.turned_down);
        });
    }

private:
    /// Whether a limit, the same for all its ports, is all that may keep a source from the time.
    const RateMeter* meter_of(const ClientAddress& source) const {
        const Rights& rights = rules_->for_time(source, 4000);
        const Rights& from_ntp_port = rules_->for_time(source, kNtpPort);
        return &rights == &from_ntp_port && rights.may_have_time() && rights.has(AccessFlag::kLimited) ? &rights.meter
                                                                                                       : nullptr;
    }

    void note(std::size_t who, const Request& request, Verdict verdict) {
        Bucket& bucket = buckets_[who];
        const bool served = verdict == Verdict::kAnswered;
        const bool turned_down = verdict == Verdict::kRateLimited;
        bucket.noted += served || turned_down ? 1U : 0U;
        bucket.turned_down += turned_down ? 1U : 0U;
        const RateMeter* const meter = meter_of(request.source);
        // A MAC without a key is found out after the limits, and charged for.
        const bool signed_in_vain =
            verdict == Verdict::kUnauthenticated && request.octets.size() == kHeaderSize + 20 && !is_ms_sntp(request);
        if (meter != nullptr && (served || turned_down || verdict == Verdict::kKissed || signed_in_vain)) {
            bucket.hold_against(*meter, now_, served || signed_in_vain);
            bucket.last = now_;
        }
    }

    /// Ours end with zeros; of version 3 that is a form of Microsoft's, which is not looked at further.
    static bool is_ms_sntp(const Request& request) { return version_of(request.octets[0]) == 3; }

    void check_replies(const Request& request, const Question& other, unsigned choice, Verdict verdict) {
        require(short_.reply.size <= request.octets.size() && long_.reply.size == short_.reply.size);
        const LocalInstant departs = now_ + std::chrono::microseconds{choice};
        Departure departure{state_, departs};
        const bool moved = departure.move_to(departs + std::chrono::microseconds{2 * choice});
        short_.responder.stamp(short_.reply, departure, std::chrono::microseconds{choice});
        long_.responder.stamp(long_.reply, departure, std::chrono::microseconds{choice});
        require(short_.reply.size <= request.octets.size() && long_.reply.size == short_.reply.size);
        const auto octets = std::span(short_.reply.octets).first(short_.reply.size);
        long_.reply.octets[0] = mode_of(other.octets[0]) == NtpMode::kSymmetricActive
                                    ? (long_.reply.octets[0] & std::byte{0xF8}) | (octets[0] & std::byte{7})
                                    : long_.reply.octets[0];
        require(std::equal(octets.begin(), octets.end(), long_.reply.octets.begin()));
        const NtpHeader header = read_header(octets.first<kHeaderSize>());
        if (verdict == Verdict::kKissed) {
            require(header.leap == LeapIndicator::kUnsynchronised && header.stratum == 0);
            return;
        }
        require(moved || choice > 0 || !state_.ever_synchronised);
        last_receive_ = header.receive;
        require((header.leap != LeapIndicator::kUnsynchronised) == state_.synchronised_at(departure.at()));
        require(!state_.ever_synchronised || header.receive.bits % 2 == 1);
        require(ntp_difference(header.transmit, header.reference) >= 0);
    }

    std::shared_ptr<const AccessRules> rules_;
    ServerState state_;
    Server short_;
    Server long_;
    LocalInstant now_{seconds{1000}};
    NtpTimestamp last_receive_;
    std::array<std::uint64_t, kVerdictCount> verdicts_{};
    std::array<Bucket, kSources.size()> buckets_{};
};

}  // namespace
}  // namespace tokimori

/// Octet 0 chooses the state, eight the policy, then each five a request.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokimori;
    Octets input = std::as_bytes(std::span(data, size));
    if (size < 1 + kPolicyOctets) {
        return 0;
    }
    Crowd crowd{input.subspan(1, kPolicyOctets), data[0]};
    for (input = input.subspan(1 + kPolicyOctets); input.size() >= kRequestOctets;
         input = input.subspan(kRequestOctets)) {
        crowd.ask(input.first(kRequestOctets));
    }
    crowd.add_up();
    return 0;
}
