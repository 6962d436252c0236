#include "server/daemon/configuration.h"

#include <utility>

#include "server/daemon/configuration_texts.h"

namespace tokimori {
namespace {

ConfigurationResult result_of(std::span<const ConfigurationText> texts) {
    CheckedTexts checked = check_texts(texts);
    ConfigurationResult result{std::move(checked.configuration), {}};
    for (const Complaint& complaint : checked.complaints) {
        result.errors.push_back(line_from(texts, complaint));
    }
    return result;
}

}  // namespace

ConfigurationResult parse_configuration(std::string_view text, std::string_view file) {
    return result_of(std::vector{ConfigurationText{std::string(file), std::string(text)}});
}

ConfigurationResult read_configuration(const std::string& path) {
    TextsResult read = read_texts(path);
    return read.errors.empty() ? result_of(read.texts) : ConfigurationResult{std::nullopt, std::move(read.errors)};
}

}  // namespace tokimori
