#include <sys/stat.h>

#include <filesystem>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/ctl/commands.h"
#include "client/ctl/issue.h"
#include "client/ctl/output.h"
#include "client/ctl/region_files.h"
#include "client/ctl/region_pki.h"
#include "client/ctl/secret_file.h"
#include "core/base/status_macros.h"
#include "core/crypto/spiffe_id.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "Asks for what no flag says, and writes into DIR:\n"
    "  broker.textproto   the broker's configuration, each line explained\n"
    "  pki/               the region's authorities; move pki/root.key off line\n"
    "  tls/               the broker's certificates and keys, the region's root and its lists\n"
    "  operators/         certificate and profile of the first operator\n"
    "  members/           the same, and a signing key, for a desk in each country\n"
    "  corridord.service  a unit for systemd\n"
    "  register.sh        registers these members once the broker serves\n"
    "and then says the next three commands. What is there is kept; the configuration is written\n"
    "anew only with --force.\n\n"
    "Examples:\n"
    "  corridorctl init\n"
    "  corridorctl init --region sea.example --country THA,PHL --host broker.sea.example \\\n"
    "      --peer eastafrica.example=their-root.pem --dial "
    "eastafrica.example=broker.eastafrica.example:7443\n";

struct InitFlags {
  RegionPlan plan;
  std::vector<std::string> peers;
  std::vector<std::string> dial;
  bool force = false;
};

// Asks until something is said. A usage error where nobody answers.
absl::StatusOr<std::string> Ask(Context& context, std::string_view question,
                                std::string_view flag) {
  std::string line;
  while (line.empty()) {
    context.err << question << ": " << std::flush;
    if (!std::getline(context.in, line)) return UsageError(absl::StrCat("say ", std::string(flag)));
    line = std::string(absl::StripAsciiWhitespace(line));
  }
  return line;
}

absl::Status AskList(Context& context, std::string_view question, std::string_view flag,
                     std::vector<std::string>& values) {
  if (!values.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string line, Ask(context, question, flag));
  values = absl::StrSplit(line, absl::ByAnyChar(", "), absl::SkipEmpty());
  return absl::OkStatus();
}

absl::Status ReadPairs(const std::vector<std::string>& pairs, std::string_view flag,
                       std::map<std::string, std::string>& into) {
  for (const std::string& pair : pairs) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(pair, absl::MaxSplits('=', 1));
    if (!SpiffeId::Parse("spiffe://" + parts.first + "/broker/b1").ok() || parts.second.empty()) {
      return UsageError(absl::StrCat(std::string(flag), " is REGION=VALUE, not ", pair));
    }
    into[parts.first] = parts.second;
  }
  return absl::OkStatus();
}

absl::Status CheckPlan(const RegionPlan& plan) {
  if (!SpiffeId::Parse("spiffe://" + plan.region + "/operator/" + plan.operator_name).ok()) {
    return UsageError(
        "the region id and the operator's name are of a-z 0-9 . - _, for example sea.example");
  }
  for (const std::string& country : plan.countries) {
    if (!IsCountryAlpha3(country)) {
      return UsageError(country + " is no country of ISO 3166-1 alpha-3, such as THA");
    }
  }
  for (const auto& [peer, address] : plan.dial) {
    if (plan.peer_roots.count(peer) == 0) return UsageError("--dial " + peer + " needs its --peer");
  }
  return absl::OkStatus();
}

absl::StatusOr<RegionPlan> Complete(Context& context, const InitFlags& flags) {
  RegionPlan plan = flags.plan;
  if (plan.region.empty()) {
    ASSIGN_OR_RETURN(plan.region, Ask(context, "Region id, for example sea.example", "--region"));
  }
  RETURN_IF_ERROR(AskList(context, "Countries, for example THA, PHL", "--country", plan.countries));
  RETURN_IF_ERROR(
      AskList(context, "Host names or addresses that clients dial", "--host", plan.hosts));
  RETURN_IF_ERROR(ReadPairs(flags.peers, "--peer", plan.peer_roots));
  RETURN_IF_ERROR(ReadPairs(flags.dial, "--dial", plan.dial));
  RETURN_IF_ERROR(CheckPlan(plan));
  if (plan.folder.empty()) plan.folder = plan.region;
  plan.folder = std::filesystem::absolute(plan.folder).lexically_normal().string();
  if (plan.data_dir.empty()) plan.data_dir = plan.folder + "/data";
  return plan;
}

// One certificate where none is there.
absl::Status Certify(Context& context, RegionPki& pki, const RegionPlan& plan,
                     const std::string& profile, const std::string& path,
                     const std::string& prefix) {
  if (std::filesystem::exists(prefix + ".pem")) return absl::OkStatus();
  IssuedEntry entry{.identity = absl::StrCat("spiffe://", plan.region, "/", path),
                    .profile = profile,
                    .prefix = prefix,
                    .days = 90};
  if (profile == "broker") {
    for (const std::string& host : plan.hosts) {
      const bool numbers = host.find_first_not_of("0123456789.") == std::string::npos ||
                           absl::StrContains(host, ":");
      (numbers ? entry.ip : entry.dns).push_back(host);
    }
  }
  return IssueTo(context, pki, std::move(entry)).status();
}

absl::Status CopyFile(Context& context, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const std::string content, ReadAll(from, context.in));
  return WriteWhole(to, content, FileAccess::kPublic);
}

absl::Status MakeFolders(const RegionPlan& plan) {
  for (const char* name : {"", "/tls", "/peers", "/operators", "/members"}) {
    std::error_code error;
    std::filesystem::create_directories(plan.folder + name, error);
    if (error) return absl::InternalError(absl::StrCat("cannot make ", plan.folder, name));
  }
  return absl::OkStatus();
}

absl::Status MakeCertificates(Context& context, const RegionPlan& plan) {
  const std::string& folder = plan.folder;
  const std::string pki_folder = folder + "/pki";
  ASSIGN_OR_RETURN(RegionPki pki,
                   RegionPki::Init(pki_folder, plan.region, {}, context.clock.Now()));
  RETURN_IF_ERROR(pki.Refresh(context.clock.Now(), /*every_list=*/false).status());
  RETURN_IF_ERROR(Certify(context, pki, plan, "broker", "broker/b1", folder + "/tls/broker"));
  RETURN_IF_ERROR(
      Certify(context, pki, plan, "signing", "broker/b1", folder + "/tls/broker-signing"));
  RETURN_IF_ERROR(Certify(context, pki, plan, "operator", "operator/" + plan.operator_name,
                          folder + "/operators/" + plan.operator_name));
  for (const std::string& country : plan.countries) {
    const std::string desk = DeskOf(country);
    const std::string prefix = folder + "/members/" + desk;
    RETURN_IF_ERROR(Certify(context, pki, plan, "agency", "agency/" + desk, prefix));
    RETURN_IF_ERROR(Certify(context, pki, plan, "signing", "agency/" + desk, prefix + "-signing"));
  }
  for (const char* name : {"/root.pem", "/crl.pem"}) {
    RETURN_IF_ERROR(CopyFile(context, pki_folder + name, folder + "/tls" + name));
  }
  for (const auto& [peer, file] : plan.peer_roots) {
    RETURN_IF_ERROR(CopyFile(context, file, folder + "/peers/" + peer + ".pem"));
  }
  return absl::OkStatus();
}

absl::Status WriteTexts(const RegionPlan& plan) {
  const auto write = [&plan](const std::string& name, const std::string& text) {
    return WriteWhole(plan.folder + "/" + name, text, FileAccess::kPublic);
  };
  RETURN_IF_ERROR(write("broker.textproto", BrokerConfigText(plan)));
  RETURN_IF_ERROR(write("corridord.service", ServiceUnitText(plan)));
  RETURN_IF_ERROR(write("operators/" + plan.operator_name + ".profile",
                        ProfileText(plan, plan.operator_name, "")));
  for (const std::string& country : plan.countries) {
    const std::string desk = DeskOf(country);
    RETURN_IF_ERROR(write("members/" + desk + ".profile", ProfileText(plan, desk, country)));
  }
  return write("register.sh", RegisterScript(plan));
}

void SayNext(Context& context, const RegionPlan& plan) {
  const std::string& folder = plan.folder;
  const std::vector<std::string> next = {"corridord --config " + folder + "/broker.textproto",
                                         "sh " + folder + "/register.sh",
                                         "corridorctl admin check --profile " + folder +
                                             "/operators/" + plan.operator_name + ".profile"};
  if (context.json()) {
    context.out << Json{{"folder", folder}, {"next", next}}.dump() << "\n";
    return;
  }
  context.out << "Wrote " << folder << ". Move pki/root.key off line (certs/README.md says why).\n"
              << "Give each peer region's operator tls/root.pem, and no key. Next:\n";
  for (const std::string& command : next) context.out << "  " << command << "\n";
}

absl::Status Init(Context& context, const InitFlags& flags) {
  ASSIGN_OR_RETURN(const RegionPlan plan, Complete(context, flags));
  if (!flags.force && std::filesystem::exists(plan.folder + "/broker.textproto")) {
    return absl::AlreadyExistsError(absl::StrCat(
        plan.folder, "/broker.textproto is there; --force writes the texts anew, and keeps keys"));
  }
  RETURN_IF_ERROR(MakeFolders(plan));
  RETURN_IF_ERROR(MakeCertificates(context, plan));
  RETURN_IF_ERROR(WriteTexts(plan));
  SayNext(context, plan);
  return absl::OkStatus();
}

}  // namespace

void AddInitCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<InitFlags>();
  RegionPlan& plan = flags->plan;
  plan.metrics_address = "127.0.0.1:9464";
  CLI::App* init = app.add_subcommand("init", "Make all that a new region begins with");
  init->footer(kFooter);
  init->add_option("--region", plan.region, "the region id; it cannot be changed later");
  init->add_option("--country", plan.countries, "countries with a desk, ISO 3166-1 alpha-3")
      ->delimiter(',');
  init->add_option("--host", plan.hosts, "host names and addresses that clients dial")
      ->delimiter(',');
  init->add_option("--port", plan.port, "where the broker listens")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  init->add_option("--operator", plan.operator_name, "name of the first operator")
      ->capture_default_str();
  init->add_option("--dir", plan.folder, "where to write (default: a folder named as the region)");
  init->add_option("--data-dir", plan.data_dir, "where the broker keeps its journal (DIR/data)");
  init->add_option("--metrics-address", plan.metrics_address, "where figures are served")
      ->capture_default_str();
  init->add_option("--peer", flags->peers, "REGION=FILE: a peer region and its root, PEM");
  init->add_option("--dial", flags->dial, "REGION=HOST:PORT: where its broker is, if we dial");
  init->add_flag("--force", flags->force, "write the texts anew; keys and certificates stay");
  context.OnRun(*init, [&context, flags] {
    const absl::Status made = Init(context, *flags);
    return made.ok() ? kExitOk : context.Fail(made);
  });
}

}  // namespace corridor
