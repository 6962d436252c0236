#pragma once

#include <string>

#include "web/web_settings.h"

namespace tokimori::web {

/// What the program is started with.
struct WebStart {
    WebSettings settings;
    std::string assets;   ///< the directory with the files of the page
    std::string version;  ///< of the product
};

/// Serves until SIGTERM or SIGINT. Throws std::runtime_error with a sentence where it cannot begin.
void serve_web(const WebStart& start);

}  // namespace tokimori::web
