#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

struct ReadFlags {
  std::vector<std::string> actors, acts;
  std::string object, digest, since, until;
  bool refused = false;
  bool oldest_first = false;
  size_t limit = 100;
  uint64_t after = 0;
  size_t count = 0;  // 0: no end.

  void AddFilter(CLI::App& command) {
    command.add_option("--actor", actors, "who acted: SPIFFE ID, or ke-desk@eastafrica.example")
        ->delimiter(',');
    command.add_option("--act", acts, "what was done: publish, grant, authorisation, ...")
        ->delimiter(',');
    command.add_option("--object", object, "to what, exactly");
    command.add_option("--digest", digest, "of the statement, in hexadecimal");
    command.add_option("--since", since, "2026-03-31, or a time in RFC 3339");
    command.add_option("--until", until, "the same; entries before it");
    command.add_flag("--refused", refused, "only what was refused");
  }

  absl::StatusOr<v1::AuditFilter> ToFilter(const Context& context) const {
    v1::AuditFilter filter;
    for (const std::string& actor : actors) filter.add_actors(MemberFromShort(actor));
    for (const std::string& name : acts) {
      v1::AuditAct act{};
      RETURN_IF_ERROR(ParseEnum(name, act));
      filter.add_acts(act);
    }
    filter.set_object(object);
    filter.set_refused_only(refused);
    const absl::StatusOr<std::string> bytes = HexDecode(digest);
    if (!bytes.ok()) return UsageError("--digest must be hexadecimal");
    filter.set_digest(*bytes);
    if (!since.empty()) {
      ASSIGN_OR_RETURN(const absl::Time from, ParseWhen(since, context.clock.Now(), false));
      *filter.mutable_since() = TimestampOf(from);
    }
    if (!until.empty()) {
      ASSIGN_OR_RETURN(const absl::Time to, ParseWhen(until, context.clock.Now(), false));
      *filter.mutable_until() = TimestampOf(to);
    }
    return filter;
  }
};

std::string OutcomeOf(const v1::AuditEntry& entry) {
  std::string outcome = entry.refusal() == v1::ERROR_REASON_UNSPECIFIED
                            ? "done"
                            : absl::StrCat("refused ", ReasonName(entry.refusal()));
  if (!entry.rule().empty()) absl::StrAppend(&outcome, " (", entry.rule(), ")");
  if (entry.count() > 1) absl::StrAppend(&outcome, " x ", entry.count());
  return outcome;
}

std::string ObjectOf(const v1::AuditEntry& entry) {
  if (!entry.object().empty()) return Printable(ShortMember(entry.object()));
  return entry.digest().empty() ? "-" : HexEncode(entry.digest()).substr(0, 16);
}

std::vector<std::string> RowOf(const v1::AuditEntry& entry, const Context& context) {
  return {absl::StrCat(entry.sequence()),
          TimeText(absl::FromUnixMillis(entry.time_ms()), context.time_zone()),
          ShortName(entry.act()),
          entry.actor().empty() ? "-" : ShortMember(entry.actor()),
          ObjectOf(entry),
          Printable(OutcomeOf(entry))};
}

absl::StatusOr<int> Query(Context& context, const ReadFlags& flags) {
  ASSIGN_OR_RETURN(const v1::AuditFilter filter, flags.ToFilter(context));
  ASSIGN_OR_RETURN(const auto audit, context.OpenAudit());
  ASSIGN_OR_RETURN(const auto entries, flags.oldest_first ? audit->Oldest(filter, flags.limit)
                                                          : audit->Newest(filter, flags.limit));
  Table table({"ENTRY", "TIME", "ACT", "ACTOR", "OBJECT", "OUTCOME"});
  for (const v1::StoredAuditEntry& entry : entries) {
    if (context.json()) context.out << MessageToJson(entry.says()).dump() << "\n";
    table.Add(RowOf(entry.says(), context));
  }
  if (!context.json()) table.Print(context.out, "No entry.");
  return kExitOk;
}

absl::StatusOr<int> Tail(Context& context, const ReadFlags& flags) {
  ASSIGN_OR_RETURN(const v1::AuditFilter filter, flags.ToFilter(context));
  ASSIGN_OR_RETURN(const auto audit, context.OpenAudit());
  size_t shown = 0;
  RETURN_IF_ERROR(audit->Tail(filter, flags.after, [&](const v1::StoredAuditEntry& entry) {
    if (context.json()) {
      context.out << MessageToJson(entry.says()).dump() << std::endl;
    } else {
      context.out << absl::StrJoin(RowOf(entry.says(), context), "  ") << std::endl;
    }
    return ++shown != flags.count;
  }));
  return kExitOk;
}

absl::StatusOr<int> Export(Context& context) {
  ASSIGN_OR_RETURN(const auto audit, context.OpenAudit());
  const auto head =
      audit->Export([&context](std::string_view line) { context.out << line << "\n"; });
  if (!head.ok()) return head.status();
  context.err << "head " << ToString(*head) << "\n";
  return context.out.flush() ? kExitOk : kExitFailed;
}

template <typename Act>
void OnRun(CLI::App& command, Context& context, Act act) {
  context.OnRun(command, [&context, act = std::move(act)] {
    const absl::StatusOr<int> code = act();
    return code.ok() ? *code : context.Fail(code.status());
  });
}

}  // namespace

void AddAuditRead(CLI::App& audit, Context& context) {
  auto flags = std::make_shared<ReadFlags>();
  CLI::App* query = audit.add_subcommand("query", "Entries that match, the newest first");
  flags->AddFilter(*query);
  query->add_option("--limit", flags->limit, "at most this many")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  query->add_flag("--oldest-first", flags->oldest_first, "the oldest first");
  query->footer(
      "Reading is itself an entry.\n\nExamples:\n"
      "  corridorctl audit query --refused --since 2026-03-01\n"
      "  corridorctl audit query --act grant --object "
      "spiffe://eastafrica.example/agency/ke-desk\n");
  OnRun(*query, context, [&context, flags] { return Query(context, *flags); });

  CLI::App* tail = audit.add_subcommand("tail", "Entries as they are written");
  flags->AddFilter(*tail);
  tail->add_option("--after", flags->after, "begin behind this entry; else now");
  tail->add_option("--count", flags->count, "end after this many");
  tail->footer("Examples:\n  corridorctl audit tail --act authentication,authorisation\n");
  OnRun(*tail, context, [&context, flags] { return Tail(context, *flags); });

  CLI::App* write = audit.add_subcommand("export", "The whole log, a line of JSON for each entry");
  write->footer(
      "What it writes, audit verify proves. The head goes to standard error: give it to a peer.\n\n"
      "Examples:\n  corridorctl audit export > audit.jsonl\n");
  OnRun(*write, context, [&context] { return Export(context); });
}

}  // namespace corridor
