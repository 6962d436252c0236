#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3;

namespace tokimori::web {

/// A value of SQLite.
using DatabaseValue = std::variant<std::nullptr_t, std::int64_t, double, std::string>;
using DatabaseRow = std::vector<DatabaseValue>;

/// What a commit survives.
enum class Durability : std::uint8_t {
    kFull,    ///< a power cut
    kRelaxed  ///< kill -9; a power cut may take the last commits, but breaks nothing. Writes much less.
};

/// Why a database cannot be opened.
struct DatabaseTrouble : std::runtime_error {
    DatabaseTrouble(const std::string& sentence, bool is_broken) : std::runtime_error{sentence}, broken{is_broken} {}
    bool broken = false;  ///< the file is no database, or not whole; else it may be in order
};

/// One SQLite database with a write-ahead log, readable by its owner alone. For one thread. The only file that knows
/// SQLite.
class Database {
public:
    /// Opens or makes it, and waits a second at most for others that hold it. Throws DatabaseTrouble. ":memory:" lasts
    /// as long as this object.
    Database(const std::string& path, Durability durability);

    /// Does one statement with values for its question marks; false where it failed, and `trouble` says why.
    bool run(std::string_view sql, const DatabaseRow& values = {});

    /// All rows of a question; none where it failed.
    std::vector<DatabaseRow> rows(std::string_view sql, const DatabaseRow& values = {});

    /// How many rows the last statement changed.
    int changed() const;
    std::string trouble() const;

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> database_;
};

/// The value as a number or as a text; 0 and empty where it is another.
std::int64_t integer_of(const DatabaseValue& value);
std::string text_of(const DatabaseValue& value);

}  // namespace tokimori::web
