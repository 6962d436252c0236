#include "web/certificate_check.h"

#include <arpa/inet.h>
#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "web/openssl_objects.h"

namespace tokimori::web {
namespace {

std::string text_of(const EVP_PKEY* key, const char* parameter) {
    std::array<char, 32> text{};
    std::size_t length = 0;
    const bool known = EVP_PKEY_get_utf8_string_param(key, parameter, text.data(), text.size(), &length) == 1;
    return known ? std::string{text.data(), length} : std::string{};
}

// Browsers want a curve by its name, and both coordinates of a point (RFC 5480, section 2.1.1; RFC 8422,
// section 5.1.1).
bool is_good_curve(const EVP_PKEY* key) {
    int is_explicit = 0;
    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit);
    const std::string curve = text_of(key, OSSL_PKEY_PARAM_GROUP_NAME);
    return (curve == SN_X9_62_prime256v1 || curve == SN_secp384r1) && is_explicit == 0 &&
           text_of(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT) != "compressed";
}

// The kinds that every browser takes; what is larger only makes a small computer slow.
bool is_good_key(const EVP_PKEY* key) {
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        const int bits = EVP_PKEY_get_bits(key);
        return bits >= 2048 && bits <= 4096;
    }
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && is_good_curve(key);
}

// What is neither weak nor unknown to one of the browsers, as SHA-224 and Ed25519 are.
bool is_well_signed(X509* certificate) {
    constexpr std::array kDigests{NID_sha256, NID_sha384, NID_sha512};
    constexpr std::array kKeys{EVP_PKEY_RSA, EVP_PKEY_RSA_PSS, EVP_PKEY_EC};
    int digest = 0;
    int key = 0;
    return X509_get_signature_info(certificate, &digest, &key, nullptr, nullptr) == 1 &&
           std::ranges::find(kDigests, digest) != kDigests.end() && std::ranges::find(kKeys, key) != kKeys.end();
}

std::string text_of(const GENERAL_NAME* name) {
    if (name->type != GEN_DNS && name->type != GEN_IPADD) {
        return {};
    }
    const ASN1_STRING* const value = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const unsigned char* const octets = ASN1_STRING_get0_data(value);
    const auto length = static_cast<std::size_t>(ASN1_STRING_length(value));
    if (name->type == GEN_DNS) {
        const bool is_visible =
            std::all_of(octets, octets + length, [](unsigned char c) { return c > ' ' && c < 0x7F; });
        return is_visible ? std::string{octets, octets + length} : std::string{};
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool is_address = length == sizeof(in_addr) || length == sizeof(in6_addr);
    const int family = length == sizeof(in_addr) ? AF_INET : AF_INET6;
    return is_address && ::inet_ntop(family, octets, text.data(), text.size()) != nullptr ? text.data() : "";
}

std::vector<std::string> names_of(X509* certificate) {
    const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    std::vector<std::string> found;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        if (std::string name = text_of(sk_GENERAL_NAME_value(names.get(), i)); !name.empty()) {
            found.push_back(std::move(name));
        }
    }
    return found;
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

struct Validity {
    std::int64_t from;
    std::int64_t until;
};

std::optional<Validity> validity_of(const X509* certificate) {
    const auto from = seconds_of(X509_get0_notBefore(certificate));
    const auto until = seconds_of(X509_get0_notAfter(certificate));
    return from && until ? std::optional{Validity{*from, *until}} : std::nullopt;
}

// That of the first certificate, as far as it does not outlive the one of its authority that comes along: browsers know
// no other. What stands above that is their own business.
std::optional<Validity> validity_in(const std::string& pem) {
    const Memory text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    const auto next = [&text] { return Certificate{PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr)}; };
    const Certificate own = next();
    auto found = own != nullptr ? validity_of(own.get()) : std::nullopt;
    for (Certificate each = next(); found && each != nullptr; each = next()) {
        const auto whole = validity_of(each.get());
        if (whole && X509_check_issued(each.get(), own.get()) == X509_V_OK) {
            return Validity{std::max(found->from, whole->from), std::min(found->until, whole->until)};
        }
    }
    return found;
}

std::string_view fault_of(X509* certificate, const EVP_PKEY* key) {
    if (X509_check_private_key(certificate, key) != 1) {
        return "key_differs";
    }
    if (!is_good_key(X509_get0_pubkey(certificate))) {
        return "key_kind";
    }
    if (!is_well_signed(certificate)) {
        return "signature_weak";
    }
    if (!is_for_servers(certificate)) {
        return "not_for_servers";
    }
    if ((X509_get_extension_flags(certificate) & EXFLAG_CA) != 0) {
        return "of_authority";
    }
    if ((X509_get_extension_flags(certificate) & EXFLAG_CRITICAL) != 0) {
        return "unknown_demand";
    }
    if (names_of(certificate).empty()) {
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
    const auto validity = validity_in(pem);
    if (!validity || (unix_time && *unix_time > validity->until)) {
        return "expired";
    }
    if (unix_time && *unix_time < validity->from) {
        return "not_yet_valid";
    }
    return {};
}

std::vector<std::string> certificate_names(const std::string& pem) {
    const Certificate certificate = certificate_of(pem);
    return certificate != nullptr ? names_of(certificate.get()) : std::vector<std::string>{};
}

std::optional<std::int64_t> certificate_end(const std::string& pem) {
    const auto validity = validity_in(pem);
    return validity ? std::optional{validity->until} : std::nullopt;
}

}  // namespace tokimori::web
