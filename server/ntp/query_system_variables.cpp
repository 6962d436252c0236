#include "server/ntp/query_rows.h"

namespace tokimori {
namespace {

std::int64_t of(const QueryScene& scene, Verdict verdict) {
    return static_cast<std::int64_t>(scene.view.counts.of(verdict));
}

std::int64_t requests_of(const QueryScene& scene, std::size_t first, std::size_t last) {
    std::uint64_t sum = 0;
    for (std::size_t version = first; version <= last; ++version) {
        sum += scene.view.counts.versions[version];
    }
    return static_cast<std::int64_t>(sum);
}

std::int64_t uptime_of(const QueryScene& scene) {
    return (scene.now - scene.view.started) / std::chrono::seconds{1};
}

Duration shown_dispersion(const QueryScene& scene) {
    return scene.view.state.ever_synchronised ? scene.view.state.root_dispersion_at(scene.now)
                                              : Duration{std::chrono::seconds{16}};
}

using Writer = decltype(QueryVariable::write);

constexpr Writer kCounted[] = {
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, uptime_of(s)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) {
        t.count(name, static_cast<std::int64_t>(s.view.counts.received()));
    },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, requests_of(s, 4, 4)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, requests_of(s, 1, 3)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) {
        t.count(name, of(s, Verdict::kTooShort) + of(s, Verdict::kBadLength) + of(s, Verdict::kBadVersion) +
                          of(s, Verdict::kMalformed));
    },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, of(s, Verdict::kUnauthenticated)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) {
        t.count(name, of(s, Verdict::kNotARequest) + of(s, Verdict::kControl) + of(s, Verdict::kPrivate) +
                          of(s, Verdict::kForbiddenSource));
    },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, of(s, Verdict::kDenied)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) {
        t.count(name, of(s, Verdict::kRateLimited) + of(s, Verdict::kKissed));
    },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, of(s, Verdict::kKissed)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, of(s, Verdict::kAnswered)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, requests_of(s, 1, 1)); },
    [](std::string_view name, const QueryScene& s, QueryText& t) { t.count(name, of(s, Verdict::kQueried)); },
};

constexpr std::array kSystem{
    QueryVariable{"version",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.words(n, text_in(s.view.version)); },
                  true},
    QueryVariable{"processor",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.words(n, text_in(s.view.processor)); },
                  true},
    QueryVariable{"system",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.words(n, text_in(s.view.system)); },
                  true},
    QueryVariable{
        "leap", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, static_cast<int>(leap_of(s))); },
        true},
    QueryVariable{"stratum",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, is_synchronised(s) ? s.view.state.stratum : 16);
                  },
                  true},
    QueryVariable{"precision",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.view.state.precision); },
                  true},
    QueryVariable{
        "rootdelay",
        [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.view.state.root_delay); },
        true},
    QueryVariable{"rootdisp",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, shown_dispersion(s)); },
                  true},
    QueryVariable{"refid",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      write_refid(n, is_synchronised(s) ? s.view.state.refid : reference_id("INIT"), t);
                  },
                  true},
    QueryVariable{"reftime",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      const ServerState& state = s.view.state;
                      const TaiInstant now = state.model.tai_at(s.now);
                      t.timestamp(n, state.ever_synchronised ? state.scale.stamps(state.reference, now, now).reference
                                                             : NtpTimestamp{});
                  },
                  true},
    QueryVariable{"clock",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.timestamp(n, timestamp_of(s, s.now)); },
                  true},
    QueryVariable{"peer",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, system_peer(s) != nullptr ? s.view.system_peer + 1 : 0);
                  },
                  true},
    QueryVariable{"tc", [](std::string_view n, const QueryScene&, QueryText& t) { t.count(n, 4); }, true},
    QueryVariable{"mintc", [](std::string_view n, const QueryScene&, QueryText& t) { t.count(n, 3); }, true},
    QueryVariable{"offset",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.view.offset); },
                  true},
    QueryVariable{"frequency",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.parts(n, s.view.frequency_ppb); },
                  true},
    QueryVariable{"sys_jitter",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.view.jitter); },
                  true},
    QueryVariable{"clk_jitter",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.view.jitter); },
                  true},
    QueryVariable{"clk_wander",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.parts(n, s.view.wander_ppb); }, true},
    QueryVariable{
        "tai", [](std::string_view n, const QueryScene& s, QueryText& t) { t.count(n, s.view.tai_minus_utc); }, true},
    QueryVariable{"leapsec",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.minute(n, s.view.leap_second); }, true},
    QueryVariable{"expire",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.minute(n, s.view.leap_expiry); }, true},
    QueryVariable{"rootdist",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.milliseconds(n, s.view.state.root_delay / 2 + shown_dispersion(s));
                  }},
    QueryVariable{"peeradr",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      const PeerView* const peer = system_peer(s);
                      const std::uint16_t port = peer != nullptr ? 123 : 0;
                      t.address(n, peer != nullptr ? address_of(*peer) : ClientAddress::v4(0), port);
                  }},
    QueryVariable{"peermode", [](std::string_view n, const QueryScene& s,
                                 QueryText& t) { t.count(n, system_peer(s) != nullptr ? 3 : 0); }},
    QueryVariable{"bcastdelay", write_nothing},
    QueryVariable{"authdelay", write_nothing},
    QueryVariable{"ss_uptime", kCounted[0]},
    QueryVariable{"ss_reset", kCounted[0]},
    QueryVariable{"ss_received", kCounted[1]},
    QueryVariable{"ss_thisver", kCounted[2]},
    QueryVariable{"ss_oldver", kCounted[3]},
    QueryVariable{"ss_badformat", kCounted[4]},
    QueryVariable{"ss_badauth", kCounted[5]},
    QueryVariable{"ss_declined", kCounted[6]},
    QueryVariable{"ss_restricted", kCounted[7]},
    QueryVariable{"ss_limited", kCounted[8]},
    QueryVariable{"ss_kodsent", kCounted[9]},
    QueryVariable{"ss_processed", kCounted[10]},
    QueryVariable{"ss_ver1", kCounted[11]},
    QueryVariable{"ss_ver1client", kCounted[11]},
    QueryVariable{"ss_ver1zero", write_zero},
    QueryVariable{"ss_ver1symm", write_zero},
    QueryVariable{"ss_numctlreq", kCounted[12]},
    QueryVariable{"koffset", [](std::string_view n, const QueryScene& s,
                                QueryText& t) { t.milliseconds(n, s.view.kernel_offset); }},
    QueryVariable{"kfreq",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.parts(n, s.view.frequency_ppb); }},
    QueryVariable{"kmaxerr", [](std::string_view n, const QueryScene& s,
                                QueryText& t) { t.milliseconds(n, s.view.kernel_max_error); }},
    QueryVariable{"kesterr",
                  [](std::string_view n, const QueryScene& s, QueryText& t) { t.milliseconds(n, s.view.jitter); }},
    QueryVariable{"kstflags", [](std::string_view n, const QueryScene&, QueryText& t) { t.words(n, "nano"); }},
    QueryVariable{"ktimeconst", write_zero},
    QueryVariable{"kprecis",
                  [](std::string_view n, const QueryScene&, QueryText& t) { t.milliseconds(n, Duration{1}); }},
    QueryVariable{"kfreqtol", [](std::string_view n, const QueryScene&, QueryText& t) { t.parts(n, 500'000); }},
    QueryVariable{"kppsfreq", write_nothing},
    QueryVariable{"kppsstab", write_nothing},
    QueryVariable{"kppsjitter", write_nothing},
    QueryVariable{"kppscalibdur", write_zero},
    QueryVariable{"kppscalibs", write_zero},
    QueryVariable{"kppsjitexc", write_zero},
    QueryVariable{"kppsstbexc", write_zero},
    QueryVariable{"kppscaliberrs", write_zero},
};

}  // namespace

std::span<const QueryVariable> system_variables() {
    return kSystem;
}

}  // namespace tokimori
