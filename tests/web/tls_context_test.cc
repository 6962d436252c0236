#include "web/tls_context.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>
#include <string>

#include "web/openssl_objects.h"

namespace tokimori::web {
namespace {

std::string content_of(const Memory& text) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

/// A key that says to be that of the certificate and is not: one of its bits has turned on the disk.
std::string with_wrong_number(const std::string& pem) {
    const Key key = key_of(pem);
    unsigned char* octets = nullptr;
    const int length = i2d_PrivateKey(key.get(), &octets);
    std::string der{reinterpret_cast<const char*>(octets), static_cast<std::size_t>(length)};
    OPENSSL_free(octets);
    der.at(der.find("\x04\x20") + 10) ^= 1;
    const Memory text{BIO_new(BIO_s_mem())};
    PEM_write_bio(text.get(), "EC PRIVATE KEY", "", reinterpret_cast<const unsigned char*>(der.data()), length);
    return content_of(text);
}

std::string authority_with(const Key& key) {
    const Certificate certificate{X509_new()};
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 7);
    ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "20260101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "20280101000000Z");
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const Memory text{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(text.get(), certificate.get());
    return content_of(text);
}

TEST(TlsContext, IsMadeOfWhatWorks) {
    const KeyAndCertificate own = make_certificate({"toki"});
    EXPECT_NE(make_tls_context(own), nullptr);
    const std::string authority = authority_with(Key{EVP_EC_gen("P-256")});
    std::string chain = own.certificate;
    while (chain.size() < kLongestIdentity) {
        chain += authority;
    }
    EXPECT_NE(make_tls_context({own.key, chain}), nullptr);
}

TEST(TlsContext, IsNotMadeOfWhatNoClientCouldConnectTo) {
    const KeyAndCertificate own = make_certificate({"toki"});
    EXPECT_THROW(make_tls_context({with_wrong_number(own.key), own.certificate}), std::exception);
    EXPECT_THROW(make_tls_context({own.key, own.certificate + authority_with(Key{EVP_RSA_gen(1024)})}), std::exception);
    EXPECT_THROW(make_tls_context({make_certificate({"toki"}).key, own.certificate}), std::exception);
    EXPECT_THROW(make_tls_context({own.key, own.certificate + own.certificate.substr(0, 300)}), std::exception);
    EXPECT_THROW(make_tls_context({own.key, ""}), std::exception);
}

}  // namespace
}  // namespace tokimori::web
