#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/daemon/file_errands.h"
#include "server/daemon/file_steps.h"
#include "server/daemon/named_files.h"
#include "server/daemon/settings_hands.h"

namespace tokimori {

/// The overlay of the page in the `conf.d` of a configuration file.
std::string overlay_file_of(const std::string& configuration);

/// The hands of the desk on this host: files as they lie beside the configuration, and the daemon that is told.
class SettingsFiles : public SettingsHands {
public:
    /// What the daemon does.
    struct Effects {
        /// With what lies in the files that it names; null: they were not read anew.
        std::function<std::string(const Configuration&, const NamedFiles*)> take_effect;
        /// A configuration as it can be in this run, whatever waits for the next start.
        std::function<Configuration(const Configuration&)> as_in_this_run;
        std::function<bool()> leap_second_under_way;
        std::function<LocalInstant()> now;
    };

    /// `configuration`: the file that was given to the daemon. `errands` does what is done to files, and must outlive
    /// the object.
    SettingsFiles(std::string configuration, Effects effects, FileErrands& errands,
                  std::shared_ptr<FileSteps> steps = host_file_steps());

    void read(std::function<void(TextsResult)> then) override;
    void write_beside(const std::string& text, std::function<void(std::string why)> then) override;
    void put_in_place(std::function<void(Placed)> then) override;
    void remove_beside(std::function<void()> then) override;
    void prepare(const Configuration& configuration, std::function<void()> then) override;
    std::string take_effect(const Configuration& configuration) override {
        return effects_.take_effect(configuration, &prepared_);
    }
    std::string fall_back_on(const Configuration& configuration) override {
        return effects_.take_effect(configuration, nullptr);
    }
    std::int64_t new_id() override;
    bool leap_second_under_way() override { return effects_.leap_second_under_way(); }
    LocalInstant now() override { return effects_.now(); }

    /// What an earlier run left without a confirmation, if anything; it does not count, and is taken away. At the
    /// start, and waits for the disk.
    bool forget_unconfirmed();

    /// Why the last change could not be written; empty: it could, or the disk has been found good since then.
    const std::string& trouble() const { return trouble_; }
    void forget_trouble() { trouble_.clear(); }
    /// A file that nobody reads, where changes are written.
    std::string file_to_try() const { return overlay_ + ".probe"; }

private:
    std::string explain(int error);
    Placed placed(const Exchanged& exchanged);

    std::string configuration_;
    std::string overlay_;
    std::string beside_;  ///< not named like one that is read
    Effects effects_;
    FileErrands& errands_;
    std::shared_ptr<FileSteps> steps_;
    NamedFiles prepared_;
    std::string trouble_;
};

}  // namespace tokimori
