#include "server/tokictl/reason_text.h"

#include <array>

#include "server/tokictl/words.h"

namespace tokimori {
namespace {

constexpr std::array kReasons{
    Word{"silent", {"nothing heard of it lately", "最近、何も受信していません"}},
    Word{"laboratory_only", {"simulated, and lab_mode is off", "模擬時刻源です (lab_mode が無効です)"}},
    Word{"noselect", {"only watched, as configured", "設定により監視だけを行っています"}},
    Word{"waiting_for_agreement", {"its reports do not agree with each other yet", "報告どうしの一致を確認しています"}},
    Word{"wrong_week", {"its date lies before this product was built", "日付が製品の製造日より前です"}},
    Word{"before_last_time",
         {"its date lies before the last trusted time; if that was wrong: tokimorid --forget-state",
          "日付が前回までの信頼できた時刻より前です (その時刻が誤りなら tokimorid --forget-state)"}},
    Word{"wrong_second", {"it names another second than our clock", "秒が当方の時計と異なります"}},
    Word{"wrong_leap_seconds", {"its GPS-UTC is not that of the leap table", "GPS-UTC がうるう秒の表と異なります"}},
    Word{"no_such_second", {"it names a second that UTC did not have", "UTC に存在しない秒を示しています"}},
    Word{"unlabelled",
         {"pulses, but nobody trustworthy numbers them", "パルスはありますが、秒を示す時刻源がありません"}},
    Word{"ambiguous_delay",
         {"its sentences fit two seconds; set its delay", "文の遅れから秒を決められません (delay を設定してください)"}},
    Word{"waiting_for_pulses", {"would do, but pulses are expected", "使用できますが、パルスを待っています"}},
    Word{"distant", {"its pulses lie off their own line", "パルスがこれまでの並びから外れています"}},
    Word{"too_far", {"its error bound is too large to set a clock by", "誤差の上限が大きすぎて時計を合わせられません"}},
    Word{"falseticker",
         {"a majority of the sources, or our own clock, says otherwise",
          "多数の時刻源、または当方の時計と食い違っています"}},
    Word{"disputed",
         {"it contradicts another source; nobody can tell who is right",
          "他の時刻源と食い違い、どちらが正しいか判断できません"}},
    Word{"not_enough", {"fewer sources agree than minimum_sources", "一致する時刻源が minimum_sources より少ないです"}},
    Word{"panic", {"further off than panic_threshold allows", "補正量が panic_threshold を超えています"}},
    Word{"objects",
         {"trusted, and names another second: nobody is served",
          "信頼する時刻源が別の秒を示したため配信を止めています"}},
    Word{"withheld",
         {"would do, but a trusted source objects to our second",
          "使用できますが、信頼する時刻源が現在の秒を否定しています"}},
    Word{"outlier", {"agrees, but too far off to be combined", "一致していますが、離れているため合成していません"}},
    Word{"selectable", {"believed, but another is better", "使用できますが、より良い時刻源があります"}},
    Word{"combined", {"combined with the one that is followed", "追従中の時刻源と合成しています"}},
    Word{"last_resort",
         {"the free counter: served only where nobody else is heard",
          "自走クロックです (他の時刻源を受信できないときだけ配信します)"}},
    Word{"selected", {"the clock follows it", "時計はこの時刻源に追従しています"}},
};

constexpr std::array kStates{
    Word{"never_synchronised", {"not synchronised yet", "まだ同期していません"}},
    Word{"synchronised", {"synchronised", "同期しています"}},
    Word{"holdover", {"holdover: goes on by itself, within its bound", "ホールドオーバー中 (自走、誤差範囲内)"}},
    Word{"unsynchronised", {"not synchronised any more", "同期が外れています"}},
    Word{"local",
         {"not synchronised: the free counter is served as a last resort", "未同期です。自走クロックを配信しています"}},
};

}  // namespace

std::string reason_text(std::string_view code, Language language) {
    return in_words(kReasons, code, language);
}

std::string state_text(std::string_view state, Language language) {
    return in_words(kStates, state, language);
}

}  // namespace tokimori
