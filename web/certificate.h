#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tokimori::web {

/// A private key and the certificate of it, in PEM.
struct KeyAndCertificate {
    std::string key;
    std::string certificate;
    bool uploaded = false;  ///< by an admin, instead of the device's own
};

/// Bytes that an uploaded key has at most, with its certificate and those of its authority.
inline constexpr std::size_t kLongestIdentity = std::size_t{48} * 1024;

/// A new ECDSA key (P-256) and a certificate signed by itself that names these hosts and addresses. Throws
/// std::runtime_error.
KeyAndCertificate make_certificate(const std::vector<std::string>& names);

/// By which names and addresses this machine may be called: its host name, also below .local, localhost, and the
/// addresses of its interfaces.
std::vector<std::string> names_of_this_machine();

/// SHA-256 of the certificate, as browsers show it: "AB:CD:…"; empty where it is none.
std::string fingerprint_of(const std::string& certificate);

/// The key and certificate of the directory; made and kept there (key.pem, certificate.pem, readable by the owner
/// alone) where there is no key. Throws std::runtime_error with a sentence where that is not possible, or where there
/// is a key, but not both can be read.
KeyAndCertificate certificate_in(const std::string& directory);

/// What was uploaded and is kept in the directory (uploaded.pem), whole; nullopt where there is none, empty where it
/// cannot be read.
std::optional<KeyAndCertificate> uploaded_certificate_in(const std::string& directory);

/// Keeps `pem`, a certificate and its key, as that; empty: takes it away. Why not, in words, or empty.
std::string keep_uploaded_certificate(const std::string& directory, const std::string& pem);

}  // namespace tokimori::web
