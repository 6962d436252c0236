#include "server/tokictl/leap_words.h"

#include <array>

#include "server/tokictl/words.h"

namespace tokimori {
namespace {

constexpr std::array kKinds{
    Word{"insert", {"insertion", "挿入"}},
    Word{"delete", {"deletion", "削除"}},
    Word{"none", {"none", "なし"}},
};

constexpr std::array kPhases{
    Word{"quiet", {"no leap second is under way", "うるう秒の予告・調整はしていません"}},
    Word{"announced", {"announced: LI tells clients of the leap second", "予告中: LI でクライアントに知らせています"}},
    Word{"smearing", {"SMEARING", "SMEAR 中 (時刻を徐々に調整しています)"}},
};

constexpr std::array kGrounds{
    Word{"nobody", {"nobody who counts says that anything happens", "有効な予告はありません"}},
    Word{"table", {"by the table", "うるう秒の表による"}},
    Word{"laboratory", {"by the simulated sky", "模擬時刻源による"}},
    Word{"manual", {"by [[leap.manual]]", "[[leap.manual]] による"}},
    Word{"trusted", {"by sources with trust = true", "trust = true の時刻源による"}},
    Word{"majority", {"by a majority of the sources", "時刻源の多数決による"}},
    Word{"remembered", {"as announced before; those who did are silent", "以前の予告による (予告元は受信できません)"}},
};

constexpr std::array kWeights{
    Word{"voice", {"one voice", "1 票"}},
    Word{"trusted", {"trusted", "信頼"}},
    Word{"manual", {"entry", "手動"}},
    Word{"laboratory", {"laboratory", "試験"}},
};

constexpr std::array kStandings{
    Word{"decides", {"in force because of it", "採用"}},
    Word{"concurs", {"agrees with what is in force", "一致"}},
    Word{"outranked", {"CONTRADICTS who outranks it", "上位の情報源と矛盾"}},
    Word{"contradicted", {"trusted sources CONTRADICT each other", "信頼する時刻源どうしが矛盾"}},
    Word{"outvoted", {"OUTVOTED: as many or more say otherwise", "多数と矛盾"}},
    Word{"alone", {"alone: nobody bears it out", "単独 (裏付けなし)"}},
    Word{"wrong_month", {"no leap second ever fell in that month", "うるう秒のない月"}},
    Word{"too_early", {"March and September count on the last day only", "時期尚早 (3 月・9 月は末日のみ)"}},
    Word{"another_month", {"about another month", "他の月の情報"}},
    Word{"not_asked", {"not asked: source = \"manual\"", "対象外 (source = \"manual\")"}},
};

constexpr std::array kClients{
    Word{"chrony_64s", {"chronyd, maxpoll 6 (64 s)", "chronyd (maxpoll 6、64 秒)"}},
    Word{"chrony_default", {"chronyd, default polls (to 1024 s)", "chronyd (既定、最長 1024 秒)"}},
    Word{"ntpd_64s", {"ntpd, maxpoll 6 (64 s)", "ntpd (maxpoll 6、64 秒)"}},
    Word{"ntpd_default", {"ntpd, default polls (to 1024 s)", "ntpd (既定、最長 1024 秒)"}},
    Word{"timesyncd", {"systemd-timesyncd (to 2048 s)", "systemd-timesyncd (最長 2048 秒)"}},
    Word{"windows", {"Windows, default (to 9 h)", "Windows (既定、最長 9 時間)"}},
    Word{"sntp_hourly", {"SNTP devices, once an hour", "SNTP 機器 (1 時間ごと)"}},
    Word{"sntp_daily", {"SNTP devices, once a day", "SNTP 機器 (1 日ごと)"}},
};

}  // namespace

std::string leap_kind_text(std::string_view code, Language language) {
    return in_words(kKinds, code, language);
}

std::string leap_phase_text(std::string_view code, Language language) {
    return in_words(kPhases, code, language);
}

std::string leap_ground_text(std::string_view code, Language language) {
    return in_words(kGrounds, code, language);
}

std::string leap_weight_text(std::string_view code, Language language) {
    return in_words(kWeights, code, language);
}

std::string leap_standing_text(std::string_view code, Language language) {
    return in_words(kStandings, code, language);
}

std::string client_text(std::string_view code, Language language) {
    return in_words(kClients, code, language);
}

}  // namespace tokimori
