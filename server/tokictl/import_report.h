#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace tokimori {

/// The words of a line.
using ImportWords = std::vector<std::string_view>;

/// What became of a line, in both languages; a sentence without its full stop.
struct ImportReason {
    std::string english;
    std::string japanese;
};

/// A reason with `values` in it. Both formats are checked against them when this is compiled.
template <typename... Values>
ImportReason import_reason(fmt::format_string<const Values&...> english, fmt::format_string<const Values&...> japanese,
                           const Values&... values) {
    return {fmt::format(english, values...), fmt::format(japanese, values...)};
}

/// A line of the file that is read.
struct ImportLine {
    int number = 0;    ///< from 1; 0: the file as a whole
    std::string text;  ///< the line itself, or where it begins, with `?` for what cannot be shown
};

/// A line that did not become a setting, or not quite.
struct ImportNote {
    ImportLine line;
    ImportReason why;
};

/// Collects what did not become a setting.
class ImportReport {
public:
    /// What is noted from here on is noted of this line.
    void begin_line(int number, std::string_view text);
    const ImportLine& line() const { return line_; }
    void note(ImportReason why) { note_of(line_, std::move(why)); }
    void note_of(ImportLine line, ImportReason why);
    void note_of_file(ImportReason why) { note_of({}, std::move(why)); }
    /// In the order of the lines; what is noted of the whole file comes last.
    std::vector<ImportNote> take();

private:
    ImportLine line_;
    std::vector<ImportNote> notes_;
};

/// `text` as a TOML string. It must be visible ASCII.
std::string toml_quoted(std::string_view text);

/// `words` as a TOML list of strings, over several lines where it is long.
std::string toml_listed(const std::vector<std::string>& words);

}  // namespace tokimori
