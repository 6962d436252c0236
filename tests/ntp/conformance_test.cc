#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

/// One line of tests/ntp/conformance/requests.txt.
struct Case {
    unsigned port = 0;
    Datagram request;
    std::string verdict;
    std::string what;
};

std::vector<Case> cases() {
    std::ifstream file(TOKIMORI_SOURCE_DIR "/tests/ntp/conformance/requests.txt");
    std::vector<Case> found;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        Case one;
        std::string request;
        std::istringstream words(line);
        words >> one.port >> request >> one.verdict;
        one.what = line.substr(line.find('#'));
        const std::size_t plus = request.find("+z");
        one.request = request == "-" ? Datagram{} : from_hex(request.substr(0, plus));
        if (plus != std::string::npos) {
            one.request = one.request + zeros(std::stoul(request.substr(plus + 2)));
        }
        found.push_back(one);
    }
    return found;
}

TEST(Conformance, HasAtLeastFourHundredCases) {
    EXPECT_GE(cases().size(), 400U);
}

TEST(Conformance, HoldsForEveryCase) {
    for (const Case& one : cases()) {
        Responder responder;
        Reply reply;
        Request request = request_of(one.request);
        request.source_port = static_cast<std::uint16_t>(one.port);
        const Verdict verdict = responder.answer(request, synchronised_state(), reply);
        EXPECT_EQ(verdict_name(verdict), one.verdict) << one.what;
        if (verdict != Verdict::kAnswered) {
            EXPECT_EQ(reply.size, 0U) << one.what;
            continue;
        }
        responder.stamp(reply, Departure{synchronised_state(), kNow + microseconds(1)});
        const NtpHeader header = header_of(reply);
        const bool symmetric = mode_of(one.request[0]) == NtpMode::kSymmetricActive;
        EXPECT_EQ(reply.size, kHeaderSize) << one.what;
        EXPECT_LE(reply.size, one.request.size()) << one.what;
        EXPECT_EQ(header.version, version_of(one.request[0])) << one.what;
        EXPECT_EQ(header.mode, symmetric ? NtpMode::kSymmetricPassive : NtpMode::kServer) << one.what;
        EXPECT_EQ(header.origin.bits, 0x0123'4567'89AB'CDEFU) << one.what;
    }
}

}  // namespace
}  // namespace tokimori
