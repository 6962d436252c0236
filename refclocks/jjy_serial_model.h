#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "leap/calendar.h"
#include "refclocks/observation.h"

namespace tokimori {

/// The receivers that are spoken to over a serial line, all in JST; those of ntpd's driver 40.
enum class JjyModel : std::uint8_t { kTristateJjy01, kJst2000, kLt2000, kJjy200, kTristateGpsClock01, kTdc300 };

/// Something a receiver said: what stands before a CR, LF, ETX or SUB, without what came before an STX.
struct JjyMessage {
    std::string text;
    char end = '\r';
    LocalInstant began;  ///< its first byte was read
    LocalInstant ended;  ///< its last
};

/// What comes of a message.
struct JjyAnswer {
    /// The time it was at `heard`.
    struct Reading {
        LocalInstant heard;
        UtcTime time;
    };
    std::optional<Reading> reading = std::nullopt;
    std::optional<Rejection::Reason> rejection = std::nullopt;
    std::string send = {};  ///< to be sent to the receiver
};

/// The language of one model. Pure.
class JjySerialModel {
public:
    virtual ~JjySerialModel() = default;

    /// Asks for the time from the beginning; empty where the receiver speaks by itself.
    virtual std::string ask() = 0;
    virtual JjyAnswer take(const JjyMessage& message) = 0;
};

std::unique_ptr<JjySerialModel> make_jjy_model(JjyModel model);

/// What the line and the sentence need.
struct JjyModelFacts {
    std::string_view name;  ///< "Tristate TS-JJY01"
    unsigned baud = 9600;
    bool asked = true;       ///< it only answers
    Duration uncertainty{};  ///< bound of its own error, its radio part's delay included
};
const JjyModelFacts& jjy_model_facts(JjyModel model);

/// Puts bytes together to messages. What does not end is dropped.
class JjyMessages {
public:
    static constexpr std::size_t kLongest = 64;

    void take(std::string_view bytes, LocalInstant read, const std::function<void(const JjyMessage&)>& on_message);
    void clear() { *this = JjyMessages{}; }

private:
    JjyMessage message_;
    bool skipping_ = false;
};

/// Numbers read from a text.
struct JjyDigits {
    CivilTime time;
    int tenth = 0;
    int weekday = 0;
};

/// Reads `text` where it looks like `pattern`: YY or YYYY, MM, DD, hh, mm, ss, t (tenths), w (weekday) are digits, ? is
/// anything, the rest stands for itself. Two digits of a year are 20YY. False where it does not, `digits` then holds
/// nothing of use.
bool read_jjy_digits(std::string_view pattern, std::string_view text, JjyDigits& digits);

/// The instant that a receiver names, or nothing where it is none or lies outside 2000 … 2098.
std::optional<UtcTime> jjy_instant(const JjyDigits& digits);

/// 0 = Sunday, of the date alone.
std::optional<int> weekday_of(const CivilTime& time);

std::unique_ptr<JjySerialModel> make_tristate_jjy01();
std::unique_ptr<JjySerialModel> make_tristate_gpsclock01();
std::unique_ptr<JjySerialModel> make_jst2000();
std::unique_ptr<JjySerialModel> make_lt2000();
std::unique_ptr<JjySerialModel> make_jjy200();
std::unique_ptr<JjySerialModel> make_tdc300();

}  // namespace tokimori
