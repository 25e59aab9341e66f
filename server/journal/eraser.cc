#include "server/journal/eraser.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "server/journal/record_codec.h"
#include "server/journal/stored_record.pb.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

// Empty for a payload key alone.
std::string RecordKeyOf(Erased what, uint64_t number) {
  switch (what) {
    case Erased::kHeld:
      return HeldKey(number);
    case Erased::kRoutineRecord:
      return RecordKey(v1::LANE_ROUTINE, number);
    case Erased::kUrgentRecord:
      return RecordKey(v1::LANE_URGENT, number);
    case Erased::kKey:
      break;
  }
  return "";
}

// Takes the sealed content out of a record, and leaves the rest.
BatchPart BuryPart(std::string key) {
  return [key = std::move(key)](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(std::optional<stored::StoredRecord> record,
                     GetValue<stored::StoredRecord>(context, key));
    if (!record || record->erased()) return absl::OkStatus();
    record->clear_sealed_statement();
    record->set_erased(true);
    context.Put(key, EncodeValue(key, *record));
    return absl::OkStatus();
  };
}

}  // namespace

Eraser::Eraser(Parts parts) : parts_(std::move(parts)), self_(std::make_shared<Eraser*>(this)) {}

Eraser::~Eraser() { *self_ = nullptr; }

Task Eraser::Guarded(absl::AnyInvocable<void(Eraser&)> task) const {
  return [self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task(**self);
  };
}

void Eraser::Wake() {
  parts_.upkeep.Post(Guarded([](Eraser& eraser) { eraser.Begin(); }));
}

void Eraser::Begin() {
  if (std::exchange(in_round_, true)) {
    woken_ = true;
    return;
  }
  woken_ = false;
  absl::StatusOr<Items> items = Due();
  if (!items.ok()) return End(items.status());
  if (items->empty()) return End(absl::OkStatus());
  woken_ = items->size() == kRoundMax;
  Bury(*std::move(items));
}

absl::StatusOr<Eraser::Items> Eraser::Due() const {
  ASSIGN_OR_RETURN(
      const std::vector<KeyValue> scheduled,
      parts_.store.Scan(PrefixRange(ErasureKeyPrefix()), std::numeric_limits<size_t>::max()));
  Items items;
  for (const KeyValue& pair : scheduled) {
    if (items.size() == kRoundMax) break;
    stored::StoredErasure erasure;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, erasure));
    ASSIGN_OR_RETURN(const bool held, HasHold(erasure.publisher(), erasure.alert_id()));
    if (held) continue;
    ASSIGN_OR_RETURN(items.emplace_back(), ItemOf(pair.key));
  }
  return items;
}

absl::StatusOr<Eraser::Item> Eraser::ItemOf(std::string erasure_key) const {
  const auto [what, number] = ParseErasureKey(erasure_key);
  Item item{std::move(erasure_key), RecordKeyOf(what, number), number};
  if (item.record_key.empty()) return item;
  ASSIGN_OR_RETURN(const std::optional<stored::StoredRecord> record,
                   GetValue<stored::StoredRecord>(parts_.store, item.record_key));
  item.key_number = record ? record->key_number() : 0;
  return item;
}

absl::StatusOr<bool> Eraser::HasHold(std::string_view publisher, std::string_view alert_id) const {
  if (publisher.empty()) return false;
  ASSIGN_OR_RETURN(const std::optional<std::string> hold,
                   parts_.store.Get(LegalHoldKey(publisher, alert_id)));
  return hold.has_value();
}

void Eraser::Bury(Items items) {
  std::vector<BatchPart> parts;
  for (const Item& item : items) {
    if (!item.record_key.empty()) parts.push_back(BuryPart(item.record_key));
    const auto [what, number] = ParseErasureKey(item.erasure_key);
    if (parts_.bury_with && (what == Erased::kUrgentRecord || what == Erased::kRoutineRecord)) {
      parts.push_back(parts_.bury_with(
          what == Erased::kUrgentRecord ? v1::LANE_URGENT : v1::LANE_ROUTINE, number));
    }
  }
  parts_.queue.Commit(
      std::move(parts),
      [&upkeep = parts_.upkeep,
       next = Guarded([items = std::move(items)](Eraser& eraser) { eraser.Destroy(items); }),
       failed = self_](const absl::Status& status) mutable {
        if (status.ok()) return upkeep.Post(std::move(next));
        upkeep.Post([failed, status] {
          if (*failed != nullptr) (*failed)->End(status);
        });
      });
}

void Eraser::Destroy(const Items& items) {
  std::vector<uint64_t> numbers;
  for (const Item& item : items) {
    if (item.key_number != 0) numbers.push_back(item.key_number);
  }
  if (const absl::Status status = parts_.keys.Destroy(numbers); !status.ok()) return End(status);
  Forget(items);
}

void Eraser::Forget(const Items& items) {
  std::vector<BatchPart> parts;
  for (const Item& item : items) parts.push_back(DeletePart(item.erasure_key));
  v1::AuditEntry entry;
  entry.set_actor(parts_.actor);
  entry.set_act(v1::AUDIT_ACT_ERASURE);
  entry.set_object(absl::StrCat(items.size(), " statements"));
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.queue.Commit(std::move(parts),
                      [&upkeep = parts_.upkeep, self = self_](const absl::Status& status) {
                        upkeep.Post([self, status] {
                          if (*self != nullptr) (*self)->End(status);
                        });
                      });
}

void Eraser::End(const absl::Status& status) {
  in_round_ = false;
  if (!status.ok()) {
    parts_.on_failed(status);
    parts_.upkeep.PostAfter(kRetryInterval, Guarded([](Eraser& eraser) { eraser.Begin(); }));
    return;
  }
  parts_.on_erased();
  if (woken_) Wake();
}

absl::StatusOr<Eraser::State> Eraser::StateOf(AlertHead::Place place) const {
  ASSIGN_OR_RETURN(
      const std::optional<stored::StoredErasure> erasure,
      GetValue<stored::StoredErasure>(parts_.store, ErasureKey(place.lane, place.offset)));
  if (!erasure) return State::kErased;
  ASSIGN_OR_RETURN(const bool held, HasHold(erasure->publisher(), erasure->alert_id()));
  return held ? State::kHeld : State::kScheduled;
}

}  // namespace corridor
