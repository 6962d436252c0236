#include "refclocks/gpio_controller.h"

#include <gpiod.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tokimori {
namespace {

constexpr const char* kConsumer = "tokimori";
constexpr std::size_t kBatch = 16;

template <auto release>
struct Release {
    template <typename Handle>
    void operator()(Handle* handle) const {
        release(handle);
    }
};
template <typename Handle, auto release>
using Owned = std::unique_ptr<Handle, Release<release>>;

std::string text_of(const char* text) {
    return text == nullptr ? "" : text;
}

}  // namespace

struct GpioController::Handle {
    Owned<gpiod_chip, gpiod_chip_close> chip;
};

#if TOKIMORI_GPIOD_MAJOR >= 2

namespace {

using LineSettings = Owned<gpiod_line_settings, gpiod_line_settings_free>;
using LineRequest = Owned<gpiod_line_request, gpiod_line_request_release>;

LineRequest request_line(gpiod_chip* chip, unsigned line, gpiod_line_settings* settings) {
    const Owned<gpiod_line_config, gpiod_line_config_free> lines{gpiod_line_config_new()};
    const Owned<gpiod_request_config, gpiod_request_config_free> request{gpiod_request_config_new()};
    if (settings == nullptr || !lines || !request) {
        return nullptr;
    }
    gpiod_line_config_add_line_settings(lines.get(), &line, 1, settings);
    gpiod_request_config_set_consumer(request.get(), kConsumer);
    return LineRequest{gpiod_chip_request_lines(chip, request.get(), lines.get())};
}

gpiod_line_bias bias_of(LineBias bias) {
    switch (bias) {
        case LineBias::kPullUp:
            return GPIOD_LINE_BIAS_PULL_UP;
        case LineBias::kPullDown:
            return GPIOD_LINE_BIAS_PULL_DOWN;
        case LineBias::kAsIs:
            break;
    }
    return GPIOD_LINE_BIAS_AS_IS;
}

}  // namespace

GpioController::GpioController(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {
    const Owned<gpiod_chip_info, gpiod_chip_info_free> info{gpiod_chip_get_info(handle_->chip.get())};
    if (info) {
        name_ = text_of(gpiod_chip_info_get_name(info.get()));
        label_ = text_of(gpiod_chip_info_get_label(info.get()));
        lines_ = static_cast<unsigned>(gpiod_chip_info_get_num_lines(info.get()));
    }
}

std::optional<unsigned> GpioController::line_named(const std::string& name) const {
    const int offset = gpiod_chip_get_line_offset_from_name(handle_->chip.get(), name.c_str());
    return offset < 0 ? std::nullopt : std::optional{static_cast<unsigned>(offset)};
}

std::string GpioController::consumer_of(unsigned line) const {
    const Owned<gpiod_line_info, gpiod_line_info_free> info{gpiod_chip_get_line_info(handle_->chip.get(), line)};
    return info ? text_of(gpiod_line_info_get_consumer(info.get())) : "";
}

struct GpioEdges::Request {
    Owned<gpiod_edge_event_buffer, gpiod_edge_event_buffer_free> buffer{gpiod_edge_event_buffer_new(kBatch)};
    LineRequest line = nullptr;
};

GpioEdges::GpioEdges(GpioController& chip, unsigned line, LineBias bias) : request_{std::make_unique<Request>()} {
    const LineSettings settings{gpiod_line_settings_new()};
    if (settings && request_->buffer) {
        gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_INPUT);
        gpiod_line_settings_set_edge_detection(settings.get(), GPIOD_LINE_EDGE_BOTH);
        gpiod_line_settings_set_event_clock(settings.get(), GPIOD_LINE_CLOCK_MONOTONIC);
        gpiod_line_settings_set_bias(settings.get(), bias_of(bias));
        request_->line = request_line(chip.handle().chip.get(), line, settings.get());
    }
}

int GpioEdges::descriptor() const {
    return request_->line ? gpiod_line_request_get_fd(request_->line.get()) : -1;
}

int GpioEdges::read(std::span<LineEdge> edges) {
    gpiod_edge_event_buffer* const buffer = request_->buffer.get();
    const int count = gpiod_line_request_read_edge_events(request_->line.get(), buffer, edges.size());
    for (int i = 0; i < count; ++i) {
        gpiod_edge_event* const event = gpiod_edge_event_buffer_get_event(buffer, static_cast<unsigned long>(i));
        edges[static_cast<std::size_t>(i)] = {static_cast<std::int64_t>(gpiod_edge_event_get_timestamp_ns(event)),
                                              gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE};
    }
    return count;
}

struct GpioDrive::Request {
    unsigned number;
    LineRequest line = nullptr;
};

GpioDrive::GpioDrive(GpioController& chip, unsigned line, bool active_low)
    : request_{std::make_unique<Request>(Request{.number = line})} {
    const LineSettings settings{gpiod_line_settings_new()};
    if (settings) {
        gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_OUTPUT);
        gpiod_line_settings_set_active_low(settings.get(), active_low);
        gpiod_line_settings_set_output_value(settings.get(), GPIOD_LINE_VALUE_INACTIVE);
        request_->line = request_line(chip.handle().chip.get(), line, settings.get());
    }
}

bool GpioDrive::set(bool active) {
    return gpiod_line_request_set_value(request_->line.get(), request_->number,
                                        active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE) == 0;
}

#else

namespace {

using Line = Owned<gpiod_line, gpiod_line_release>;

int bias_of(LineBias bias) {
    switch (bias) {
        case LineBias::kPullUp:
            return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
        case LineBias::kPullDown:
            return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
        case LineBias::kAsIs:
            break;
    }
    return 0;
}

}  // namespace

GpioController::GpioController(std::unique_ptr<Handle> handle)
    : handle_{std::move(handle)},
      name_{text_of(gpiod_chip_name(handle_->chip.get()))},
      label_{text_of(gpiod_chip_label(handle_->chip.get()))},
      lines_{gpiod_chip_num_lines(handle_->chip.get())} {}

std::optional<unsigned> GpioController::line_named(const std::string& name) const {
    gpiod_line* const line = gpiod_chip_find_line(handle_->chip.get(), name.c_str());
    return line == nullptr ? std::nullopt : std::optional{gpiod_line_offset(line)};
}

std::string GpioController::consumer_of(unsigned line) const {
    gpiod_line* const found = gpiod_chip_get_line(handle_->chip.get(), line);
    return found == nullptr ? "" : text_of(gpiod_line_consumer(found));
}

struct GpioEdges::Request {
    Line line = nullptr;
};

GpioEdges::GpioEdges(GpioController& chip, unsigned line, LineBias bias) : request_{std::make_unique<Request>()} {
    gpiod_line* const found = gpiod_chip_get_line(chip.handle().chip.get(), line);
    if (found != nullptr && gpiod_line_request_both_edges_events_flags(found, kConsumer, bias_of(bias)) == 0) {
        request_->line.reset(found);
    }
}

int GpioEdges::descriptor() const {
    return request_->line ? gpiod_line_event_get_fd(request_->line.get()) : -1;
}

int GpioEdges::read(std::span<LineEdge> edges) {
    constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
    std::array<gpiod_line_event, kBatch> events{};
    const std::size_t room = std::min(edges.size(), events.size());
    const int count = gpiod_line_event_read_multiple(request_->line.get(), events.data(), static_cast<unsigned>(room));
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
        edges[i] = {events[i].ts.tv_sec * kNanosecondsPerSecond + events[i].ts.tv_nsec,
                    events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE};
    }
    return count;
}

struct GpioDrive::Request {
    Line line = nullptr;
};

GpioDrive::GpioDrive(GpioController& chip, unsigned line, bool active_low) : request_{std::make_unique<Request>()} {
    gpiod_line* const found = gpiod_chip_get_line(chip.handle().chip.get(), line);
    const int flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    if (found != nullptr && gpiod_line_request_output_flags(found, kConsumer, flags, 0) == 0) {
        request_->line.reset(found);
    }
}

bool GpioDrive::set(bool active) {
    return gpiod_line_set_value(request_->line.get(), active ? 1 : 0) == 0;
}

#endif

std::unique_ptr<GpioController> GpioController::open(const std::string& path) {
    auto handle = std::make_unique<Handle>();
    handle->chip.reset(gpiod_chip_open(path.c_str()));
    return handle->chip ? std::unique_ptr<GpioController>(new GpioController{std::move(handle)}) : nullptr;
}

GpioController::~GpioController() = default;
GpioEdges::~GpioEdges() = default;
GpioDrive::~GpioDrive() = default;

bool GpioDrive::works() const {
    return request_->line != nullptr;
}

}  // namespace tokimori
