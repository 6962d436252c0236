#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

/// Objects of OpenSSL that free themselves. Only for the files that know OpenSSL.
namespace tokimori::web {

template <auto kFree>
struct Freed {
    template <typename Object>
    void operator()(Object* object) const {
        kFree(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

/// Answers OpenSSL's question for a password: there is none. Without it OpenSSL asks at the terminal, and waits.
inline int no_password(char* /*to*/, int /*size*/, int /*writing*/, void* /*more*/) {
    return 0;
}

/// The first certificate of a PEM; null where there is none.
inline Certificate certificate_of(const std::string& pem) {
    const Memory text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    return Certificate{PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr)};
}

/// The first private key of a PEM; null where there is none without a password.
inline Key key_of(const std::string& pem) {
    const Memory text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    return Key{PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr)};
}

}  // namespace tokimori::web
