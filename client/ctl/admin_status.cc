#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"
#include "core/crypto/audit_chain.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

void ShowSubscriptions(Context& context, const v1::GetStatusResponse& status) {
  Table table({"OWNER", "SUBSCRIPTION", "SESSIONS", "UNSETTLED", "BACKLOG"});
  for (const v1::OwnedSubscriptionStatus& owned : status.subscriptions()) {
    uint64_t backlog = 0;
    for (const v1::LaneProgress& lane : owned.status().lanes()) backlog += lane.backlog();
    table.Add({ShortMember(owned.owner()), owned.status().name(),
               absl::StrCat(owned.status().sessions()), absl::StrCat(owned.status().unsettled()),
               absl::StrCat(backlog)});
  }
  context.out << "\n";
  table.Print(context.out, "No subscription.");
}

std::string_view DiskText(v1::DiskState disk) {
  switch (disk) {
    case v1::DISK_STATE_ENOUGH:
      return "there is room";
    case v1::DISK_STATE_LOW:
      return "fills up; make room";
    case v1::DISK_STATE_REFUSING:
      return "nearly full: nothing but recalls is taken";
    default:
      return "not known";
  }
}

int Status(Context& context) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto status = (*admin)->GetStatus();
  if (!status.ok()) return context.Fail(status.status());
  if (context.json()) {
    context.out << MessageToJson(*status).dump() << "\n";
    return kExitOk;
  }
  context.out << status->region() << ", corridord " << Printable(status->version())
              << (status->draining() ? ", draining" : "") << "\n"
              << "  started        " << TimeText(status->start_time(), context.time_zone()) << "\n"
              << "  journal        " << status->head_offset() << " records ("
              << status->local_records() << " local, " << status->imported_records()
              << " imported), epoch " << absl::StrCat(absl::Hex(status->epoch(), absl::kZeroPad16))
              << "\n"
              << "  gate policy    " << Printable(status->gate_policy_version()) << "\n"
              << "  policy         generation " << status->policy_generation() << "\n"
              << "  audit head     "
              << ToString(AuditHead{status->audit_entries(), status->audit_head()}) << "\n"
              << "  sessions       " << status->sessions() << "\n"
              << "  disk           " << DiskText(status->disk()) << "\n";
  ShowSubscriptions(context, *status);
  return kExitOk;
}

}  // namespace

void AddAdminStatus(CLI::App& admin, Context& context) {
  CLI::App* status = admin.add_subcommand("status", "How the region stands");
  status->footer("Examples:\n  corridorctl admin status --format=json\n");
  OnShow(context, *status, [&context] { return Status(context); });
}

}  // namespace corridor
