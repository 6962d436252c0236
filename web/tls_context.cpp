#include "web/tls_context.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <stdexcept>
#include <string>

namespace tokimori::web {

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
    return tls;
}

}  // namespace tokimori::web
