#include "server/tokictl/leap_upload.h"

#include <boost/json.hpp>
#include <cerrno>
#include <fstream>
#include <ostream>

#include "server/tokictl/asking.h"
#include "server/tokictl/document.h"
#include "server/tokictl/leap_list_words.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/system_error_text.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr int kDocumentVersion = 1;
// No list is as large, and the daemon reads no more.
constexpr std::size_t kLargestList = std::size_t{64} * 1024;
constexpr std::string_view kWrong = "leap_list_wrong: ";

/// The text, or an errno.
int read(const std::string& path, std::string& text) {
    std::ifstream file{path, std::ios::binary};
    text.assign(kLargestList, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        return errno != 0 ? errno : EIO;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text.size() < kLargestList ? 0 : EFBIG;
}

// A refusal that has nothing to do with lists.
ExitCode other_refusal(const NoAnswer& trouble, const Console& console) {
    if (!trouble.detail.starts_with("disk_silent: ")) {
        return complain(trouble, console);
    }
    console.err << say(
        console.language, "tokictl: the disk of the daemon does not answer; nothing was done, try again later\n",
        "tokictl: デーモンのディスクが応答していません。何も変更していません。しばらくしてから再度実行してください\n");
    return ExitCode::kCritical;
}

// In English the daemon's own sentence says more.
ExitCode refused(const NoAnswer& trouble, const json::object& reply, const Console& console) {
    if (!trouble.detail.starts_with(kWrong)) {
        return other_refusal(trouble, console);
    }
    const std::string told = trouble.detail.substr(kWrong.size());
    const std::string japanese = leap_list_fault_text(object_in(reply, "why"), Language::kJapanese);
    console.err << say(console.language, "tokictl: the daemon does not take the list: {0}\n",
                       "tokictl: デーモンはこのリストを受け付けません: {1}\n", told,
                       japanese.empty() ? told : japanese);
    return ExitCode::kCritical;
}

std::string text_of(const json::object& taken, Language language) {
    std::string text =
        say(language, "The list of {} is in force; it expires on {}.", "{} のリストが有効になりました (期限 {})。",
            text_in(taken, "updated"), text_in(taken, "expires"));
    text += flag_in(taken, "kept") ? say(language, " It is kept over a restart.\n", "再起動後も使われます。\n")
                                   : say(language, " It could NOT be kept and counts for this run only: see the log.\n",
                                         "保存できなかったため、再起動すると失われます。ログを確認してください。\n");
    return text;
}

ExitCode not_forgotten(const NoAnswer& trouble, const Console& console) {
    const auto is = [&](std::string_view code) { return trouble.detail.starts_with(code); };
    if (is("no_leap_list: ")) {
        console.err << say(console.language, "tokictl: no list was given to the daemon\n",
                           "tokictl: デーモンに渡されたリストはありません\n");
        return ExitCode::kWarning;
    }
    if (is("leap_list_needed: ")) {
        console.err << say(
            console.language,
            "tokictl: the list stays: it knows of a leap second that has been, and nothing else here "
            "does; without it the time would jump\n",
            "tokictl: リストを取り消せません。実施済みのうるう秒を含むのはこのリストだけで、取り消すと時刻が"
            "飛びます\n");
        return ExitCode::kCritical;
    }
    if (is("leap_list_not_forgotten: ")) {
        console.err << say(console.language, "tokictl: the list cannot be removed: see the log\n",
                           "tokictl: リストを削除できません。ログを確認してください\n");
        return ExitCode::kCritical;
    }
    return other_refusal(trouble, console);
}

}  // namespace

ExitCode forget_leap_list(const Console& console) {
    json::object reply;
    if (const auto trouble = DaemonClient{console.socket}.ask("leap_list_forget", {}, reply)) {
        return not_forgotten(*trouble, console);
    }
    if (console.json) {
        print_document(console.out, "leap forget", kDocumentVersion,
                       {{"forgotten", true}, {"waits", flag_in(reply, "waits")}});
    } else if (flag_in(reply, "waits")) {
        console.out << say(console.language,
                           "The list is forgotten, but counts until the leap second is over that clients are being "
                           "prepared for.\n",
                           "リストを取り消しました。ただし、予告中のうるう秒が終わるまではこのリストが使われます。\n");
    } else {
        console.out << say(console.language, "The list is forgotten; what else is known counts.\n",
                           "リストを取り消しました。ほかに知られている表に戻ります。\n");
    }
    return ExitCode::kGood;
}

ExitCode upload_leap_list(const std::string& path, const Console& console) {
    std::string text;
    if (const int error = read(path, text)) {
        console.err << say(console.language, "tokictl: {} cannot be read: {}\n", "tokictl: {} を読めません: {}\n", path,
                           system_error_text(error, console.language));
        return ExitCode::kUnknown;
    }
    json::object reply;
    if (const auto trouble = DaemonClient{console.socket}.ask("leap_list", {{"text", text}}, reply)) {
        return refused(*trouble, reply, console);
    }
    const json::object& taken = object_in(reply, "leap_list");
    if (console.json) {
        print_document(console.out, "leap upload", kDocumentVersion, {{"leap_list", taken}});
    } else {
        console.out << text_of(taken, console.language);
    }
    return flag_in(taken, "kept") ? ExitCode::kGood : ExitCode::kWarning;
}

}  // namespace tokimori
