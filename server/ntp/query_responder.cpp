#include "server/ntp/query_responder.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "server/ntp/packet.h"
#include "server/ntp/query_variables.h"

namespace tokimori {
namespace {

constexpr std::uint8_t kResponseBit = 0x80;
constexpr std::uint8_t kErrorBit = 0x40;
constexpr std::uint8_t kMoreBit = 0x20;
constexpr std::uint8_t kOpcodeMask = 0x1F;
constexpr std::uint32_t kNonceLife = 16;  // s
constexpr std::size_t kNonceLength = 24;

enum Opcode : std::uint8_t {
    kReadStatus = 1,
    kReadVariables = 2,
    kWriteVariables = 3,
    kReadClock = 4,
    kWriteClock = 5,
    kSetTrap = 6,
    kConfigure = 8,
    kSaveConfiguration = 9,
    kReadMru = 10,
    kReadOrdered = 11,
    kRequestNonce = 12,
    kUnsetTrap = 31,
};

std::uint16_t word16_at(std::span<const std::byte> octets, std::size_t at) {
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(octets[at]) << 8 |
                                      std::to_integer<unsigned>(octets[at + 1]));
}

void put_word16(QueryResponder::Fragment& fragment, std::size_t at, std::size_t word) {
    fragment[at] = static_cast<std::byte>(word >> 8);
    fragment[at + 1] = static_cast<std::byte>(word);
}

std::uint32_t second_of(LocalInstant now) {
    return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::seconds{1});
}

bool is_question(std::span<const std::byte> octets) {
    if (octets.size() < QueryResponder::kHeader || mode_of(octets[0]) != NtpMode::kControl) {
        return false;
    }
    const std::uint8_t version = version_of(octets[0]);
    const auto flags = std::to_integer<unsigned>(octets[1]) & (kResponseBit | kErrorBit | kMoreBit);
    return version >= 1 && version <= 4 && flags == 0 && word16_at(octets, 8) == 0;
}

}  // namespace

std::size_t QueryResponder::ask(const Query& query, const QueryView& view, Tables tables) {
    if (!is_question(query.octets)) {
        return 0;
    }
    const std::size_t count = word16_at(query.octets, 10);
    const QueryScene plain{.view = view, .now = query.now, .peer = nullptr, .association = 0};
    const auto leap = static_cast<unsigned>(system_status(plain) >> 14);
    first_octet_ = static_cast<std::uint8_t>(leap << 6 | (std::to_integer<unsigned>(query.octets[0]) & 0x3FU));
    opcode_ = std::to_integer<std::uint8_t>(query.octets[1]) & kOpcodeMask;
    sequence_ = word16_at(query.octets, 2);
    association_ = word16_at(query.octets, 6);
    text_.clear();
    said_ = {};
    Error error = Error::kBadFormat;
    if (count <= query.octets.size() - kHeader && count <= data_.size() && query.octets.size() % 4 == 0) {
        std::memcpy(data_.data(), query.octets.data() + kHeader, count);
        data_size_ = count;
        const bool is_peer = association_ > 0 && association_ <= view.peer_count;
        const QueryScene scene{.view = view,
                               .now = query.now,
                               .peer = is_peer ? &view.peers[association_ - std::size_t{1}] : nullptr,
                               .association = association_,
                               .tables = tables};
        error = reply_to(query, scene, tables);
    }
    failed_ = error != Error::kNone;
    if (failed_) {
        status_ = static_cast<std::uint16_t>(static_cast<unsigned>(error) << 8);
        said_ = {};
    }
    return std::max<std::size_t>((said_.size() + kFragmentData - 1) / kFragmentData, 1);
}

QueryResponder::Error QueryResponder::reply_to(const Query& query, const QueryScene& scene, Tables tables) {
    switch (opcode_) {
        case kReadStatus:
            return scene.association == 0 ? list_associations(scene) : read_variables(scene, false);
        case kReadVariables:
            return read_variables(scene, false);
        case kReadClock:
            return read_variables(scene, true);
        case kRequestNonce:
            write_nonce(query);
            status_ = 0;
            said_ = text_.finish();
            return Error::kNone;
        case kReadMru:
            return list_clients(query, scene, tables);
        case kWriteVariables:
        case kWriteClock:
        case kSetTrap:
        case kConfigure:
        case kSaveConfiguration:
        case kReadOrdered:
        case kUnsetTrap:
            return Error::kPermission;
        default:
            return Error::kBadOpcode;
    }
}

QueryResponder::Error QueryResponder::list_associations(const QueryScene& scene) {
    status_ = system_status(scene);
    for (std::uint16_t i = 0; i < scene.view.peer_count; ++i) {
        text_.raw(static_cast<std::uint16_t>(i + 1), peer_status(scene, scene.view.peers[i]));
    }
    said_ = text_.octets();
    return Error::kNone;
}

QueryResponder::Error QueryResponder::read_variables(const QueryScene& scene, bool of_clock) {
    QueryScene about = scene;
    if (of_clock && scene.association == 0 && scene.view.peer_count > 0) {
        const std::size_t index = scene.view.system_peer < scene.view.peer_count ? scene.view.system_peer : 0;
        about.peer = &scene.view.peers[index];
    }
    if (about.peer == nullptr && (of_clock || scene.association != 0)) {
        return Error::kUnknownAssociation;
    }
    const QuerySet set = of_clock ? QuerySet::kClock : about.peer != nullptr ? QuerySet::kPeer : QuerySet::kSystem;
    status_ = of_clock                ? clock_status(*about.peer)
              : about.peer != nullptr ? peer_status(scene, *about.peer)
                                      : system_status(scene);
    std::string_view names = trimmed(data());
    if (names.empty()) {
        write_all(set, about, text_);
    }
    while (!names.empty()) {
        if (!write_variable(set, next_item(names), about, text_)) {
            return Error::kUnknownVariable;
        }
    }
    said_ = text_.finish();
    return Error::kNone;
}

void QueryResponder::write_nonce(const Query& query) {
    const std::uint32_t second = second_of(query.now);
    std::array<char, kNonceLength> nonce;
    nonce.fill('0');
    const auto write_hex = [&nonce](std::uint64_t value, std::size_t end) {
        for (; value != 0; value >>= 4) {
            nonce[--end] = "0123456789abcdef"[value & 0xFU];
        }
    };
    write_hex(second, 8);
    write_hex(nonce_of(query.source, second), kNonceLength);
    text_.bare("nonce", {nonce.data(), nonce.size()});
}

std::uint64_t QueryResponder::nonce_of(const ClientAddress& source, std::uint32_t second) const {
    return siphash<2, 4>(secret_, siphash<2, 4>(secret_, siphash<2, 4>(secret_, source.high) ^ source.low) ^ second);
}

bool QueryResponder::is_fresh_nonce(const Query& query, std::string_view nonce) const {
    std::uint32_t second = 0;
    std::uint64_t mark = 0;
    if (nonce.size() != kNonceLength) {
        return false;
    }
    const char* const middle = nonce.data() + 8;
    const char* const end = nonce.data() + kNonceLength;
    const bool read = std::from_chars(nonce.data(), middle, second, 16).ptr == middle &&
                      std::from_chars(middle, end, mark, 16).ptr == end;
    return read && second_of(query.now) - second < kNonceLife && mark == nonce_of(query.source, second);
}

QueryResponder::Error QueryResponder::list_clients(const Query& query, const QueryScene& scene, Tables tables) {
    if (!query.lists_clients) {
        return Error::kProhibited;
    }
    ClientsAsked asked;
    const ClientsAsked::Fault fault = read_clients_asked(data(), asked);
    if (fault != ClientsAsked::Fault::kNone) {
        return fault == ClientsAsked::Fault::kBadFormat ? Error::kBadFormat : Error::kBadValue;
    }
    if (!is_fresh_nonce(query, asked.nonce)) {
        return Error::kBadValue;
    }
    if (asked.fragments > 0) {
        text_.limit_to(asked.fragments * kFragmentData);
    }
    write_nonce(query);
    clients_.write(asked, scene, tables, text_);
    status_ = system_status(scene);
    said_ = text_.finish();
    return Error::kNone;
}

std::size_t QueryResponder::write(std::size_t index, Fragment& fragment) const {
    const std::size_t offset = index * kFragmentData;
    const std::size_t count = std::min(said_.size() - offset, kFragmentData);
    const bool more = offset + count < said_.size();
    const unsigned flags = kResponseBit | (failed_ ? kErrorBit : 0U) | (more ? kMoreBit : 0U);
    fragment.fill(std::byte{0});
    fragment[0] = static_cast<std::byte>(first_octet_);
    fragment[1] = static_cast<std::byte>(flags | opcode_);
    put_word16(fragment, 2, sequence_);
    put_word16(fragment, 4, status_);
    put_word16(fragment, 6, association_);
    put_word16(fragment, 8, offset);
    put_word16(fragment, 10, count);
    const auto part = std::as_bytes(said_.subspan(offset, count));
    std::copy(part.begin(), part.end(), fragment.begin() + kHeader);
    return kHeader + (count + 3) / 4 * 4;
}

}  // namespace tokimori
