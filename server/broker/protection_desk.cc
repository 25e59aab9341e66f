#include "server/broker/protection_desk.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "google/protobuf/util/time_util.h"
#include "server/catalog/paging.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

using google::protobuf::util::TimeUtil;

constexpr size_t kRecallsPerRead = 100;
constexpr size_t kAlertIdSize = 16;

absl::Status Wrong(const char* field, const char* what) {
  return InvalidFields({{field, v1::ERROR_REASON_REQUEST_INVALID, what}});
}

absl::Status CheckAlert(const std::string& publisher, const std::string& alert_id) {
  if (!ParsePrincipal(publisher).ok()) return Wrong("publisher", "must be a SPIFFE ID");
  if (alert_id.size() != kAlertIdSize) return Wrong("alert_id", "must be 16 bytes");
  return absl::OkStatus();
}

v1::AuditEntry EntryOf(const Principal& actor, v1::AuditAct act, const std::string& publisher,
                       const std::string& alert_id, bool lift) {
  v1::AuditEntry entry;
  entry.set_actor(actor.spiffe_id);
  entry.set_act(act);
  entry.set_object(absl::StrCat(publisher, " ", absl::BytesToHexString(alert_id)));
  entry.set_rule(lift ? "lifted" : "set");
  return entry;
}

struct AlertName {
  std::string publisher;
  std::string alert_id;
};

// By the end of their keys: <publisher text><alert id>.
using AlertNames = std::map<std::string, AlertName>;

absl::StatusOr<AlertNames> AlertsUnder(const Store& store, const std::string& prefix) {
  ASSIGN_OR_RETURN(
      const std::vector<KeyValue> pairs,
      store.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max(), ScanOrder::kAscending));
  AlertNames names;
  for (const KeyValue& pair : pairs) {
    std::string key = pair.key.substr(prefix.size());
    std::string_view rest = key;
    AlertName name;
    if (!TakeKeyText(rest, name.publisher)) continue;
    name.alert_id = std::string(rest);
    names.insert_or_assign(std::move(key), std::move(name));
  }
  return names;
}

}  // namespace

void ProtectionDesk::Quarantine(const Principal& actor, const v1::QuarantineAlertRequest& request,
                                Done<v1::Quarantine> done) {
  if (absl::Status status = CheckAlert(request.publisher(), request.alert_id()); !status.ok()) {
    return done(status);
  }
  Journal::HeadChange change{.publisher = request.publisher(),
                             .alert_id = request.alert_id(),
                             .quarantined = !request.lift(),
                             .withdrawn_statement_ids = {}};
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit(EntryOf(actor, v1::AUDIT_ACT_QUARANTINE, request.publisher(),
                                       request.alert_id(), request.lift())));
  parts_.journal.ChangeHead(
      std::move(change), std::move(parts),
      [this, request, done = std::move(done)](const absl::Status& changed) mutable {
        if (!changed.ok()) return done(changed);
        done(QuarantineOf(request.publisher(), request.alert_id()));
      });
}

absl::StatusOr<v1::Quarantine> ProtectionDesk::QuarantineOf(const std::string& publisher,
                                                            const std::string& alert_id) const {
  v1::Quarantine quarantine;
  quarantine.set_publisher(publisher);
  quarantine.set_alert_id(alert_id);
  ASSIGN_OR_RETURN(const auto active, parts_.store.Get(QuarantineKey(publisher, alert_id)));
  quarantine.set_active(active.has_value());
  ASSIGN_OR_RETURN(const auto suspicions, parts_.store.Get(SuspicionKey(publisher, alert_id)));
  if (suspicions) quarantine.set_suspicions(static_cast<uint32_t>(ParseKeyNumber(*suspicions)));
  return quarantine;
}

absl::StatusOr<v1::ListQuarantinesResponse> ProtectionDesk::ListQuarantines(
    const v1::ListQuarantinesRequest& request) const {
  ASSIGN_OR_RETURN(AlertNames names, AlertsUnder(parts_.store, QuarantineKeyPrefix()));
  ASSIGN_OR_RETURN(AlertNames suspected, AlertsUnder(parts_.store, SuspicionKeyPrefix()));
  names.merge(suspected);
  ASSIGN_OR_RETURN(const PageRequest wanted,
                   ReadPageRequest(request.page_size(), request.page_token()));
  std::vector<AlertName> listed;
  v1::ListQuarantinesResponse page;
  page.set_next_page_token(
      FillPage(names, wanted, [&](const AlertName& name) { listed.push_back(name); }));
  for (const AlertName& name : listed) {
    ASSIGN_OR_RETURN(*page.add_quarantines(), QuarantineOf(name.publisher, name.alert_id));
  }
  return page;
}

void ProtectionDesk::SetLegalHold(const Principal& actor, const v1::SetLegalHoldRequest& request,
                                  Done<v1::LegalHold> done) {
  if (absl::Status status = CheckAlert(request.publisher(), request.alert_id()); !status.ok()) {
    return done(status);
  }
  std::vector<BatchPart> parts;
  std::string key = LegalHoldKey(request.publisher(), request.alert_id());
  parts.push_back(request.lift() ? DeletePart(std::move(key)) : PutPart(std::move(key), ""));
  parts.push_back(parts_.audit(EntryOf(actor, v1::AUDIT_ACT_LEGAL_HOLD, request.publisher(),
                                       request.alert_id(), request.lift())));
  parts_.journal.Commit(std::move(parts), [this, request, done = std::move(done)](
                                              const absl::Status& written) mutable {
    if (!written.ok()) return done(written);
    parts_.eraser.Wake();
    parts_.recalls.Review();
    v1::LegalHold hold;
    hold.set_publisher(request.publisher());
    hold.set_alert_id(request.alert_id());
    hold.set_active(!request.lift());
    done(std::move(hold));
  });
}

absl::StatusOr<v1::ListLegalHoldsResponse> ProtectionDesk::ListLegalHolds(
    const v1::ListLegalHoldsRequest& request) const {
  ASSIGN_OR_RETURN(const AlertNames names, AlertsUnder(parts_.store, LegalHoldKeyPrefix()));
  ASSIGN_OR_RETURN(const PageRequest wanted,
                   ReadPageRequest(request.page_size(), request.page_token()));
  v1::ListLegalHoldsResponse page;
  page.set_next_page_token(FillPage(names, wanted, [&](const AlertName& name) {
    v1::LegalHold& hold = *page.add_holds();
    hold.set_publisher(name.publisher);
    hold.set_alert_id(name.alert_id);
    hold.set_active(true);
  }));
  return page;
}

absl::StatusOr<v1::RecallSummary> ProtectionDesk::SummaryOf(const Recall& recall) const {
  v1::RecallSummary summary;
  summary.set_number(recall.number);
  summary.set_cause(recall.cause);
  summary.set_publisher(recall.publisher);
  summary.set_alert_id(recall.alert_id);
  *summary.mutable_position() = recall.origin;
  *summary.mutable_since() = TimeUtil::MillisecondsToTimestamp(recall.since_ms);
  *summary.mutable_due() = TimeUtil::MillisecondsToTimestamp(parts_.ledger.DueMs(recall));
  summary.set_outcome(recall.outcome);
  ASSIGN_OR_RETURN(const std::vector<v1::RecallHolder> holders, parts_.ledger.HoldersOf(recall));
  for (const v1::RecallHolder& holder : holders) *summary.add_holders() = holder;
  return summary;
}

absl::StatusOr<v1::ListRecallsResponse> ProtectionDesk::ListRecalls(
    const v1::ListRecallsRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest wanted,
                   ReadPageRequest(request.page_size(), request.page_token()));
  const std::string first = KeyNumber(0);
  const std::string& token = wanted.after.empty() ? first : wanted.after;
  if (token.size() != first.size()) return WrongPageToken();
  uint64_t after = ParseKeyNumber(token);
  v1::ListRecallsResponse page;
  while (static_cast<size_t>(page.recalls_size()) < wanted.size) {
    ASSIGN_OR_RETURN(const std::vector<Recall> recalls, parts_.ledger.List(after, kRecallsPerRead));
    if (recalls.empty()) return page;
    for (const Recall& recall : recalls) {
      if (static_cast<size_t>(page.recalls_size()) == wanted.size) break;
      after = recall.number;
      ASSIGN_OR_RETURN(v1::RecallSummary summary, SummaryOf(recall));
      const bool overdue =
          std::any_of(summary.holders().begin(), summary.holders().end(),
                      [](const v1::RecallHolder& holder) { return holder.overdue(); });
      if (overdue || !request.overdue_only()) *page.add_recalls() = std::move(summary);
    }
  }
  page.set_next_page_token(PageTokenAfter(KeyNumber(after)));
  return page;
}

}  // namespace corridor
