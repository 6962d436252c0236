#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace boost::json {
class object;
}

namespace tokimori {

/// What a request on the control socket says beside its name, member by member, and the first thing that is wrong with
/// it. A member that is absent or null is not said. Pure.
class ControlRequest {
public:
    /// `members` must outlive the object.
    explicit ControlRequest(const boost::json::object& members) : members_{members} {}

    /// A whole number between `lowest` and `highest`.
    std::optional<std::int64_t> number(std::string_view name, std::int64_t lowest, std::int64_t highest);
    /// A text of at most `most` bytes.
    std::optional<std::string> text(std::string_view name, std::size_t most);
    /// The place among `words` of the one that is said.
    std::optional<std::size_t> word(std::string_view name, std::initializer_list<std::string_view> words);
    /// Something else is wrong; only the first of all counts.
    void complain(std::string sentence);

    /// A sentence; empty: nothing is wrong so far.
    const std::string& complaint() const { return complaint_; }

private:
    const boost::json::object& members_;
    std::string complaint_;
};

}  // namespace tokimori
