#include "server/broker/protection_desk.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr int32_t kPageSizeDefault = 100;
constexpr int32_t kPageSizeMax = 1000;
constexpr size_t kRecallsPerRead = 100;
constexpr size_t kAlertIdSize = 16;

absl::Status Wrong(const char* field, const char* what) {
  return InvalidFields({{field, v1::ERROR_REASON_REQUEST_INVALID, what}});
}

absl::Status WrongToken() {
  return Wrong("page_token", "is not one that a page before gave; begin with an empty one");
}

absl::StatusOr<size_t> PageSize(int32_t asked) {
  if (asked < 0 || asked > kPageSizeMax) {
    return Wrong("page_size", "must be 0 (for 100) or 1 to 1,000");
  }
  return static_cast<size_t>(asked == 0 ? kPageSizeDefault : asked);
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

// An alert by the end of a key: <publisher text><alert id>.
struct AlertName {
  std::string publisher;
  std::string alert_id;

  friend auto operator<=>(const AlertName&, const AlertName&) = default;
};

absl::StatusOr<std::set<AlertName>> AlertsUnder(const Store& store, const std::string& prefix) {
  ASSIGN_OR_RETURN(
      const std::vector<KeyValue> pairs,
      store.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max(), ScanOrder::kAscending));
  std::set<AlertName> names;
  for (const KeyValue& pair : pairs) {
    std::string_view rest = std::string_view(pair.key).substr(prefix.size());
    AlertName name;
    if (!TakeKeyText(rest, name.publisher)) continue;
    name.alert_id = std::string(rest);
    names.insert(std::move(name));
  }
  return names;
}

// Calls `add` for a page of names; returns the token of the next one.
template <typename Add>
absl::StatusOr<std::string> FillPage(const std::set<AlertName>& names, int32_t page_size,
                                     const std::string& token, Add add) {
  ASSIGN_OR_RETURN(const size_t size, PageSize(page_size));
  std::string after;
  if (!absl::WebSafeBase64Unescape(token, &after)) return WrongToken();
  AlertName last;
  std::string_view rest = after;
  if (!rest.empty() && !TakeKeyText(rest, last.publisher)) return WrongToken();
  last.alert_id = std::string(rest);
  auto it = after.empty() ? names.begin() : names.upper_bound(last);
  for (size_t taken = 0; taken < size && it != names.end(); ++taken, ++it) {
    RETURN_IF_ERROR(add(*it));
    last = *it;
  }
  if (it == names.end()) return "";
  return absl::WebSafeBase64Escape(KeyText(last.publisher) + last.alert_id);
}

void SetMillis(google::protobuf::Timestamp& time, int64_t ms) {
  time.set_seconds(ms / 1000);
  time.set_nanos(static_cast<int32_t>(ms % 1000) * 1'000'000);
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
  ASSIGN_OR_RETURN(std::set<AlertName> names, AlertsUnder(parts_.store, QuarantineKeyPrefix()));
  ASSIGN_OR_RETURN(std::set<AlertName> suspected, AlertsUnder(parts_.store, SuspicionKeyPrefix()));
  names.merge(suspected);
  v1::ListQuarantinesResponse page;
  ASSIGN_OR_RETURN(*page.mutable_next_page_token(),
                   FillPage(names, request.page_size(), request.page_token(),
                            [&](const AlertName& name) -> absl::Status {
                              ASSIGN_OR_RETURN(*page.add_quarantines(),
                                               QuarantineOf(name.publisher, name.alert_id));
                              return absl::OkStatus();
                            }));
  return page;
}

void ProtectionDesk::SetLegalHold(const Principal& actor, const v1::SetLegalHoldRequest& request,
                                  Done<v1::LegalHold> done) {
  if (absl::Status status = CheckAlert(request.publisher(), request.alert_id()); !status.ok()) {
    return done(status);
  }
  std::vector<BatchPart> parts;
  parts.emplace_back([key = LegalHoldKey(request.publisher(), request.alert_id()),
                      lift = request.lift()](CommitContext& context) {
    lift ? context.Delete(key) : context.Put(key, std::string());
    return absl::OkStatus();
  });
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
  ASSIGN_OR_RETURN(const std::set<AlertName> names,
                   AlertsUnder(parts_.store, LegalHoldKeyPrefix()));
  v1::ListLegalHoldsResponse page;
  ASSIGN_OR_RETURN(
      *page.mutable_next_page_token(),
      FillPage(names, request.page_size(), request.page_token(), [&](const AlertName& name) {
        v1::LegalHold& hold = *page.add_holds();
        hold.set_publisher(name.publisher);
        hold.set_alert_id(name.alert_id);
        hold.set_active(true);
        return absl::OkStatus();
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
  SetMillis(*summary.mutable_since(), recall.since_ms);
  SetMillis(*summary.mutable_due(), parts_.ledger.DueMs(recall));
  summary.set_outcome(recall.outcome);
  ASSIGN_OR_RETURN(const std::vector<v1::RecallHolder> holders, parts_.ledger.HoldersOf(recall));
  for (const v1::RecallHolder& holder : holders) *summary.add_holders() = holder;
  return summary;
}

absl::StatusOr<v1::ListRecallsResponse> ProtectionDesk::ListRecalls(
    const v1::ListRecallsRequest& request) const {
  ASSIGN_OR_RETURN(const size_t size, PageSize(request.page_size()));
  uint64_t after = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &after)) {
    return WrongToken();
  }
  v1::ListRecallsResponse page;
  while (static_cast<size_t>(page.recalls_size()) < size) {
    ASSIGN_OR_RETURN(const std::vector<Recall> recalls, parts_.ledger.List(after, kRecallsPerRead));
    if (recalls.empty()) return page;
    for (const Recall& recall : recalls) {
      if (static_cast<size_t>(page.recalls_size()) == size) break;
      after = recall.number;
      ASSIGN_OR_RETURN(v1::RecallSummary summary, SummaryOf(recall));
      const bool overdue =
          std::any_of(summary.holders().begin(), summary.holders().end(),
                      [](const v1::RecallHolder& holder) { return holder.overdue(); });
      if (overdue || !request.overdue_only()) *page.add_recalls() = std::move(summary);
    }
  }
  page.set_next_page_token(absl::StrCat(after));
  return page;
}

}  // namespace corridor
