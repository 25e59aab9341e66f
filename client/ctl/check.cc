#include <fstream>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/alert_file.h"
#include "client/ctl/check_output.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/gate/gate.h"
#include "core/gate/gate_policy.h"
#include "core/model/errors.h"
#include "corridor/publisher_connection.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "Asks first the gate that is built into this program, then the broker's own, and shows who "
    "would\n"
    "receive the statement and who would not, each with the rule. Nothing is published. Exit code "
    "1\n"
    "when it would be refused.\n\n"
    "With --lines each line of FILE is read as a text of its own, as a headline or note would be, "
    "and\n"
    "only the text scan of the gate is asked; findings give bytes, never the text.\n\n"
    "Examples:\n"
    "  corridorctl check alert.json\n"
    "  corridorctl check --local alert.json\n"
    "  corridorctl check --lines notes.txt --format=json\n";

struct CheckFlags {
  std::string path;
  bool local = false;
  bool lines = false;
};

// Makes the bytes to be judged. Without a signing key they go unsigned, which a dry run
// permits.
absl::StatusOr<v1::SignedStatement> StatementOf(Context& context, const ctl::AlertFile& file) {
  ASSIGN_OR_RETURN(StatementDraft draft, DraftOf(file, context.clock.Now()));
  ASSIGN_OR_RETURN(const ctl::Profile profile, context.Profile());
  ASSIGN_OR_RETURN(PublisherOptions options, context.PublisherDefaults());
  const bool is_signed = !profile.signing_key().empty();
  absl::StatusOr<SigningKey> key =
      is_signed ? context.ReadSigningKey() : absl::StatusOr<SigningKey>(SigningKey::Generate());
  if (!key.ok()) return key.status();
  const Publisher publisher(nullptr, *std::move(key), std::move(options));
  ASSIGN_OR_RETURN(v1::SignedStatement statement, publisher.Sign(std::move(draft)));
  if (!is_signed) statement.clear_proof();
  return statement;
}

// An answer, and who gave it.
struct Verdict {
  const char* by = "";
  v1::CheckStatementResponse answer;
};

absl::StatusOr<Verdict> Judge(Context& context, const CheckFlags& flags,
                              const ctl::AlertFile& file) {
  std::shared_ptr<Channel> channel;
  if (!flags.local) {
    ASSIGN_OR_RETURN(channel, context.OpenChannel());
  }
  ASSIGN_OR_RETURN(const v1::SignedStatement statement, StatementOf(context, file));
  const Gate gate(DefaultGatePolicy());
  const absl::StatusOr<AcceptedStatement> accepted = gate.Examine(statement, GateSide::kPublisher);
  if (flags.local || !accepted.ok()) {
    Verdict verdict{.by = "the gate on this machine"};
    verdict.answer.set_acceptable(accepted.ok());
    if (!accepted.ok()) *verdict.answer.mutable_refusal() = ToRpcStatus(accepted.status());
    *verdict.answer.mutable_gate() = gate.stamp();
    return verdict;
  }
  PublisherConnection::CheckParams params;
  *params.request.mutable_statement() = statement;
  Verdict verdict{.by = "the broker"};
  ASSIGN_OR_RETURN(verdict.answer,
                   MakePublisherConnection(std::move(channel))->Check(std::move(params)));
  return verdict;
}

void Show(Context& context, const CheckFlags& flags, const Verdict& verdict) {
  const absl::Status refusal = FromRpcStatus(verdict.answer.refusal());
  if (context.json()) {
    Json json = {{"acceptable", verdict.answer.acceptable()},
                 {"gate_policy", verdict.answer.gate().policy_version()}};
    if (!verdict.answer.acceptable()) json.update(StatusToJson(refusal));
    for (const v1::RecipientDecision& decision : verdict.answer.recipients()) {
      json["recipients"].push_back(MessageToJson(decision));
    }
    context.out << json.dump() << "\n";
    return;
  }
  if (!verdict.answer.acceptable()) {
    PrintRefusal(refusal,
                 absl::StrCat(verdict.by, " (policy ",
                              Printable(verdict.answer.gate().policy_version()), ")"),
                 context.out);
    return;
  }
  context.out << (flags.local ? "Passes the gate" : "Would be accepted") << " (gate policy "
              << Printable(verdict.answer.gate().policy_version()) << ").\n";
  if (!flags.local) PrintRecipientsByRule(verdict.answer.recipients(), context.out);
}

int CheckStatements(Context& context, const CheckFlags& flags, std::istream& in,
                    const std::string& name) {
  AlertFileReader reader(in, name);
  int exit_code = kExitOk;
  while (true) {
    absl::StatusOr<std::optional<ctl::AlertFile>> file = reader.Next();
    if (!file.ok()) return context.Fail(file.status());
    if (!file->has_value()) return exit_code;
    absl::StatusOr<Verdict> verdict = Judge(context, flags, **file);
    if (!verdict.ok()) return context.Fail(verdict.status());
    Show(context, flags, *verdict);
    if (!verdict->answer.acceptable()) exit_code = kExitFailed;
  }
}

void ShowLine(Context& context, size_t number, const std::vector<TextFinding>& findings) {
  if (context.json()) {
    Json json = {{"line", number}, {"accepted", findings.empty()}, {"findings", Json::array()}};
    for (const TextFinding& finding : findings) {
      json["findings"].push_back({{"category", CategoryName(finding.category)},
                                  {"rule", finding.rule},
                                  {"start", finding.start},
                                  {"end", finding.end}});
    }
    context.out << json.dump() << "\n";
    return;
  }
  for (const TextFinding& finding : findings) {
    context.out << "line " << number << ": " << CategoryName(finding.category) << " ("
                << finding.rule << "), bytes " << finding.start << " to " << finding.end << "\n";
  }
}

int CheckLines(Context& context, std::istream& in) {
  const Gate gate(DefaultGatePolicy());
  size_t number = 0;
  size_t refused = 0;
  std::string line;
  while (std::getline(in, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();  // A file from Windows.
    const std::vector<TextFinding> findings = gate.ScanText(line);
    ShowLine(context, ++number, findings);
    if (!findings.empty()) ++refused;
  }
  if (!context.json()) {
    context.out << number << " lines, " << refused << " would be refused\n";
  }
  return refused == 0 ? kExitOk : kExitFailed;
}

int Run(Context& context, const CheckFlags& flags) {
  std::ifstream file;
  if (flags.path != "-") {
    file.open(flags.path);
    if (!file) return context.Fail(UsageError(absl::StrCat("cannot read ", flags.path)));
  }
  std::istream& in = flags.path == "-" ? context.in : file;
  return flags.lines ? CheckLines(context, in) : CheckStatements(context, flags, in, flags.path);
}

}  // namespace

void AddCheckCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<CheckFlags>();
  CLI::App* command =
      app.add_subcommand("check", "Say whether a statement would pass, and who would receive it");
  command->add_option("FILE", flags->path, "as for publish, or - for standard input")->required();
  command->add_flag("--local", flags->local, "ask only the gate built into this program");
  command->add_flag("--lines", flags->lines, "scan each line of FILE as a text of its own");
  command->footer(kFooter);
  context.OnRun(*command, [&context, flags] { return Run(context, *flags); });
}

}  // namespace corridor
