#pragma once

#include <string>

#include "server/tokictl/language.h"

namespace boost::json {
class object;
}

/// Replies of the daemon as text for people: whole lines, in either language, with chronyc's columns where they make
/// sense. Pure; whatever a reply lacks is "-". Offsets are source − ours: positive where our clock is slow.
namespace tokimori {

std::string tracking_text(const boost::json::object& reply, Language language);
std::string sources_text(const boost::json::object& reply, Language language);
std::string sourcestats_text(const boost::json::object& reply, Language language);
std::string selectdata_text(const boost::json::object& reply, Language language);
std::string serverstats_text(const boost::json::object& reply, Language language);
std::string leap_text(const boost::json::object& reply, Language language);
std::string clients_text(const boost::json::object& reply, Language language);
std::string settings_text(const boost::json::object& reply, Language language);

}  // namespace tokimori
