#include "server/tokictl/import_listen.h"

#include <fmt/format.h>

#include "server/tokictl/import_network.h"
#include "server/tokictl/import_server.h"

namespace tokimori {
namespace {

constexpr int kNtpPort = 123;
constexpr int kHighestPort = 65535;

std::string or_else(const std::string& address, const char* all) {
    return address.empty() ? all : address;
}

}  // namespace

void ImportedListen::note_twice(bool is_twice) {
    if (is_twice) {
        report_.note(import_reason("stands twice; the last counts", "2 回あります。最後のものが有効です"));
    }
}

void ImportedListen::read_address(const ImportWords& words) {
    const bool is_one = words.size() == 2 && words[1].find('/') == std::string_view::npos;
    const auto network = is_one && is_whole_server_address(words[1]) ? network_of(words[1], "") : std::nullopt;
    if (!network) {
        report_.note(import_reason("is no numeric address that can be listened on; write [server] listen",
                                   "待ち受けられる数値アドレスではありません。[server] の listen を書いてください"));
        return;
    }
    std::string& address = network->find(':') == std::string::npos ? v4_ : v6_;
    note_twice(!address.empty());
    address = network->substr(0, network->find('/'));
}

void ImportedListen::read_port(const ImportWords& words) {
    const auto port = words.size() == 2 ? integer_in(words[1]) : std::nullopt;
    if (!port || *port < 0 || *port > kHighestPort) {
        report_.note(import_reason("is no port; write [server] listen",
                                   "ポート番号ではありません。[server] の listen を書いてください"));
        return;
    }
    note_twice(port_ != 0);
    port_ = *port;
    if (port_ == 0) {
        report_.note(import_reason("with it chronyd served nobody; to serve nobody write [access] allow = []",
                                   "chronyd は誰にも配信しません。同じにするには [access] に allow = [] "
                                   "を書いてください"));
    }
}

// chronyd listens on all addresses of a family of which no line names one.
std::string ImportedListen::toml() const {
    if (v4_.empty() && v6_.empty() && port_ == 0) {
        return {};
    }
    const int port = port_ == 0 ? kNtpPort : port_;
    return fmt::format("\n[server]\nlisten = {}\n", toml_listed({fmt::format("{}:{}", or_else(v4_, "0.0.0.0"), port),
                                                                 fmt::format("[{}]:{}", or_else(v6_, "::"), port)}));
}

}  // namespace tokimori
