#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/daemon/complaint_code.h"
#include "server/daemon/settings_table.h"
#include "server/daemon/toml_document.h"

namespace tokimori {

/// A kind of complaint in words.
struct ComplaintWord {
    ComplaintCode code;
    std::string_view name;     ///< of the code, stable, for programs
    std::string_view english;  ///< a sentence with its remedy; `{name}` stands for the value of that name
};

/// All of them, in the order of their codes.
std::span<const ComplaintWord> complaint_words();

/// "value_wrong": what programs are told.
std::string_view complaint_name(ComplaintCode code);

/// The English sentence of `code`, with what it fills in.
std::string complaint_sentence(ComplaintCode code, const ComplaintValues& values);

/// A complaint of the line, with its sentence.
Complaint complaint_of(TomlLine line, ComplaintCode code, ComplaintValues values = {});

/// That the value at `node` is none for the setting, and what would be.
Complaint wrong_value(const Setting& setting, const TomlNode& node);

}  // namespace tokimori
