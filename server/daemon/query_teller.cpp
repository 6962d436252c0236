#include "server/daemon/query_teller.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace tokimori {

struct QueryTeller::Ticker {
    explicit Ticker(boost::asio::io_context& io) : timer{io} {}

    boost::asio::steady_timer timer;
};

QueryTeller::QueryTeller(boost::asio::io_context& io, std::function<QueryView()> view)
    : view_{std::move(view)}, ticker_{std::make_unique<Ticker>(io)} {}

QueryTeller::~QueryTeller() = default;

void QueryTeller::start() {
    published_.write(view_());
    ticker_->timer.expires_after(std::chrono::seconds{1});
    ticker_->timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            start();
        }
    });
}

void QueryTeller::stop() {
    ticker_->timer.cancel();
}

}  // namespace tokimori
