#include "client/ctl/dry_run.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace corridor {
namespace {

constexpr size_t kNamedMax = 10;

std::string WithBacklog(const v1::OwnedSubscriptionStatus& owned) {
  uint64_t backlog = 0;
  for (const v1::LaneProgress& lane : owned.status().lanes()) {
    backlog = std::max(backlog, lane.backlog());
  }
  return absl::StrCat(owned.status().name(), " of ", ShortMember(owned.owner()),
                      backlog > 0 ? absl::StrCat(", ", backlog, " behind") : "");
}

}  // namespace

void DryRun::Say(const std::string& name, std::string change) {
  changes_.push_back({name, Printable(change), change});
}

void DryRun::Count(const std::string& name, std::vector<std::string> which) {
  std::vector<std::string> named(
      which.begin(),
      which.begin() + static_cast<std::ptrdiff_t>(std::min(which.size(), kNamedMax)));
  std::string text = absl::StrCat(which.size());
  if (!named.empty()) absl::StrAppend(&text, ": ", absl::StrJoin(named, "; "));
  if (which.size() > named.size()) {
    absl::StrAppend(&text, "; and ", which.size() - named.size(), " more");
  }
  changes_.push_back({name, Printable(text), {{"count", which.size()}, {"which", which}}});
}

void DryRun::Nothing(std::string why) { nothing_ = std::move(why); }

int DryRun::Show(Context& context) const {
  if (context.json()) {
    Json json = {{"dry_run", true}, {"would", would_}, {"changes", Json::object()}};
    for (const Change& change : changes_) json["changes"][change.name] = change.json;
    if (!nothing_.empty()) json["unchanged"] = nothing_;
    context.out << json.dump() << "\n";
    return kExitOk;
  }
  size_t width = 0;
  for (const Change& change : changes_) width = std::max(width, change.name.size());
  context.out << "Would " << Printable(would_) << (nothing_.empty() ? "" : ": " + nothing_) << "\n";
  for (const Change& change : changes_) {
    context.out << "  " << change.name << std::string(width - change.name.size() + 2, ' ')
                << change.text << "\n";
  }
  context.out << "Nothing was changed (--dry-run).\n";
  return kExitOk;
}

int ShowDryRun(Context& context, const absl::StatusOr<DryRun>& found) {
  return found.ok() ? found->Show(context) : context.Fail(found.status());
}

void AddDryRunFlag(CLI::App& command, bool& dry_run) {
  command.add_flag("--dry-run", dry_run, "say what would change, and change nothing");
}

std::vector<std::string> SubscriptionsOfMember(const v1::GetStatusResponse& status,
                                               const std::string& member) {
  std::vector<std::string> names;
  for (const v1::OwnedSubscriptionStatus& owned : status.subscriptions()) {
    if (owned.owner() == member || absl::StartsWith(owned.owner(), member + "/")) {
      names.push_back(WithBacklog(owned));
    }
  }
  return names;
}

std::vector<std::string> SubscriptionsOfPrincipal(const v1::GetStatusResponse& status,
                                                  const std::string& principal) {
  std::vector<std::string> names;
  for (const v1::OwnedSubscriptionStatus& owned : status.subscriptions()) {
    if (owned.owner() == principal) names.push_back(WithBacklog(owned));
  }
  return names;
}

}  // namespace corridor
