#include "web/password_hash.h"

#include <crypt.h>

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string_view>
#include <utility>

#include "web/gate.h"

namespace tokimori::web {
namespace {

constexpr int kMostWaiting = 8;

std::optional<std::string> crypted(const std::string& password, const std::string& setting) {
    const auto data = std::make_unique<crypt_data>();
    const char* const hash = crypt_r(password.c_str(), setting.c_str(), data.get());
    // A failure begins with an asterisk, as no hash does.
    return hash == nullptr || hash[0] == '*' ? std::nullopt : std::optional<std::string>{hash};
}

}  // namespace

std::optional<std::string> hash_password(const std::string& password, unsigned long cost) {
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (crypt_gensalt_rn("$y$", cost, nullptr, 0, setting.data(), static_cast<int>(setting.size())) == nullptr) {
        return std::nullopt;
    }
    return crypted(password, setting.data());
}

bool password_matches(const std::string& password, const std::string& hash) {
    const auto again = crypted(password, hash);
    return again && equal_in_constant_time(*again, hash);
}

class HashingThread::Pool {
public:
    explicit Pool(std::function<void(std::function<void()>)> deliver) : deliver_{std::move(deliver)} {}
    ~Pool() { threads_.join(); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    bool run(std::function<void()> work, std::function<void()> done) {
        if (waiting_ >= kMostWaiting) {
            return false;
        }
        ++waiting_;
        boost::asio::post(threads_, [this, work = std::move(work), done = std::move(done)] {
            work();
            --waiting_;
            deliver_(done);
        });
        return true;
    }

private:
    std::function<void(std::function<void()>)> deliver_;
    std::atomic<int> waiting_{0};
    boost::asio::thread_pool threads_{1};
};

HashingThread::HashingThread(std::function<void(std::function<void()>)> deliver)
    : pool_{std::make_unique<Pool>(std::move(deliver))} {}

HashingThread::~HashingThread() = default;

bool HashingThread::run(std::function<void()> work, std::function<void()> done) {
    return pool_->run(std::move(work), std::move(done));
}

}  // namespace tokimori::web
