#include "web/identity_desk.h"

#include <boost/json.hpp>
#include <stdexcept>

#include "web/certificate_check.h"
#include "web/json_body.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

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
    return json_reply(
        json::serialize(json::object{{"sha256", fingerprint_of(current.certificate)},
                                     {"uploaded", current.uploaded},
                                     {"expires", end ? json::value(*end) : json::value()},
                                     {"expired", end && now ? json::value(*now > *end) : json::value()}}));
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
    world_.record(caller.user, "certificate_uploaded", fingerprint_of(pem));
    return tell();
}

WebReply IdentityDesk::take_back(const Caller& caller) {
    if (!world_.current().uploaded) {
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
    world_.record(caller.user, "certificate_forgotten", "");
    return tell();
}

}  // namespace tokimori::web
