#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

struct LinkFlags {
  std::string peer;
  std::string lane = "routine";
  std::vector<uint64_t> offsets;
  bool without_snapshot = false;
  bool confirm = false;
  bool without_peer = false;
  bool dry_run = false;
  size_t limit = 0;
};

struct SimulationFlags {
  std::string file;
  std::string without;
  std::string since;
};

// "3 records, 12s"; empty: nothing waits.
std::string Behind(const v1::LinkLaneStatus& lane) {
  if (lane.lag_records() == 0) return "";
  return absl::StrCat(lane.lag_records(), " records, ",
                      absl::FormatDuration(absl::Seconds(lane.lag_ms() / 1000)));
}

int Links(Context& context) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto links = (*admin)->ListLinks();
  if (!links.ok()) return context.Fail(links.status());
  Table table({"PEER", "LANE", "STATE", "SENT/HEAD", "PERSISTED", "BEHIND", "WITHHELD",
               "INBOUND/PEER HEAD", "REFUSED", "PARKED", "DETAIL"});
  for (const v1::LinkStatus& link : *links) {
    if (context.json()) context.out << MessageToJson(link).dump() << "\n";
    for (const v1::LinkLaneStatus& lane : link.lanes()) {
      table.Add({link.peer_region(), ShortName(lane.lane()), ShortName(lane.state()),
                 absl::StrCat(lane.sent_offset(), "/", lane.head_offset()),
                 absl::StrCat(lane.persisted_offset()), Behind(lane),
                 absl::StrCat(lane.records_withheld()),
                 absl::StrCat(lane.inbound_mark(), "/", lane.inbound_head()),
                 absl::StrCat(lane.records_refused()), absl::StrCat(lane.records_parked()),
                 Printable(lane.detail())});
    }
  }
  if (!context.json()) table.Print(context.out, "No link.");
  return kExitOk;
}

int ShowReport(Context& context, const v1::BackfillReport& report) {
  if (context.json()) {
    context.out << MessageToJson(report).dump() << "\n";
    return kExitOk;
  }
  context.out << "New here: " << report.added() << ", here before: " << report.known()
              << ", refused or recalled: " << report.refused() << ", waiting: " << report.parked()
              << "\n";
  if (!report.complete()) {
    context.out << "The peer has not sent all yet and goes on; `admin links` shows how it moves.\n";
  }
  return kExitOk;
}

absl::StatusOr<v1::LinkStatus> FindLink(Context& context, const std::string& peer) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const std::vector<v1::LinkStatus> links, admin->ListLinks());
  for (const v1::LinkStatus& link : links) {
    if (link.peer_region() == peer) return link;
  }
  return absl::NotFoundError(absl::StrCat("there is no link to ", peer));
}

absl::StatusOr<DryRun> WouldPause(Context& context, const LinkFlags& flags) {
  ASSIGN_OR_RETURN(const v1::LinkStatus link, FindLink(context, flags.peer));
  DryRun found("pause the link to " + flags.peer);
  for (const v1::LinkLaneStatus& lane : link.lanes()) {
    if (lane.state() == v1::LINK_STATE_PAUSED) {
      found.Nothing("it is paused already");
      return found;
    }
    const std::string behind = Behind(lane);
    found.Say(ShortName(lane.lane()),
              absl::StrCat(ShortName(lane.state()),
                           ", then paused; waits already: ", behind.empty() ? "nothing" : behind));
    if (lane.recalls_pending() > 0) {
      found.Say("recalls", absl::StrCat(lane.recalls_pending(), " would stay unconfirmed"));
    }
  }
  return found;
}

absl::StatusOr<DryRun> WouldAcceptGap(Context& context, const LinkFlags& flags, v1::Lane which) {
  ASSIGN_OR_RETURN(const v1::LinkStatus link, FindLink(context, flags.peer));
  DryRun found(absl::StrCat("accept the gap of ", flags.peer, ", ", ShortName(which), " lane"));
  found.Nothing("no gap is pending there");
  for (const v1::LinkLaneStatus& lane : link.lanes()) {
    if (lane.lane() != which || lane.state() != v1::LINK_STATE_GAP_PENDING) continue;
    found.Nothing("");
    found.Say("held up to", absl::StrCat("offset ", lane.inbound_mark(), " of ",
                                         lane.inbound_head(), " of the peer's journal"));
    found.Say("given up", "what the peer no longer has behind that: " + Printable(lane.detail()));
    found.Say("fetched", flags.without_snapshot ? "nothing (--without-snapshot)"
                                                : "what still holds of that stretch");
  }
  return found;
}

int SetPaused(Context& context, const LinkFlags& flags, bool paused) {
  if (flags.dry_run) return ShowDryRun(context, WouldPause(context, flags));
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::PauseLinkRequest pause;
  pause.set_peer_region(flags.peer);
  v1::ResumeLinkRequest resume;
  resume.set_peer_region(flags.peer);
  const auto status = paused ? (*federation)->PauseLink(pause) : (*federation)->ResumeLink(resume);
  if (!status.ok()) return context.Fail(status.status());
  if (context.json()) {
    context.out << MessageToJson(*status).dump() << "\n";
  } else {
    context.out << (paused ? "Paused: nothing crosses, recalls included, until it is resumed.\n"
                           : "Resumed.\n");
  }
  return kExitOk;
}

int AcceptGap(Context& context, const LinkFlags& flags) {
  v1::AcceptLinkGapRequest request;
  request.set_peer_region(flags.peer);
  request.set_without_snapshot(flags.without_snapshot);
  v1::Lane lane{};
  if (absl::Status parsed = ParseEnum(flags.lane, lane); !parsed.ok()) return context.Fail(parsed);
  if (flags.dry_run) return ShowDryRun(context, WouldAcceptGap(context, flags, lane));
  request.set_lane(lane);
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  const auto report = (*federation)->AcceptLinkGap(request);
  if (!report.ok()) return context.Fail(report.status());
  return ShowReport(context, *report);
}

int AskAgain(Context& context, const LinkFlags& flags) {
  v1::AskAgainRequest request;
  request.set_peer_region(flags.peer);
  v1::Lane lane{};
  if (absl::Status parsed = ParseEnum(flags.lane, lane); !parsed.ok()) return context.Fail(parsed);
  request.set_lane(lane);
  for (const uint64_t offset : flags.offsets) request.add_offsets(offset);
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  const auto report = (*federation)->AskAgain(request);
  if (!report.ok()) return context.Fail(report.status());
  return ShowReport(context, *report);
}

int Refused(Context& context, const LinkFlags& flags) {
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::ListRefusedRecordsRequest request;
  request.set_peer_region(flags.peer);
  Table table({"LANE", "OFFSET", "WHEN", "REASON", "RULE"});
  do {
    request.set_page_size(NextPageSize(flags.limit, table.size(), 1000));
    const auto page = (*federation)->ListRefusedRecords(request);
    if (!page.ok()) return context.Fail(page.status());
    for (const v1::RefusedRecord& record : page->records()) {
      if (context.json()) context.out << MessageToJson(record).dump() << "\n";
      table.Add({ShortName(record.lane()), absl::StrCat(record.position().offset()),
                 TimeText(record.time(), context.time_zone()), ShortName(record.reason()),
                 Printable(record.rule())});
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && NextPageSize(flags.limit, table.size(), 1000) > 0);
  if (!context.json()) table.Print(context.out, "Nothing of that region was refused here.");
  return kExitOk;
}

int Reconcile(Context& context, const LinkFlags& flags) {
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::ReconcileLinkRequest request;
  request.set_peer_region(flags.peer);
  request.set_confirm(flags.confirm);
  request.set_without_peer(flags.without_peer);
  const auto found = (*federation)->ReconcileLink(request);
  if (!found.ok()) return context.Fail(found.status());
  if (context.json()) {
    context.out << MessageToJson(*found).dump() << "\n";
    return kExitOk;
  }
  context.out << (found->finding().empty() ? "Both sides agree." : Printable(found->finding()))
              << "\n";
  for (const v1::ForgottenMark& mark : found->forgotten()) {
    context.out << "  " << ShortName(mark.lane()) << ": was held up to offset " << mark.offset()
                << " of epoch " << absl::StrCat(absl::Hex(mark.epoch(), absl::kZeroPad16)) << "\n";
  }
  if (!found->confirmed()) {
    context.out << "Nothing was changed; say --confirm to do it.\n";
    return kExitOk;
  }
  return found->has_returned() ? ShowReport(context, found->returned()) : kExitOk;
}

absl::StatusOr<v1::SimulateAgreementRequest> SimulationOf(Context& context,
                                                          const SimulationFlags& flags) {
  v1::SimulateAgreementRequest request;
  if (!flags.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(flags.file, context.in));
    RETURN_IF_ERROR(ParseTextproto(text, flags.file, *request.mutable_agreement()));
  }
  if (!flags.without.empty()) {
    request.mutable_agreement()->set_agreement_id(flags.without);
    request.set_without(true);
  }
  if (!flags.since.empty()) {
    ASSIGN_OR_RETURN(const absl::Time since, ParseWhen(flags.since, context.clock.Now(), false));
    *request.mutable_since() = TimestampOf(since);
  }
  return request;
}

int Simulate(Context& context, const SimulationFlags& flags) {
  const auto request = SimulationOf(context, flags);
  if (!request.ok()) return context.Fail(request.status());
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  const auto result = (*federation)->SimulateAgreement(*request);
  if (!result.ok()) return context.Fail(result.status());
  if (context.json()) {
    context.out << MessageToJson(*result).dump() << "\n";
    return kExitOk;
  }
  context.out << "Of " << result->examined() << " statements, " << result->stopped()
              << " would no longer reach somebody, and " << result->started()
              << " would reach somebody new.\n";
  Table table({"OFFSET", "KIND", "PUBLISHER", "NO LONGER", "NEW"});
  const auto short_names = [](const auto& holders) {
    return absl::StrJoin(holders, ", ", [](std::string* out, const std::string& holder) {
      out->append(ShortMember(holder));
    });
  };
  for (const v1::SimulatedChange& change : result->changes()) {
    table.Add({absl::StrCat(change.position().offset()), ShortName(change.kind()),
               ShortMember(change.publisher()), short_names(change.stops()),
               short_names(change.starts())});
  }
  table.Print(context.out, "");
  return kExitOk;
}

void AddPeer(CLI::App& command, LinkFlags& flags) {
  command.add_option("PEER", flags.peer, "region id of the peer")->required();
}

}  // namespace

void AddAdminLinks(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<LinkFlags>();
  CLI::App* links =
      admin.add_subcommand("links", "Links to other regions: how they stand; run them");
  links->require_subcommand(0, 1);
  links->footer(
      "Without a command it shows how each link stands, per lane and direction.\n\n"
      "Examples:\n  corridorctl admin links\n  corridorctl admin links reconcile sea.example\n");
  OnShow(context, *links, [&context] { return Links(context); });

  CLI::App* pause = links->add_subcommand("pause", "Stop a link, also across restarts");
  AddPeer(*pause, *flags);
  AddDryRunFlag(*pause, flags->dry_run);
  pause->footer("Examples:\n  corridorctl admin links pause sea.example\n");
  context.OnRun(*pause, [&context, flags] { return SetPaused(context, *flags, true); });

  CLI::App* resume = links->add_subcommand("resume", "Let a paused link run again");
  AddPeer(*resume, *flags);
  resume->footer("Examples:\n  corridorctl admin links resume sea.example\n");
  context.OnRun(*resume, [&context, flags] { return SetPaused(context, *flags, false); });

  CLI::App* gap = links->add_subcommand(
      "accept-gap", "Go on behind records that the peer no longer has, and fetch what still holds");
  AddPeer(*gap, *flags);
  gap->add_option("--lane", flags->lane, "the lane that stands still: routine or urgent");
  gap->add_flag("--without-snapshot", flags->without_snapshot, "do not fetch what still holds");
  AddDryRunFlag(*gap, flags->dry_run);
  gap->footer("Examples:\n  corridorctl admin links accept-gap sea.example --lane routine\n");
  context.OnRun(*gap, [&context, flags] { return AcceptGap(context, *flags); });

  CLI::App* refused = links->add_subcommand("refused", "What of a peer was refused here, and why");
  AddPeer(*refused, *flags);
  AddLimitFlag(*refused, flags->limit);
  refused->footer("Examples:\n  corridorctl admin links refused sea.example\n");
  OnShow(context, *refused, [&context, flags] { return Refused(context, *flags); });

  CLI::App* again = links->add_subcommand("ask-again", "Ask a peer for statements once more");
  AddPeer(*again, *flags);
  again->add_option("--lane", flags->lane, "of which lane the offsets are: routine or urgent");
  again->add_option("--offset", flags->offsets, "only these (default: all that may come)")
      ->delimiter(',');
  again->footer(
      "After the reason for a refusal is gone. What is here already stays as it is.\n\n"
      "Examples:\n  corridorctl admin links ask-again sea.example --offset 17,18\n");
  context.OnRun(*again, [&context, flags] { return AskAgain(context, *flags); });

  CLI::App* reconcile = links->add_subcommand(
      "reconcile", "Bring a link to agreement after a restore on either side");
  AddPeer(*reconcile, *flags);
  CLI::Option* confirm = reconcile->add_flag("--confirm", flags->confirm, "do it");
  reconcile->add_flag("--dry-run", flags->dry_run, "say what would be done (the default)")
      ->excludes(confirm);
  reconcile->add_flag("--without-peer", flags->without_peer,
                      "the peer will not come back: serve without what only it could return");
  reconcile->footer(
      "The operators of both regions run it, in any order. The restored broker serves once its\n"
      "peers have given back what it lacks, recalls first.\n\n"
      "Examples:\n  corridorctl admin links reconcile sea.example\n"
      "  corridorctl admin links reconcile sea.example --confirm\n");
  context.OnRun(*reconcile, [&context, flags] { return Reconcile(context, *flags); });

  auto simulation = std::make_shared<SimulationFlags>();
  CLI::App* simulate = admin.get_subcommand("agreements")
                           ->add_subcommand("simulate", "What an agreement would change");
  auto* file = simulate->add_option("--file", simulation->file,
                                    "textproto of corridor.v1.Agreement: the draft");
  simulate->add_option("--without", simulation->without, "as if this agreement had ended")
      ->excludes(file);
  simulate->add_option("--since", simulation->since,
                       "statements since then (default: of the last 30 days)");
  simulate->footer(
      "Asks policy about the statements of the past, with the draft and without it. Changes\n"
      "nothing.\n\n"
      "Examples:\n  corridorctl admin agreements simulate --without ea-to-sea --since "
      "2026-03-01\n");
  context.OnRun(*simulate, [&context, simulation] { return Simulate(context, *simulation); });
}

}  // namespace corridor
