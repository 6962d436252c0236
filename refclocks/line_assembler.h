#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace tokimori {

/// Puts the lines of a byte stream together from the pieces in which they arrive, and lets go of those that do not end.
class LineAssembler {
public:
    /// Longest line handed on, without its newline.
    static constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

    /// Calls `on_line(std::string_view)` for each line completed by `bytes`, without its newline, and `on_overflow()`
    /// once for each that grew too long; that one is skipped up to its newline.
    template <typename OnLine, typename OnOverflow>
    void take(std::string_view bytes, OnLine on_line, OnOverflow on_overflow) {
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            append(bytes.substr(0, end), on_overflow);
            bytes.remove_prefix(end + 1);
            const std::string line = std::exchange(line_, {});
            if (!std::exchange(skipping_, false)) {
                on_line(std::string_view{line});
            }
        }
        append(bytes, on_overflow);
    }

    /// Forgets an unfinished line.
    void clear() {
        line_.clear();
        skipping_ = false;
    }

private:
    template <typename OnOverflow>
    void append(std::string_view piece, OnOverflow on_overflow) {
        if (skipping_) {
            return;
        }
        if (line_.size() + piece.size() > kLongestLine) {
            line_.clear();
            skipping_ = true;
            on_overflow();
            return;
        }
        line_ += piece;
    }

    std::string line_;
    bool skipping_ = false;
};

}  // namespace tokimori
