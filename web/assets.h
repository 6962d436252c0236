#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "web/request.h"

namespace tokimori::web {

/// One file of the page.
struct Asset {
    std::string content_type;
    std::string content;
    std::string mark;  ///< its ETag
};

/// The files of the page, all read once: no path that a client writes ever reaches the file system.
class Assets {
public:
    Assets() = default;
    /// Files by their paths, such as "/index.html".
    explicit Assets(const std::map<std::string, std::string>& files);

    /// Reads a directory and those in it: regular files, no hidden ones, 8 MiB in all at most. Throws
    /// std::runtime_error.
    static Assets from_directory(const std::string& directory);

    /// The file of a path, index.html for one that ends in a slash; 304 where the client has it; 404.
    WebReply reply(const WebRequest& request) const;

    std::size_t size() const { return files_.size(); }

private:
    std::map<std::string, Asset, std::less<>> files_;
};

/// By the end of a file's name.
std::string_view content_type_of(std::string_view path);

}  // namespace tokimori::web
