#include "web/certificate_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "web/certificate.h"
#include "web/openssl_objects.h"

namespace tokimori::web {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;  // 2027-01-15

std::string content_of(const Memory& text) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string pem_of(EVP_PKEY* key) {
    const Memory text{BIO_new(BIO_s_mem())};
    PEM_write_bio_PKCS8PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return content_of(text);
}

void extend(X509* certificate, int kind, const char* value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

void demand_something(X509* certificate) {
    ASN1_OBJECT* const kind = OBJ_txt2obj("1.2.3.4", 1);
    ASN1_OCTET_STRING* const value = ASN1_OCTET_STRING_new();
    ASN1_STRING_set(value, "\x05", 2);
    X509_EXTENSION* const extension = X509_EXTENSION_create_by_OBJ(nullptr, kind, 1, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(kind);
}

/// A certificate as an authority might make it, with its key.
struct Wanted {
    const char* names = "DNS:clock.example";
    const char* usage = "digitalSignature";
    const char* extended_usage = "serverAuth";
    const EVP_MD* digest = EVP_sha256();
    const char* constraints = "critical,CA:FALSE";
    const char* until = "20280101000000Z";
    EVP_PKEY* signer = nullptr;  ///< null: itself
    bool demands = false;        ///< a critical extension that nobody knows
};

std::string made(const Key& key, const Wanted& wanted = {}) {
    const Certificate certificate{X509_new()};
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 7);
    ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "20260101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), wanted.until);
    X509_set_pubkey(certificate.get(), key.get());
    if (wanted.names != nullptr) {
        extend(certificate.get(), NID_subject_alt_name, wanted.names);
    }
    extend(certificate.get(), NID_key_usage, wanted.usage);
    extend(certificate.get(), NID_ext_key_usage, wanted.extended_usage);
    extend(certificate.get(), NID_basic_constraints, wanted.constraints);
    if (wanted.demands) {
        demand_something(certificate.get());
    }
    X509_sign(certificate.get(), wanted.signer != nullptr ? wanted.signer : key.get(), wanted.digest);
    const Memory text{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(text.get(), certificate.get());
    return content_of(text) + pem_of(key.get());
}

Key curve(const char* name) {
    return Key{EVP_EC_gen(name)};
}

/// As a curve's numbers instead of its name, or with points cut to one coordinate.
Key curve(const char* name, const char* parameter, const char* value) {
    Key key = curve(name);
    EVP_PKEY_set_utf8_string_param(key.get(), parameter, value);
    return key;
}

Key rsa(unsigned bits) {
    return Key{EVP_RSA_gen(bits)};
}

TEST(CertificateFault, IsNoneOfWhatBrowsersTake) {
    const KeyAndCertificate own = make_certificate({"toki"});
    EXPECT_EQ(certificate_fault(own.certificate + own.key, kNow), "");
    EXPECT_EQ(certificate_fault(own.key + own.certificate, kNow), "") << "in any order";
    EXPECT_EQ(certificate_fault(made(curve("P-384")), kNow), "");
    EXPECT_EQ(certificate_fault(made(rsa(2048)), kNow), "");
}

TEST(CertificateFault, NeedsBothOfOneAnother) {
    const KeyAndCertificate own = make_certificate({"toki"});
    EXPECT_EQ(certificate_fault("", kNow), "no_certificate");
    EXPECT_EQ(certificate_fault(own.key, kNow), "no_certificate");
    EXPECT_EQ(certificate_fault(own.certificate, kNow), "no_key");
    EXPECT_EQ(certificate_fault(own.certificate + make_certificate({"toki"}).key, kNow), "key_differs");
    EXPECT_EQ(certificate_fault(make_certificate({"ca"}).certificate + own.certificate + own.key, kNow), "key_differs")
        << "that of the authority comes first";
}

TEST(CertificateFault, AsksNobodyForAPassword) {
    const KeyAndCertificate own = make_certificate({"toki"});
    const Key key = key_of(own.key);
    const Memory locked{BIO_new(BIO_s_mem())};
    PEM_write_bio_PKCS8PrivateKey(locked.get(), key.get(), EVP_aes_256_cbc(), "secret", 6, nullptr, nullptr);
    EXPECT_EQ(certificate_fault(own.certificate + content_of(locked), kNow), "no_key");
    std::string certificate = own.certificate;
    certificate.insert(certificate.find('\n') + 1,
                       "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n");
    EXPECT_EQ(certificate_fault(certificate + own.key, kNow), "no_certificate");
    EXPECT_EQ(fingerprint_of(certificate), "");
}

TEST(CertificateFault, IsAKeyThatIsWeakOrUnknownToBrowsers) {
    EXPECT_EQ(certificate_fault(made(rsa(1024)), kNow), "key_kind");
    EXPECT_EQ(certificate_fault(made(curve("P-521")), kNow), "key_kind");
    EXPECT_EQ(certificate_fault(made(curve("P-224")), kNow), "key_kind");
    EXPECT_EQ(certificate_fault(made(Key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}, {.digest = nullptr}), kNow),
              "key_kind");
}

TEST(CertificateFault, IsACurveThatIsNotSaidByItsName) {
    EXPECT_EQ(certificate_fault(made(curve("P-256", OSSL_PKEY_PARAM_EC_ENCODING, "explicit")), kNow), "key_kind");
    EXPECT_EQ(certificate_fault(made(curve("P-256", OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed")), kNow),
              "key_kind");
}

TEST(CertificateFault, IsASignatureThatNotAllBrowsersKnow) {
    const Key authority{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.digest = nullptr, .signer = authority.get()}), kNow),
              "signature_weak");
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.digest = EVP_sha224()}), kNow), "signature_weak");
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.digest = EVP_sha512()}), kNow), "");
}

TEST(CertificateFault, IsOneOfAnAuthorityOrWithADemandThatNobodyKnows) {
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.constraints = "critical,CA:TRUE"}), kNow), "of_authority");
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.demands = true}), kNow), "unknown_demand");
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.names = "email:a@clock.example"}), kNow), "no_names");
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.names = "IP:192.0.2.1"}), kNow), "");
}

TEST(CertificateFault, IsAWeakSignatureOrAnotherUse) {
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.digest = EVP_sha1()}), kNow), "signature_weak");
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.extended_usage = "clientAuth"}), kNow), "not_for_servers");
    EXPECT_EQ(certificate_fault(made(rsa(2048), {.usage = "keyEncipherment"}), kNow), "not_for_servers");
    EXPECT_EQ(certificate_fault(made(curve("P-256"), {.names = nullptr}), kNow), "no_names");
}

TEST(CertificateNames, AreItsHostsAndAddresses) {
    using ::testing::ElementsAre;
    using ::testing::IsEmpty;
    EXPECT_THAT(certificate_names(
                    made(curve("P-256"), {.names = "DNS:*.example,email:a@b.example,IP:192.0.2.1,IP:2001:db8::1"})),
                ElementsAre("*.example", "192.0.2.1", "2001:db8::1"));
    EXPECT_THAT(certificate_names(made(curve("P-256"), {.names = nullptr})), IsEmpty());
    EXPECT_THAT(certificate_names("x"), IsEmpty());
}

TEST(CertificateFault, IsADateWhereTheTimeIsKnown) {
    const std::string pem = made(curve("P-256"));
    EXPECT_EQ(certificate_end(pem), 1'830'297'600);
    EXPECT_EQ(certificate_fault(pem, 1'830'297'600), "");
    EXPECT_EQ(certificate_fault(pem, 1'830'297'601), "expired");
    EXPECT_EQ(certificate_fault(pem, 1'767'225'599), "not_yet_valid");
    EXPECT_EQ(certificate_fault(pem, std::nullopt), "");
    EXPECT_EQ(certificate_end("x"), std::nullopt);
}

TEST(CertificateFault, IsTheEndOfTheAuthorityThatComesAlong) {
    const Key key = curve("P-384");
    const Wanted authority{.usage = "keyCertSign", .constraints = "critical,CA:TRUE", .until = "20270101000000Z"};
    const std::string pem = made(curve("P-256"), {.signer = key.get()});
    const std::string chain = pem + made(key, authority);
    EXPECT_EQ(certificate_end(chain), 1'798'761'600);
    EXPECT_EQ(certificate_fault(chain, 1'798'761'600), "");
    EXPECT_EQ(certificate_fault(chain, kNow), "expired");
    EXPECT_EQ(certificate_end(pem + pem), 1'830'297'600) << "no authority";
}

}  // namespace
}  // namespace tokimori::web
