#include "server/journal/disclosure_ledger.h"

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/journal/recent_map.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"

namespace corridor {

class DisclosureLedger::Impl {
 public:
  using Done = absl::AnyInvocable<void(absl::Status)>;

  Impl(const Store& store, CommitQueue& queue, AuditPart audit, Options options)
      : store_(store),
        queue_(queue),
        audit_(std::move(audit)),
        options_(std::move(options)),
        covered_(options_.cache_blocks_max) {}

  bool Covers(const std::string& key) {
    {
      absl::MutexLock lock(&mutex_);
      if (covered_.Find(key) != nullptr) return true;
      // On its way: the store may have it already, in a batch whose end nobody else has
      // seen. A recall in front of it in that batch has not counted it.
      if (waiting_.contains(key)) return false;
    }
    const auto stored = GetValue<stored::StoredDisclosure>(store_, key);
    if (!stored.ok() || !stored->has_value()) return false;
    absl::MutexLock lock(&mutex_);
    covered_.Put(key, true);
    return true;
  }

  void Cover(const std::string& key, v1::AuditEntry entry, std::shared_ptr<const Facts> facts,
             Done done) {
    {
      absl::MutexLock lock(&mutex_);
      std::vector<Done>& waiting = waiting_[key];
      waiting.push_back(std::move(done));
      if (waiting.size() > 1) return;
    }
    queue_.Commit(RangeParts(key, std::move(entry), std::move(facts)),
                  [this, key](absl::Status status) { Answer(key, status); });
  }

  absl::Status CoverIn(CommitContext& context, const std::string& holder, v1::Lane lane,
                       uint64_t offset, const std::shared_ptr<const Facts>& facts) const {
    const uint64_t block = offset / kBlockOffsets;
    std::string key = DisclosureKey(lane, block, holder, facts->generation);
    ASSIGN_OR_RETURN(const std::optional<std::string> known, context.Get(key));
    if (known) return absl::OkStatus();
    for (BatchPart& part :
         RangeParts(std::move(key), EntryFor(holder, block, facts->generation), facts)) {
      RETURN_IF_ERROR(part(context));
    }
    return absl::OkStatus();
  }

  std::vector<BatchPart> RangeParts(std::string key, v1::AuditEntry entry,
                                    std::shared_ptr<const Facts> facts) const {
    std::vector<BatchPart> parts;
    parts.emplace_back([key = std::move(key)](CommitContext& context) {
      stored::StoredDisclosure disclosure;
      disclosure.set_time_ms(ToMillis(context.now()));
      context.Put(key, EncodeValue(key, disclosure));
      return absl::OkStatus();
    });
    parts.push_back(options_.keep_facts(std::move(facts)));
    parts.push_back(audit_(std::move(entry)));
    return parts;
  }

  v1::AuditEntry EntryFor(std::string_view holder, uint64_t block, uint64_t generation) const {
    v1::AuditEntry entry;
    entry.set_actor(options_.actor);
    entry.set_act(v1::AUDIT_ACT_DISCLOSURE);
    entry.set_object(std::string(holder));
    entry.mutable_position()->set_region(options_.region);
    entry.mutable_position()->set_epoch(options_.epoch);
    entry.mutable_position()->set_offset(block * kBlockOffsets);
    entry.set_rule(absl::StrCat("facts generation ", generation));
    return entry;
  }

  const Store& store() const { return store_; }

 private:
  void Answer(const std::string& key, const absl::Status& status) {
    std::vector<Done> answered;
    {
      absl::MutexLock lock(&mutex_);
      if (status.ok()) covered_.Put(key, true);
      const auto waiting = waiting_.find(key);
      answered = std::move(waiting->second);
      waiting_.erase(waiting);
    }
    for (Done& done : answered) done(status);
  }

  const Store& store_;
  CommitQueue& queue_;
  const AuditPart audit_;
  const Options options_;
  absl::Mutex mutex_;
  // By key: a map of the keys that the store has.
  RecentMap<bool> covered_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::vector<Done>> waiting_ ABSL_GUARDED_BY(mutex_);
};

DisclosureLedger::DisclosureLedger(const Store& store, CommitQueue& queue, AuditPart audit,
                                   Options options)
    : impl_(std::make_unique<Impl>(store, queue, std::move(audit), std::move(options))) {}

DisclosureLedger::~DisclosureLedger() = default;

bool DisclosureLedger::Covers(std::string_view holder, v1::Lane lane, uint64_t offset,
                              uint64_t generation) const {
  return impl_->Covers(DisclosureKey(lane, offset / kBlockOffsets, holder, generation));
}

void DisclosureLedger::Cover(std::string_view holder, v1::Lane lane, uint64_t offset,
                             std::shared_ptr<const Facts> facts,
                             absl::AnyInvocable<void(absl::Status)> done) {
  const uint64_t block = offset / kBlockOffsets;
  const std::string key = DisclosureKey(lane, block, holder, facts->generation);
  if (impl_->Covers(key)) return done(absl::OkStatus());
  v1::AuditEntry entry = impl_->EntryFor(holder, block, facts->generation);
  impl_->Cover(key, std::move(entry), std::move(facts), std::move(done));
}

BatchPart DisclosureLedger::CoverPart(std::string holder, v1::Lane lane,
                                      std::shared_ptr<const Facts> facts) const {
  return [this, holder = std::move(holder), lane,
          facts = std::move(facts)](CommitContext& context) -> absl::Status {
    return impl_->CoverIn(context, holder, lane, context.record_position()->offset(), facts);
  };
}

absl::StatusOr<DisclosureLedger::Range> DisclosureLedger::RangeFrom(std::string_view prefix,
                                                                    const KeyValue& pair) {
  Range range;
  std::string_view rest = std::string_view(pair.key).substr(prefix.size());
  if (!TakeKeyText(rest, range.holder) || rest.size() != sizeof(uint64_t)) {
    return Error(v1::ERROR_REASON_RECORD_CORRUPT, "a disclosure range has a malformed key");
  }
  range.generation = ParseKeyNumber(rest);
  stored::StoredDisclosure disclosure;
  RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, disclosure));
  range.time_ms = disclosure.time_ms();
  return range;
}

absl::StatusOr<std::vector<std::string>> DisclosureLedger::HoldersOf(v1::Lane lane,
                                                                     uint64_t offset) const {
  ASSIGN_OR_RETURN(const std::vector<Range> ranges, RangesAt(impl_->store(), lane, offset));
  std::vector<std::string> holders;
  for (const Range& range : ranges) {
    if (holders.empty() || holders.back() != range.holder) holders.push_back(range.holder);
  }
  return holders;
}

}  // namespace corridor
