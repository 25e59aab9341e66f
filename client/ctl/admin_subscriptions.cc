#include "client/ctl/admin_subscriptions.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "The furthest behind first. STATE says what each waits for:\n"
    "  paused         its owner has paused it\n"
    "  detached       nobody is attached; what arrives waits\n"
    "  unsettled-max  too many deliveries are not settled\n"
    "  window-full    its session has all that it asked for\n"
    "  flowing        deliveries are on their way\n"
    "  current        all there is was looked at\n"
    "ROUTINE and URGENT are records that may still lie ahead in each lane, before its filter. Why "
    "one\n"
    "statement does not reach somebody, `explain` says.\n\n"
    "Examples:\n"
    "  corridorctl admin subscriptions --behind\n"
    "  corridorctl admin subscriptions --member ke-desk@eastafrica.example --watch\n";

struct Flags {
  std::string member;
  bool behind = false;
  size_t limit = 0;
};

uint64_t Backlog(const v1::OwnedSubscriptionStatus& owned, v1::Lane which) {
  for (const v1::LaneProgress& lane : owned.status().lanes()) {
    if (lane.lane() == which) return lane.backlog();
  }
  return 0;
}

uint64_t Furthest(const v1::OwnedSubscriptionStatus& owned) {
  return std::max(Backlog(owned, v1::LANE_ROUTINE), Backlog(owned, v1::LANE_URGENT));
}

std::vector<v1::OwnedSubscriptionStatus> Chosen(const v1::GetStatusResponse& status,
                                                const Flags& flags) {
  const std::string member = MemberFromShort(flags.member);
  std::vector<v1::OwnedSubscriptionStatus> chosen;
  for (const v1::OwnedSubscriptionStatus& owned : status.subscriptions()) {
    if (!member.empty() && owned.owner() != member &&
        !absl::StartsWith(owned.owner(), member + "/")) {
      continue;
    }
    if (!flags.behind || Furthest(owned) > 0) chosen.push_back(owned);
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const auto& a, const auto& b) { return Furthest(a) > Furthest(b); });
  if (flags.limit > 0 && chosen.size() > flags.limit) chosen.resize(flags.limit);
  return chosen;
}

int List(Context& context, const Flags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto status = (*admin)->GetStatus();
  if (!status.ok()) return context.Fail(status.status());
  Table table({"OWNER", "SUBSCRIPTION", "STATE", "SESSIONS", "UNSETTLED", "DEAD LETTERS", "ROUTINE",
               "URGENT"});
  for (const v1::OwnedSubscriptionStatus& owned : Chosen(*status, flags)) {
    if (context.json()) context.out << MessageToJson(owned).dump() << "\n";
    const v1::SubscriptionStatus& one = owned.status();
    table.Add({ShortMember(owned.owner()), Printable(one.name()), ShortName(one.delivery_state()),
               absl::StrCat(one.sessions()), absl::StrCat(one.unsettled()),
               absl::StrCat(one.dead_letters()), absl::StrCat(Backlog(owned, v1::LANE_ROUTINE)),
               absl::StrCat(Backlog(owned, v1::LANE_URGENT))});
  }
  if (!context.json()) {
    table.Print(context.out, flags.behind ? "None is behind." : "No subscription.");
  }
  return kExitOk;
}

}  // namespace

void AddAdminSubscriptions(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App* list = admin.add_subcommand("subscriptions",
                                        "Every subscription of the region, and what it waits for");
  list->add_option("--member", flags->member, "only of this member and its integrations");
  list->add_flag("--behind", flags->behind, "only those that are behind");
  AddLimitFlag(*list, flags->limit);
  list->footer(kFooter);
  OnShow(context, *list, [&context, flags] { return List(context, *flags); });
}

}  // namespace corridor
