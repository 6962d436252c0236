#include "web/identity_desk.h"

#include <boost/json.hpp>
#include <stdexcept>

#include "web/certificate_check.h"
#include "web/json_body.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

constexpr std::string_view kSpoilt = "certificate_spoilt";
constexpr std::int64_t kSoon = std::int64_t{30} * 86'400;
constexpr std::int64_t kBillion = 1'000'000'000;

json::value alarm_at_end(std::int64_t end, std::int64_t now) {
    const bool is_over = now > end;
    return {{"code", is_over ? "certificate_expired" : "certificate_expires"},
            {"since_ns", (now - (is_over ? end : end - kSoon)) * kBillion},
            {"at_least", false}};
}

WebReply not_stored(const std::string& why) {
    return error_reply(500, "not_stored", "The certificates on the disk stay as they are: " + why);
}

WebReply wrong(std::string_view fault) {
    json::value reply = json::parse(
        error_reply(422, "certificate_wrong", "Browsers would not take this certificate with this key.").body);
    reply.as_object()["why"] = {{"code", fault}};
    return json_reply(json::serialize(reply), 422);
}

}  // namespace

void IdentityDesk::answer(Destination destination, const WebRequest& request, const Caller& caller,
                          const Respond& respond) {
    switch (destination) {
        case Destination::kUploadCertificate:
            return respond(take(request, caller));
        case Destination::kForgetCertificate:
            return respond(take_back(caller));
        default:
            return respond(tell());
    }
}

WebReply IdentityDesk::tell() const {
    const KeyAndCertificate& current = world_.current();
    const auto end = certificate_end(current.certificate);
    const auto now = world_.time();
    return json_reply(json::serialize(json::object{{"sha256", fingerprint_of(current.certificate)},
                                                   {"names", json::value_from(certificate_names(current.certificate))},
                                                   {"uploaded", current.uploaded},
                                                   {"expires", end ? json::value(*end) : json::value()},
                                                   {"expired", end && now ? json::value(*now > *end) : json::value()},
                                                   {"spoilt", began_without_ == kSpoilt}}));
}

void IdentityDesk::began_without(std::string_view code) {
    began_without_ = code;
    began_ = world_.now();
}

std::string IdentityDesk::alarms() const {
    json::array told;
    if (!began_without_.empty()) {
        const std::chrono::nanoseconds span = world_.now() - began_;
        told.push_back({{"code", began_without_}, {"since_ns", span.count()}, {"at_least", true}});
    }
    const auto end = certificate_end(world_.current().certificate);
    const auto now = world_.time();
    if (end && now && *now >= *end - kSoon) {
        told.push_back(alarm_at_end(*end, *now));
    }
    return json::serialize(told);
}

WebReply IdentityDesk::changed(const std::string& user, const std::string& text_code, const std::string& details) {
    began_without_.clear();
    world_.record(user, text_code, details);
    return tell();
}

// It is tried before it is kept: one of no use would keep everybody out.
WebReply IdentityDesk::take(const WebRequest& request, const Caller& caller) {
    const JsonBody body{request.body};
    const std::string pem = body.text("certificate") + "\n" + body.text("key");
    if (pem.size() > kLongestIdentity) {
        return wrong("too_long");
    }
    if (const std::string_view fault = certificate_fault(pem, world_.time()); !fault.empty()) {
        return wrong(fault);
    }
    const KeyAndCertificate before = world_.current();
    if (!world_.use({pem, pem, true})) {
        return wrong("no_use");
    }
    if (const std::string why = world_.keep(pem); !why.empty()) {
        world_.use(before);
        return not_stored(why);
    }
    return changed(caller.user, "certificate_uploaded", fingerprint_of(pem));
}

WebReply IdentityDesk::take_back(const Caller& caller) {
    if (!world_.current().uploaded && began_without_ != kSpoilt) {
        return error_reply(409, "no_certificate", "No certificate was uploaded.");
    }
    const KeyAndCertificate before = world_.current();
    try {
        if (!world_.use(world_.own())) {
            return not_stored("the device's own is of no use.");
        }
    } catch (const std::runtime_error& trouble) {
        return not_stored(trouble.what());
    }
    if (const std::string why = world_.keep({}); !why.empty()) {
        world_.use(before);
        return not_stored(why);
    }
    return changed(caller.user, "certificate_forgotten", "");
}

}  // namespace tokimori::web
