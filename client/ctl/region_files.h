#ifndef CORRIDOR_CLIENT_CTL_REGION_FILES_H_
#define CORRIDOR_CLIENT_CTL_REGION_FILES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace corridor {

// What `corridorctl init` asks for.
struct RegionPlan {
  std::string region;
  std::vector<std::string> countries;  // ISO 3166-1 alpha-3
  std::vector<std::string> hosts;      // under which clients dial the broker
  int port = 7443;
  std::string operator_name = "first";
  std::string folder;  // absolute
  std::string data_dir;
  std::string metrics_address;
  std::map<std::string, std::string> peer_roots;  // by region: a file of roots
  std::map<std::string, std::string> dial;        // by region: "host:port"
};

// The files that it writes. Pure.

std::string BrokerConfigText(const RegionPlan& plan);
std::string ServiceUnitText(const RegionPlan& plan);
// The profile of whoever connects with `certificate`, a path without ".pem", beside which
// the signing key lies where `country` is given.
std::string ProfileText(const RegionPlan& plan, const std::string& certificate,
                        std::string_view country);
// "ken-desk" for "KEN".
std::string DeskOf(std::string_view country);
// A script that registers a member for each country, and what lets them warn one another.
std::string RegisterScript(const RegionPlan& plan);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_REGION_FILES_H_
