#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Random numbers and digests, by OpenSSL.
namespace tokimori::web {

/// So many random bytes of the operating system's quality, in hexadecimal digits. Throws std::runtime_error where there
/// are none, for then nothing may go on.
std::string random_hex(std::size_t bytes);

/// A random number of 64 bits, likewise.
std::uint64_t random_number();

/// SHA-256 in hexadecimal digits: under which cookies and tokens are kept.
std::string digest_of(std::string_view text);

/// A new setup code: four groups of five characters that are told apart by eye, 98 bits.
std::string new_setup_code();

/// A setup code as somebody typed it, without blanks and hyphens, in capitals.
std::string tidy_setup_code(std::string_view typed);

}  // namespace tokimori::web
