#ifndef CORRIDOR_SERVER_BROKER_DEAD_LETTERS_H_
#define CORRIDOR_SERVER_BROKER_DEAD_LETTERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/broker/stored_dead_letter.pb.h"
#include "server/delivery/subscriber_session.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// How dead letters are kept: by subscription, and by where their record stands, so that
// they go with its content. Free functions; thread-safe. `owner` is a SPIFFE ID, `name`
// is `subscriptions/<id>`.

// Where the record of a dead letter stands.
struct DeadLetterPlace {
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint64_t offset = 0;
};
// DeadLetter.id: 9 bytes. And back: nothing when it is not one.
std::string DeadLetterId(const DeadLetterPlace& place);
std::optional<DeadLetterPlace> ParseDeadLetterId(std::string_view id);

// A dead letter as it is kept.
struct KeptDeadLetter {
  DeadLetterPlace place;
  stored::StoredDeadLetter stored;
};

// Those of a subscription by lane and offset, behind `after` (absent: from the first), at
// most `limit`. `source` is a Store or a CommitContext. DATA_LOSS: one cannot be read.
template <typename Source>
absl::StatusOr<std::vector<KeptDeadLetter>> ReadDeadLetters(
    const Source& source, std::string_view owner, std::string_view name,
    const std::optional<DeadLetterPlace>& after, size_t limit);

// How many a subscription has. `source` as above.
template <typename Source>
absl::StatusOr<size_t> CountDeadLetters(const Source& source, std::string_view owner,
                                        std::string_view name);

// Writes what a subscription's state says of them. The subscription was looked for by an
// earlier part.
absl::Status WriteDeadLetters(CommitContext& context, std::string_view owner, std::string_view name,
                              const std::vector<DeadLetterChange>& changes);

// Takes away those of all subscriptions for one record.
BatchPart BuryDeadLetters(v1::Lane lane, uint64_t offset);
// Takes away those of one subscription that stand behind a cursor's floors.
absl::Status DeleteDeadLetters(CommitContext& context, std::string_view owner,
                               std::string_view name, const SubscriptionCursor& cursor);

// What a selection names, each once, as the batch in the making has it.
absl::StatusOr<std::vector<KeptDeadLetter>> SelectDeadLetters(
    const CommitContext& context, std::string_view owner, std::string_view name,
    const v1::DeadLetterSelection& selection);
// REQUEST_INVALID: not 1 to 1,000 ids of 9 bytes, nor all.
absl::Status CheckSelection(const v1::DeadLetterSelection& selection);

// Marks one as redriven, or takes it away.
absl::Status MarkRedriven(CommitContext& context, std::string_view owner, std::string_view name,
                          KeptDeadLetter letter);
absl::Status DeleteDeadLetter(CommitContext& context, std::string_view owner, std::string_view name,
                              const DeadLetterPlace& place);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_DEAD_LETTERS_H_
