#include "client/ctl/region_files.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/ctl/templates.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

constexpr char kPeersBelong[] =
    "  # Each peer region has its own line here, with the root that its operator gave.\n";

std::string PeerTrust(const RegionPlan& plan) {
  std::string lines;
  for (const auto& [peer, file] : plan.peer_roots) {
    absl::StrAppend(&lines, "  trust_domains { name: \"", peer, "\" roots_file: \"peers/", peer,
                    ".pem\" }\n");
  }
  return lines;
}

std::string Links(const RegionPlan& plan) {
  std::string lines;
  for (const auto& [peer, file] : plan.peer_roots) {
    const auto dial = plan.dial.find(peer);
    absl::StrAppend(
        &lines, "links { peer_region: \"", peer, "\"",
        dial == plan.dial.end() ? "" : absl::StrCat(" dial_address: \"", dial->second, "\""),
        " }\n");
  }
  return lines;
}

}  // namespace

std::string BrokerConfigText(const RegionPlan& plan) {
  std::string text = absl::StrReplaceAll(
      kSmallConfig, {{"/var/lib/corridor/data", plan.data_dir},
                     {"0.0.0.0:7443", absl::StrCat("0.0.0.0:", plan.port)},
                     {"127.0.0.1:9464", plan.metrics_address},
                     {"operator/first", absl::StrCat("operator/", plan.operator_name)},
                     {kPeersBelong, absl::StrCat(kPeersBelong, PeerTrust(plan))},
                     {"sea.example", plan.region}});
  return absl::StrCat(text, Links(plan));
}

std::string ServiceUnitText(const RegionPlan& plan) {
  return absl::StrReplaceAll(kServiceUnit, {{"/etc/corridor/", plan.folder + "/"}});
}

std::string ProfileText(const RegionPlan& plan, const std::string& certificate,
                        std::string_view country) {
  std::string text =
      absl::StrCat("endpoint: \"", plan.hosts.front(), ":", plan.port, "\"\nregion: \"",
                   plan.region, "\"\ncertificate: \"", certificate, ".pem\"\nkey: \"", certificate,
                   ".key\"\ntrust: \"../tls/root.pem\"\n");
  if (!country.empty()) {
    absl::StrAppend(&text, "signing_key: \"", certificate, "-signing.key\"\npublisher_country: \"",
                    A(country), "\"\npublisher_type: PUBLISHER_TYPE_CENTRAL_GOVERNMENT\n");
  }
  return text;
}

std::string DeskOf(std::string_view country) {
  return absl::StrCat(absl::AsciiStrToLower(A(country)), "-desk");
}

std::string RegisterScript(const RegionPlan& plan) {
  std::string script = absl::StrCat(
      "#!/bin/sh\n# Registers the members of ", plan.region,
      ", and what lets them warn one another. Needs a broker that serves; may be run again.\n"
      "set -eu\ncd \"$(dirname \"$0\")\"\nexport CORRIDOR_PROFILE=operators/",
      plan.operator_name, ".profile\n");
  for (const std::string& country : plan.countries) {
    const std::string desk = absl::StrCat(DeskOf(country), "@", plan.region);
    absl::StrAppend(&script, "\ncorridorctl admin members create ", desk, " --name '", country,
                    " focal point' --country ", country, " --type central-government\n",
                    "corridorctl admin grants set ", desk,
                    " --role publisher,immediate-publisher,reader --publish-tlp-max red\n",
                    "corridorctl admin keys register members/", DeskOf(country), "-signing.pem\n");
  }
  absl::StrAppend(&script, "\ncorridorctl admin agreements create within-region",
                  " --title 'Members of ", plan.region, " warn one another' --from ", plan.region,
                  " --to ", plan.region, " --tlp-max red --use counter-trafficking\n");
  return script;
}

}  // namespace corridor
