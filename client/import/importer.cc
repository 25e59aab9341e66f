#include "client/import/importer.h"

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/import/row_identity.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/gate/canonical_bytes.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// Rows that are noted in the state file together.
constexpr size_t kRowsAtOnce = 64;

constexpr absl::Duration kInterruptionSeenWithin = absl::Milliseconds(200);

// Statements say whole seconds, and the state file keeps no more.
ImportOptions InWholeSeconds(ImportOptions options) {
  options.now = absl::FromUnixSeconds(absl::ToUnixSeconds(options.now));
  return options;
}

absl::Status Interrupted() {
  return absl::CancelledError("interrupted; run the import again to go on");
}

bool IsUndecided(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return true;
    default:
      return false;
  }
}

// Why the broker will not have it, without the message of a reason that we can name.
std::string Refusal(const absl::Status& status) {
  const v1::ErrorReason reason = ReasonOf(status);
  if (reason != v1::ERROR_REASON_UNSPECIFIED) return ReasonName(reason);
  return absl::StatusCodeToString(status.code());
}

RowFault FaultOf(const absl::Status& status) {
  if (IsUndecided(status)) {
    return {.reason = ImportReason::kUndecided,
            .detail = "no answer yet, run the import again: " + std::string(status.message())};
  }
  if (ReasonOf(status) == v1::ERROR_REASON_STATEMENT_ID_REUSED) {
    return {.reason = ImportReason::kOtherContent,
            .detail =
                "this row was published before and said something else then; it stays as it "
                "was"};
  }
  return {.reason = ImportReason::kRefused,
          .detail = absl::StrCat(Refusal(status), ": ", status.message())};
}

}  // namespace

// Counts, and what is under way. Shared with answers, which may come late. Thread-safe.
class Importer::Ledger {
 public:
  explicit Ledger(std::shared_ptr<ImportState> state) : state_(std::move(state)) {}

  void ReportTo(FaultSink on_fault) {
    absl::MutexLock lock(&mutex_);
    on_fault_ = std::move(on_fault);
  }
  // No fault is reported from here on, and no answer counts.
  void Close();

  template <typename Change>
  void Count(Change change) {
    absl::MutexLock lock(&mutex_);
    change(counts_);
  }
  void Fault(uint64_t row, uint64_t line, const RowFault& fault) {
    absl::MutexLock lock(&mutex_);
    FaultLocked(row, line, fault);
  }

  void Begin(uint64_t row, uint64_t number, uint64_t line) {
    absl::MutexLock lock(&mutex_);
    under_way_.emplace(row, Named{number, line});
  }
  void Answer(uint64_t row, const std::string& publisher,
              const absl::StatusOr<v1::Receipt>& answer);

  // Waits until nothing is under way; once `interrupted`, no longer than `patience`.
  void Wait(const std::atomic<bool>& interrupted, absl::Duration patience) {
    absl::MutexLock lock(&mutex_);
    const absl::Condition idle(this, &Ledger::IsIdle);
    while (!interrupted) {
      if (mutex_.AwaitWithTimeout(idle, kInterruptionSeenWithin)) return;
    }
    mutex_.AwaitWithTimeout(idle, patience);
  }

  bool IsSettled() const {
    absl::MutexLock lock(&mutex_);
    return IsIdle();
  }
  ImportCounts counts() const {
    absl::MutexLock lock(&mutex_);
    return counts_;
  }
  // Not OK once something happened that makes going on useless.
  absl::Status trouble() const {
    absl::MutexLock lock(&mutex_);
    return trouble_;
  }

 private:
  // What faults call a row, and where it stands.
  struct Named {
    uint64_t number;
    uint64_t line;
  };
  bool IsIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_.empty(); }
  void FaultLocked(uint64_t row, uint64_t line, const RowFault& fault)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Accepted(uint64_t row, const std::string& publisher, const v1::Receipt& receipt)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refused(uint64_t row, const Named& named, const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<ImportState> state_;
  mutable absl::Mutex mutex_;
  ImportCounts counts_ ABSL_GUARDED_BY(mutex_);
  FaultSink on_fault_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Named> under_way_ ABSL_GUARDED_BY(mutex_);  // By row.
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
};

void Importer::Ledger::Close() {
  absl::MutexLock lock(&mutex_);
  for (const auto& [row, named] : under_way_) {
    FaultLocked(named.number, named.line,
                {.reason = ImportReason::kUndecided,
                 .detail = "it was sent and no answer has come yet; run the import again"});
  }
  under_way_.clear();
  on_fault_ = nullptr;
}

void Importer::Ledger::FaultLocked(uint64_t row, uint64_t line, const RowFault& fault) {
  ++counts_.not_imported[std::string(ReasonText(fault.reason))];
  if (fault.reason == ImportReason::kUnknownLabel) {
    ++counts_.unknown_labels[absl::StrCat(fault.column, ": ", fault.label)];
  }
  if (on_fault_) on_fault_(row, line, fault);
}

void Importer::Ledger::Answer(uint64_t row, const std::string& publisher,
                              const absl::StatusOr<v1::Receipt>& answer) {
  absl::MutexLock lock(&mutex_);
  const auto found = under_way_.find(row);
  if (found == under_way_.end()) {
    // Closed: the run has been reported already, but the next one may know.
    if (answer.ok()) state_->MarkDone(row).IgnoreError();
    return;
  }
  if (answer.ok()) {
    Accepted(row, publisher, *answer);
  } else {
    Refused(row, found->second, answer.status());
  }
  under_way_.erase(found);
}

void Importer::Ledger::Accepted(uint64_t row, const std::string& publisher,
                                const v1::Receipt& receipt) {
  ++(receipt.repeated() ? counts_.already_there : counts_.published);
  ++counts_.by_publisher[publisher];
  if (absl::Status marked = state_->MarkDone(row); !marked.ok()) trouble_ = std::move(marked);
}

void Importer::Ledger::Refused(uint64_t row, const Named& named, const absl::Status& status) {
  const RowFault fault = FaultOf(status);
  FaultLocked(named.number, named.line, fault);
  if (fault.reason == ImportReason::kUndecided) {
    if (trouble_.ok()) trouble_ = absl::UnavailableError(status.message());
    return;
  }
  if (fault.reason != ImportReason::kRefused) return;
  ++counts_.refused[Refusal(status)];
  if (absl::Status marked = state_->MarkDropped(row); !marked.ok()) trouble_ = std::move(marked);
}

Importer::Importer(const ctl::ImportMapping& mapping, const Gate& gate,
                   std::shared_ptr<ImportState> state, StatementOutlet& outlet,
                   const ImportOptions& options)
    : mapping_(mapping),
      gate_(gate),
      state_(std::move(state)),
      outlet_(outlet),
      options_(InWholeSeconds(options)),
      ledger_(std::make_shared<Ledger>(state_)) {}

ImportCounts Importer::counts() const { return ledger_->counts(); }

absl::Status Importer::Run(CsvReader& reader, const RowMapper& mapper,
                           const std::atomic<bool>& interrupted, FaultSink on_fault,
                           absl::FunctionRef<void(const ImportCounts&)> progress) {
  ledger_->ReportTo(std::move(on_fault));
  std::vector<Ready> ready;
  CsvRecord record;
  absl::Status status;
  while (status.ok() && handed_ < options_.limit && reader.Next(record)) {
    if (record.row > options_.last_row) break;
    if (record.row < options_.first_row) continue;
    status = Take(record, mapper, ready);
    if (status.ok() && ready.size() == kRowsAtOnce) status = SendAll(ready);
    if (record.row % kRowsAtOnce == 0) progress(ledger_->counts());
    if (status.ok()) status = ledger_->trouble();
    if (interrupted) status = Interrupted();
  }
  status = Finish(std::move(status), ready, interrupted);
  progress(ledger_->counts());
  return status;
}

absl::Status Importer::RunCases(const std::vector<CaseAlert>& alerts,
                                const std::atomic<bool>& interrupted, FaultSink on_fault) {
  ledger_->ReportTo(std::move(on_fault));
  std::vector<Ready> ready;
  absl::Status status;
  for (const CaseAlert& alert : alerts) {
    if (!status.ok() || handed_ == options_.limit) break;
    TakeAlert(alert, ready);
    if (ready.size() == kRowsAtOnce) status = SendAll(ready);
    if (status.ok()) status = ledger_->trouble();
    if (interrupted) status = Interrupted();
  }
  return Finish(std::move(status), ready, interrupted);
}

absl::Status Importer::Finish(absl::Status status, std::vector<Ready>& ready,
                              const std::atomic<bool>& interrupted) {
  // What was read before a stop counts as any other row; after an interruption nothing
  // more leaves, and what was not sent is as if it had not been read.
  if (absl::IsInvalidArgument(status)) {
    if (absl::Status sent = SendAll(ready); !sent.ok()) status = sent;
  } else if (status.ok()) {
    status = SendAll(ready);
  }
  ledger_->Count([&](ImportCounts& counts) { counts.read -= ready.size(); });
  outlet_.Flush();
  ledger_->Wait(interrupted, options_.patience);
  if (status.ok() && interrupted && !ledger_->IsSettled()) status = Interrupted();
  if (status.ok()) status = ledger_->trouble();
  ledger_->Close();
  return status;
}

absl::Status Importer::Take(const CsvRecord& record, const RowMapper& mapper,
                            std::vector<Ready>& ready) {
  ledger_->Count([](ImportCounts& counts) { ++counts.read; });
  std::variant<MappedRow, RowFault> mapped = mapper.Map(record);
  if (auto* row = std::get_if<MappedRow>(&mapped)) {
    TakeMapped({.row = record.row,
                .number = record.row,
                .line = record.line,
                .fingerprint = FingerprintOf(state_->salt_key(), record.cells)},
               std::move(*row), ready);
    return absl::OkStatus();
  }
  const auto& fault = std::get<RowFault>(mapped);
  ledger_->Fault(record.row, record.line, fault);
  if (!fault.stop) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("line ", record.line, ", column \"", fault.column,
                                                 "\": the label \"", fault.label,
                                                 "\" is unknown, and the mapping says to stop"));
}

void Importer::TakeAlert(const CaseAlert& alert, std::vector<Ready>& ready) {
  ledger_->Count([](ImportCounts& counts) { ++counts.read; });
  if (!alert.verdict.ok()) {
    ledger_->Fault(alert.number, 0,
                   {.reason = ImportReason::kGate, .detail = std::string(alert.verdict.message())});
    return;
  }
  if (alert.release_from > options_.now && !options_.release_now) {
    ledger_->Fault(alert.number, 0,
                   {.reason = ImportReason::kHeld, .detail = alert.release_reason});
    return;
  }
  const std::string content = CanonicalBytes(alert.body);
  TakeMapped(
      {.row = alert.key,
       .number = alert.number,
       .line = 0,
       .fingerprint = FingerprintOf(state_->salt_key(), {content, absl::StrCat(alert.cases)})},
      {.body = alert.body, .routing = alert.routing}, ready);
}

void Importer::TakeMapped(Place place, MappedRow mapped, std::vector<Ready>& ready) {
  const auto fault = [&](ImportReason reason, std::string detail) {
    ledger_->Fault(place.number, place.line, {.reason = reason, .detail = std::move(detail)});
  };
  if (!options_.publishers.empty() && !options_.publishers.contains(mapped.body.publisher())) {
    return fault(ImportReason::kNoProfile, "no profile was given for " + mapped.body.publisher());
  }
  const ImportState::Row known = state_->Find(place.row);
  if (known.done && known.fingerprint != place.fingerprint) {
    return fault(ImportReason::kRowChanged,
                 mapping_.has_cases()
                     ? "the alert was published and its cases have changed since; an import does "
                       "not revise, because the difference could betray a case"
                     : "the row was published and its cells have changed since; rows that moved "
                       "need another data set name");
  }
  const std::string publisher = mapped.body.publisher();
  ledger_->Count([&mapped](ImportCounts& counts) {
    for (const auto& [label, area] : mapped.areas) {
      ++counts.areas[absl::StrCat(label, " -> ", area)];
    }
    for (const auto& [column, label] : mapped.dropped) {
      ++counts.unknown_labels[absl::StrCat(column, ": ", label)];
    }
  });
  if (known.done) {
    return ledger_->Count([&](ImportCounts& counts) {
      ++counts.already_there;
      ++counts.by_publisher[publisher];
    });
  }
  const absl::Time sent = known.sent == absl::InfinitePast() ? options_.now : known.sent;
  OutgoingStatement statement = Complete(place.row, std::move(mapped), sent);

  v1::SignedStatement bytes;
  bytes.set_routing(CanonicalBytes(statement.routing));
  bytes.set_routing_salt(statement.routing_salt);
  bytes.set_body(CanonicalBytes(statement.body));
  bytes.set_body_salt(statement.body_salt);
  if (auto verdict = gate_.Examine(std::move(bytes), GateSide::kPublisher); !verdict.ok()) {
    return fault(ImportReason::kGate, std::string(verdict.status().message()));
  }
  ++handed_;
  if (options_.dry_run) {
    return ledger_->Count([&](ImportCounts& counts) {
      ++counts.would_publish;
      ++counts.by_publisher[publisher];
    });
  }
  ready.push_back(
      {place.row, place.number, place.line, std::move(place.fingerprint), std::move(statement)});
}

OutgoingStatement Importer::Complete(uint64_t row, MappedRow mapped, absl::Time sent) const {
  const ctl::ImportMapping& mapping = mapping_;
  RowIds ids = IdsOfRow(mapping.id(), mapping.dataset(), row);
  RowSalts salts = SaltsOfRow(state_->salt_key(), row);
  OutgoingStatement out{.body = std::move(mapped.body),
                        .routing = std::move(mapped.routing),
                        .routing_salt = std::move(salts.routing),
                        .body_salt = std::move(salts.body)};
  out.body.set_statement_id(std::move(ids.statement_id));
  out.body.set_alert_id(std::move(ids.alert_id));
  const int64_t seconds = absl::ToUnixSeconds(sent);
  out.body.mutable_published_at()->set_seconds(seconds);
  constexpr int64_t kSecondsPerDay = 24 * 60 * 60;
  out.body.mutable_valid_until()->set_seconds(seconds + mapping.validity().days() * kSecondsPerDay);
  return out;
}

absl::Status Importer::SendAll(std::vector<Ready>& ready) {
  std::vector<ImportState::Sent> sent;
  for (const Ready& row : ready) {
    const int64_t seconds = row.statement.body.published_at().seconds();
    sent.push_back({row.row, absl::FromUnixSeconds(seconds), row.fingerprint});
  }
  RETURN_IF_ERROR(state_->MarkSent(sent));
  for (Ready& row : ready) {
    ledger_->Begin(row.row, row.number, row.line);
    StatementOutlet::Done done =
        [ledger = ledger_, number = row.row, publisher = row.statement.body.publisher()](
            absl::StatusOr<v1::Receipt> answer) { ledger->Answer(number, publisher, answer); };
    outlet_.Send(std::move(row.statement), std::move(done));
  }
  ready.clear();
  return absl::OkStatus();
}

}  // namespace corridor
