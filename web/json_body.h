#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::json {
class object;
}

namespace tokimori::web {

/// The members of a request's body, one JSON object. Pure; never throws whatever the text.
class JsonBody {
public:
    explicit JsonBody(std::string_view text);

    bool is_object() const { return object_ != nullptr; }
    /// A member that is a text; empty where it is not there or something else.
    std::string text(std::string_view name) const;
    std::optional<std::int64_t> number(std::string_view name) const;
    /// A member that is an object, written out as JSON without a line break.
    std::optional<std::string> object(std::string_view name) const;

private:
    std::shared_ptr<const boost::json::object> object_;
};

}  // namespace tokimori::web
