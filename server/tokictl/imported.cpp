#include "server/tokictl/imported.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "server/tokictl/import_access.h"
#include "server/tokictl/import_listen.h"
#include "server/tokictl/import_rules.h"
#include "server/tokictl/import_sources.h"
#include "server/tokictl/import_words.h"

namespace tokimori {
namespace {

constexpr std::array<std::string_view, 15> kChronyWords{
    "allow",          "keyfile",   "makestep",       "rtcsync", "ratelimit", "deny",      "confdir",    "cmdallow",
    "bindcmdaddress", "leapsectz", "clientloglimit", "local",   "logdir",    "sourcedir", "bindaddress"};
constexpr std::array<std::string_view, 5> kStatistics{"loopstats", "peerstats", "rawstats", "clockstats", "sysstats"};
constexpr std::size_t kLongestPath = 1000;

bool is_one_of(std::string_view word, const auto& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_ascii(const ImportWords& words) {
    return std::all_of(words.begin(), words.end(), [](std::string_view word) {
        return std::all_of(word.begin(), word.end(), [](char letter) { return letter >= ' ' && letter <= '~'; });
    });
}

std::string in_lower_case(std::string_view word) {
    std::string lower{word};
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    return lower;
}

std::string directory_of(std::string_view file) {
    const std::size_t slash = file.rfind('/');
    return std::string{file.substr(0, slash == std::string_view::npos ? 0 : std::max<std::size_t>(slash, 1))};
}

std::string table_of(std::string_view heading, std::string_view key, const std::string& path) {
    return path.empty() ? std::string{} : fmt::format("\n[{}]\n{} = {}\n", heading, key, toml_quoted(path));
}

/// Why nothing was made of a line.
ImportReason reason_without(std::string_view first, Dialect dialect) {
    constexpr std::array<std::string_view, 4> kFurther{"includefile", "include", "confdir", "sourcedir"};
    constexpr std::array<std::string_view, 2> kInterfaces{"interface", "nic"};
    constexpr std::array<std::string_view, 3> kKeys{"trustedkey", "requestkey", "controlkey"};
    if (is_one_of(first, kFurther)) {
        return import_reason("what it names was not read; import that by itself",
                             "指定されたファイルは読んでいません。それぞれ import してください");
    }
    if (dialect == Dialect::kNtp && is_one_of(first, kInterfaces)) {
        return import_reason("was not taken over: all addresses are listened on; write those wanted in [server] listen",
                             "引き継いでいません。すべてのアドレスで待ち受けます。限るには [server] の listen "
                             "にアドレスを書いてください");
    }
    if (dialect == Dialect::kNtp && is_one_of(first, kKeys)) {
        return import_reason(
            "was not taken over: all keys of [access] keys_file are accepted; take out those that "
            "must not be",
            "引き継いでいません。[access] の keys_file "
            "の鍵はすべて受け入れます。受け入れない鍵はファイルから除いてください");
    }
    return import_reason("has no counterpart", "相当する設定はありません");
}

/// Goes through the lines of a file and collects.
class Importer {
public:
    explicit Importer(Dialect dialect) : dialect_{dialect} {}

    Imported read(std::string_view text) {
        for (int number = 1; !text.empty(); ++number) {
            const std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(line.size() + 1, text.size()));
            report_.begin_line(number, line);
            read_words(words_in(line, dialect_));
        }
        note_defaults();
        sources_.finish();
        return {toml(), report_.take()};
    }

private:
    void read_words(ImportWords words) {
        // chrony knows its words in whatever case.
        const std::string first = words.empty() || dialect_ == Dialect::kNtp ? "" : in_lower_case(words[0]);
        if (!first.empty()) {
            words[0] = first;
        }
        if (!is_ascii(words)) {
            report_.note(import_reason("has characters that are not visible ASCII; write by hand what it says",
                                       "ASCII の印字文字でない文字があります。内容を手で書いてください"));
        } else if (!words.empty() && !read_path(words)) {
            read_line(words);
        }
    }

    void read_line(const ImportWords& words) {
        const bool read = dialect_ == Dialect::kNtp ? read_ntp(words) : read_chrony(words);
        if (read) {
            return;
        }
        if (words[0] == "server" || words[0] == "pool" || words[0] == "peer") {
            sources_.read_server(words);
        } else {
            report_.note(reason_without(words[0], dialect_));
        }
    }

    bool read_path(const ImportWords& words) {
        const bool ntp = dialect_ == Dialect::kNtp;
        if (words.size() != 2 || words[1].empty() || words[1].size() > kLongestPath) {
            return false;
        }
        if (words[0] == "driftfile") {
            set(state_dir_, directory_of(words[1]));
            state_line_ = report_.line();
            report_.note(import_reason(
                "the drift itself is not taken over: it is learned within minutes and kept in [state] dir",
                "周波数のずれ自体は引き継ぎません。数分で学習し、[state] の dir に残します"));
        } else if (words[0] == (ntp ? "keys" : "keyfile")) {
            set(keys_file_, words[1]);
            note_keys();
        } else if (words[0] == (ntp ? "leapfile" : "leapseclist")) {
            set(leap_list_, words[1]);
        } else if (words[0] == (ntp ? "statsdir" : "logdir")) {
            set(statistics_dir_, words[1]);
            statistics_line_ = report_.line();
        } else {
            return false;
        }
        return true;
    }

    void note_keys() {
        if (dialect_ == Dialect::kNtp) {
            report_.note(import_reason("a key in hexadecimal needs HEX: before it, and nothing may stand behind a key",
                                       "16 進数の鍵には前に HEX: が必要で、鍵の後には何も書けません"));
        }
    }

    void set(std::string& path, std::string_view now) {
        if (!path.empty()) {
            report_.note(import_reason("stands twice; the last counts", "2 回あります。最後のものが有効です"));
        }
        path = now;
    }

    bool read_ntp(const ImportWords& words) {
        if (words[0] == "restrict") {
            rules_.read(words);
        } else if (words[0] == "fudge") {
            sources_.read_fudge(words);
        } else if (words[0] == "discard") {
            access_.read_discard(words);
        } else if (words[0] == "refclock") {
            sources_.read_ntpsec_clock(words);
        } else if (words[0] == "statistics") {
            read_statistics(words);
        } else {
            return false;
        }
        return true;
    }

    bool read_chrony(const ImportWords& words) {
        if (words[0] == "allow" || words[0] == "deny") {
            access_.read_allow(words);
        } else if (words[0] == "local") {
            sources_.read_local(words);
        } else if (words[0] == "ratelimit") {
            access_.read_ratelimit(words);
        } else if (words[0] == "refclock") {
            sources_.read_chrony_clock(words);
        } else if (words[0] == "bindaddress") {
            listen_.read_address(words);
        } else if (words[0] == "port") {
            listen_.read_port(words);
        } else {
            return false;
        }
        return true;
    }

    void read_statistics(const ImportWords& words) {
        for (std::size_t at = 1; at < words.size(); ++at) {
            if (!is_one_of(words[at], kStatistics)) {
                report_.note(import_reason("{} has no counterpart", "{} に相当する設定はありません", words[at]));
            } else if (!is_one_of(words[at], statistics_files_)) {
                statistics_files_.emplace_back(words[at]);
            }
        }
        files_line_ = report_.line();
    }

    // Which is nowhere but in its own directories, unless somebody sees to it.
    void note_place(const std::string& directory, const ImportLine& line) {
        if (!directory.empty()) {
            report_.note_of(line,
                            import_reason("the user of tokimorid must be able to write there, and its unit needs a "
                                          "line ReadWritePaths= for it",
                                          "tokimorid のユーザーがそこに書き込める必要があり、ユニットには "
                                          "ReadWritePaths= の行が要ります"));
        }
    }

    void note_defaults() {
        note_place(state_dir_, state_line_);
        note_place(statistics_dir_, statistics_line_);
        if (dialect_ == Dialect::kNtp) {
            rules_.note_defaults(access_.has_interval());
        } else {
            access_.note_defaults_of_chrony();
        }
        if (!statistics_dir_.empty() && dialect_ == Dialect::kChrony) {
            report_.note_of(statistics_line_, import_reason("files in the formats of ntpd are written there, without a "
                                                            "line \"log\", too; [statistics] files chooses among them",
                                                            "「log」がなくても ntpd 形式のファイルをそこに書きます。"
                                                            "種類は [statistics] の files で選びます"));
        } else if (!statistics_dir_.empty() && statistics_files_.empty()) {
            report_.note_of(statistics_line_,
                            import_reason("without a line \"statistics\" ntpd wrote nothing there; Tokimori writes all "
                                          "files: [statistics] files chooses among them",
                                          "「statistics」がなければ ntpd は何も書きません。Tokimori "
                                          "はすべてのファイルを書きます。種類は [statistics] の files で選びます"));
        } else if (statistics_dir_.empty() && files_line_.number != 0) {
            report_.note_of(files_line_, import_reason("no line \"statsdir\" says where; write [statistics] dir",
                                                       "「statsdir」がありません。[statistics] に dir "
                                                       "を書いてください"));
        }
    }

    std::string toml() const {
        std::string toml = rules_.access_toml() + access_.toml();
        toml += keys_file_.empty() ? "" : fmt::format("keys_file = {}\n", toml_quoted(keys_file_));
        toml = (toml.empty() ? "" : "\n[access]\n") + toml + rules_.toml();
        toml = listen_.toml() + toml;
        toml += table_of("state", "dir", state_dir_) + table_of("leap", "list_file", leap_list_);
        toml += table_of("statistics", "dir", statistics_dir_);
        if (!statistics_dir_.empty() && !statistics_files_.empty()) {
            toml += fmt::format("files = {}\n", toml_listed(statistics_files_));
        }
        toml += sources_.toml();
        return toml.empty() ? toml : toml.substr(1);
    }

    Dialect dialect_;
    ImportReport report_;
    ImportedRules rules_{report_};
    ImportedAccess access_{report_};
    ImportedSources sources_{report_};
    ImportedListen listen_{report_};
    std::string keys_file_;
    std::string state_dir_;
    ImportLine state_line_;
    std::string leap_list_;
    std::string statistics_dir_;
    ImportLine statistics_line_;
    std::vector<std::string> statistics_files_;
    ImportLine files_line_;
};

}  // namespace

Imported import_configuration(std::string_view text, Dialect dialect) {
    return Importer{dialect}.read(text);
}

Dialect dialect_of(std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const ImportWords words = words_in(line, Dialect::kChrony);
        const std::string first = words.empty() ? "" : in_lower_case(words[0]);
        // NTPsec's clocks are written in small letters.
        const bool is_clock = first == "refclock" && words.size() > 1 && in_lower_case(words[1]) != words[1];
        if (is_clock || is_one_of(first, kChronyWords)) {
            return Dialect::kChrony;
        }
    }
    return Dialect::kNtp;
}

}  // namespace tokimori
