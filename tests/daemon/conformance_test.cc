// What a server makes of each datagram of tests/ntp/conformance, from what the kernel hands over to the reply.

#include "tests/ntp/conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "leap/calendar.h"
#include "server/ntp/verdict.h"
#include "tests/daemon/heard.h"

namespace tokimori {
namespace {

ServerState state_before_leap(LeapKind kind, LeapMode mode) {
    const LeapEvent event{*day_from_date(2026, 11, 30), kind};
    const LeapTable table = LeapTable::built_in().with_event(event);
    const LeapPolicy policy{.mode = mode};
    // In the middle of a smear.
    const TaiInstant now = table.end_of(event) - policy.smear / 2;
    ServerState state = synchronised_state();
    state.model.anchor_tai = now;
    state.reference = now - seconds(1);
    state.scale = ServedScale::around(now, table, policy);
    return state;
}

ServerState state_named(const std::string& word) {
    ServerState state = synchronised_state();
    if (word == "started") {
        return {};
    }
    if (word == "holdover") {
        state.reference -= hours(20);
    } else if (word == "expired") {
        state.valid_until = kNow - seconds(1);
    } else if (word == "leap61" || word == "leap59") {
        state = state_before_leap(word == "leap61" ? LeapKind::kInsert : LeapKind::kDelete, LeapMode::kInsert);
    } else if (word == "smeared") {
        state = state_before_leap(LeapKind::kInsert, LeapMode::kSmear);
    } else {
        EXPECT_EQ(word, "synchronised");
    }
    return state;
}

/// nullptr: everybody may do everything.
std::shared_ptr<const AccessRules> rules_named(const std::string& word) {
    static const auto usual = std::make_shared<AccessRules>(AccessPolicy{});
    AccessPolicy policy;
    policy.rules = {{.from = all_networks(), .flags = {AccessFlag::kNoTrust}}};
    static const auto only_signed = std::make_shared<AccessRules>(policy);
    EXPECT_TRUE(word.empty() || word == "usual" || word == "signed") << word;
    return word.empty() ? nullptr : word == "usual" ? usual : only_signed;
}

const std::shared_ptr<const KeyRing>& keys() {
    static const auto ring = std::make_shared<const KeyRing>(conformance_keys());
    return ring;
}

std::string hexadecimal(const ReferenceId& refid) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%02x%02x%02x%02x", refid[0], refid[1], refid[2], refid[3]);
    return text.data();
}

void check_header(const ConformanceCase& one, const Reply& reply) {
    const NtpHeader header = header_of(reply);
    const bool symmetric = mode_of(one.request[0]) == NtpMode::kSymmetricActive;
    EXPECT_EQ(header.version, version_of(one.request[0]));
    EXPECT_EQ(header.mode, symmetric ? NtpMode::kSymmetricPassive : NtpMode::kServer);
    EXPECT_EQ(header.poll, std::to_integer<std::int8_t>(one.request[kPollAt]));
    EXPECT_EQ(header.origin, timestamp_at(one.request, kTransmitAt));
    EXPECT_EQ(static_cast<int>(header.leap), std::stoi(one.word("li", "0")));
    EXPECT_EQ(header.stratum, std::stoi(one.word("stratum", "1")));
    EXPECT_EQ(hexadecimal(header.refid), one.word("refid", hexadecimal(reference_id("PPS"))));
    EXPECT_EQ(header.reference == NtpTimestamp{}, one.word("state", "") == "started");
}

void check_end(const ConformanceCase& one, const Reply& reply) {
    const auto octets = std::span<const std::byte>(reply.octets).first(reply.size);
    const auto behind = octets.subspan(kHeaderSize);
    const auto id = static_cast<std::uint32_t>(std::stoul(one.word("signed", "0")));
    EXPECT_LE(reply.size, one.request.size());
    if (id == 0) {
        EXPECT_TRUE(behind.empty());
        return;
    }
    ASSERT_GT(behind.size(), kKeyIdentifierSize);
    EXPECT_EQ(word_at(behind, 0), id);
    EXPECT_TRUE(is_digest_of(*keys()->find(id), octets.first(kHeaderSize), behind.subspan(kKeyIdentifierSize)));
    // Without extension fields it is as long as the request.
    EXPECT_TRUE(version_of(one.request[0]) == 4 ? behind.size() <= 24 : reply.size == one.request.size());
}

void check(const ConformanceCase& one) {
    SCOPED_TRACE(one.what + " (" + one.address + ":" + std::to_string(one.port) + ")");
    Responder responder;
    responder.authenticate_by(keys());
    if (const auto rules = rules_named(one.word("access", ""))) {
        responder.admit_by(rules);
    }
    const ServerState state = state_named(one.word("state", "synchronised"));
    Request request = heard_from(one.address, one.port, one.request);
    request.arrival = kNow;
    Reply reply;
    const Verdict verdict = responder.answer(request, state, reply);
    ASSERT_EQ(verdict_name(verdict), one.verdict);
    if (!has_reply(verdict)) {
        EXPECT_EQ(reply.size, 0U);
        return;
    }
    responder.stamp(reply, Departure{state, kNow + microseconds(1)});
    check_header(one, reply);
    check_end(one, reply);
}

TEST(Conformance, HoldsForEveryCase) {
    std::ranges::for_each(conformance_cases(), check);
}

// All but those that take more than one datagram.
TEST(Conformance, HasCasesOfEveryVerdictForASingleDatagram) {
    const std::vector<ConformanceCase> cases = conformance_cases();
    std::set<std::string_view> verdicts;
    std::ranges::for_each(cases, [&](const ConformanceCase& one) { verdicts.insert(one.verdict); });
    EXPECT_GE(cases.size(), 2000U);
    EXPECT_EQ(verdicts.size(), kVerdictCount - 2);
}

}  // namespace
}  // namespace tokimori
