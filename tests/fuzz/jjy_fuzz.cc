#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "refclocks/jjy_receiver.h"

namespace {

/// Holds every observation against the contract.
struct Strict : tokimori::ObservationSink {
    void observe(const tokimori::Observation& observation) override {
        const auto* const label = std::get_if<tokimori::Label>(&observation);
        const bool in_range = label == nullptr ||
                              (label->time.second.second >= 0 && label->time.second.second < tokimori::kSecondsPerDay &&
                               label->time.second.day >= tokimori::kJjyEarliest - 1);
        if (!in_range) {
            std::abort();
        }
    }
};

/// What can be read must be written the same way.
void read_frame(std::span<const std::uint8_t> bytes) {
    std::vector<tokimori::JjySymbol> symbols;
    for (const std::uint8_t byte : bytes) {
        symbols.push_back(static_cast<tokimori::JjySymbol>(byte % 4U));
    }
    const auto decoded = tokimori::decode_jjy(symbols);
    const auto* const fields = std::get_if<tokimori::JjyFields>(&decoded);
    const auto begins = fields == nullptr ? std::nullopt : tokimori::jjy_begin(*fields, tokimori::kJjyEarliest);
    if (!begins) {
        return;
    }
    const auto again = tokimori::encode_jjy({.begins = *begins,
                                             .leap = fields->leap.value_or(tokimori::LeapKind::kNone),
                                             .summer_time_changes = fields->summer_time_changes,
                                             .summer_time = fields->summer_time,
                                             .stop = fields->stop.value_or(tokimori::JjyStop{})});
    for (std::size_t i = 0; i < again.size(); ++i) {
        if (again.size() != symbols.size() || (again[i] != tokimori::JjySymbol::kUnknown && again[i] != symbols[i])) {
            std::abort();
        }
    }
}

}  // namespace

/// The bytes are one frame, and then the edges of a line: how long it keeps its level, up to 2 s.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes{data, size};
    read_frame(bytes);
    Strict strict;
    tokimori::JjyReceiver receiver{strict, 1, {}};
    tokimori::LocalInstant now{std::chrono::seconds{5}};
    bool high = true;
    for (const std::uint8_t byte : bytes) {
        now += std::chrono::milliseconds{8 * byte};
        receiver.edge(now, high);
        // Lost edges, too.
        high = byte % 64U == 63U ? high : !high;
        receiver.advance(now);
    }
    return 0;
}
