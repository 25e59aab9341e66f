#include "server/broker/dead_letters.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kLetterIdBytes = 9;
constexpr size_t kNumberBytes = 8;
constexpr int kSelectedMax = 1000;

}  // namespace

std::string DeadLetterId(const DeadLetterPlace& place) {
  return std::string(1, static_cast<char>(place.lane)) + KeyNumber(place.offset);
}

std::optional<DeadLetterPlace> ParseDeadLetterId(std::string_view id) {
  if (id.size() != kLetterIdBytes) return std::nullopt;
  const auto lane = static_cast<v1::Lane>(id[0]);
  if (lane != v1::LANE_URGENT && lane != v1::LANE_ROUTINE) return std::nullopt;
  return DeadLetterPlace{lane, ParseKeyNumber(id.substr(1))};
}

template <typename Source>
absl::StatusOr<std::vector<KeptDeadLetter>> ReadDeadLetters(
    const Source& source, std::string_view owner, std::string_view name,
    const std::optional<DeadLetterPlace>& after, size_t limit) {
  const std::string prefix = DeadLetterKeyPrefix(owner, name);
  KeyRange range = PrefixRange(prefix);
  if (after) range.begin = DeadLetterKey(owner, name, after->lane, after->offset) + '\0';
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs, source.Scan(range, limit));
  std::vector<KeptDeadLetter> letters;
  for (const KeyValue& pair : pairs) {
    KeptDeadLetter& letter = letters.emplace_back();
    letter.place = *ParseDeadLetterId(std::string_view(pair.key).substr(prefix.size()));
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, letter.stored));
  }
  return letters;
}

template absl::StatusOr<std::vector<KeptDeadLetter>> ReadDeadLetters(
    const Store&, std::string_view, std::string_view, const std::optional<DeadLetterPlace>&,
    size_t);
template absl::StatusOr<std::vector<KeptDeadLetter>> ReadDeadLetters(
    const CommitContext&, std::string_view, std::string_view, const std::optional<DeadLetterPlace>&,
    size_t);

template <typename Source>
absl::StatusOr<size_t> CountDeadLetters(const Source& source, std::string_view owner,
                                        std::string_view name) {
  const std::string key = DeadLetterCountKey(owner, name);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, source.Get(key));
  if (!value) return 0;
  if (value->size() != kNumberBytes)
    return absl::DataLossError("a count of dead letters is damaged");
  return ParseKeyNumber(*value);
}

template absl::StatusOr<size_t> CountDeadLetters(const Store&, std::string_view, std::string_view);

namespace {

void PutCount(CommitContext& context, std::string_view owner, std::string_view name, size_t count) {
  std::string key = DeadLetterCountKey(owner, name);
  count == 0 ? context.Delete(std::move(key)) : context.Put(std::move(key), KeyNumber(count));
}

absl::Status PutDeadLetter(CommitContext& context, std::string_view owner, std::string_view name,
                           const KeptDeadLetter& letter) {
  const auto [lane, offset] = letter.place;
  const std::string key = DeadLetterKey(owner, name, lane, offset);
  ASSIGN_OR_RETURN(const auto present, context.Get(key));
  if (!present) {
    ASSIGN_OR_RETURN(const size_t count, CountDeadLetters(std::as_const(context), owner, name));
    PutCount(context, owner, name, count + 1);
  }
  context.Put(key, EncodeValue(key, letter.stored));
  context.Put(DeadLetterPlaceKey(lane, offset, owner, name), "");
  return absl::OkStatus();
}

}  // namespace

absl::Status DeleteDeadLetter(CommitContext& context, std::string_view owner, std::string_view name,
                              const DeadLetterPlace& place) {
  const std::string key = DeadLetterKey(owner, name, place.lane, place.offset);
  ASSIGN_OR_RETURN(const auto present, context.Get(key));
  if (!present) return absl::OkStatus();
  ASSIGN_OR_RETURN(const size_t count, CountDeadLetters(std::as_const(context), owner, name));
  PutCount(context, owner, name, count - std::min<size_t>(count, 1));
  context.Delete(key);
  context.Delete(DeadLetterPlaceKey(place.lane, place.offset, owner, name));
  return absl::OkStatus();
}

absl::Status MarkRedriven(CommitContext& context, std::string_view owner, std::string_view name,
                          KeptDeadLetter letter) {
  letter.stored.set_redriven(true);
  return PutDeadLetter(context, owner, name, letter);
}

absl::Status WriteDeadLetters(CommitContext& context, std::string_view owner, std::string_view name,
                              const std::vector<DeadLetterChange>& changes) {
  for (const DeadLetterChange& change : changes) {
    const DeadLetterPlace place{change.lane, change.offset};
    if (!change.cause) {
      RETURN_IF_ERROR(DeleteDeadLetter(context, owner, name, place));
      continue;
    }
    // Nothing may be kept of what was erased since it was handed over.
    ASSIGN_OR_RETURN(const auto erasure, context.Get(ErasureKey(change.lane, change.offset)));
    ASSIGN_OR_RETURN(const auto record, GetValue<stored::StoredRecord>(
                                            context, RecordKey(change.lane, change.offset)));
    if (erasure || !record || record->erased()) continue;
    KeptDeadLetter letter{.place = place, .stored = {}};
    letter.stored.set_reason(change.cause->reason);
    letter.stored.set_note(change.cause->note);
    letter.stored.set_attempts(change.cause->attempts);
    letter.stored.set_time_ms(absl::ToUnixMillis(context.now()));
    RETURN_IF_ERROR(PutDeadLetter(context, owner, name, letter));
  }
  return absl::OkStatus();
}

BatchPart BuryDeadLetters(v1::Lane lane, uint64_t offset) {
  return [lane, offset](CommitContext& context) -> absl::Status {
    const std::string prefix = DeadLetterPlaceKeyPrefix(lane, offset);
    ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                     context.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max()));
    for (const KeyValue& pair : pairs) {
      std::string_view rest = std::string_view(pair.key).substr(prefix.size());
      std::string owner;
      std::string name;
      if (TakeKeyText(rest, owner) && TakeKeyText(rest, name)) {
        RETURN_IF_ERROR(DeleteDeadLetter(context, owner, name, {lane, offset}));
      }
    }
    return absl::OkStatus();
  };
}

absl::Status DeleteDeadLetters(CommitContext& context, std::string_view owner,
                               std::string_view name, const SubscriptionCursor& cursor) {
  ASSIGN_OR_RETURN(const std::vector<KeptDeadLetter> letters,
                   ReadDeadLetters(std::as_const(context), owner, name, std::nullopt,
                                   std::numeric_limits<size_t>::max()));
  for (const KeptDeadLetter& letter : letters) {
    if (letter.place.offset > cursor.lane(letter.place.lane).floor()) {
      RETURN_IF_ERROR(DeleteDeadLetter(context, owner, name, letter.place));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSelection(const v1::DeadLetterSelection& selection) {
  const auto& ids = selection.ids();
  const bool fits = selection.all() ? ids.empty() : !ids.empty() && ids.size() <= kSelectedMax;
  const bool readable = std::all_of(
      ids.begin(), ids.end(), [](const auto& id) { return ParseDeadLetterId(id).has_value(); });
  if (fits && readable) return absl::OkStatus();
  return InvalidFields({{"selection", v1::ERROR_REASON_REQUEST_INVALID,
                         "give 1 to 1,000 ids as ListDeadLetters names them, or all"}});
}

absl::StatusOr<std::vector<KeptDeadLetter>> SelectDeadLetters(
    const CommitContext& context, std::string_view owner, std::string_view name,
    const v1::DeadLetterSelection& selection) {
  if (selection.all()) {
    return ReadDeadLetters(context, owner, name, std::nullopt, kDeadLettersMax);
  }
  std::vector<KeptDeadLetter> selected;
  const std::set<std::string> ids(selection.ids().begin(), selection.ids().end());
  for (const std::string& id : ids) {
    const DeadLetterPlace place = *ParseDeadLetterId(id);
    ASSIGN_OR_RETURN(const auto stored,
                     GetValue<stored::StoredDeadLetter>(
                         context, DeadLetterKey(owner, name, place.lane, place.offset)));
    if (stored) selected.push_back({place, *stored});
  }
  return selected;
}

}  // namespace corridor
