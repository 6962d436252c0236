#include "server/daemon/configuration.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "server/daemon/configuration_reader.h"
#include "server/daemon/toml_document.h"

namespace tokimori {
namespace {

std::string line_from(std::string_view file, const Complaint& complaint) {
    return complaint.line == 0 ? fmt::format("{}: {}", file, complaint.sentence)
                               : fmt::format("{}:{}: {}", file, complaint.line, complaint.sentence);
}

ConfigurationResult refusal(std::string_view file, const std::vector<Complaint>& complaints) {
    ConfigurationResult result;
    for (const Complaint& complaint : complaints) {
        result.errors.push_back(line_from(file, complaint));
    }
    return result;
}

ConfigurationResult unreadable(const std::string& path, int error) {
    const std::string reason = std::generic_category().message(error);
    return refusal(
        path, {{0, fmt::format("The configuration cannot be read ({}); check the path and its permissions.", reason)}});
}

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

ConfigurationResult parse_configuration(std::string_view text, std::string_view file) {
    const TomlResult toml = parse_toml(text);
    if (toml.complaint) {
        return refusal(file, {*toml.complaint});
    }
    ConfigurationReader reader;
    reader.read(toml.root);
    const auto complaints = reader.take_complaints();
    return complaints.empty() ? ConfigurationResult{reader.take_configuration(), {}} : refusal(file, complaints);
}

ConfigurationResult read_configuration(const std::string& path) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
    if (!file) {
        return unreadable(path, errno);
    }
    // One byte more than allowed, so that a file that is too large is seen as such.
    std::string text(kLargestToml + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) {
        return unreadable(path, errno);
    }
    return parse_configuration(text, path);
}

}  // namespace tokimori
