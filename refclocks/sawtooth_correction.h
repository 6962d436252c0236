#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// Takes the sawtooth off the pulses of a receiver. It can begin them only at a tick of its own clock, and tells for
/// each by how much it missed (UBX-TIM-TP qErr). Sources differ in which sign they give that number, so the sign is
/// found by measurement: nothing is corrected until one sign has clearly lowered the scatter of the edges, and nothing
/// any more once it has ceased to. Pure.
class SawtoothCorrection {
public:
    enum class Sign : std::int8_t { kSubtract = -1, kNone = 0, kAdd = 1 };

    /// No receiver misses by more; what claims to is not believed.
    static constexpr std::int64_t kMostPicoseconds = 100'000;

    struct Verdict {
        Duration correction{};  ///< to be added to the edge
        bool changed = false;   ///< `sign()` is another from now on
    };
    /// The next edge, and what was told of it, ps.
    Verdict take(LocalInstant edge, std::optional<std::int64_t> error);

    /// What is done with the number.
    Sign sign() const { return sign_; }

    /// How far edges lie from where those before and after let expect them, root mean square, over the last two
    /// minutes: as they are, and with the sign in use. Zero before anything was measured.
    struct Scatter {
        Duration plain{};
        Duration corrected{};
    };
    Scatter scatter() const;

    /// Another receiver: everything begins anew.
    void restart() { *this = {}; }

private:
    struct Edge {
        LocalInstant at;
        std::int64_t error = 0;
    };
    /// Three edges: how far the middle one lies off, twice, and by how much the sawtooth explains it; ps.
    struct Bend {
        std::int64_t edges = 0;
        std::int64_t errors = 0;
    };
    /// Sums of squares over the window.
    struct Squares {
        std::size_t count = 0;
        double plain = 0;
        double added = 0;
        double subtracted = 0;

        double of(Sign sign) const;
    };
    static constexpr std::size_t kWindow = 128;

    void push(const Edge& edge);
    Squares squares() const;
    Sign weigh() const;

    std::array<Edge, 3> edges_{};
    std::size_t edge_count_ = 0;
    std::array<Bend, kWindow> window_{};
    std::size_t next_ = 0;
    std::size_t size_ = 0;
    Sign sign_ = Sign::kNone;
};

}  // namespace tokimori
