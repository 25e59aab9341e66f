#include <fstream>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/audit_chain.h"

namespace corridor {
namespace {

constexpr char kVerifyFooter[] =
    "Follows the chain of an exported audit log (audit export, or corridord --export-audit) from\n"
    "its first entry, and names the first entry that is missing, out of order or altered. A tail\n"
    "that was cut off leaves no trace inside the log: give the head that a peer region noted\n"
    "(admin status shows heads) as --head. Exit codes: 0 whole, 1 not, 2 usage.\n\n"
    "Examples:\n"
    "  corridorctl audit verify audit.jsonl\n"
    "  corridorctl audit verify audit.jsonl --head 1204:9f86d081884c7d65...\n";

struct VerifyFlags {
  std::string file;
  std::vector<std::string> heads;
};

absl::Status FollowAll(std::istream& lines, const std::vector<AuditHead>& noted,
                       AuditChain& chain) {
  const auto compare = [&]() -> absl::Status {
    for (const AuditHead& head : noted) {
      if (head.entries != chain.head().entries || head.hash == chain.head().hash) continue;
      return absl::DataLossError(
          absl::StrCat("the log is another one than was noted at entry ", head.entries));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(compare());
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    RETURN_IF_ERROR(chain.Follow(line));
    RETURN_IF_ERROR(compare());
  }
  for (const AuditHead& head : noted) {
    if (head.entries <= chain.head().entries) continue;
    return absl::DataLossError(absl::StrCat("the log ends at entry ", chain.head().entries,
                                            ", and entry ", head.entries,
                                            " was noted: its tail is cut off"));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Verify(Context& context, const VerifyFlags& flags) {
  std::vector<AuditHead> noted;
  for (const std::string& text : flags.heads) {
    const absl::StatusOr<AuditHead> head = AuditHeadFrom(text);
    if (!head.ok()) return UsageError(S(head.status().message()));
    noted.push_back(*head);
  }
  std::ifstream file;
  if (flags.file != "-") {
    file.open(flags.file);
    if (!file) return UsageError(absl::StrCat("cannot read ", flags.file));
  }
  AuditChain chain;
  const absl::Status whole = FollowAll(flags.file == "-" ? context.in : file, noted, chain);
  if (context.json()) {
    Json json = {
        {"whole", whole.ok()}, {"entries", chain.head().entries}, {"head", ToString(chain.head())}};
    if (!whole.ok()) json["reason"] = std::string(whole.message());
    context.out << json.dump() << "\n";
  } else if (whole.ok()) {
    context.out << "whole: " << chain.head().entries << " entries, head " << ToString(chain.head())
                << "\n";
  } else {
    context.out << "not whole: " << Printable(S(whole.message())) << "\n";
  }
  return whole.ok() ? kExitOk : kExitFailed;
}

}  // namespace

void AddAuditCommand(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("audit", "The audit log: read, exported, proved whole");
  group->require_subcommand(1);
  AddAuditRead(*group, context);
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* verify = group->add_subcommand("verify", "Find what was deleted, altered or cut off");
  verify->footer(kVerifyFooter);
  verify->add_option("FILE", flags->file, "the exported log, or - for standard input")->required();
  verify->add_option("--head", flags->heads, "ENTRIES:HASH as a peer noted it; may be repeated")
      ->allow_extra_args(false);
  context.OnRun(*verify, [&context, flags] {
    const absl::StatusOr<int> code = Verify(context, *flags);
    return code.ok() ? *code : context.Fail(code.status());
  });
}

}  // namespace corridor
