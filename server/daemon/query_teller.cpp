#include "server/daemon/query_teller.h"

#include <utility>

namespace tokimori {

QueryTeller::QueryTeller(boost::asio::io_context& io, std::function<QueryView()> view)
    : view_{std::move(view)}, beat_{io, [this] { published_.write(view_()); }} {}

void QueryTeller::start() {
    published_.write(view_());
    beat_.start(std::chrono::seconds{1});
}

}  // namespace tokimori
