#include "web/assets.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "web/secret.h"

namespace tokimori::web {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargest = std::uintmax_t{8} * 1024 * 1024;

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string content_of(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    if (!file) {
        throw std::runtime_error{"the file " + path.string() + " of the page cannot be read"};
    }
    return content;
}

}  // namespace

std::string_view content_type_of(std::string_view path) {
    for (const auto& [end, type] : kTypes) {
        if (path.ends_with(end)) {
            return type;
        }
    }
    return "application/octet-stream";
}

Assets::Assets(const std::map<std::string, std::string>& files) {
    for (const auto& [path, content] : files) {
        files_[path] = {std::string(content_type_of(path)), content, '"' + digest_of(content).substr(0, 32) + '"'};
    }
}

Assets Assets::from_directory(const std::string& directory) {
    std::map<std::string, std::string> files;
    std::uintmax_t total = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator each{directory, error}, end; !error && each != end; each.increment(error)) {
        const bool hidden = each->path().filename().string().starts_with('.');
        if (hidden || !fs::is_regular_file(each->symlink_status())) {
            continue;
        }
        total += each->file_size();
        if (total > kLargest) {
            throw std::runtime_error{"the files of the page in " + directory +
                                     " have more than 8 MiB; is it the right directory?"};
        }
        files['/' + fs::relative(each->path(), directory).generic_string()] = content_of(each->path());
    }
    if (error) {
        throw std::runtime_error{"the files of the page cannot be read from " + directory + ": " + error.message()};
    }
    return Assets{files};
}

WebReply Assets::reply(const WebRequest& request) const {
    const auto found = files_.find(request.path.ends_with('/') ? request.path + "index.html" : request.path);
    if (found == files_.end()) {
        return error_reply(404, "not_found", "There is no such page.");
    }
    const Asset& asset = found->second;
    WebReply reply{.content_type = asset.content_type, .headers = {{"ETag", asset.mark}}};
    if (request.if_none_match == asset.mark) {
        reply.status = 304;
    } else {
        reply.body = asset.content;
    }
    return reply;
}

}  // namespace tokimori::web
