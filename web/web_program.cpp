#include "web/web_program.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "web/accounts_desk.h"
#include "web/daemon_desk.h"
#include "web/history_store.h"
#include "web/host_clock.h"
#include "web/identity_desk.h"
#include "web/password_hash.h"
#include "web/private_file.h"
#include "web/secret.h"
#include "web/settings_desk.h"
#include "web/tls_context.h"
#include "web/watch.h"
#include "web/web_log.h"
#include "web/web_server.h"

namespace tokimori::web {
namespace {

namespace asio = boost::asio;

/// The directory of the state, which is made where it is not there, for its
/// owner alone.
std::string private_directory(const std::string& path) {
    const bool there = ::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST;
    if (!there || ::chmod(path.c_str(), S_IRWXU) != 0) {
        throw std::runtime_error{fmt::format("the directory {} cannot be made or is not ours: {}", path,
                                             std::generic_category().message(errno))};
    }
    return path;
}

Database open_whole_history(const std::string& path) {
    Database database{path, Durability::kRelaxed};
    HistoryStore{database};
    return database;
}

// Kept beside, for whoever wants to look, unless one is there already.
bool set_aside(const std::string& path) {
    const std::string aside = path + ".broken";
    std::error_code error;
    if (std::filesystem::exists(aside, error)) {
        return false;
    }
    std::filesystem::rename(path, aside, error);
    std::error_code none_there;
    std::filesystem::rename(path + "-wal", aside + "-wal", none_there);
    return !error;
}

// Trouble with the history must not keep anybody out.
Database open_history(const std::string& path) {
    try {
        return open_whole_history(path);
    } catch (const DatabaseTrouble& trouble) {
        const bool aside = trouble.broken && set_aside(path);
        write_log(LogWeight::kWarning, aside ? "history_set_aside" : "history_in_memory", {{"why", trouble.what()}});
        return aside ? open_history(path) : Database{":memory:", Durability::kRelaxed};
    } catch (const std::runtime_error& trouble) {
        write_log(LogWeight::kWarning, "history_in_memory", {{"why", trouble.what()}});
        return Database{":memory:", Durability::kRelaxed};
    }
}

/// Everything that runs, in the order in which it is made.
class Program {
public:
    explicit Program(const WebStart& start)
        : settings_{start.settings},
          directory_{private_directory(settings_.state_dir)},
          alone_{directory_},
          accounts_file_{directory_ + "/accounts.db", Durability::kFull},
          history_file_{open_history(directory_ + "/history.db")},
          accounts_{accounts_file_},
          history_{history_file_},
          watch_{io_, settings_, counter_now, [this] { take_news(); }},
          daemon_desk_{settings_, history_, accounts_, daemon_world()},
          hashing_{[this](const std::function<void()>& done) { asio::post(io_, done); }},
          accounts_desk_{accounts_, accounts_world(start.version), setup_code()},
          changes_{accounts_file_},
          settings_desk_{changes_, change_world(), password_check(), start.version},
          identity_desk_{identity_world()},
          application_{settings_, Assets::from_directory(start.assets),
                       Desks{accounts_desk_, daemon_desk_, settings_desk_, identity_desk_, hub_}},
          connections_{std::make_shared<ConnectionDesk>(ConnectionDesk{application_, nullptr, counter_now})},
          server_{io_, connections_} {
        use_first_identity();
    }

    void run() {
        asio::signal_set signals{io_, SIGTERM, SIGINT};
        signals.async_wait([this](const boost::system::error_code&, int) { io_.stop(); });
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGXFSZ, SIG_IGN);
        open_doors();
        watch_.start();
        write_log(LogWeight::kInfo, "started");
        io_.run();
        if (!history_.flush()) {
            write_log(LogWeight::kWarning, "history_not_written", {{"why", history_file_.trouble()}});
        }
        write_log(LogWeight::kInfo, "stopped");
    }

private:
    // Whoever is connected goes on with the one before.
    void use(KeyAndCertificate identity) {
        connections_->tls = make_tls_context(identity);
        identity_ = std::move(identity);
        write_log(LogWeight::kInfo, "certificate",
                  {{"sha256", fingerprint_of(identity_.certificate)}, {"uploaded", identity_.uploaded ? "yes" : "no"}});
    }

    bool try_to_use(const KeyAndCertificate& identity) {
        try {
            use(identity);
            return true;
        } catch (const std::exception& trouble) {
            write_log(LogWeight::kWarning, "certificate_of_no_use", {{"why", trouble.what()}});
            return false;
        }
    }

    // What the disk has spoilt must not keep everybody out.
    void use_first_identity() {
        const auto uploaded = uploaded_certificate_in(directory_);
        if (uploaded && try_to_use(*uploaded)) {
            return;
        }
        if (uploaded) {
            identity_desk_.began_without("certificate_spoilt");
        }
        try {
            use(certificate_in(directory_));
        } catch (const std::exception& trouble) {
            write_log(LogWeight::kWarning, "certificate_passing", {{"why", trouble.what()}});
            use(make_certificate(names_of_this_machine()));
            identity_desk_.began_without("certificate_passing");
        }
    }

    IdentityWorld identity_world() {
        return {.current = [this]() -> const KeyAndCertificate& { return identity_; },
                .use = [this](const KeyAndCertificate& identity) { return try_to_use(identity); },
                .keep = [this](const std::string& pem) { return keep_uploaded_certificate(directory_, pem); },
                .own = [this] { return certificate_in(directory_); },
                .time = [this]() -> std::optional<std::int64_t> {
                    const auto served = watch_.served_time();
                    return served ? std::optional{*served / 1'000'000'000} : std::nullopt;
                },
                .now = counter_now,
                .record =
                    [this](const std::string& user, const std::string& text_code, const std::string& details) {
                        accounts_desk_.record("settings", user, text_code, details);
                    }};
    }

    void take_news() {
        daemon_desk_.take_news(hub_,
                               [this](const std::string& credential) { return accounts_desk_.is_alive(credential); });
        settings_desk_.tick();
    }

    DaemonWorld daemon_world() {
        return {.now = counter_now,
                .host_time = host_unix_seconds,
                .temperature = host_temperature,
                .latest = [this]() -> const DaemonReply& { return watch_.latest(); },
                .heard = [this] { return watch_.heard(); },
                .served_time = [this] { return watch_.served_time(); },
                .ask = asker(),
                .certificate_alarms = [this] { return identity_desk_.alarms(); },
                .log =
                    [](const std::string& event, const std::string& what) {
                        write_log(LogWeight::kInfo, event, {{"what", what}});
                    }};
    }

    std::function<void(const std::string&, const std::string&, std::function<void(DaemonReply)>)> asker() {
        return [this](const std::string& name, const std::string& more, std::function<void(DaemonReply)> done) {
            watch_.ask(name, more, std::move(done));
        };
    }

    ChangeWorld change_world() {
        return {.now = counter_now,
                .unix_time = [this] { return daemon_desk_.unix_time(); },
                .ask = asker(),
                .record =
                    [this](const std::string& user, const std::string& text_code, const std::string& details) {
                        accounts_desk_.record("settings", user, text_code, details);
                    }};
    }

    CheckPassword password_check() {
        return [this](const WebRequest& request, const Caller& caller, const std::string& password,
                      const Respond& respond, std::function<void()> next) {
            accounts_desk_.check_password(request, caller, password, respond, std::move(next));
        };
    }

    AccountsWorld accounts_world(const std::string& version) {
        return {.now = counter_now,
                .unix_time = [this] { return daemon_desk_.unix_time(); },
                .aside = [this](std::function<void()> work,
                                std::function<void()> done) { return hashing_.run(std::move(work), std::move(done)); },
                .hash = [](const std::string& password) { return hash_password(password); },
                .matches = password_matches,
                .setup_finished = [this] { ::unlink(setup_path().c_str()); },
                .version = version};
    }

    std::string setup_path() const { return directory_ + "/setup-code"; }

    /// A new one at each start as long as there is nobody.
    std::string setup_code() {
        if (!accounts_.is_empty()) {
            ::unlink(setup_path().c_str());
            return {};
        }
        std::string code = new_setup_code();
        if (const std::string why = write_private_file(setup_path(), code + "\n"); !why.empty()) {
            throw std::runtime_error{fmt::format("the setup code cannot be written to {}: {}", setup_path(), why)};
        }
        write_log(LogWeight::kInfo, "setup_code", {{"code", code}, {"file", setup_path()}});
        return code;
    }

    void open_doors() {
        const std::vector<InheritedSocket> inherited = inherited_sockets(
            std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"), std::getenv("LISTEN_FDNAMES"), ::getpid());
        const bool https = open_doors(true, inherited, settings_.https_listen);
        const bool http = open_doors(false, inherited, settings_.http_listen);
        if (!https && !http) {
            throw std::runtime_error{"none of the addresses can be listened on"};
        }
    }

    /// Sockets that systemd hands over take the place of the configured addresses of the same protocol.
    bool open_doors(bool encrypted, const std::vector<InheritedSocket>& inherited,
                    const std::vector<NetworkAddress>& configured) {
        const bool wanted = encrypted || settings_.http;
        bool any_inherited = false;
        bool any = false;
        for (const InheritedSocket& socket : inherited) {
            if (socket.encrypted == encrypted && wanted) {
                any_inherited = true;
                any |= told(server_.adopt(socket.descriptor, encrypted), "inherited", encrypted);
            } else if (socket.encrypted == encrypted) {
                ::close(socket.descriptor);
                told("switched off in [http]", "inherited", encrypted);
            }
        }
        for (const NetworkAddress& address : any_inherited || !wanted ? std::vector<NetworkAddress>{} : configured) {
            any |= told(server_.listen(address, encrypted), shown(address), encrypted);
        }
        return any;
    }

    static std::string shown(const NetworkAddress& address) {
        const bool is_v6 = address.host.find(':') != std::string::npos;
        return is_v6 ? fmt::format("[{}]:{}", address.host, address.port)
                     : fmt::format("{}:{}", address.host, address.port);
    }

    static bool told(const std::string& why, const std::string& where, bool encrypted) {
        const std::string protocol = encrypted ? "https" : "http";
        if (why.empty()) {
            write_log(LogWeight::kInfo, "listening", {{"address", where}, {"protocol", protocol}});
        } else {
            write_log(LogWeight::kWarning, "not_listening", {{"address", where}, {"protocol", protocol}, {"why", why}});
        }
        return why.empty();
    }

    WebSettings settings_;
    asio::io_context io_{1};
    std::string directory_;
    LockedDirectory alone_;
    KeyAndCertificate identity_;
    Database accounts_file_;
    Database history_file_;
    AccountStore accounts_;
    HistoryStore history_;
    LiveHub hub_;
    Watch watch_;
    DaemonDesk daemon_desk_;
    HashingThread hashing_;
    AccountsDesk accounts_desk_;
    ChangeStore changes_;
    SettingsDesk settings_desk_;
    IdentityDesk identity_desk_;
    Application application_;
    std::shared_ptr<ConnectionDesk> connections_;
    WebServer server_;
};

}  // namespace

void serve_web(const WebStart& start) {
    Program{start}.run();
}

}  // namespace tokimori::web
