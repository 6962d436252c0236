#include "server/ntp/query_rows.h"

namespace tokimori {
namespace {

std::int64_t requests_of(const QueryScene& scene, std::size_t first, std::size_t last) {
    std::uint64_t sum = 0;
    for (std::size_t version = first; version <= last; ++version) {
        sum += scene.view.counts.versions[version];
    }
    return static_cast<std::int64_t>(sum);
}

std::int64_t denied_kisses(const QueryScene& scene) {
    return static_cast<std::int64_t>(scene.view.counts.denied_kisses);
}

Duration shown_dispersion(const QueryScene& scene) {
    return scene.view.state.ever_synchronised ? scene.view.state.root_dispersion_at(scene.now)
                                              : Duration{std::chrono::seconds{16}};
}

template <Verdict... verdicts>
void write_verdicts(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, (count_of(scene, verdicts) + ...));
}

template <std::size_t first, std::size_t last>
void write_versions(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, requests_of(scene, first, last));
}

/// Of NTP version 1.
template <std::size_t mode>
void write_mode(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, static_cast<std::int64_t>(scene.view.counts.first_version[mode]));
}

void write_uptime(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, uptime_of(scene));
}

template <Duration KernelView::*span>
void write_kernel_span(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.milliseconds(name, scene.view.kernel.*span);
}

template <std::int64_t KernelView::*thousandths>
void write_kernel_parts(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.parts(name, scene.view.kernel.*thousandths);
}

template <std::int64_t KernelView::*count>
void write_kernel_count(std::string_view name, const QueryScene& scene, QueryText& text) {
    text.count(name, scene.view.kernel.*count);
}

/// ntpd's words for the bits of the kernel's status, the lowest first.
void write_kernel_status(std::string_view name, const QueryScene& scene, QueryText& text) {
    static constexpr std::array<std::string_view, 16> kWords{
        "pll",       "ppsfreq",   "ppstime",   "fll",      "ins",      "del",  "unsync",   "freqhold",
        "ppssignal", "ppsjitter", "ppswander", "ppserror", "clockerr", "nano", "mode=fll", "src=B"};
    std::array<char, 160> room{};
    auto at = room.begin();
    for (std::size_t bit = 0; bit < kWords.size(); ++bit) {
        if ((scene.view.kernel.status >> bit & 1U) != 0) {
            at = std::copy(kWords[bit].begin(), kWords[bit].end(), at == room.begin() ? at : std::next(at));
            *at = ' ';
        }
    }
    text.words(name, {room.data(), static_cast<std::size_t>(at - room.begin())});
}

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
                      const PeerView* const peer = system_peer(s);
                      write_refid(n, is_synchronised(s) ? s.view.state.refid : reference_id("INIT"),
                                  is_synchronised(s) && peer != nullptr && is_server(*peer), t);
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
                      const std::uint16_t port = peer != nullptr ? peer->port : 0;
                      t.address(n, peer != nullptr ? address_of(*peer) : ClientAddress::v4(0), port);
                  }},
    QueryVariable{"peermode", [](std::string_view n, const QueryScene& s,
                                 QueryText& t) { t.count(n, system_peer(s) != nullptr ? 3 : 0); }},
    QueryVariable{"bcastdelay", write_nothing},
    QueryVariable{"authdelay", write_nothing},
    QueryVariable{"ss_uptime", write_uptime},
    QueryVariable{"ss_reset", write_uptime},
    QueryVariable{"ss_received", [](std::string_view n, const QueryScene& s,
                                    QueryText& t) { t.count(n, static_cast<std::int64_t>(s.view.counts.received())); }},
    QueryVariable{"ss_thisver", write_versions<4, 4>},
    QueryVariable{"ss_oldver", write_versions<1, 3>},
    QueryVariable{"ss_badformat",
                  write_verdicts<Verdict::kTooShort, Verdict::kBadLength, Verdict::kBadVersion, Verdict::kMalformed>},
    QueryVariable{"ss_badauth", write_verdicts<Verdict::kUnauthenticated>},
    QueryVariable{"ss_declined", write_verdicts<Verdict::kNotARequest, Verdict::kPrivate, Verdict::kForbiddenSource>},
    QueryVariable{"ss_restricted",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, count_of(s, Verdict::kDenied) + count_of(s, Verdict::kControl) + denied_kisses(s));
                  }},
    QueryVariable{"ss_limited",
                  [](std::string_view n, const QueryScene& s, QueryText& t) {
                      t.count(n, count_of(s, Verdict::kRateLimited) + count_of(s, Verdict::kKissed) - denied_kisses(s));
                  }},
    QueryVariable{"ss_kodsent", write_verdicts<Verdict::kKissed>},
    QueryVariable{"ss_processed", write_verdicts<Verdict::kAnswered>},
    QueryVariable{"ss_ver1", write_versions<1, 1>},
    QueryVariable{"ss_ver1client", write_mode<3>},
    QueryVariable{"ss_ver1zero", write_mode<0>},
    QueryVariable{"ss_ver1symm", write_mode<1>},
    QueryVariable{"ss_numctlreq", write_verdicts<Verdict::kQueried>},
    QueryVariable{"koffset", write_kernel_span<&KernelView::offset>},
    QueryVariable{"kfreq", write_kernel_parts<&KernelView::frequency>},
    QueryVariable{"kmaxerr", write_kernel_span<&KernelView::max_error>},
    QueryVariable{"kesterr", write_kernel_span<&KernelView::estimated_error>},
    QueryVariable{"kstflags", write_kernel_status},
    QueryVariable{"ktimeconst", write_kernel_count<&KernelView::time_constant>},
    QueryVariable{"kprecis", write_kernel_span<&KernelView::precision>},
    QueryVariable{"kfreqtol", write_kernel_parts<&KernelView::tolerance>},
    QueryVariable{"kppsfreq", write_kernel_parts<&KernelView::pulse_frequency>},
    QueryVariable{"kppsstab", write_kernel_parts<&KernelView::pulse_stability>},
    QueryVariable{"kppsjitter", write_kernel_span<&KernelView::pulse_jitter>},
    QueryVariable{"kppscalibdur", write_kernel_count<&KernelView::calibration_time>},
    QueryVariable{"kppscalibs", write_kernel_count<&KernelView::calibrations>},
    QueryVariable{"kppsjitexc", write_kernel_count<&KernelView::jitter_exceeded>},
    QueryVariable{"kppsstbexc", write_kernel_count<&KernelView::stability_exceeded>},
    QueryVariable{"kppscaliberrs", write_kernel_count<&KernelView::calibration_errors>},
};

}  // namespace

std::span<const QueryVariable> system_variables() {
    return kSystem;
}

}  // namespace tokimori
