#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "refclocks/observation.h"
#include "server/clock/cadence.h"
#include "server/clock/objections.h"
#include "server/clock/server_state.h"
#include "server/clock/source_settings.h"

namespace tokimori {

/// Is the second that we serve the right one? Sources that name another are refused one by one; this one hears them
/// all, and knows when it is we who are wrong: when sources of unlike physics, or one that the operator trusts, name
/// the same other second, and fewer bear us out.
/// Receivers of one kind may err together and count once, and so do programs that share samples, which most likely
/// listen to receivers. So do all servers that bore us out before, or that are off by the leap second that has just
/// been: that they did not make it is one cause for all of them. Other servers count one by one, and so do all while
/// nobody is served: nothing is lost then by hearing everybody out anew. Pure.
class SecondWatch {
public:
    /// Who says it, and what is known of who says it.
    struct Speaker {
        SourceId source = 0;
        Kin kin = Kin::kUnknown;
        bool trusted = false;
    };

    /// `speaker` said at `at` that the second is `off` seconds later than ours; 0 bears us out.
    /// What is not later than its last word says nothing.
    void note(const Speaker& speaker, std::int64_t off, LocalInstant at);
    /// What beside the words themselves says how much they weigh.
    struct Circumstances {
        LocalInstant now;
        bool serving = false;  ///< clients are served our second
        bool leapt = false;    ///< a leap second was carried out in the last days
    };
    /// By how many seconds ours is wrong, as far as anybody can know; nullopt where nobody who counts says so.
    std::optional<std::int64_t> refuted(const Circumstances& circumstances) const;
    /// True if sources of unlike physics have borne us out since then, and more than deny it.
    bool borne_out_since(LocalInstant since, LocalInstant now) const;
    void forget() { said_.clear(); }
    /// What this source said.
    void forget(SourceId source) { said_.erase(source); }

private:
    struct Said {
        Speaker speaker;
        std::int64_t off = 0;
        LocalInstant since;
        int times = 0;
        bool bore_us_out = false;  ///< once
        Cadence cadence;
    };

    std::size_t weight_of(std::int64_t off, const Circumstances& circumstances) const;
    bool trusted(std::int64_t off, LocalInstant now) const;
    bool persists(const Said& said, LocalInstant now) const;

    std::map<SourceId, Said> said_;
};

/// Our own count of seconds: who contradicts it, and how far it may be relied on.
struct SecondCount {
    /// While an objection stands.
    struct Withheld {
        Objections::Objector by;
        ServerState state;  ///< what is published: ours, but LI 3
    };

    SecondWatch watch;
    Objections objections;
    std::optional<Withheld> withheld{};
    unsigned revocations = 0;                ///< how often what was served before turned out not to be relied on
    bool doubted = false;                    ///< it was refuted …
    bool corrected = false;                  ///< … or corrected, and nobody is followed by it yet
    std::optional<LocalInstant> one_more{};  ///< when a receiver last said so of leap seconds
};

}  // namespace tokimori
