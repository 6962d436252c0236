#include "web/json_body.h"

#include <boost/json.hpp>

namespace tokimori::web {
namespace json = boost::json;

JsonBody::JsonBody(std::string_view text) {
    json::parse_options options;
    options.max_depth = 8;
    boost::system::error_code error;
    json::value value = json::parse(text, error, {}, options);
    if (!error && value.is_object()) {
        object_ = std::make_shared<const json::object>(std::move(value.get_object()));
    }
}

std::string JsonBody::text(std::string_view name) const {
    const json::value* const member = object_ != nullptr ? object_->if_contains(name) : nullptr;
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string{};
}

std::optional<std::int64_t> JsonBody::number(std::string_view name) const {
    const json::value* const member = object_ != nullptr ? object_->if_contains(name) : nullptr;
    return member != nullptr && member->is_int64() ? std::optional{member->get_int64()} : std::nullopt;
}

std::optional<std::string> JsonBody::object(std::string_view name) const {
    const json::value* const member = object_ != nullptr ? object_->if_contains(name) : nullptr;
    return member != nullptr && member->is_object() ? std::optional{json::serialize(*member)} : std::nullopt;
}

}  // namespace tokimori::web
