#include "server/broker/recovery.h"

#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(5);
constexpr char kGates[] = "gates";

}  // namespace

Recovery::Recovery(Parts parts)
    : parts_(std::move(parts)), self_(std::make_shared<Recovery*>(this)) {}

Recovery::~Recovery() { *self_ = nullptr; }

absl::Status Recovery::Open(const std::vector<std::string>& peers) {
  const std::string prefix = ReturnDueKeyPrefix();
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   parts_.store.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max(),
                                     ScanOrder::kAscending));
  for (const KeyValue& pair : pairs) {
    std::string_view rest = std::string_view(pair.key).substr(prefix.size());
    std::string peer;
    if (TakeKeyText(rest, peer)) due_[peer].gates = pair.value == kGates;
  }
  if (!parts_.journal.previous().empty()) {
    ASSIGN_OR_RETURN(const std::optional<std::string> begun, parts_.store.Get(RecoveredEpochKey()));
    begins_anew_ = begun != KeyNumber(parts_.journal.epoch());
    applying_ = begins_anew_;
  }
  if (begins_anew_) begins_ = peers;
  for (const std::string& peer : begins_) due_[peer].gates = true;
  Count();
  return absl::OkStatus();
}

void Recovery::Begin() {
  if (!std::exchange(begins_anew_, false)) return;
  if (parts_.recalled == nullptr) return CommitBegun();
  auto recalled = ListRecalled(*parts_.recalled);
  // Where it cannot be read nobody is served until the broker is started again.
  if (!recalled.ok()) return;
  to_apply_ = *std::move(recalled);
  ApplyNext();
}

// One after the other, so that however many there are the journal's queue takes them.
void Recovery::ApplyNext() {
  if (to_apply_.empty()) return CommitBegun();
  const RecalledContent& recalled = to_apply_.back();
  Journal::HeadChange change{.publisher = recalled.publisher, .alert_id = recalled.alert_id};
  if (!recalled.statement_id.empty()) {
    change.withdrawn_statement_ids = {recalled.statement_id};
  } else {
    const auto statements = parts_.journal.StatementsOf(recalled.publisher, recalled.alert_id);
    if (!statements.ok()) return ApplyLater();
    for (const Journal::StatementPlace& statement : *statements) {
      change.withdrawn_statement_ids.push_back(statement.statement_id);
    }
  }
  if (change.withdrawn_statement_ids.empty()) return OnApplied(absl::OkStatus());
  parts_.journal.ChangeHead(std::move(change), {},
                            [&flow = parts_.flow, self = self_](const absl::Status& changed) {
                              flow.Post([self, changed] {
                                if (*self != nullptr) (*self)->OnApplied(changed);
                              });
                            });
}

void Recovery::OnApplied(const absl::Status& applied) {
  if (!applied.ok()) return ApplyLater();
  to_apply_.pop_back();
  parts_.flow.Post([self = self_] {
    if (*self != nullptr) (*self)->ApplyNext();
  });
}

void Recovery::ApplyLater() {
  parts_.flow.PostAfter(kRetryAfter, [self = self_] {
    if (*self != nullptr) (*self)->ApplyNext();
  });
}

void Recovery::CommitBegun() {
  applying_ = false;
  std::vector<BatchPart> parts;
  parts.push_back(PutPart(RecoveredEpochKey(), KeyNumber(parts_.journal.epoch())));
  for (const std::string& peer : begins_) parts.push_back(PutPart(ReturnDueKey(peer), kGates));
  parts_.journal.Commit(std::move(parts), [](const absl::Status&) {});
  Count();
}

absl::Status Recovery::CheckServing() const {
  if (serving_) return absl::OkStatus();
  return WithRetry(
      Error(v1::ERROR_REASON_NOT_READY,
            "this broker was restored and serves once its peers have given back what it lacks; "
            "its operator reconciles the links"),
      kRetryAfter);
}

void Recovery::Ask(const std::string& peer) {
  Due& due = due_.at(peer);
  if (due.complete || !parts_.is_up(peer) || std::exchange(due.asked, true)) return;
  v1::LinkAsk ask = ReturnAsk();
  if (due.returned) ask.set_snapshot_through(parts_.held_through(peer));
  parts_.backfill.Ask(peer, v1::LANE_ROUTINE, std::move(ask),
                      [self = self_, peer](absl::StatusOr<v1::BackfillReport> report) {
                        if (*self != nullptr) (*self)->OnAnswered(peer, std::move(report));
                      });
}

v1::LinkAsk Recovery::ReturnAsk() const {
  v1::LinkAsk ask;
  const auto add = [&](uint64_t epoch, uint64_t head) {
    v1::LinkIncarnation& kept = *ask.mutable_return_mine()->add_have();
    kept.set_epoch(epoch);
    kept.set_head_offset(head);
  };
  add(parts_.journal.epoch(), parts_.journal.head());
  for (const Journal::Mark& earlier : parts_.journal.previous()) add(earlier.epoch, earlier.offset);
  return ask;
}

void Recovery::OnAnswered(const std::string& peer, absl::StatusOr<v1::BackfillReport> report) {
  const auto found = due_.find(peer);
  if (found == due_.end()) return;
  Due& due = found->second;
  due.asked = false;
  if (!report.ok()) return;  // Asked again when the link is up.
  if (due.returned) {
    due.complete = true;
  } else {
    due.returned = true;
    due.report = *std::move(report);
  }
  Tick();
}

void Recovery::Tick() {
  std::vector<std::string> peers;
  for (const auto& [peer, due] : due_) peers.push_back(peer);
  for (const std::string& peer : peers) {
    Ask(peer);
    const auto found = due_.find(peer);
    if (found == due_.end() || !found->second.complete || !parts_.urgent_caught_up(peer)) continue;
    Finish(peer, parts_.actor, [](const absl::Status&) {});
  }
}

void Recovery::Require(const std::string& peer, Done done) {
  Due& due = due_[peer];
  due.waiting.push_back(std::move(done));
  due.returned = due.complete = false;
  std::vector<BatchPart> parts;
  parts.push_back(PutPart(ReturnDueKey(peer), due.gates ? kGates : ""));
  parts_.journal.Commit(std::move(parts), [](const absl::Status&) {});
  Ask(peer);
}

void Recovery::GiveUp(const std::string& peer, const std::string& actor,
                      absl::AnyInvocable<void(absl::Status)> done) {
  Finish(peer, actor, std::move(done));
}

// Where the batch is lost the peer is due again at the next start, and gives back what is here.
void Recovery::Finish(const std::string& peer, const std::string& actor,
                      absl::AnyInvocable<void(absl::Status)> done) {
  v1::AuditEntry entry;
  entry.set_actor(actor);
  entry.set_act(v1::AUDIT_ACT_LINK);
  entry.set_object(peer);
  entry.set_rule(actor == parts_.actor ? "returned" : "without-peer");
  std::vector<BatchPart> parts;
  parts.push_back(DeletePart(ReturnDueKey(peer)));
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.journal.Commit(std::move(parts), std::move(done));
  Forget(peer);
}

void Recovery::Forget(const std::string& peer) {
  const auto found = due_.find(peer);
  if (found == due_.end()) return;
  Due ended = std::move(found->second);
  due_.erase(found);
  Count();
  for (Done& waiting : ended.waiting) waiting(ended.report);
}

void Recovery::Count() {
  bool gated = applying_;
  for (const auto& [peer, due] : due_) gated = gated || due.gates;
  serving_ = !gated;
}

}  // namespace corridor
