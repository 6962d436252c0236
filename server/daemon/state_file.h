#pragma once

#include <string>
#include <string_view>

#include "server/daemon/file_steps.h"
#include "server/daemon/state_text.h"

namespace tokimori {

/// The state file of one directory: whole or absent, whenever the program or the host dies. A laboratory has one of its
/// own, so that neither it nor a server in service overwrites what the other knows. One thread at a time.
class StateFile {
public:
    /// `steps` must outlive the object.
    StateFile(const std::string& directory, bool laboratory, FileSteps& steps);

    const std::string& path() const { return path_; }

    /// What lies there; neither state nor error where nothing does. A file that is damaged, of another version or not
    /// ours is renamed aside. An error is a sentence for the operator.
    StateResult load();

    /// Writes beside it, then exchanges it at once. Empty, or a sentence for the operator; then the old one stands, or
    /// may come back after a power cut.
    std::string save(const KeptState& state);

    /// Removes it. Empty, or a sentence for the operator.
    std::string forget();

    /// Why the next `save` would fail, as far as can be seen without it; empty: it may work.
    std::string trouble_ahead();

private:
    std::string refuse(const std::string& why);
    std::string explain(std::string_view what, int error) const;

    std::string directory_;
    std::string path_;
    FileSteps& steps_;
};

}  // namespace tokimori
