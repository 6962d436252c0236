#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/daemon/settings_table.h"
#include "server/daemon/toml_document.h"

namespace tokimori {

/// A kind of complaint. A new one is a row in complaint_words.cpp, and one in both languages on the page
/// (web/page/src/text/complaint_words.ts).
struct ComplaintWord {
    std::string_view code;     ///< stable, for programs
    std::string_view english;  ///< a sentence with its remedy; `{name}` stands for the value of that name
};

/// All of them.
std::span<const ComplaintWord> complaint_words();

/// The English sentence of `code`, with what it fills in. Empty for a code that is none.
std::string complaint_sentence(std::string_view code, const ComplaintValues& values);

/// A complaint of the line, with its sentence.
Complaint complaint_of(TomlLine line, std::string_view code, ComplaintValues values = {});

/// That the value at `node` is none for the setting, and what would be.
Complaint wrong_value(const Setting& setting, const TomlNode& node);

}  // namespace tokimori
