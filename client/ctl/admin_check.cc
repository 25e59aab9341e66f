#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/region_health.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "One line for a monitoring system, then one for each thing that is wrong.\n\n"
    "Exit codes, as such systems have them:\n"
    "  0  OK\n"
    "  1  WARNING: look at it in working hours\n"
    "  2  CRITICAL: look now; also where no broker answers\n"
    "  3  UNKNOWN: the broker, or a file of the profile, refuses\n\n"
    "Examples:\n"
    "  corridorctl admin check --profile /etc/corridor/operators/first.profile\n"
    "  corridorctl admin check --urgent-lag-seconds 300 --format=json\n";

struct CheckFlags {
  int64_t urgent_lag = 60;
  int64_t routine_lag = 3600;
  int64_t certificate_days = 14;
  int64_t crl_days = 3;
  int64_t backlog = 1000;
};

HealthLimits LimitsOf(const CheckFlags& flags) {
  return {.urgent_lag = absl::Seconds(flags.urgent_lag),
          .routine_lag = absl::Seconds(flags.routine_lag),
          .certificate_left = absl::Hours(24 * flags.certificate_days),
          .crl_left = absl::Hours(24 * flags.crl_days),
          .backlog = static_cast<uint64_t>(flags.backlog)};
}

struct Judged {
  std::string region;
  uint64_t records = 0;
  std::vector<HealthFinding> findings;
};

absl::StatusOr<Judged> Judge(Context& context, const CheckFlags& flags) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status, admin->GetStatus());
  ASSIGN_OR_RETURN(const std::vector<v1::LinkStatus> links, admin->ListLinks());
  ASSIGN_OR_RETURN(const std::vector<v1::ExpiringItem> expiring, admin->ListExpiring());
  return Judged{status.region(), status.head_offset(),
                JudgeRegion(status, links, expiring, LimitsOf(flags), context.clock.Now())};
}

int Show(Context& context, Health health, const std::string& summary,
         const std::vector<HealthFinding>& findings) {
  const std::string name(HealthName(health));
  if (context.json()) {
    Json list = Json::array();
    for (const HealthFinding& finding : findings) {
      list.push_back({{"health", HealthName(finding.health)}, {"what", finding.what}});
    }
    context.out << Json{{"health", name}, {"summary", summary}, {"findings", list}}.dump() << "\n";
  } else {
    context.out << name << ": " << summary << "\n";
    for (const HealthFinding& finding : findings) {
      context.out << HealthName(finding.health) << ": " << finding.what << "\n";
    }
  }
  return static_cast<int>(health);
}

int Check(Context& context, const CheckFlags& flags) {
  const absl::StatusOr<Judged> judged = Judge(context, flags);
  if (!judged.ok()) {
    const bool silent = ExitCodeOf(judged.status()) == kExitUnreachable;
    return Show(context, silent ? Health::kCritical : Health::kUnknown,
                Printable(S(judged.status().message())), {});
  }
  if (judged->findings.empty()) {
    return Show(context, Health::kOk,
                absl::StrCat(judged->region, ", ", judged->records, " records"), {});
  }
  const std::string more = judged->findings.size() == 1
                               ? ""
                               : absl::StrCat(" (and ", judged->findings.size() - 1, " more)");
  return Show(context, judged->findings.front().health,
              absl::StrCat(judged->region, ", ", judged->findings.front().what, more),
              judged->findings);
}

}  // namespace

void AddAdminCheck(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<CheckFlags>();
  CLI::App* check = admin.add_subcommand("check", "Whether all is well, for monitoring systems");
  check->footer(kFooter);
  const auto add = [&](const char* name, int64_t& value, const char* help) {
    check->add_option(name, value, help)->check(CLI::PositiveNumber)->capture_default_str();
  };
  add("--urgent-lag-seconds", flags->urgent_lag, "how long an urgent record may wait for a peer");
  add("--routine-lag-seconds", flags->routine_lag, "how long another record may");
  add("--certificate-days", flags->certificate_days, "what must be left of a certificate");
  add("--crl-days", flags->crl_days, "what must be left of a revocation list");
  add("--backlog", flags->backlog, "how far a subscription may be behind");
  context.OnRun(*check, [&context, flags] { return Check(context, *flags); });
}

}  // namespace corridor
