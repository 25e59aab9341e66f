#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "client/ctl/commands.h"
#include "client/ctl/filter_flags.h"
#include "client/ctl/output.h"
#include "client/ctl/secret_file.h"
#include "core/base/status_macros.h"
#include "core/model/describe.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

constexpr char kListFooter[] =
    "Newest first. Each alert is shown in its latest revision.\n\n"
    "Examples:\n"
    "  corridorctl alerts list --exploitation-place MMR --severity-min severe\n"
    "  corridorctl alerts list --closed --limit 20 --format=json\n";
constexpr char kShowFooter[] =
    "Shows all that the latest revision says, in the words of the vocabulary, or as JSON.\n\n"
    "Examples:\n"
    "  corridorctl alerts show ke-desk@eastafrica.example 0196d1f2-7a3b-7c11-9f00-2b1c5a6d7e8f\n";

struct ListFlags {
  FilterFlags filter;
  bool include_closed = false;
  bool include_non_actual = false;
  int limit = 50;
};

struct ShowFlags {
  std::string publisher;
  std::string alert_id;
  std::string save;
};

v1::StatementBody BodyOf(const v1::StoredStatement& stored) {
  v1::StatementBody body;
  body.ParseFromString(stored.statement().body());
  return body;
}

void ShowSummary(Context& context, const v1::Alert& alert) {
  context.out << TimeText(alert.accept_time(), context.time_zone()) << "  "
              << absl::AsciiStrToLower(Label(alert.state())) << "  "
              << absl::AsciiStrToUpper(Label(alert.tlp())) << "  " << ShortMember(alert.publisher())
              << "  " << IdText(alert.alert_id()) << " r" << alert.revision() << "\n";
  if (alert.has_current()) {
    context.out << "  " << Printable(Describe(BodyOf(alert.current()))) << "\n";
  }
}

int List(Context& context, const ListFlags& flags) {
  const absl::StatusOr<v1::Filter> filter = flags.filter.ToFilter();
  if (!filter.ok()) return context.Fail(filter.status());
  absl::StatusOr<std::unique_ptr<Subscriber>> subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  v1::ListAlertsRequest request;
  if (!filter->clauses().empty()) *request.mutable_filter() = *filter;
  request.set_include_closed(flags.include_closed);
  request.set_include_non_actual(flags.include_non_actual);
  int shown = 0;
  do {
    request.set_page_size(std::min(flags.limit - shown, 500));
    const absl::StatusOr<v1::ListAlertsResponse> page = (*subscriber)->ListAlerts(request);
    if (!page.ok()) return context.Fail(page.status());
    for (const v1::Alert& alert : page->alerts()) {
      if (shown++ >= flags.limit) break;
      if (context.json()) {
        context.out << MessageToJson(alert).dump() << "\n";
      } else {
        ShowSummary(context, alert);
      }
    }
    request.set_page_token(page->next_page_token());
  } while (shown < flags.limit && !request.page_token().empty());
  if (shown == 0 && !context.json()) context.out << "No alert.\n";
  return kExitOk;
}

// The fields of a message, indented, each code in words.
void ShowFields(Context& context, const Json& json, const std::string& indent) {
  for (const auto& [name, value] : json.items()) {
    if (value.is_object()) {
      context.out << indent << name << "\n";
      ShowFields(context, value, indent + "  ");
    } else if (value.is_array()) {
      for (const Json& element : value) {
        if (element.is_object()) {
          context.out << indent << name << "\n";
          ShowFields(context, element, indent + "  ");
        } else {
          ShowFields(context, Json{{name, element}}, indent);
        }
      }
    } else {
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      context.out << indent << name << ": " << Printable(text) << "\n";
    }
  }
}

int Show(Context& context, const ShowFlags& flags) {
  const absl::StatusOr<std::string> alert_id = IdFromText(flags.alert_id);
  if (!alert_id.ok()) return context.Fail(alert_id.status());
  absl::StatusOr<std::unique_ptr<Subscriber>> subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const absl::StatusOr<v1::Alert> alert =
      (*subscriber)->GetAlert(MemberFromShort(flags.publisher), *alert_id);
  if (!alert.ok()) return context.Fail(alert.status());
  if (!flags.save.empty()) {
    const absl::Status saved =
        WriteWhole(flags.save, alert->SerializeAsString(), FileAccess::kOwnerOnly);
    if (!saved.ok()) return context.Fail(saved);
  }
  if (context.json()) {
    context.out << MessageToJson(*alert).dump(2) << "\n";
    return kExitOk;
  }
  ShowSummary(context, *alert);
  if (alert->has_current()) ShowFields(context, MessageToJson(BodyOf(alert->current())), "  ");
  if (alert->has_closing()) {
    context.out << "  closed by: " << Printable(Describe(BodyOf(alert->closing()))) << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddAlertsCommand(CLI::App& app, Context& context) {
  CLI::App* alerts = app.add_subcommand("alerts", "Read alerts: list, show, verify");
  alerts->require_subcommand(1);

  auto list_flags = std::make_shared<ListFlags>();
  CLI::App* list = alerts->add_subcommand("list", "List alerts, newest first");
  list_flags->filter.AddTo(*list);
  list->add_flag("--closed", list_flags->include_closed, "also cancelled and expired ones");
  list->add_flag("--non-actual", list_flags->include_non_actual, "also exercises and tests");
  list->add_option("--limit", list_flags->limit, "at most this many")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  list->footer(kListFooter);
  context.OnRun(*list, [&context, list_flags] { return List(context, *list_flags); });

  auto show_flags = std::make_shared<ShowFlags>();
  CLI::App* show = alerts->add_subcommand("show", "Show one alert");
  show->add_option("PUBLISHER", show_flags->publisher, "SPIFFE ID, or ke-desk@eastafrica.example")
      ->required();
  show->add_option("ALERT_ID", show_flags->alert_id, "its id, as list shows it")->required();
  show->add_option("--save", show_flags->save,
                   "also write it to this file, with its proofs, for alerts verify");
  show->footer(kShowFooter);
  context.OnRun(*show, [&context, show_flags] { return Show(context, *show_flags); });
  AddAlertsVerify(*alerts, context);
}

}  // namespace corridor
