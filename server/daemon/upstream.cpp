#include "server/daemon/upstream.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <string_view>
#include <utility>

#include "refclocks/posix_utc.h"
#include "refclocks/retried_device.h"
#include "server/daemon/upstream_socket.h"
#include "server/daemon/value_text.h"
#include "server/ntp/client_exchange.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using Error = boost::system::error_code;
using namespace std::chrono_literals;

constexpr Duration kPatience = 1900ms;
constexpr int kMostForeign = 16;
constexpr int kFailuresToMove = 6;
constexpr Duration kWithoutKey = 64s;
constexpr DevicePatience kDevicePatience{.first_pause = 2s, .longest_pause = 64s, .silence = 24h};

/// What the operator should know of a reply that is not believed.
std::string_view sentence_of(ReplyVerdict verdict) {
    switch (verdict) {
        case ReplyVerdict::kMalformed:
            return "answers with octets that are no NTP: is it an NTP server?";
        case ReplyVerdict::kNotAuthenticated:
            return "answers without our key, or with a wrong digest: both sides need the same key under the same "
                   "number";
        case ReplyVerdict::kRateExceeded:
            return "wants to be asked more seldom (RATE), and is";
        case ReplyVerdict::kAccessDenied:
            return "refuses to answer us (DENY): it is asked again after a day; remove it, or ask its operator";
        case ReplyVerdict::kOtherKiss:
            return "answers with a kiss code instead of the time";
        case ReplyVerdict::kUnsynchronised:
            return "says that it does not know the time itself";
        case ReplyVerdict::kUselessStratum:
            return "has a stratum of 15 or more, which nobody can follow";
        case ReplyVerdict::kTooFar:
            return "may be wrong by a second or more, with the way to it";
        case ReplyVerdict::kFollowsUs:
            return "follows this very server: it knows nothing that we do not";
        case ReplyVerdict::kSmeared:
            return "smears a leap second, so that it does not show UTC: not used until that is over";
        case ReplyVerdict::kImpossible:
            return "answers with stamps that contradict each other";
        default:
            return "";
    }
}

Rejection::Reason reason_of(ReplyVerdict verdict) {
    switch (verdict) {
        case ReplyVerdict::kForeign:
        case ReplyVerdict::kMalformed:
        case ReplyVerdict::kNotAuthenticated:
            return Rejection::Reason::kUnreadable;
        case ReplyVerdict::kImpossible:
        case ReplyVerdict::kAmbiguousSecond:
            return Rejection::Reason::kImpossibleDate;
        default:
            return Rejection::Reason::kNoFix;
    }
}

}  // namespace

class Upstream::Client : public RetriedDevice {
public:
    Client(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, UpstreamSettings settings,
           const UpstreamCommons& commons)
        : RetriedDevice{io, counter, sink, source, kDevicePatience},
          settings_{std::move(settings)},
          commons_{commons},
          resolver_{io},
          socket_{io, counter},
          next_request_{io},
          patience_{io},
          schedule_{settings_.poll} {
        schedule_.begin(counter.now());
    }

private:
    // Names are looked up anew whenever all of their addresses have failed.
    std::optional<std::string> open_device() override {
        if (const auto address = parse_address(settings_.host)) {
            addresses_ = {*address};
        }
        if (at_ < addresses_.size()) {
            await_turn();
        } else {
            resolver_.async_resolve(settings_.host, std::to_string(settings_.port), in_this_opening(&Client::resolved));
        }
        return std::nullopt;
    }

    void close_device() override {
        resolver_.cancel();
        next_request_.cancel();
        patience_.cancel();
        socket_.close();
    }

    void silent() override {}

    void resolved(const Error& error, const udp::resolver::results_type& found) {
        if (error || found.empty()) {
            lose(
                fmt::format("the name {} cannot be looked up ({}): check it and the DNS server, or configure an "
                            "address in numbers; trying again",
                            settings_.host, error.message()));
            return;
        }
        watch().succeeded();
        addresses_.clear();
        for (const auto& entry : found) {
            if (const auto address = parse_address(entry.endpoint().address().to_string())) {
                addresses_.push_back(*address);
            }
        }
        at_ = 0;
        await_turn();
    }

    void await_turn() {
        socket_.close();
        patience_.cancel();
        const Duration pause = schedule_.next() - counter().now();
        after(next_request_, std::max<Duration>(pause, Duration::zero()), &Client::ask);
    }

    const Key* key() const {
        return settings_.key != 0 && commons_.keys != nullptr ? commons_.keys->find(settings_.key) : nullptr;
    }

    void ask() {
        if (settings_.key != 0 && key() == nullptr) {
            watch().tell(false, fmt::format("{} is not asked: key {} is not in keys_file", place(), settings_.key));
            after(next_request_, kWithoutKey, &Client::ask);
            return;
        }
        const std::vector<ClientAddress> own = own_addresses();
        if (is_ourselves(own)) {
            watch().tell(false, fmt::format("{} is this server itself: remove it", place()));
            after(next_request_, kWithoutKey, &Client::ask);
            return;
        }
        ourselves_.clear();
        std::transform(own.begin(), own.end(), std::back_inserter(ourselves_), reference_id_of);
        send();
    }

    void send() {
        std::error_code error = socket_.open(address(), settings_.port);
        nonce_ = draw_nonce();
        const ClientRequest request = make_request(nonce_, key());
        sent_ = counter().now();
        error = error ? error : socket_.send(request.packet());
        if (error) {
            schedule_.not_sent(sent_);
            watch().tell(false, fmt::format("{} cannot be reached ({}): check the network", place(), error.message()));
            try_next_address();
            return;
        }
        schedule_.sent(sent_);
        foreign_ = 0;
        after(patience_, kPatience, &Client::give_up);
        listen();
    }

    void listen() { socket_.await(in_this_opening(&Client::readable)); }

    void readable(const Error& waiting) {
        std::error_code error = waiting;
        const auto came = error ? std::nullopt : socket_.receive(error);
        if (error) {
            give_up_because(error.message());
        } else if (!came) {
            listen();
        } else {
            take(*came);
        }
    }

    void take(const CameBack& came) {
        const JudgedReply judged = judge_reply(came.octets, {nonce_, key(), sent_, ourselves_}, came.at);
        if (judged.verdict == ReplyVerdict::kForeign) {
            watch().reject(reason_of(judged.verdict));
            if (++foreign_ < kMostForeign) {
                listen();
            }
            return;
        }
        const std::uint64_t answering = opening();
        tell_reply(judged.header, came.at);
        if (is_under_way(answering)) {
            act_upon(judged);
        }
    }

    void act_upon(const JudgedReply& judged) {
        switch (judged.verdict) {
            case ReplyVerdict::kAccepted:
                schedule_.answered(judged.measurement.uncertainty);
                tell_sample(judged);
                return;
            case ReplyVerdict::kRateExceeded:
                schedule_.slow_down();
                break;
            case ReplyVerdict::kAccessDenied:
                schedule_.refused();
                break;
            default:
                schedule_.failed();
        }
        watch().reject(reason_of(judged.verdict));
        if (const std::string_view why = sentence_of(judged.verdict); !why.empty()) {
            watch().tell(false, fmt::format("{} {}", place(), why));
        }
        try_next_address();
    }

    // Whoever hears it may stop us.
    void tell_sample(const JudgedReply& judged) {
        const ServerMeasurement& measured = judged.measurement;
        await_turn();
        watch().tell(true, fmt::format("{} answers, stratum {}", place(), judged.header.stratum));
        const Duration next = std::max<Duration>(schedule_.next() - counter().now(), Duration::zero());
        if (const auto utc = utc_from_posix(measured.time / 1'000'000'000, measured.time % 1'000'000'000)) {
            sink().observe(OffsetSample{.source = source(),
                                        .local = measured.local,
                                        .time = *utc,
                                        .uncertainty = measured.uncertainty,
                                        .leap_at_month_end = measured.leap_at_month_end,
                                        .server = ServerFacts{.stratum = judged.header.stratum,
                                                              .refid = judged.header.refid,
                                                              .address_refid = reference_id_of(address()),
                                                              .delay = measured.delay,
                                                              .next = next}});
        }
    }

    void tell_reply(const NtpHeader& header, LocalInstant came) {
        sink().observe(ServerReply{.source = source(),
                                   .sent = sent_,
                                   .came = came,
                                   .received = header.receive.bits,
                                   .transmitted = header.transmit.bits,
                                   .leap = static_cast<std::uint8_t>(header.leap),
                                   .version = header.version,
                                   .mode = static_cast<std::uint8_t>(header.mode),
                                   .stratum = header.stratum,
                                   .poll = header.poll,
                                   .precision = header.precision,
                                   .root_delay = duration_from_short(header.root_delay),
                                   .root_dispersion = duration_from_short(header.root_dispersion),
                                   .refid = header.refid,
                                   .address = text_of_address(address()),
                                   .from = socket_.own_address()});
    }

    void give_up() { give_up_because("no answer"); }

    void give_up_because(const std::string& why) {
        schedule_.failed();
        if (schedule_.failures() >= kFailuresToMove / 2) {
            watch().tell(false, fmt::format("{} does not answer ({}): is it up, and does a firewall let UDP port {} "
                                            "through? trying again",
                                            place(), why, settings_.port));
        }
        try_next_address();
    }

    void try_next_address() {
        const bool move = schedule_.failures() > 0 && schedule_.failures() % kFailuresToMove == 0;
        if (move && ++at_ >= addresses_.size()) {
            at_ = 0;
            addresses_.clear();
            reopen();
            return;
        }
        await_turn();
    }

    bool is_ourselves(const std::vector<ClientAddress>& own) const {
        const auto& ports = commons_.own_ports;
        return std::find(ports.begin(), ports.end(), settings_.port) != ports.end() &&
               std::find(own.begin(), own.end(), address()) != own.end();
    }

    const ClientAddress& address() const { return addresses_[at_]; }

    std::string place() const {
        const std::string numeric = at_ < addresses_.size() ? text_of_address(address()) : settings_.host;
        return numeric == settings_.host ? numeric : fmt::format("{} ({})", settings_.host, numeric);
    }

    const UpstreamSettings settings_;
    const UpstreamCommons& commons_;
    udp::resolver resolver_;
    UpstreamSocket socket_;
    DeviceTimer next_request_;
    DeviceTimer patience_;
    PollSchedule schedule_;
    std::vector<ClientAddress> addresses_;
    std::size_t at_ = 0;
    std::vector<ReferenceId> ourselves_;
    NtpTimestamp nonce_;
    LocalInstant sent_;
    int foreign_ = 0;
};

Upstream::Upstream(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                   UpstreamSettings settings, const UpstreamCommons& commons)
    : client_{std::make_shared<Client>(io, counter, sink, source, std::move(settings), commons)} {}

Upstream::~Upstream() {
    client_->stop();
}

void Upstream::start() {
    client_->start();
}

void Upstream::stop() {
    client_->stop();
}

}  // namespace tokimori
