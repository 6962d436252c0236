#include "web/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <iterator>
#include <stdexcept>

#include "web/openssl_objects.h"
#include "web/private_file.h"
#include "web/secret.h"

namespace tokimori::web {
namespace {

constexpr const char* kUploaded = "/uploaded.pem";

void require(bool worked, const char* what) {
    if (!worked) {
        throw std::runtime_error{fmt::format("OpenSSL could not {}", what)};
    }
}

bool is_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> bits{};
    return ::inet_pton(AF_INET, name.c_str(), bits.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), bits.data()) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += fmt::format("{}{}:{}", text.empty() ? "" : ",", is_address(name) ? "IP" : "DNS", name);
    }
    return text;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    require(extension != nullptr, "make an extension of the certificate");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

// Fixed days: when the first start comes, the host may not know the date yet.
void set_validity(X509* certificate) {
    require(ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20260101000000Z") == 1 &&
                ASN1_TIME_set_string(X509_getm_notAfter(certificate), "20460101000000Z") == 1,
            "set the validity of the certificate");
}

void set_serial(X509* certificate) {
    const std::string digits = random_hex(15);
    BIGNUM* number = nullptr;
    require(BN_hex2bn(&number, digits.c_str()) > 0, "make a serial number");
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
}

Certificate signed_certificate(EVP_PKEY* key, const std::vector<std::string>& names) {
    Certificate certificate{X509_new()};
    require(certificate != nullptr, "make a certificate");
    X509_set_version(certificate.get(), 2);
    set_serial(certificate.get());
    set_validity(certificate.get());
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    const std::string common = "Tokimori " + names.front().substr(0, 50);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
    add_extension(certificate.get(), NID_subject_alt_name, alternative_names(names));
    require(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "sign the certificate");
    return certificate;
}

std::string content_of(BIO* text) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(text, &data);
    return {data, static_cast<std::size_t>(std::max(length, 0L))};
}

std::string host_name() {
    std::array<char, 256> name{};
    const bool known = ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
    std::string text = known ? name.data() : "tokimori";
    const bool plain = std::ranges::all_of(
        text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.'; });
    return plain ? text : "tokimori";
}

std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address == nullptr || (address->sa_family != AF_INET && address->sa_family != AF_INET6)) {
        return {};
    }
    const void* bits = nullptr;
    if (address->sa_family == AF_INET) {
        bits = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    } else {
        bits = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    }
    return ::inet_ntop(address->sa_family, bits, text.data(), text.size()) != nullptr ? text.data() : "";
}

}  // namespace

KeyAndCertificate make_certificate(const std::vector<std::string>& names) {
    const Key key{EVP_EC_gen("P-256")};
    require(key != nullptr, "make a key");
    const Certificate certificate = signed_certificate(key.get(), names);
    const Memory key_text{BIO_new(BIO_s_mem())};
    const Memory certificate_text{BIO_new(BIO_s_mem())};
    require(PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
                PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1,
            "write the key");
    return {content_of(key_text.get()), content_of(certificate_text.get())};
}

std::vector<std::string> names_of_this_machine() {
    constexpr std::size_t kMost = 60;
    const std::string host = host_name();
    std::vector<std::string> names{host, "localhost", "127.0.0.1", "::1"};
    if (host.find('.') == std::string::npos) {
        names.insert(names.begin() + 1, host + ".local");
    }
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) == 0) {
        for (const ifaddrs* each = first; each != nullptr && names.size() < kMost; each = each->ifa_next) {
            const std::string text = address_text(each->ifa_addr);
            if (!text.empty() && std::ranges::find(names, text) == names.end()) {
                names.push_back(text);
            }
        }
        ::freeifaddrs(first);
    }
    return names;
}

std::string fingerprint_of(const std::string& certificate) {
    const Certificate read = certificate_of(certificate);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (read == nullptr || X509_digest(read.get(), EVP_sha256(), digest.data(), &length) != 1) {
        return {};
    }
    std::string result;
    for (unsigned i = 0; i < length; ++i) {
        fmt::format_to(std::back_inserter(result), "{}{:02X}", i == 0 ? "" : ":", digest[i]);
    }
    return result;
}

KeyAndCertificate certificate_in(const std::string& directory) {
    const std::string key_path = directory + "/key.pem";
    const std::string certificate_path = directory + "/certificate.pem";
    auto key = read_private_file(key_path);
    auto certificate = read_private_file(certificate_path);
    if (key && certificate) {
        return {*std::move(key), *std::move(certificate)};
    }
    // Somebody's own key is never written over. Ours is written last, so that a power cut leaves none without
    // certificate.
    if (struct stat found{}; ::lstat(key_path.c_str(), &found) == 0) {
        throw std::runtime_error{
            fmt::format("{} and {} cannot both be read: give both to the user of this program, or "
                        "remove the key and new ones are made",
                        key_path, certificate_path)};
    }
    KeyAndCertificate fresh = make_certificate(names_of_this_machine());
    std::string why = write_private_file(certificate_path, fresh.certificate);
    why = why.empty() ? write_private_file(key_path, fresh.key) : why;
    if (!why.empty()) {
        throw std::runtime_error{fmt::format("the key cannot be kept in {}: {}", directory, why)};
    }
    return fresh;
}

std::optional<KeyAndCertificate> uploaded_certificate_in(const std::string& directory) {
    const std::string path = directory + kUploaded;
    if (struct stat found{}; ::lstat(path.c_str(), &found) != 0 && errno == ENOENT) {
        return std::nullopt;
    }
    const std::string pem = read_private_file(path).value_or("");
    return KeyAndCertificate{pem, pem, true};
}

std::string keep_uploaded_certificate(const std::string& directory, const std::string& pem) {
    const std::string path = directory + kUploaded;
    return pem.empty() ? remove_private_file(path) : write_private_file(path, pem);
}

}  // namespace tokimori::web
