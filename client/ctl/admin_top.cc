#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "client/ctl/commands.h"
#include "client/ctl/region_view.h"
#include "client/ctl/repeat.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "What moves in a second, what is wrong (as `admin check` judges it), how each link stands,\n"
    "and which subscriptions are behind, the worst first. Rates are what lies between two\n"
    "readings. ROUND TRIP is that of the last canary, through the peer's committer and back;\n"
    "\"answered in\" is how long this broker took to say all this.\n\n"
    "On a terminal it is painted anew until Ctrl-C; elsewhere it is written again and again.\n\n"
    "Examples:\n"
    "  corridorctl admin top\n"
    "  corridorctl admin top --once --format=json\n";

absl::StatusOr<RegionSample> TakeSample(Context& context) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  RegionSample sample;
  const absl::Duration asked = context.clock.Steady();
  ASSIGN_OR_RETURN(sample.status, admin->GetStatus());
  sample.time = context.clock.Now();
  sample.steady = context.clock.Steady();
  sample.answered_in = sample.steady - asked;
  ASSIGN_OR_RETURN(sample.links, admin->ListLinks());
  ASSIGN_OR_RETURN(sample.expiring, admin->ListExpiring());
  return sample;
}

void Show(Context& context, const RegionSample& now, const RegionSample* before, size_t rows) {
  if (context.json()) {
    context.out << RegionViewToJson(now, before, HealthLimits{}).dump() << "\n";
    return;
  }
  const Screen screen{.columns = context.screen().columns, .rows = rows};
  context.out << RegionView(now, before, HealthLimits{}, screen, context.time_zone());
}

int Once(Context& context, absl::Duration every) {
  const absl::StatusOr<RegionSample> before = TakeSample(context);
  if (!before.ok()) return context.Fail(before.status());
  if (!context.pause(every)) return kExitOk;
  const absl::StatusOr<RegionSample> now = TakeSample(context);
  if (!now.ok()) return context.Fail(now.status());
  Show(context, *now, &*before, 0);
  return kExitOk;
}

int Top(Context& context, absl::Duration every) {
  std::optional<RegionSample> before;
  return Repeat(context, {.every = every, .mark_samples = !context.json()}, [&context, &before] {
    absl::StatusOr<RegionSample> now = TakeSample(context);
    if (!now.ok()) return context.Fail(now.status());
    // The line above it and the cursor have theirs.
    const size_t rows = context.screen().rows;
    Show(context, *now, before ? &*before : nullptr, rows > 2 ? rows - 2 : rows);
    before = *std::move(now);
    return static_cast<int>(kExitOk);
  });
}

}  // namespace

void AddAdminTop(CLI::App& admin, Context& context) {
  struct Flags {
    int every = 2;
    bool once = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* top = admin.add_subcommand("top", "The region on one screen, live");
  top->footer(kFooter);
  top->add_option("--every", flags->every, "seconds between two readings")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  top->add_flag("--once", flags->once, "show one sample: two readings, and the rates between them");
  context.OnRun(*top, [&context, flags] {
    const absl::Duration every = absl::Seconds(flags->every);
    return flags->once ? Once(context, every) : Top(context, every);
  });
}

}  // namespace corridor
