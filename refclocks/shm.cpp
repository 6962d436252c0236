#include "refclocks/shm.h"

#include <errno.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "refclocks/refused.h"
#include "refclocks/retried_device.h"
#include "refclocks/shm_record.h"
#include "refclocks/stamp_uncertainty.h"

namespace tokimori {
namespace {

using Reason = Rejection::Reason;
using Error = boost::system::error_code;

constexpr key_t kFirstKey = 0x4e545030;  // "NTP0"
constexpr unsigned kPrivateUnits = 2;
// Sentences, by their writer's own word.
constexpr Duration kCoarse = std::chrono::milliseconds{7};

/// The segment, attached as long as the object lives.
class Segment {
public:
    Segment(int id, std::int32_t* words, ShmLayout layout) : id_{id}, words_{words}, layout_{layout} {}

    /// Attaches, and makes the segment where there is none; null with errno where that is not allowed.
    static std::unique_ptr<Segment> attach(unsigned unit) {
        const key_t key = kFirstKey + static_cast<key_t>(unit);
        const int mode = unit < kPrivateUnits ? 0600 : 0666;
        ShmLayout layout = ShmLayout::kWide;
        int id = ::shmget(key, shm_bytes(layout), IPC_CREAT | mode);
        if (id < 0 && errno == EINVAL) {
            layout = ShmLayout::kNarrow;
            id = ::shmget(key, shm_bytes(layout), mode);
        }
        void* const address = id < 0 ? nullptr : ::shmat(id, nullptr, 0);
        if (id < 0 || reinterpret_cast<std::intptr_t>(address) == -1) {
            return nullptr;
        }
        return std::make_unique<Segment>(id, static_cast<std::int32_t*>(address), layout);
    }

    ~Segment() { ::shmdt(words_); }
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    /// The unit is another segment by now, or none.
    bool is_gone(unsigned unit) const { return ::shmget(kFirstKey + static_cast<key_t>(unit), 0, 0) != id_; }

    /// The record, if a whole one is there; it is marked as read.
    std::optional<std::variant<Reason, ShmRecord>> take() {
        const auto copy = copy_shm_record(layout_, [this](std::size_t word) { return load(word); });
        if (!copy) {
            return std::nullopt;
        }
        std::atomic_ref<std::int32_t>{words_[shm_valid_word(layout_)]}.store(0, std::memory_order_release);
        return read_shm_record(*copy, layout_);
    }

private:
    // Acquire, so that the loads stay in their order against another process that stores in its own.
    std::int32_t load(std::size_t word) const {
        return std::atomic_ref<std::int32_t>{words_[word]}.load(std::memory_order_acquire);
    }

    int id_;
    std::int32_t* words_;
    ShmLayout layout_;
};

std::string key_text(unsigned unit) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const unsigned key = static_cast<unsigned>(kFirstKey) + unit;
    std::string text = "0x";
    for (int shift = 28; shift >= 0; shift -= 4) {
        text += kDigits[key >> static_cast<unsigned>(shift) & 0xFU];
    }
    return text;
}

std::string remedy_for(int error, unsigned unit) {
    if (error == EACCES && unit < kPrivateUnits) {
        return "it belongs to another user: configure a unit from 2 on, which everybody may use";
    }
    if (error == EACCES) {
        return "it belongs to another user, who kept it for himself: let the program that writes it run first, or "
               "remove it with ipcrm -M " +
               key_text(unit);
    }
    if (error == EINVAL) {
        return "it is too small to be NTP shared memory: remove it with ipcrm -M " + key_text(unit);
    }
    return "check the limits of shared memory of this host";
}

}  // namespace

class ShmRefclock::Reader : public RetriedDevice {
public:
    Reader(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, ShmSettings settings)
        : RetriedDevice{io, counter, sink, source, {.silence = settings.silence}},
          poll_timer_{io},
          settings_{settings} {}

private:
    std::optional<std::string> open_device() override {
        segment_ = Segment::attach(settings_.unit);
        if (!segment_) {
            const int error = errno;
            return place() + " cannot be attached (" + std::generic_category().message(error) +
                   "): " + remedy_for(error, settings_.unit) + "; trying again";
        }
        watch().succeeded();
        last_count_.reset();
        refused_.reset();
        heard();
        poll();
        return std::nullopt;
    }

    void close_device() override {
        poll_timer_.cancel();
        segment_.reset();
    }

    void silent() override {
        if (segment_->is_gone(settings_.unit)) {
            reopen();
        }
        const std::optional<Reason> refused = std::exchange(refused_, std::nullopt);
        watch().tell(false, refused ? words_for_refused("what is written into " + place(), *refused)
                                    : "nobody writes into " + place() +
                                          ": start the program that should, or configure the unit that it writes");
    }

    void poll() {
        after(poll_timer_, settings_.poll, &Reader::poll);
        if (const auto taken = segment_->take()) {
            std::visit([this](const auto& what) { take(what); }, *taken);
        }
    }

    void take(Reason reason) {
        refused_ = reason;
        watch().reject(reason);
    }

    // Segments outlive their writers: what is found first may be days old.
    void take(const ShmRecord& record) {
        const bool twice = record.counted && std::exchange(last_count_, record.count) == record.count;
        const StampedInstant stamped =
            twice ? StampedInstant{.refusal = Reason::kStale} : counter().from_realtime(record.receive);
        if (!stamped.at) {
            take(stamped.refusal);
            return;
        }
        heard();
        watch().tell(true, place() + " is being written");
        if (settings_.late || record.uncertainty >= kCoarse) {
            sink().observe(Label{.source = source(),
                                 .heard = *stamped.at,
                                 .time = record.time,
                                 .uncertainty = kSentenceStampUncertainty,
                                 .leap_at_month_end = record.leap_at_month_end});
        } else {
            sink().observe(
                OffsetSample{source(), *stamped.at, record.time, record.uncertainty, record.leap_at_month_end});
        }
    }

    std::string place() const {
        return "NTP shared memory unit " + std::to_string(settings_.unit) + " (" + key_text(settings_.unit) + ")";
    }

    DeviceTimer poll_timer_;
    const ShmSettings settings_;
    std::unique_ptr<Segment> segment_;
    std::optional<std::int32_t> last_count_;
    std::optional<Reason> refused_;  // the last since it was said to be silent
};

ShmRefclock::ShmRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                         ShmSettings settings)
    : reader_{std::make_shared<Reader>(io, counter, sink, source, settings)} {}

ShmRefclock::~ShmRefclock() {
    reader_->stop();
}

void ShmRefclock::start() {
    reader_->start();
}

void ShmRefclock::stop() {
    reader_->stop();
}

}  // namespace tokimori
