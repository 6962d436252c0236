#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "leap/instant.h"
#include "server/daemon/configuration_texts.h"

namespace tokimori {

/// What became of the file of an overlay.
struct Placed {
    bool stands = false;    ///< it is the one that counts
    std::string trouble{};  ///< why not; where it stands, why a power cut may yet bring back the one before
};

/// What the desk has done for it. Sentences say why something was not done; empty: it was. What is done to files takes
/// its time, and then the desk is told.
class SettingsHands {
public:
    virtual ~SettingsHands() = default;

    /// The files as they are now, without an overlay that waits for its confirmation.
    virtual void read(std::function<void(TextsResult)> then) = 0;
    /// Writes an overlay beside the one that counts: whole, on the disk, and not read at the next start.
    virtual void write_beside(const std::string& text, std::function<void(std::string why)> then) = 0;
    /// Lets it take the place of the one that counts, at once.
    virtual void put_in_place(std::function<void(Placed)> then) = 0;
    virtual void remove_beside(std::function<void()> then) = 0;
    /// Reads the files that a configuration names.
    virtual void prepare(const Configuration& configuration, std::function<void()> then) = 0;
    /// Goes over to the configuration that was prepared last, as a reload does; where that fails nothing has changed.
    virtual std::string take_effect(const Configuration& configuration) = 0;
    /// The same with one that was in force, and what is known of its files.
    virtual std::string fall_back_on(const Configuration& configuration) = 0;
    /// For a change: above 0 and below 2^53, never the same again, also of another run, and nobody guesses it.
    virtual std::int64_t new_id() = 0;
    /// Whether a leap second is being announced or smeared.
    virtual bool leap_second_under_way() = 0;
    virtual LocalInstant now() = 0;
};

}  // namespace tokimori
