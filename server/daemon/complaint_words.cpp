#include "server/daemon/complaint_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "server/daemon/toml_text.h"
#include "server/daemon/value_text.h"

namespace tokimori {
namespace {

constexpr std::array kWords{
    ComplaintWord{ComplaintCode::kSyntax, "syntax",
                  "This is not valid TOML; correct the line, then the rest can be checked: {what}."},
    ComplaintWord{ComplaintCode::kFileTooLarge, "file_too_large",
                  "The file is larger than 1 MiB; is it the right one?"},
    ComplaintWord{ComplaintCode::kLineTooLong, "line_too_long", "The line is longer than {most} bytes; break it up."},
    ComplaintWord{ComplaintCode::kNotASection, "not_a_section",
                  "{section} is not written as a section; give it a line {section} that stands once."},
    ComplaintWord{ComplaintCode::kNotSections, "not_sections",
                  "{section} is not written as a section; give it a line {section} for each of them."},
    ComplaintWord{ComplaintCode::kNotAnEntry, "not_an_entry",
                  "{section} is {value}; write its keys below a line {section}."},
    ComplaintWord{ComplaintCode::kTooManyEntries, "too_many_entries",
                  "There are more than {most} of {section}; remove some."},
    ComplaintWord{ComplaintCode::kValueWrong, "value_wrong", "{key} in {section} is {value}; write {expected}."},
    ComplaintWord{ComplaintCode::kWordUnknown, "word_unknown",
                  "{key} in {section} is {value}; did you mean \"{nearest}\"? Write {expected}."},
    ComplaintWord{ComplaintCode::kTwiceInList, "twice_in_list", "{value} stands twice in {key}; remove one."},
    ComplaintWord{ComplaintCode::kTooManyAddresses, "too_many_addresses",
                  "{key} has more than {most} addresses; remove some."},
    ComplaintWord{ComplaintCode::kMissing, "missing", "This {section} has no {key}; add {key} = …, {expected}."},
    ComplaintWord{ComplaintCode::kRefidOfSimulated, "refid_of_simulated",
                  "refid cannot be set for a simulated source, which always says SIM; remove it."},
    ComplaintWord{ComplaintCode::kInterfaceMissing, "interface_missing",
                  "address {value} is link-local and may be on any network; say through which interface, as in "
                  "{nearest}."},
    ComplaintWord{ComplaintCode::kInterfaceNeedless, "interface_needless",
                  "address {value} has an interface, and only a link-local address (fe80::…) needs one; write "
                  "{nearest}."},
    ComplaintWord{ComplaintCode::kMaxpollBelowMinpoll, "maxpoll_below_minpoll",
                  "maxpoll {maxpoll} is below minpoll, which is {minpoll}; write at least that."},
    ComplaintWord{ComplaintCode::kBurstTooLong, "burst_too_long",
                  "A burst of {burst} is paid for only after more than {hours} hours at this interval, longer than is "
                  "kept of a client; write at most {most}, or a shorter interval."},
    ComplaintWord{ComplaintCode::kChipMissing, "chip_missing",
                  "{key} {value} is a number, and lines are counted on each chip; write chip = … too (gpiodetect lists "
                  "them), or the line's name."},
    ComplaintWord{ComplaintCode::kHostIsName, "host_is_name",
                  "host {value} is a name, and workers = 0 leaves no thread to resolve it; write a numeric address or "
                  "\"localhost\"."},
    ComplaintWord{ComplaintCode::kAddressIsName, "address_is_name",
                  "address {value} is a name, and workers = 0 leaves no thread to resolve it; write a numeric "
                  "address."},
    ComplaintWord{ComplaintCode::kBaudWrong, "baud_wrong",
                  "baud {value} is no speed of a serial port; write one of {speeds}."},
    ComplaintWord{ComplaintCode::kNotEndOfMonth, "not_end_of_month",
                  "date {value} is not the last day of a month, and leap seconds fall nowhere else (ITU-R TF.460); "
                  "write \"{nearest}\"."},
    ComplaintWord{ComplaintCode::kDateTwice, "date_twice", "date {value} stands twice in [[leap.manual]]; remove one."},
    ComplaintWord{ComplaintCode::kNameTaken, "name_taken",
                  "The name {value} is already used in line {line}; give every source a name of its own."},
    ComplaintWord{ComplaintCode::kNameTakenElsewhere, "name_taken_elsewhere",
                  "The name {value} is already used in another file, line {line}; give every source a name of its "
                  "own."},
    ComplaintWord{ComplaintCode::kOutsideSection, "outside_section",
                  "{key} stands outside its section; move it below {section}."},
    ComplaintWord{ComplaintCode::kSectionUnknown, "section_unknown",
                  "There is no section {value}; did you mean {nearest}?"},
    ComplaintWord{ComplaintCode::kOfAnotherDriver, "of_another_driver",
                  "{key} belongs to the driver {owners}, not to \"{driver}\"; remove it from this {section}."},
    ComplaintWord{ComplaintCode::kInAnotherSection, "in_another_section",
                  "{key} belongs in {home}, not in {section}; move it."},
    ComplaintWord{ComplaintCode::kKeyUnknown, "key_unknown",
                  "There is no key {value} in {section}; did you mean \"{nearest}\"?"},
    ComplaintWord{ComplaintCode::kFilesAlone, "files_alone", "This is changed in the configuration file only."},
    ComplaintWord{ComplaintCode::kNameTooLong, "name_too_long", "A name is too long to be that of a setting."},
    ComplaintWord{ComplaintCode::kNoValue, "no_value",
                  "This is no value of a setting; send text, a number, true or false, or a list of these."},
    ComplaintWord{ComplaintCode::kFileUnreadable, "file_unreadable", "{what}"},
    ComplaintWord{ComplaintCode::kNotInForce, "not_in_force", "{what}"},
};

// A code is the place of its word.
constexpr bool are_in_order() {
    for (std::size_t i = 0; i < kWords.size(); ++i) {
        if (kWords[i].code != static_cast<ComplaintCode>(i) || kWords[i].name.empty() || kWords[i].english.empty()) {
            return false;
        }
    }
    return kWords.size() == static_cast<std::size_t>(ComplaintCode::kNotInForce) + 1;
}
static_assert(are_in_order(), "every code of ComplaintCode has one row, in its order");

std::string_view value_of(const ComplaintValues& values, std::string_view name) {
    const auto found = std::ranges::find(values, name, &ComplaintValues::value_type::first);
    return found == values.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace

std::span<const ComplaintWord> complaint_words() {
    return kWords;
}

std::string_view complaint_name(ComplaintCode code) {
    return kWords.at(static_cast<std::size_t>(code)).name;
}

std::string complaint_sentence(ComplaintCode code, const ComplaintValues& values) {
    std::string_view rest = kWords.at(static_cast<std::size_t>(code)).english;
    std::string sentence;
    while (!rest.empty()) {
        const std::size_t open = std::min(rest.find('{'), rest.size());
        sentence += rest.substr(0, open);
        rest.remove_prefix(open);
        if (const std::size_t close = rest.find('}'); close != std::string_view::npos) {
            sentence += value_of(values, rest.substr(1, close - 1));
            rest.remove_prefix(close + 1);
        }
    }
    return sentence;
}

Complaint complaint_of(TomlLine line, ComplaintCode code, ComplaintValues values) {
    std::string sentence = complaint_sentence(code, values);
    return {line, std::move(sentence), complaint_name(code), std::move(values)};
}

Complaint wrong_value(const Setting& setting, const TomlNode& node) {
    const Section* const section = find_section(setting.section);
    std::vector<std::string_view> words;
    for (const Choice& choice : setting.choices) {
        words.push_back(choice.text);
    }
    const std::string why = setting.reason.empty() ? std::string{} : ". " + std::string(setting.reason);
    ComplaintValues values{{"key", std::string(setting.key)},
                           {"section", section != nullptr ? heading(*section) : std::string(setting.section)},
                           {"value", shown_toml(node)},
                           {"expected", expectation(setting) + why}};
    const auto* const text = std::get_if<std::string>(&node.value);
    if (text == nullptr || words.empty()) {
        return complaint_of(node.line, ComplaintCode::kValueWrong, std::move(values));
    }
    values.emplace_back("nearest", std::string(nearest_name(*text, words)));
    return complaint_of(node.line, ComplaintCode::kWordUnknown, std::move(values));
}

}  // namespace tokimori
