#include "server/tokictl/system_error_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tokimori {
namespace {

constexpr std::array<std::pair<int, const char*>, 14> kJapanese{{
    {ENOENT, "ファイルがありません"},
    {ENOTDIR, "途中のディレクトリがありません"},
    {EISDIR, "ファイルではなくディレクトリです"},
    {EACCES, "権限がありません"},
    {EPERM, "権限がありません"},
    {EFBIG, "ファイルが大きすぎます"},
    {EIO, "読み書きでエラーが起きました"},
    {ENAMETOOLONG, "パスが長すぎます"},
    {ECONNREFUSED, "待ち受けているプログラムがありません"},
    {ECONNRESET, "接続が切れました"},
    {EPIPE, "接続が切れました"},
    {ETIMEDOUT, "時間内に応答がありません"},
    {EMSGSIZE, "応答が長すぎます"},
    {EPROTOTYPE, "種類の異なるソケットです"},
}};

}  // namespace

std::string system_error_text(int error, Language language) {
    const auto found = std::ranges::find(kJapanese, error, &std::pair<int, const char*>::first);
    return language == Language::kJapanese && found != kJapanese.end() ? found->second
                                                                       : std::generic_category().message(error);
}

}  // namespace tokimori
