#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "server/tokictl/command.h"
#include "server/tokictl/document.h"
#include "server/tokictl/imported.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr int kDocumentVersion = 1;

json::object content_of(const Imported& imported) {
    json::array notes;
    for (const ImportNote& note : imported.notes) {
        notes.emplace_back(
            json::object{{"line", note.line.number}, {"text", note.line.text}, {"why", note.why.english}});
    }
    return {{"toml", imported.toml}, {"notes", std::move(notes)}};
}

std::string sentence_of(const ImportNote& note, const std::string& path, Language language) {
    const std::string place = note.line.number == 0 ? path : fmt::format("{}:{}", path, note.line.number);
    const std::string line = note.line.text + (note.line.number == 0 ? "" : say(language, ": ", " → "));
    return say(language, "{}: {}{}.\n", "{}: {}{}。\n", place, line,
               language == Language::kJapanese ? note.why.japanese : note.why.english);
}

ExitCode import_file(const std::string& path, const Console& console) {
    std::ifstream file{path};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) {
        console.err << say(console.language, "{} cannot be read; check the path and its permissions.\n",
                           "{} を読めません。パスと権限を確認してください。\n", path);
        return ExitCode::kUnknown;
    }
    const Imported imported = import_configuration(text, dialect_of(text));
    if (console.json) {
        print_document(console.out, "import", kDocumentVersion, content_of(imported));
    } else {
        console.out << imported.toml;
        for (const ImportNote& note : imported.notes) {
            console.err << sentence_of(note, path, console.language);
        }
    }
    return imported.notes.empty() ? ExitCode::kGood : ExitCode::kWarning;
}

}  // namespace

Action prepare_import(CLI::App& app, Language language) {
    const auto path = std::make_shared<std::string>();
    app.add_option("file", *path, say(language, "an ntp.conf or a chrony.conf", "ntp.conf または chrony.conf"))
        ->required();
    return [path](const Console& console) { return import_file(*path, console); };
}

}  // namespace tokimori
