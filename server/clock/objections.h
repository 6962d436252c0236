#pragma once

#include <cstdint>
#include <map>

#include "refclocks/observation.h"

namespace tokimori {

/// Does a source that the operator trusts object to the second that we serve? Its first word counts, long before it is
/// believed: to be silent for a moment costs little, to serve a wrong second much. Pure.
class Objections {
public:
    /// `source` said at `at` that the second is `off` seconds later than ours; 0: it does not object. It is expected to
    /// speak again within `patience`; after that its word counts for nothing.
    void note(SourceId source, std::int64_t off, LocalInstant at, Duration patience);
    /// True while one objects, unless another has borne us out since it began.
    bool stand(LocalInstant now) const;
    void forget() { words_.clear(); }
    void forget(SourceId source) { words_.erase(source); }

private:
    struct Word {
        bool objects = false;
        LocalInstant since;
        LocalInstant last;
        LocalInstant until;
    };
    std::map<SourceId, Word> words_;
};

}  // namespace tokimori
