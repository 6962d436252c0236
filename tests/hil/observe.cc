// Prints what the drivers of a configuration report, one observation per line: what the scenarios see of a driver
// before the clock room judges it.
//
//     observe CONFIGURATION
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "leap/calendar.h"
#include "refclocks/counter.h"
#include "server/daemon/configuration.h"
#include "server/daemon/refclock_factory.h"

namespace tokimori {
namespace {

class Printer : public ObservationSink {
public:
    explicit Printer(const Configuration& configuration) : configuration_{configuration} {}

    void observe(const Observation& observation) override {
        std::visit([this](const auto& heard) { print(heard); }, observation);
        std::cout << std::endl;
    }

private:
    std::ostream& begin(const char* kind, SourceId source) {
        return std::cout << kind << ' ' << configuration_.refclocks[source].name << ' ';
    }
    void print(const Pulse& pulse) {
        begin("pulse", pulse.source) << pulse.at.time_since_epoch().count() << ' ' << pulse.uncertainty.count();
    }
    void print(const Label& label) {
        begin("label", label.source) << label.heard.time_since_epoch().count() << ' ' << format_utc(label.time);
    }
    void print(const DeviceState& device) {
        begin("device", device.source) << (device.working ? "working " : "failing ") << device.sentence;
    }
    void print(const Rejection& rejection) {
        begin("rejection", rejection.source) << static_cast<int>(rejection.reason);
    }
    void print(const LostPulses& lost) { begin("lost", lost.source) << lost.count; }
    template <typename Other>
    void print(const Other& other) {
        begin("other", other.source);
    }

    const Configuration& configuration_;
};

void observe(const Configuration& configuration) {
    boost::asio::io_context io;
    Counter counter;
    Printer printer{configuration};
    const UpstreamCommons upstream;
    std::vector<std::unique_ptr<Refclock>> drivers;
    for (const RefclockConfiguration& wanted : configuration.refclocks) {
        const auto id = static_cast<SourceId>(drivers.size());
        drivers.push_back(make_refclock({io, counter, printer, upstream}, id, wanted));
        drivers.back()->start();
    }
    io.run();
}

}  // namespace
}  // namespace tokimori

int main(int argument_count, char** arguments) {
    const auto read = tokimori::read_configuration(argument_count > 1 ? arguments[1] : "");
    for (const auto& error : read.errors) {
        std::cerr << error << '\n';
    }
    if (!read.configuration) {
        return 1;
    }
    tokimori::observe(*read.configuration);
}
