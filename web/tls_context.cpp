#include "web/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <stdexcept>
#include <string>

#include "web/openssl_objects.h"

namespace tokimori::web {
namespace {

using Session = std::unique_ptr<SSL, Freed<SSL_free>>;
using Client = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

bool goes_on(SSL* side, int result) {
    const int why = SSL_get_error(side, result);
    return result == 1 || why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

bool shake_hands(SSL* server, SSL* client) {
    // Each turn moves something; the longest chain takes a few.
    constexpr int kMostTurns = 100;
    for (int turn = 0; turn < kMostTurns; ++turn) {
        const int of_client = SSL_do_handshake(client);
        if (!goes_on(client, of_client)) {
            return false;
        }
        const int of_server = SSL_do_handshake(server);
        if (!goes_on(server, of_server)) {
            return false;
        }
        if (of_client == 1 && of_server == 1) {
            return true;
        }
    }
    return false;
}

// A client of that version that lives in the same memory, and believes any name but no wrong signature.
bool works_with(SSL_CTX* native, int version) {
    const Client clients{SSL_CTX_new(TLS_client_method())};
    if (clients == nullptr) {
        return false;
    }
    SSL_CTX_set_min_proto_version(clients.get(), version);
    SSL_CTX_set_max_proto_version(clients.get(), version);
    const Session server{SSL_new(native)};
    const Session client{SSL_new(clients.get())};
    BIO* of_server = nullptr;
    BIO* of_client = nullptr;
    if (server == nullptr || client == nullptr || BIO_new_bio_pair(&of_server, 0, &of_client, 0) != 1) {
        return false;
    }
    SSL_set_bio(server.get(), of_server, of_server);
    SSL_set_bio(client.get(), of_client, of_client);
    SSL_set_accept_state(server.get());
    SSL_set_connect_state(client.get());
    const bool works = shake_hands(server.get(), client.get());
    ERR_clear_error();
    return works;
}

}  // namespace

std::shared_ptr<boost::asio::ssl::context> make_tls_context(const KeyAndCertificate& identity) {
    namespace asio = boost::asio;
    using asio::ssl::context;
    auto tls = std::make_shared<context>(context::tls_server);
    SSL_CTX* const native = tls->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Many idle connections must not hold buffers.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    // Nobody sits there to be asked for one.
    tls->set_password_callback([](std::size_t, context::password_purpose) { return std::string{}; });
    tls->use_certificate_chain(asio::buffer(identity.certificate));
    tls->use_private_key(asio::buffer(identity.key), context::pem);
    if (SSL_CTX_check_private_key(native) != 1) {
        throw std::runtime_error{"the key is not that of the certificate"};
    }
    // A damaged key, and a weak certificate between, are only seen once somebody connects.
    if (!works_with(native, TLS1_2_VERSION) || !works_with(native, TLS1_3_VERSION)) {
        throw std::runtime_error{"no handshake works with it"};
    }
    return tls;
}

}  // namespace tokimori::web
