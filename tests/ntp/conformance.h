#pragma once

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/ntp/scene.h"

namespace tokimori {

/// One line of tests/ntp/conformance/requests.txt, which says what each part means.
struct ConformanceCase {
    std::string address = "192.0.2.77";
    std::uint16_t port = 0;
    Datagram request;
    std::string verdict;
    std::map<std::string, std::string> words;
    std::string what;

    std::string word(const std::string& name, const std::string& otherwise) const {
        const auto found = words.find(name);
        return found != words.end() ? found->second : otherwise;
    }
};

inline void read_from(std::string from, ConformanceCase& one) {
    if (const std::size_t colon = from.rfind(':'); colon != std::string::npos) {
        one.address = from.substr(0, colon);
        std::erase_if(one.address, [](char letter) { return letter == '[' || letter == ']'; });
        from.erase(0, colon + 1);
    }
    one.port = static_cast<std::uint16_t>(std::stoul(from));
}

inline Datagram request_in(const std::string& text) {
    if (text == "-") {
        return {};
    }
    const std::size_t plus = text.find("+z");
    const Datagram octets = from_hex(text.substr(0, plus));
    return plus == std::string::npos ? octets : octets + zeros(std::stoul(text.substr(plus + 2)));
}

/// Throws where a name is none of those that are known.
inline void read_word(const std::string& word, ConformanceCase& one) {
    constexpr std::array<std::string_view, 6> kNames{"access", "state", "signed", "li", "stratum", "refid"};
    const std::string name = word.substr(0, word.find('='));
    if (name.size() == word.size() || std::ranges::find(kNames, name) == kNames.end()) {
        throw std::runtime_error("requests.txt: " + word + " says nothing");
    }
    one.words[name] = word.substr(name.size() + 1);
}

inline std::ifstream conformance_file(const std::string& name) {
    std::ifstream file(TOKIMORI_SOURCE_DIR "/tests/ntp/conformance/" + name);
    file.exceptions(std::ios::badbit);
    return file;
}

/// All of them, in the order of the file.
inline std::vector<ConformanceCase> conformance_cases() {
    std::vector<ConformanceCase> cases;
    std::ifstream file = conformance_file("requests.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        ConformanceCase one;
        const std::size_t remark = line.find(" # ");
        one.what = line.substr(remark + 3);
        std::istringstream parts(line.substr(0, remark));
        std::string from;
        std::string request;
        parts >> from >> request >> one.verdict;
        read_from(from, one);
        one.request = request_in(request);
        std::for_each(std::istream_iterator<std::string>(parts), {},
                      [&one](const std::string& word) { read_word(word, one); });
        cases.push_back(std::move(one));
    }
    return cases;
}

/// The keys of the server that is asked.
inline KeyRing conformance_keys() {
    std::ifstream file = conformance_file("keys.txt");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return parse_keys(text).ring.value();
}

}  // namespace tokimori
