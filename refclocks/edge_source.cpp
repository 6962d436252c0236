#include "refclocks/edge_source.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "refclocks/gpio_place.h"

namespace tokimori {
namespace {

class GpioEdgeSource : public EdgeSource {
public:
    GpioEdgeSource(std::string chip, std::string line, LineBias bias)
        : place_{std::move(chip), std::move(line)}, bias_{bias} {}

    std::optional<std::string> open() override {
        close();
        std::optional<std::string> fault = place_.find();
        if (fault) {
            return fault;
        }
        request_.emplace(place_.chip(), place_.line(), bias_);
        if (request_->descriptor() >= 0) {
            fcntl(request_->descriptor(), F_SETFL, O_NONBLOCK);
            return std::nullopt;
        }
        return place_.refused(errno, "listened to",
                              "end that, or, where it is the kernel's pps-gpio, use driver = \"pps-kernel\"",
                              "is it an input that can interrupt?");
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
        place_.close();
    }

private:
    GpioPlace place_;
    const LineBias bias_;
    std::optional<GpioEdges> request_;
};

}  // namespace

std::unique_ptr<EdgeSource> make_gpio_edge_source(std::string chip, std::string line, LineBias bias) {
    return std::make_unique<GpioEdgeSource>(std::move(chip), std::move(line), bias);
}

}  // namespace tokimori
