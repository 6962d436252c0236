#include "web/certificate_check.h"

#include <openssl/obj_mac.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

#include "web/openssl_objects.h"

namespace tokimori::web {
namespace {

// The kinds that every browser takes; what is larger only makes a small computer slow.
bool is_good_key(const EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        return bits >= 2048 && bits <= 4096;
    }
    std::array<char, 32> name{};
    std::size_t length = 0;
    const bool named = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
                       EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) == 1;
    const std::string_view curve{name.data(), named ? length : 0};
    return curve == SN_X9_62_prime256v1 || curve == SN_secp384r1;
}

// SHA-1 has 63 bits by this measure, MD5 39.
bool is_well_signed(X509* certificate) {
    constexpr int kLeastBits = 112;
    int bits = 0;
    return X509_get_signature_info(certificate, nullptr, nullptr, &bits, nullptr) == 1 && bits >= kLeastBits;
}

// With these ciphers a server signs, whatever its key; browsers let nobody pass whose certificate forbids that.
bool is_for_servers(X509* certificate) {
    return X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1 &&
           (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
}

std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? std::optional<std::int64_t>{::timegm(&parts)} : std::nullopt;
}

std::string_view fault_of(X509* certificate, const EVP_PKEY* key) {
    if (X509_check_private_key(certificate, key) != 1) {
        return "key_differs";
    }
    if (!is_good_key(key)) {
        return "key_kind";
    }
    if (!is_well_signed(certificate)) {
        return "signature_weak";
    }
    if (!is_for_servers(certificate)) {
        return "not_for_servers";
    }
    if (X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) < 0) {
        return "no_names";
    }
    return {};
}

}  // namespace

std::string_view certificate_fault(const std::string& pem, std::optional<std::int64_t> unix_time) {
    const Certificate certificate = certificate_of(pem);
    if (certificate == nullptr) {
        return "no_certificate";
    }
    const Key key = key_of(pem);
    if (key == nullptr) {
        return "no_key";
    }
    if (const std::string_view fault = fault_of(certificate.get(), key.get()); !fault.empty()) {
        return fault;
    }
    const auto from = seconds_of(X509_get0_notBefore(certificate.get()));
    const auto until = seconds_of(X509_get0_notAfter(certificate.get()));
    if (!from || !until || (unix_time && *unix_time > *until)) {
        return "expired";
    }
    if (unix_time && *unix_time < *from) {
        return "not_yet_valid";
    }
    return {};
}

std::optional<std::int64_t> certificate_end(const std::string& pem) {
    const Certificate certificate = certificate_of(pem);
    return certificate != nullptr ? seconds_of(X509_get0_notAfter(certificate.get())) : std::nullopt;
}

}  // namespace tokimori::web
