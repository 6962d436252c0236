#include "server/daemon/upstream.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <utility>

#include "refclocks/posix_utc.h"
#include "refclocks/retried_device.h"
#include "server/daemon/address_round.h"
#include "server/daemon/server_address.h"
#include "server/daemon/upstream_socket.h"
#include "server/daemon/upstream_words.h"
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
        if (commons_.polls != nullptr) {
            schedule_.recall(commons_.polls->asked(identity()));
        }
        schedule_.begin(counter.now());
    }

    void ask_soon() {
        schedule_.contested(counter().now());
        if (!asking_ && !addresses_.empty()) {
            await_turn();
        }
    }

private:
    // Names are looked up anew whenever all of their addresses have failed.
    std::optional<std::string> open_device() override {
        if (const auto numeric = parse_server_address(settings_.host)) {
            addresses_.begin(reached_addresses({settings_.host}), counter().now());
            if (!numeric->zone.empty() && addresses_.current().interface == 0) {
                return fmt::format("{} cannot be asked: this host has no interface {}; trying again", settings_.host,
                                   numeric->zone);
            }
        }
        if (!addresses_.empty()) {
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
        std::vector<std::string> texts;
        std::transform(found.begin(), found.end(), std::back_inserter(texts),
                       [](const auto& entry) { return entry.endpoint().address().to_string(); });
        addresses_.begin(reached_addresses(texts), counter().now());
        await_turn();
    }

    void await_turn() {
        asking_ = false;
        socket_.close();
        patience_.cancel();
        const Duration pause = schedule_.next() - counter().now();
        if (schedule_.held_back()) {
            watch().tell(false, fmt::format("{} was asked as often within the last hour as is polite, before this "
                                            "start: it is asked again in {} minutes",
                                            settings_.host, std::chrono::ceil<std::chrono::minutes>(pause).count()));
        }
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
        while (is_ourselves(own)) {
            if (addresses_.leave_out(counter().now())) {
                continue;
            }
            watch().tell(false, fmt::format("{} is this server itself: remove it", place()));
            after(next_request_, kWithoutKey, &Client::ask);
            return;
        }
        ourselves_.clear();
        std::transform(own.begin(), own.end(), std::back_inserter(ourselves_), reference_id_of);
        send();
    }

    std::string identity() const { return fmt::format("{}:{}", settings_.host, settings_.port); }

    void send() {
        std::error_code error = socket_.open(addresses_.current(), settings_.port);
        nonce_ = draw_nonce();
        const ClientRequest request = make_request(nonce_, key());
        sent_ = counter().now();
        if (!error && commons_.polls != nullptr) {
            commons_.polls->note(identity(), sent_);
        }
        error = error ? error : socket_.send(request.packet());
        if (error) {
            schedule_.not_sent(sent_);
            watch().tell(false,
                         fmt::format("{} cannot be reached ({}): check the network", settings_.host, error.message()));
            // No way to this one says nothing of the others.
            pass_to_next_address();
            return;
        }
        schedule_.sent(sent_);
        asking_ = true;
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
                break;
            default:
                schedule_.failed();
        }
        watch().reject(reason_of(judged.verdict));
        if (const std::string_view why = sentence_of(judged.verdict); !why.empty()) {
            watch().tell(false, fmt::format("{} {}", place(), why));
        }
        if (judged.verdict == ReplyVerdict::kAccessDenied) {
            note_refusal();
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
            sink().observe(
                OffsetSample{.source = source(),
                             .local = measured.local,
                             .time = *utc,
                             .uncertainty = measured.uncertainty,
                             .leap_at_month_end = measured.leap_at_month_end,
                             .server = ServerFacts{.stratum = judged.header.stratum,
                                                   .refid = judged.header.refid,
                                                   .address_refid = reference_id_of(address()),
                                                   .address = {address().high, address().low},
                                                   .port = settings_.port,
                                                   .delay = measured.delay,
                                                   .root_delay = duration_from_short(judged.header.root_delay),
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

    // The other addresses of the name have not refused.
    void note_refusal() {
        addresses_.leave_out(counter().now()) ? schedule_.begin_elsewhere(counter().now()) : schedule_.refused();
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
        if (schedule_.failures() == 0 || schedule_.failures() % kFailuresToMove != 0) {
            await_turn();
            return;
        }
        // Once for each address since somebody answered.
        if (schedule_.failures() < kFailuresToMove * static_cast<int>(addresses_.size())) {
            schedule_.begin_elsewhere(counter().now());
        }
        pass_to_next_address();
    }

    // After the last one the name is looked up anew, where any of them failed to answer.
    void pass_to_next_address() {
        if (addresses_.pass() || schedule_.failures() == 0) {
            await_turn();
            return;
        }
        addresses_.forget();
        reopen();
    }

    bool is_ourselves(const std::vector<ClientAddress>& own) const {
        const auto& ports = commons_.own_ports;
        return std::find(ports.begin(), ports.end(), settings_.port) != ports.end() &&
               std::find(own.begin(), own.end(), address()) != own.end();
    }

    const ClientAddress& address() const { return addresses_.current().address; }

    std::string place() const {
        const std::string numeric = addresses_.empty() ? settings_.host : text_of_address(address());
        const bool said = settings_.host.substr(0, settings_.host.find('%')) == numeric;
        return said || numeric == settings_.host ? settings_.host : fmt::format("{} ({})", settings_.host, numeric);
    }

    const UpstreamSettings settings_;
    const UpstreamCommons& commons_;
    udp::resolver resolver_;
    UpstreamSocket socket_;
    DeviceTimer next_request_;
    DeviceTimer patience_;
    PollSchedule schedule_;
    AddressRound addresses_;
    std::vector<ReferenceId> ourselves_;
    NtpTimestamp nonce_;
    LocalInstant sent_;
    bool asking_ = false;
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

void Upstream::ask_soon() {
    client_->ask_soon();
}

void Upstream::stop() {
    client_->stop();
}

}  // namespace tokimori
