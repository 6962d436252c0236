#pragma once

#include <memory>

#include "web/certificate.h"

namespace boost::asio::ssl {
class context;
}

namespace tokimori::web {

/// TLS 1.2 with forward secrecy and AEAD ciphers, and TLS 1.3; nothing older. A handshake of both has worked with it.
/// Throws std::exception where key and certificate are of no use.
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const KeyAndCertificate& identity);

}  // namespace tokimori::web
