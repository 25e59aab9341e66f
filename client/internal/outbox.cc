#include "corridor/outbox.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/internal/outbox_log.h"
#include "client/internal/retry.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr size_t kStatementsMax = 1'000'000;
constexpr size_t kKeyBytes = 32;
// Of those that wait, behind others about the same alerts, in one turn.
constexpr size_t kLookedAtMax = 4096;

// What neither time nor a person can mend.
bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return true;
    case absl::StatusCode::kPermissionDenied:
      return ReasonOf(status) == v1::ERROR_REASON_POLICY_DENIED;
    default:
      return false;
  }
}

absl::Status CheckOptions(const OutboxOptions& options) {
  if (options.statements_max < 1 || options.statements_max > kStatementsMax) {
    return absl::InvalidArgumentError("statements_max is 1 to 1,000,000");
  }
  if (options.in_flight_max < 1) return absl::InvalidArgumentError("in_flight_max is at least 1");
  return absl::OkStatus();
}

}  // namespace

// What is kept, what of it is on its way, and how it goes there. Publish() runs on the
// caller's thread, all else on the environment's executor.
class OutboxCore : public std::enable_shared_from_this<OutboxCore> {
 public:
  OutboxCore(std::shared_ptr<Publisher> publisher, OutboxOptions options, Environment environment,
             OutboxLog::Opened opened)
      : options_(std::move(options)),
        environment_(environment),
        on_outcome_(std::exchange(options_.on_outcome, nullptr)),
        backoff_(options_.backoff, *environment.random),
        publisher_(std::move(publisher)),
        log_(std::move(opened.log)) {
    for (OutboxLog::Kept& kept : opened.undecided) Add(std::move(kept));
  }

  absl::StatusOr<v1::SignedStatement> Sign(StatementDraft draft) const {
    return publisher()->Sign(std::move(draft));
  }
  absl::Status Publish(const v1::SignedStatement& statement);
  void PumpSoon();
  void Stop();
  Outbox::Figures figures() const;
  bool WaitUntilEmpty(absl::Duration limit) const;

 private:
  struct Entry {
    std::string alert;
    OutboxLog::Place place;
    bool in_flight = false;
  };
  using Entries = std::map<uint64_t, Entry>;  // By sequence.

  std::shared_ptr<Publisher> publisher() const {
    absl::MutexLock lock(&mutex_);
    return publisher_;
  }
  void Add(OutboxLog::Kept kept) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bytes_ += kept.place.size;
    entries_[kept.sequence] = {std::move(kept.alert), kept.place};
  }
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopped_ || (entries_.size() < options_.statements_max && bytes_ < options_.bytes_max);
  }
  absl::Status MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SyncThrough(uint64_t appended) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsQuiet() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !syncing_; }
  bool IsAtRest() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !syncing_ && !reporting_; }
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return entries_.empty(); }

  void Pump();
  // What may go now: the oldest of each alert of which nothing is on its way.
  std::vector<std::pair<uint64_t, v1::SignedStatement>> TakeSendable()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnOutcome(uint64_t sequence, v1::SignedStatement statement,
                 absl::StatusOr<v1::Receipt> outcome);
  void Forget(Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Report(v1::SignedStatement statement, absl::StatusOr<v1::Receipt> outcome);
  void ReportSoon(v1::SignedStatement statement, absl::Status dropped);

  OutboxOptions options_;  // Constant after construction.
  const Environment environment_;

  // Used on the executor alone.
  absl::AnyInvocable<void(OutboxOutcome)> on_outcome_;
  Backoff backoff_;

  mutable absl::Mutex mutex_;
  std::shared_ptr<Publisher> publisher_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<OutboxLog> log_ ABSL_GUARDED_BY(mutex_);
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> alerts_in_flight_ ABSL_GUARDED_BY(mutex_);
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t appended_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t synced_ ABSL_GUARDED_BY(mutex_) = 0;
  bool syncing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reporting_ ABSL_GUARDED_BY(mutex_) = false;  // `on_outcome_` runs.
  bool pump_posted_ ABSL_GUARDED_BY(mutex_) = false;
  bool pausing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status last_error_ ABSL_GUARDED_BY(mutex_);
};

absl::Status OutboxCore::Publish(const v1::SignedStatement& statement) {
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(MakeRoom());
    ASSIGN_OR_RETURN(OutboxLog::Kept kept, log_->Append(statement));
    const uint64_t sequence = kept.sequence;
    Add(std::move(kept));
    // Nothing is sent that a crash may still take: its id would be given out anew.
    entries_.at(sequence).in_flight = true;
    const absl::Status synced = SyncThrough(++appended_);
    entries_.at(sequence).in_flight = false;
    RETURN_IF_ERROR(synced);
  }
  PumpSoon();
  return absl::OkStatus();
}

absl::Status OutboxCore::MakeRoom() {
  if (options_.when_full == OutboxOptions::WhenFull::kBlock) {
    mutex_.Await(absl::Condition(this, &OutboxCore::HasRoom));
  }
  if (stopped_) return absl::CancelledError("the outbox was closed");
  if (HasRoom()) return absl::OkStatus();
  const auto oldest = std::find_if(entries_.begin(), entries_.end(),
                                   [](const auto& entry) { return !entry.second.in_flight; });
  if (options_.when_full == OutboxOptions::WhenFull::kFail || oldest == entries_.end()) {
    return absl::ResourceExhaustedError("the outbox is full");
  }
  absl::StatusOr<v1::SignedStatement> dropped = log_->Read(oldest->second.place);
  Forget(oldest);
  if (dropped.ok()) {
    ReportSoon(*std::move(dropped),
               absl::ResourceExhaustedError("the outbox was full, and dropped it for a newer one"));
  }
  return absl::OkStatus();
}

// One of those who wait syncs for all that have appended by then.
absl::Status OutboxCore::SyncThrough(uint64_t appended) {
  while (synced_ < appended) {
    if (syncing_) {
      mutex_.Await(absl::Condition(this, &OutboxCore::IsQuiet));
      continue;
    }
    syncing_ = true;
    const uint64_t through = appended_;
    const std::shared_ptr<OutboxLog::Segment> target = log_->Target();
    mutex_.Unlock();
    const absl::Status synced = OutboxLog::Sync(*target);
    mutex_.Lock();
    syncing_ = false;
    if (!synced.ok()) {
      log_->Break();
      return synced;
    }
    synced_ = std::max(synced_, through);
  }
  return absl::OkStatus();
}

void OutboxCore::PumpSoon() {
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(pump_posted_, true)) return;
  }
  environment_.executor->Post([self = shared_from_this()] { self->Pump(); });
}

void OutboxCore::Pump() {
  std::vector<std::pair<uint64_t, v1::SignedStatement>> sendable;
  std::shared_ptr<Publisher> publisher;
  {
    absl::MutexLock lock(&mutex_);
    pump_posted_ = false;
    if (stopped_ || pausing_) return;
    sendable = TakeSendable();
    publisher = publisher_;
  }
  for (auto& [sequence, statement] : sendable) {
    v1::SignedStatement sent = statement;
    publisher->PublishAsync(std::move(sent), [self = shared_from_this(), number = sequence,
                                              kept = std::move(statement)](
                                                 absl::StatusOr<v1::Receipt> outcome) mutable {
      self->OnOutcome(number, std::move(kept), std::move(outcome));
    });
  }
}

std::vector<std::pair<uint64_t, v1::SignedStatement>> OutboxCore::TakeSendable() {
  std::vector<std::pair<uint64_t, v1::SignedStatement>> sendable;
  std::set<std::string> passed;  // Alerts of which an earlier one waits.
  size_t looked_at = 0;
  for (auto& [sequence, entry] : entries_) {
    if (alerts_in_flight_.size() >= options_.in_flight_max || ++looked_at > kLookedAtMax) break;
    const bool first = passed.insert(entry.alert).second;
    if (!first || entry.in_flight || alerts_in_flight_.contains(entry.alert)) continue;
    absl::StatusOr<v1::SignedStatement> statement = log_->Read(entry.place);
    if (!statement.ok()) {
      last_error_ = statement.status();
      continue;
    }
    entry.in_flight = true;
    alerts_in_flight_.insert(entry.alert);
    sendable.emplace_back(sequence, *std::move(statement));
  }
  return sendable;
}

void OutboxCore::OnOutcome(uint64_t sequence, v1::SignedStatement statement,
                           absl::StatusOr<v1::Receipt> outcome) {
  const bool decided = outcome.ok() || IsFinal(outcome.status());
  if (decided) Report(std::move(statement), outcome);
  std::optional<absl::Duration> pause;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    const auto entry = entries_.find(sequence);
    entry->second.in_flight = false;
    alerts_in_flight_.erase(entry->second.alert);
    last_error_ = decided ? absl::OkStatus() : outcome.status();
    if (decided) {
      backoff_.Reset();
      Forget(entry);
    } else if (!std::exchange(pausing_, true)) {
      pause = PauseBefore(outcome.status(), backoff_);
    }
  }
  if (!pause) return PumpSoon();
  environment_.executor->PostAfter(*pause, [self = shared_from_this()] {
    {
      absl::MutexLock lock(&self->mutex_);
      self->pausing_ = false;
    }
    self->PumpSoon();
  });
}

void OutboxCore::Forget(Entries::iterator entry) {
  bytes_ -= entry->second.place.size;
  log_->NoteDecided(entry->first, entry->second.place);
  entries_.erase(entry);
}

void OutboxCore::Report(v1::SignedStatement statement, absl::StatusOr<v1::Receipt> outcome) {
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_ || !on_outcome_) return;
    reporting_ = true;
  }
  on_outcome_({std::move(statement), std::move(outcome)});
  absl::MutexLock lock(&mutex_);
  reporting_ = false;
}

void OutboxCore::ReportSoon(v1::SignedStatement statement, absl::Status dropped) {
  environment_.executor->Post([self = shared_from_this(), statement = std::move(statement),
                               dropped = std::move(dropped)]() mutable {
    self->Report(std::move(statement), std::move(dropped));
  });
}

void OutboxCore::Stop() {
  std::shared_ptr<Publisher> publisher;
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  publisher = std::exchange(publisher_, nullptr);
  mutex_.Await(absl::Condition(this, &OutboxCore::IsAtRest));
  log_ = nullptr;  // Timers may outlive this; the directory may be opened anew.
}

Outbox::Figures OutboxCore::figures() const {
  absl::MutexLock lock(&mutex_);
  return {.statements = entries_.size(),
          .bytes = bytes_,
          .in_flight = alerts_in_flight_.size(),
          .last_error = last_error_};
}

bool OutboxCore::WaitUntilEmpty(absl::Duration limit) const {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(this, &OutboxCore::IsEmpty), limit);
}

absl::StatusOr<std::unique_ptr<Outbox>> Outbox::Open(std::shared_ptr<Publisher> publisher,
                                                     OutboxOptions options,
                                                     Environment environment) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(OutboxLog::Opened opened,
                   OutboxLog::Open(options.directory, options.key, *environment.random));
  auto core = std::make_shared<OutboxCore>(std::move(publisher), std::move(options), environment,
                                           std::move(opened));
  core->PumpSoon();
  return std::unique_ptr<Outbox>(new Outbox(std::move(core)));
}

Outbox::~Outbox() { core_->Stop(); }

absl::StatusOr<v1::SignedStatement> Outbox::Publish(StatementDraft draft) {
  ASSIGN_OR_RETURN(v1::SignedStatement statement, core_->Sign(std::move(draft)));
  RETURN_IF_ERROR(core_->Publish(statement));
  return statement;
}

absl::Status Outbox::Publish(const v1::SignedStatement& statement) {
  return core_->Publish(statement);
}

Outbox::Figures Outbox::figures() const { return core_->figures(); }

bool Outbox::WaitUntilEmpty(absl::Duration limit) const { return core_->WaitUntilEmpty(limit); }

absl::StatusOr<std::string> OutboxKeyFromFile(const std::string& path, Random& random) {
  const auto failed = [&path](const char* what) {
    return absl::UnavailableError(
        absl::StrCat("cannot ", what, " ", path, ": ", absl::ErrnoToStatus(errno, "").ToString()));
  };
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno != ENOENT) return failed("open");
  std::string key;
  if (file < 0) {
    file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return failed("make");
    key = random.Bytes(kKeyBytes);
    const bool written =
        write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(file) == 0;
    close(file);
    if (!written) return failed("write");
    return key;
  }
  key.resize(kKeyBytes + 1);
  const ssize_t size = read(file, key.data(), key.size());
  close(file);
  if (size < 0) return failed("read");
  if (size != static_cast<ssize_t>(kKeyBytes)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no key of an outbox"));
  }
  key.resize(kKeyBytes);
  return key;
}

}  // namespace corridor
