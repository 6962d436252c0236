#pragma once

#include <string>
#include <string_view>

#include "leap/leap_preview_basis.h"
#include "server/tokictl/language.h"

namespace boost::json {
class object;
}

/// What a preview is made of: out of a reply of the daemon, and as people read it. Pure.
namespace tokimori {

/// `leap`: that member of the daemon's reply. Members that it lacks are as built in.
PreviewKnowledge preview_knowledge(const boost::json::object& leap);

/// A sentence or two about whose settings, table and day these are. `asked`: the daemon's socket; empty: nobody was
/// asked.
std::string basis_text(const PreviewBasis& basis, std::string_view asked, Language language);

}  // namespace tokimori
