#pragma once

namespace tokimori {

/// What a daemon may say to "status": pulses are followed, a second source is silent.
inline constexpr const char* kSampleReply = R"({
 "version":1,"request":"status",
 "at":{"utc":"2026-11-28T07:12:00.250000000Z","jst":"2026-11-28 16:12:00.250000000 JST","uptime_ns":600000000000,
       "state":"synchronised","state_age_ns":61000000000,"disputed":false,"lab_mode":false},
 "tracking":{"source":"pps","by_pulses":true,"refid":"PPS","stratum":1,"leap":"none",
   "reference_utc":"2026-11-28T07:12:00.000000000Z","reference_jst":"2026-11-28 16:12:00.000000000 JST","last_update_age_ns":250000000,"last_offset_ns":-17,"pending_ns":-12,
   "jitter_ns":60,"frequency_ppm":-7.25,"skew_ppm":1E-2,"wander_ppm":2E-3,"root_delay_ns":0,"root_dispersion_ns":1501,
   "root_distance_ns":1501,"valid_for_ns":3600000000000,"precision":-25,
   "system_clock":{"state":"following","offset_ns":1000,"max_error_ns":2500,"leap":"none","interventions":0,
                   "last_intervention_age_ns":null}},
 "sources":[
   {"name":"pps","tally":"o","reason":"selected","driver":"pps-kernel","refid":"PPS","stratum":0,"poll_ns":1000000000,
    "reach":255,"from_pulses":true,"last_heard_age_ns":110000000,"last_sample_age_ns":250000000,"last_offset_ns":456,
    "offset_ns":-123,"jitter_ns":300,"distance_ns":2000,"accepted":100,"rejected":3,"sentence_delay_ns":null,
    "week_mended":false,"satellites":null},
   {"name":"受信機","tally":"?","reason":"silent","driver":"gpsd","refid":"GPS","stratum":0,"poll_ns":0,"reach":0,
    "from_pulses":false,"last_heard_age_ns":null,"last_sample_age_ns":null,"last_offset_ns":null,"offset_ns":null,
    "jitter_ns":null,"distance_ns":null,"accepted":0,"rejected":0,"sentence_delay_ns":null,"week_mended":false,
    "satellites":null}],
 "sourcestats":[
   {"name":"pps","tally":"o","reason":"selected","samples":64,"span_ns":63000000000,"last_sample_age_ns":250000000,
    "frequency_ppm":-0.001,"skew_ppm":0.02,"offset_ns":-123,"deviation_ns":40,"jitter_ns":300,"delay_ns":0,
    "sentence_delay_ns":140200000},
   {"name":"受信機","tally":"?","reason":"silent","samples":0,"span_ns":0,"last_sample_age_ns":null,
    "frequency_ppm":null,"skew_ppm":null,"offset_ns":null,"deviation_ns":null,"jitter_ns":null,"delay_ns":null,
    "sentence_delay_ns":null}],
 "selectdata":[
   {"name":"pps","tally":"o","reason":"selected","prefer":true,"noselect":false,"trust":false,
    "last_heard_age_ns":110000000,"lowest_ns":-2123,"highest_ns":1877,"delay_ns":0},
   {"name":"受信機","tally":"?","reason":"born_yesterday","prefer":false,"noselect":true,"trust":true,
    "last_heard_age_ns":null,"lowest_ns":null,"highest_ns":null,"delay_ns":null}],
 "serverstats":{"counted_for_ns":600000000000,"received":8,
   "verdicts":{"answered":7,"too_short":1,"newfangled":2},"versions":{"1":0,"2":0,"3":2,"4":5},
   "control":{"accepted":3,"open":1,"requests":9,"refused":2,"dropped":1}}
})";

}  // namespace tokimori
