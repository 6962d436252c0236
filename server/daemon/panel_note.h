#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/daemon/file_steps.h"
#include "server/daemon/front_panel_configuration.h"

namespace tokimori {

/// Which lines of the front panel are in use, in a directory that lives no longer than the service: whoever darkens the
/// panel after a crash goes by it, whatever has become of the settings meanwhile. Files are small and in memory.
class PanelNote {
public:
    /// `directory`: empty: nothing is noted, nor found.
    explicit PanelNote(std::string directory, std::unique_ptr<FileSteps> steps = host_file_steps());

    /// In the directory that the service manager made for us (systemd.exec(5), RUNTIME_DIRECTORY), if it did.
    static PanelNote of_environment();

    /// An errno, or 0.
    int write(const FrontPanelConfiguration& panel);
    /// Nothing is in use any more.
    void remove();
    /// What was noted last; nullopt: nothing, or nothing that can be read.
    std::optional<FrontPanelConfiguration> read() const;

private:
    std::string path_;
    std::unique_ptr<FileSteps> steps_;
};

}  // namespace tokimori
