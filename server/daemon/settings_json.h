#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/daemon/complaint_code.h"
#include "server/daemon/toml_document.h"
#include "server/daemon/written_settings.h"

namespace boost::json {
class array;
class object;
class value;
}  // namespace boost::json

/// Settings as the control socket has them: TOML in the shape of JSON. Pure.
namespace tokimori {

/// Something wrong with settings that somebody sent.
struct SettingComplaint {
    SettingPlace place;
    std::string message;      ///< an English sentence with the remedy
    std::string_view code{};  ///< its name, of complaint_words.h
    ComplaintValues values{};
    std::string other_file{};  ///< FILE:LINE where it is wrong, if that is not the overlay
};

/// With its English sentence.
SettingComplaint setting_complaint(SettingPlace place, ComplaintCode code, ComplaintValues values = {});

/// Settings from JSON, or what cannot be written as such.
struct SettingsFromJson {
    TomlTable root;
    std::vector<SettingComplaint> complaints;
};

/// Sections with values and lists of values, and lists of sections. What is null, a section without keys and a list
/// without entries are left out. Whether there are such settings is not for this to say.
SettingsFromJson settings_from_json(const boost::json::object& object);

/// The same backwards; dates become text.
boost::json::object json_from_settings(const TomlTable& root);

/// A value; nullopt becomes null.
boost::json::value json_from_value(const std::optional<TomlNode>& node);

/// `{"section","name","key"}`; what is not there is null.
boost::json::object json_from_place(const SettingPlace& place);

/// The table of settings, and its sections.
boost::json::array json_of_table();
boost::json::array json_of_sections();

}  // namespace tokimori
