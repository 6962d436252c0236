#include "refclocks/edge_source.h"

#include <fcntl.h>
#include <gpiod.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

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

using Chip = Owned<gpiod_chip, gpiod_chip_close>;

std::string text_of(const char* text) {
    return text == nullptr ? "" : text;
}

struct ChipNames {
    std::string name;
    std::string label;
    unsigned lines = 0;
};

// What the two generations of libgpiod call differently.
#if TOKIMORI_GPIOD_MAJOR >= 2

ChipNames names_of(gpiod_chip* chip) {
    const Owned<gpiod_chip_info, gpiod_chip_info_free> info{gpiod_chip_get_info(chip)};
    if (!info) {
        return {};
    }
    return {text_of(gpiod_chip_info_get_name(info.get())), text_of(gpiod_chip_info_get_label(info.get())),
            static_cast<unsigned>(gpiod_chip_info_get_num_lines(info.get()))};
}

std::optional<unsigned> line_named(gpiod_chip* chip, const std::string& name) {
    const int offset = gpiod_chip_get_line_offset_from_name(chip, name.c_str());
    return offset < 0 ? std::nullopt : std::optional{static_cast<unsigned>(offset)};
}

std::string consumer_of(gpiod_chip* chip, unsigned line) {
    const Owned<gpiod_line_info, gpiod_line_info_free> info{gpiod_chip_get_line_info(chip, line)};
    return info ? text_of(gpiod_line_info_get_consumer(info.get())) : "";
}

/// A line while both of its edges are asked for.
class Request {
public:
    Request(gpiod_chip* chip, unsigned line) : buffer_{gpiod_edge_event_buffer_new(kBatch)} {
        const Owned<gpiod_line_settings, gpiod_line_settings_free> settings{gpiod_line_settings_new()};
        const Owned<gpiod_line_config, gpiod_line_config_free> lines{gpiod_line_config_new()};
        const Owned<gpiod_request_config, gpiod_request_config_free> request{gpiod_request_config_new()};
        if (!buffer_ || !settings || !lines || !request) {
            return;
        }
        gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_INPUT);
        gpiod_line_settings_set_edge_detection(settings.get(), GPIOD_LINE_EDGE_BOTH);
        gpiod_line_settings_set_event_clock(settings.get(), GPIOD_LINE_CLOCK_MONOTONIC);
        gpiod_line_config_add_line_settings(lines.get(), &line, 1, settings.get());
        gpiod_request_config_set_consumer(request.get(), kConsumer);
        request_.reset(gpiod_chip_request_lines(chip, request.get(), lines.get()));
    }

    int descriptor() const { return request_ ? gpiod_line_request_get_fd(request_.get()) : -1; }

    int read(std::span<LineEdge> edges) {
        const int count = gpiod_line_request_read_edge_events(request_.get(), buffer_.get(), edges.size());
        for (int i = 0; i < count; ++i) {
            gpiod_edge_event* const event =
                gpiod_edge_event_buffer_get_event(buffer_.get(), static_cast<unsigned long>(i));
            edges[static_cast<std::size_t>(i)] = {
                static_cast<std::int64_t>(gpiod_edge_event_get_timestamp_ns(event)),
                gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE};
        }
        return count;
    }

private:
    Owned<gpiod_edge_event_buffer, gpiod_edge_event_buffer_free> buffer_;
    Owned<gpiod_line_request, gpiod_line_request_release> request_;
};

#else

ChipNames names_of(gpiod_chip* chip) {
    return {text_of(gpiod_chip_name(chip)), text_of(gpiod_chip_label(chip)), gpiod_chip_num_lines(chip)};
}

std::optional<unsigned> line_named(gpiod_chip* chip, const std::string& name) {
    gpiod_line* const line = gpiod_chip_find_line(chip, name.c_str());
    return line == nullptr ? std::nullopt : std::optional{gpiod_line_offset(line)};
}

std::string consumer_of(gpiod_chip* chip, unsigned line) {
    gpiod_line* const found = gpiod_chip_get_line(chip, line);
    return found == nullptr ? "" : text_of(gpiod_line_consumer(found));
}

/// A line while both of its edges are asked for; ends before its chip is closed.
class Request {
public:
    Request(gpiod_chip* chip, unsigned line) {
        gpiod_line* const found = gpiod_chip_get_line(chip, line);
        if (found != nullptr && gpiod_line_request_both_edges_events(found, kConsumer) == 0) {
            line_.reset(found);
        }
    }

    int descriptor() const { return line_ ? gpiod_line_event_get_fd(line_.get()) : -1; }

    int read(std::span<LineEdge> edges) {
        constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
        std::array<gpiod_line_event, kBatch> events{};
        const std::size_t room = std::min(edges.size(), events.size());
        const int count = gpiod_line_event_read_multiple(line_.get(), events.data(), static_cast<unsigned>(room));
        for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
            edges[i] = {events[i].ts.tv_sec * kNanosecondsPerSecond + events[i].ts.tv_nsec,
                        events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE};
        }
        return count;
    }

private:
    Owned<gpiod_line, gpiod_line_release> line_;
};

#endif

std::vector<std::string> chip_paths() {
    std::vector<std::string> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{"/dev", error}) {
        if (entry.path().filename().string().starts_with("gpiochip")) {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
        return std::pair{a.size(), a} < std::pair{b.size(), b};
    });
    return paths;
}

std::optional<unsigned> number_in(const std::string& text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

class GpioEdgeSource : public EdgeSource {
public:
    GpioEdgeSource(std::string chip, std::string line)
        : wanted_chip_{std::move(chip)}, wanted_line_{std::move(line)}, number_{number_in(wanted_line_)} {}

    std::optional<std::string> open() override {
        close();
        if (wanted_chip_.empty() && number_) {
            return "line = \"" + wanted_line_ + "\" is a number: name its chip too (gpiodetect lists them)";
        }
        std::optional<std::string> fault = find_line();
        if (fault) {
            return fault;
        }
        request_.emplace(chip_.get(), line_);
        if (request_->descriptor() >= 0) {
            fcntl(request_->descriptor(), F_SETFL, O_NONBLOCK);
            return std::nullopt;
        }
        return refused(errno);
    }

    int descriptor() const override { return request_ ? request_->descriptor() : -1; }

    std::optional<std::size_t> read(std::span<LineEdge> edges) override {
        const int count = request_->read(edges);
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            return std::nullopt;
        }
        return static_cast<std::size_t>(std::max(count, 0));
    }

    void close() override {
        request_.reset();
        chip_.reset();
    }

private:
    /// Sets `chip_` and `line_`, or tells why that cannot be.
    std::optional<std::string> find_line() {
        std::string here;
        std::string forbidden;
        for (const std::string& path : chip_paths()) {
            chip_.reset(gpiod_chip_open(path.c_str()));
            if (!chip_) {
                forbidden = errno == EACCES || errno == EPERM ? path : forbidden;
                continue;
            }
            names_ = names_of(chip_.get());
            here += (here.empty() ? "" : ", ") + names_.name + " (" + names_.label + ')';
            if (is_wanted_chip(path) && find_line_on_chip()) {
                return std::nullopt;
            }
            if (is_wanted_chip(path) && !wanted_chip_.empty()) {
                return no_such_line();
            }
        }
        chip_.reset();
        return no_such_chip(here, forbidden);
    }

    bool is_wanted_chip(const std::string& path) const {
        return wanted_chip_.empty() || wanted_chip_ == names_.name || wanted_chip_ == names_.label ||
               wanted_chip_ == path || "/dev/" + wanted_chip_ == path;
    }

    bool find_line_on_chip() {
        const std::optional<unsigned> found = number_ ? number_ : line_named(chip_.get(), wanted_line_);
        line_ = found.value_or(0);
        return found && *found < names_.lines;
    }

    std::string no_such_line() const {
        return number_ ? "GPIO chip " + names_.name + " has no line " + wanted_line_ + ", only 0 to " +
                             std::to_string(names_.lines - 1) + ": correct line"
                       : "GPIO chip " + names_.name + " has no line called \"" + wanted_line_ +
                             "\": gpioinfo lists those it has";
    }

    std::string no_such_chip(const std::string& here, const std::string& forbidden) const {
        if (!forbidden.empty()) {
            return forbidden + " may not be opened: put the user of the service into the group gpio";
        }
        if (here.empty()) {
            return "this host shows no GPIO chip (/dev/gpiochip*): is it one with GPIO, and may the service see it?";
        }
        return wanted_chip_.empty()
                   ? "no GPIO chip has a line called \"" + wanted_line_ + "\": gpioinfo lists those there are"
                   : "there is no GPIO chip \"" + wanted_chip_ + "\": those here are " + here;
    }

    std::string refused(int error) const {
        const std::string line = "line " + std::to_string(line_) + " of GPIO chip " + names_.name;
        const std::string consumer = consumer_of(chip_.get(), line_);
        if (error == EBUSY) {
            return line + " is in use" + (consumer.empty() ? "" : " by \"" + consumer + '"') +
                   ": end that, or, where it is the kernel's pps-gpio, use driver = \"pps-kernel\"";
        }
        return line + " cannot be listened to (" + std::generic_category().message(error) +
               "): is it an input that can interrupt?";
    }

    const std::string wanted_chip_;
    const std::string wanted_line_;
    const std::optional<unsigned> number_;
    Chip chip_;
    ChipNames names_;
    unsigned line_ = 0;
    std::optional<Request> request_;
};

}  // namespace

std::unique_ptr<EdgeSource> make_gpio_edge_source(std::string chip, std::string line) {
    return std::make_unique<GpioEdgeSource>(std::move(chip), std::move(line));
}

}  // namespace tokimori
