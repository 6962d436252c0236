#include "server/tokictl/document.h"

#include <boost/json.hpp>
#include <ostream>

namespace tokimori {

void print_document(std::ostream& out, std::string_view command, int version, const boost::json::object& content) {
    boost::json::object document{{"command", command}, {"version", version}};
    for (const auto& [name, value] : content) {
        document.insert_or_assign(name, value);
    }
    out << boost::json::serialize(document) << '\n';
}

}  // namespace tokimori
