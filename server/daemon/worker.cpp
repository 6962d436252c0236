#include "server/daemon/worker.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <random>
#include <utility>

namespace tokimori {
namespace {

// After so many full batches, 256 datagrams, timers and other sockets get their turn.
constexpr int kBatchesPerWakeup = 16;
// Of a port that is closed: more than a socket of usual size keeps.
constexpr int kDrainsAtTheEnd = 4;
constexpr auto kBetweenTries = std::chrono::seconds{1};

HashKey secret() {
    std::random_device random;
    const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
    return {word(), word()};
}

}  // namespace

class Worker::Watch : public std::enable_shared_from_this<Watch> {
public:
    Watch(boost::asio::io_context& io, Worker& worker, std::shared_ptr<UdpPort> port)
        : io_{io}, worker_{worker}, port_{std::move(port)}, descriptor_{io}, next_try_{io} {}
    // The port closes its descriptor itself.
    ~Watch() { descriptor_.release(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    const std::shared_ptr<UdpPort>& port() const { return port_; }

    // Until something comes; where the kernel does not tell of that, for a while.
    void wait() {
        if (!watch()) {
            next_try_.expires_after(kBetweenTries);
            next_try_.async_wait([self = shared_from_this()](const boost::system::error_code&) { self->serve(); });
            return;
        }
        descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                               [self = shared_from_this()](const boost::system::error_code& error) {
                                   if (!error) {
                                       self->serve();
                                   }
                               });
    }

    void stop() {
        for (int i = 0; i < kDrainsAtTheEnd && worker_.drain(*port_) == UdpPort::kBatch; ++i) {
        }
        stopped_ = true;
        descriptor_.release();
        next_try_.cancel();
    }

private:
    // While the kernel watches a socket, each datagram that leaves it costs a look at who is to be woken. Who is behind
    // need not be woken: he comes again in his turn, until nothing is left.
    void serve() {
        if (stopped_) {
            return;
        }
        const bool found = worker_.drain(*port_) > 0;
        if (port_->is_behind() || (found && !descriptor_.is_open())) {
            descriptor_.release();
            boost::asio::post(io_, [self = shared_from_this()] { self->serve(); });
        } else {
            wait();
        }
    }

    // False where the kernel has no memory for it. Each such try costs Asio some, too.
    bool watch() {
        boost::system::error_code error;
        if (!descriptor_.is_open()) {
            descriptor_.assign(port_->descriptor(), error);
        }
        return !error;
    }

    boost::asio::io_context& io_;
    Worker& worker_;
    std::shared_ptr<UdpPort> port_;
    boost::asio::posix::stream_descriptor descriptor_;  ///< open while the kernel watches it
    boost::asio::steady_timer next_try_;                ///< to have it watched
    bool stopped_ = false;
};

Worker::Worker(boost::asio::io_context& io, const Sources& sources, std::size_t clients, int ipv6_prefix)
    : io_{io}, sources_{sources}, responder_{secret(), clients, ipv6_prefix}, queries_{secret()} {}

Worker::~Worker() = default;

void Worker::serve(std::vector<std::shared_ptr<UdpPort>> ports) {
    std::vector<std::shared_ptr<Watch>> next;
    for (std::shared_ptr<UdpPort>& port : ports) {
        const auto known =
            std::find_if(watches_.begin(), watches_.end(), [&](const auto& watch) { return watch->port() == port; });
        if (known != watches_.end()) {
            next.push_back(*known);
        } else {
            next.push_back(std::make_shared<Watch>(io_, *this, std::move(port)));
            next.back()->wait();
        }
    }
    watches_.swap(next);
    for (const std::shared_ptr<Watch>& old : next) {
        if (std::find(watches_.begin(), watches_.end(), old) == watches_.end()) {
            old->stop();
        }
    }
}

void Worker::stop() {
    serve({});
}

bool Worker::keeps_up() {
    std::uint64_t received = responder_.counts().received();
    for (const std::shared_ptr<Watch>& watch : watches_) {
        received += watch->port()->left();
    }
    const bool idle = std::exchange(received_, received) == received;
    return !idle || std::none_of(watches_.begin(), watches_.end(),
                                 [](const auto& watch) { return watch->port()->has_waiting(); });
}

std::size_t Worker::drain(UdpPort& port) {
    Scene scene;
    std::size_t served = UdpPort::kBatch;
    for (int batch = 0; batch < kBatchesPerWakeup && served == UdpPort::kBatch; ++batch) {
        served = serve_batch(port, scene);
    }
    // What had to wait in a queue of the kernel; one who is woken for that and leaves it there is woken for ever.
    if (served == 0) {
        learn_departures(port);
    }
    return served;
}

std::size_t Worker::serve_batch(UdpPort& port, Scene& scene) {
    const std::span<Datagram> batch =
        port.receive([look_up = responder_.lookup()](Datagram& datagram) { look_up(datagram.request); });
    if (batch.empty()) {
        return 0;
    }
    const Counter::RealtimeStamps stamps = counter_.realtime_stamps();
    if (!scene.clock) {
        scene.clock = sources_.state.read();
    }
    scene.clock->hold_against(stamps.asleep());
    const LocalInstant read_at = stamps.now();
    if (!scene.departure) {
        scene.departure.emplace(scene.clock->state, read_at);
    }
    // Each by itself leaves right after it was stamped. Only who is behind has no time for that; what was seen when one
    // was behind before says nothing of today.
    const bool behind = port.is_behind();
    if (!behind) {
        port.pace() = {};
    }
    const bool one_by_one = !behind || port.pace().looks_closely();
    Reply* const first = queued_.data();
    Reply* next = first;
    for (Datagram& datagram : batch) {
        Request& request = datagram.request;
        request.arrival = stamps.at(datagram.stamp).value_or(read_at);
        const Verdict verdict = responder_.answer_found(request, scene.clock->state, *next);
        if (verdict == Verdict::kQueried) {
            // What is queued is sent first: it is about time.
            send(port, scene, {first, std::exchange(next, first)});
            tell(port, datagram);
        }
        if (!has_reply(verdict)) {
            continue;
        }
        port.reply(datagram, {next->octets.data(), next->size});
        ++next;
        if (one_by_one) {
            send(port, scene, {first, std::exchange(next, first)});
        }
    }
    send(port, scene, {first, next});
    // Once for all: what is asked for too often is given up.
    if (port.awaits_departures()) {
        learn_departures(port);
    }
    return batch.size();
}

void Worker::tell(UdpPort& port, Datagram& datagram) {
    const Request& request = datagram.request;
    const Query query{.octets = request.octets,
                      .source = request.source,
                      .now = request.arrival,
                      .lists_clients = responder_.may_list_clients(request)};
    const std::size_t count = queries_.ask(query, sources_.view.read(), tables_);
    for (std::size_t i = 0; i < count; ++i) {
        auto& fragment = fragments_[i % fragments_.size()];
        port.reply(datagram, std::span{fragment}.first(queries_.write(i, fragment)));
        if (port.queued() == fragments_.size()) {
            port.flush();
        }
    }
    port.flush();
}

// Stamped at the last moment: what costs time is done. Each leaves a little later than the one before, at the pace of
// the port. What stamping takes comes on top, so that hardly any is stamped later than it leaves.
void Worker::send(UdpPort& port, Scene& scene, std::span<Reply> queued) {
    if (queued.empty()) {
        return;
    }
    const LocalInstant begun = read_host_counter();
    if (!scene.departure->move_to(begun)) {
        scene.departure.emplace(scene.clock->state, begun);
    }
    const Departure& departure = *scene.departure;
    const Duration pace = port.pace().between();
    Duration later = -pace;
    for (Reply& reply : queued) {
        later += pace;
        if (responder_.stamp(reply, departure, later)) {
            port.ask_for_departure(static_cast<std::size_t>(&reply - queued.data()), reply.interleaved.ticket);
        }
    }
    if (!port.is_behind()) {
        port.flush();
        return;
    }
    const LocalInstant stamped = read_host_counter();
    const bool took_all = port.flush();
    port.pace().saw((read_host_counter() - stamped) / static_cast<Duration::rep>(queued.size()), took_all);
}

void Worker::learn_departures(UdpPort& port) {
    const auto departed = port.departed();
    if (departed.empty()) {
        return;
    }
    const ServerState state = sources_.state.read().state;
    const Counter::RealtimeStamps stamps = departures_.realtime_stamps();
    for (const DepartureStamps::Departed& one : departed) {
        if (const auto at = stamps.at(one.stamp)) {
            responder_.sent(one.token, *at, state);
        }
    }
}

}  // namespace tokimori
