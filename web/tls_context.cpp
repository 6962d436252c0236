#include "web/tls_context.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

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
    tls->use_certificate_chain(asio::buffer(identity.certificate));
    tls->use_private_key(asio::buffer(identity.key), context::pem);
    return tls;
}

}  // namespace tokimori::web
