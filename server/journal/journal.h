#ifndef CORRIDOR_SERVER_JOURNAL_JOURNAL_H_
#define CORRIDOR_SERVER_JOURNAL_JOURNAL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/random.h"
#include "core/crypto/signature.h"
#include "core/gate/gate.h"
#include "core/model/retained.h"
#include "corridor/v1/publisher.pb.h"
#include "corridor/v1/record.pb.h"
#include "server/journal/alert_head.h"
#include "server/journal/head_marker.h"
#include "server/journal/payload_keys.h"
#include "server/journal/record.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

struct JournalOptions {
  // This region's id.
  std::string region;
  // How far ahead `valid_until` may lie, by marking; see time_rules.h.
  std::map<v1::Tlp, absl::Duration> validity_caps;
  // Serve a journal that ends before its head marker, under a new epoch. What is
  // missing is lost; peers learn of it by the epoch.
  bool accept_lost_tail = false;
  // How far the head marker may lag.
  absl::Duration head_marker_interval = absl::Milliseconds(500);
  // Bounds of what waits for the committer; at either, QUOTA.
  size_t queue_proposals_max = 8192;
  size_t queue_bytes_max = 64 << 20;
  // Proposals in one batch; at most 4,096.
  size_t batch_proposals_max = 1024;
  // Records kept in memory at the tail of each lane.
  size_t tail_cache_bytes_max = 32 << 20;
  // Alerts whose head is kept in memory.
  size_t alert_heads_cached_max = 65536;
  // Told once, on the commit thread, after all callers in the failed batch: what is
  // on disk is unknown, nothing is written any more, the process should end.
  std::function<void(const absl::Status&)> on_storage_failed;
};

// What a journal works with. All must outlive it.
struct JournalParts {
  Store& store;
  KeyStore& keys;
  HeadMarker& head_marker;
  // Where it is kept, outside of `store`, what was recalled. Null: nowhere.
  Store* recalled = nullptr;
  // Runs the committer; tasks of it must not overlap.
  Executor& commit;
  const Clock& clock;
  Random& random;
  // With which this broker signs acceptances.
  const SigningKey& acceptance_key;
};

// The durable, ordered record of every statement this region has accepted, local
// and imported alike. Offsets start at 1, rise by one over both lanes, and are
// never reused. One committer, on the commit executor, takes what waits, judges it
// in order, and writes records, ids, heads, marks and what the parts add as one
// synchronous batch. Thread-safe.
//
// Errors common to all writes are those of CommitQueue::Commit. `done` runs once,
// on the commit thread, in commit order, never inside the call. Destroying the
// journal drops what waits, unanswered; stop the commit executor first where it
// has threads.
class Journal : public CommitQueue {
 public:
  // Opens the journal in `parts.store`, or starts one where that is empty.
  // kFailedPrecondition: it ends before its head marker, or the marker is missing
  // or of another journal, and `accept_lost_tail` is not set.
  // DATA_LOSS/RECORD_CORRUPT: its state or last records do not fit together.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(JournalParts parts, JournalOptions options);

  // Appends a statement published in this region and answers with its receipt,
  // once it is on stable storage with all that `parts` write. Where an embargo holds
  // it, it takes no position: its receipt says so, and HeldUntil names it when it is
  // due. A repeated id with the same digest gets its first receipt again; `parts` do
  // not run. A RECALL schedules the erasure of what it names, in the same batch.
  //   ALREADY_EXISTS/STATEMENT_ID_REUSED   the publisher's id, other content
  //   INVALID_ARGUMENT/VALIDITY, OUT_OF_BOUNDS (an embargo too long)
  //   REVISION_CONFLICT, ALERT_UNKNOWN, ALERT_CLOSED   see CheckFollows
  virtual void Append(AcceptedStatement statement, std::vector<BatchPart> parts,
                      absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)> done) = 0;

  // What comes with a statement from the region that published it.
  struct Import {
    std::string origin;
    // Verified by the caller; its position's epoch is the origin's.
    v1::Acceptance acceptance;
    // The mark of (origin, acceptance.lane) once this is written. A mark never
    // goes back: a lower value leaves it alone. 0: it comes outside the order of the
    // lane, and no mark moves. Its epoch is that of the origin's journal as it is now; 0:
    // that of the position, which may be of an earlier incarnation.
    uint64_t mark_epoch = 0;
    uint64_t mark_after = 0;
    // Where an embargo held it there.
    std::optional<v1::Acceptance> held_acceptance;
    // It was published here, in an incarnation of this journal that no longer has it, and
    // comes back: it is a record of this region again, at a new position, accepted when
    // it was.
    bool returned = false;
    // What is written, with nothing else, where the statement is here already.
    std::vector<BatchPart> on_repeat;
  };

  // Appends a statement of another region and moves its mark in the same batch.
  // It is not judged again; a repeated id with the same digest moves the mark only
  // (`on_repeat` runs in place of its parts).
  //   ALREADY_EXISTS/STATEMENT_ID_REUSED   nothing written; see MoveMark
  //   FAILED_PRECONDITION/CONTENT_ERASED   it was recalled, or withdrawn from here,
  //                                        before it came; nothing written
  //   ABORTED/JOURNAL_REINCARNATED         the mark is of another epoch
  virtual void AppendImported(AcceptedStatement statement, Import import,
                              std::vector<BatchPart> parts,
                              absl::AnyInvocable<void(absl::Status)> done) = 0;

  // Statements whose embargo has ended by `until`, the longest due first.
  struct Release {
    int64_t release_ms = 0;
    uint64_t number = 0;
    bool drop = false;  // Set by DropHeld.
  };
  virtual absl::StatusOr<std::vector<Release>> HeldUntil(absl::Time until, size_t limit) const = 0;

  // A held statement. NOT_FOUND: it is not held any more.
  virtual absl::StatusOr<RecordPtr> HeldAt(const Release& held) const = 0;

  // Appends a held statement: from now on it is a record like any other, accepted now.
  // Its id then answers with that receipt. `parts` see its position.
  //   NOT_FOUND                          it is not held any more
  //   FAILED_PRECONDITION/ALERT_CLOSED   its alert was cancelled meanwhile
  //   INVALID_ARGUMENT/VALIDITY          it does not hold any more
  // After the last two it is still held: drop it.
  virtual void AppendHeld(const Release& held, std::vector<BatchPart> parts,
                          absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)> done) = 0;
  // Gives it up: its content is to be erased, its first receipt stays.
  virtual void DropHeld(const Release& held, std::vector<BatchPart> parts,
                        absl::AnyInvocable<void(absl::Status)> done) = 0;

  // What is held of one publisher, by time of release, behind `after`.
  struct Held {
    Release release;
    v1::HeldStatement statement;
  };
  virtual absl::StatusOr<std::vector<Held>> ListHeld(std::string_view publisher,
                                                     const Release& after, size_t limit) const = 0;

  // Changes what this region does with an alert, together with what `parts` write.
  struct HeadChange {
    std::string publisher;
    std::string alert_id;
    // Withheld from everybody here, or not any more.
    std::optional<bool> quarantined;
    // No longer for this region: recalled here, and to be erased.
    std::vector<std::string> withdrawn_statement_ids;
  };
  //   NOT_FOUND   no such alert is here, and nothing is withdrawn
  virtual void ChangeHead(HeadChange change, std::vector<BatchPart> parts,
                          absl::AnyInvocable<void(absl::Status)> done) = 0;

  // Content whose retention is over: schedules its erasure, together with what `parts`
  // write. What is not there any more, or scheduled already, is passed over.
  virtual void Expire(std::vector<AlertHead::Place> places, std::vector<BatchPart> parts,
                      absl::AnyInvocable<void(absl::Status)> done) = 0;

  // What retention has to look at, behind `after` (offset 0: from the first), by lane and
  // offset.
  struct RetainedContent {
    AlertHead::Place place;
    std::string publisher;
    std::string alert_id;
    Retained retained;
  };
  virtual absl::StatusOr<std::vector<RetainedContent>> ListRetained(AlertHead::Place after,
                                                                    size_t limit) const = 0;

  // Where the statements of an alert stand (content and remarks), by statement id.
  struct StatementPlace {
    std::string statement_id;
    AlertHead::Place place;  // Offset 0: an embargo holds it.
  };
  virtual absl::StatusOr<std::vector<StatementPlace>> StatementsOf(
      std::string_view publisher, std::string_view alert_id) const = 0;

  // Moves a mark past what was refused or filtered, together with what `parts`
  // write. Within an epoch a mark never goes back; another epoch starts it anew.
  virtual void MoveMark(std::string_view origin, uint64_t epoch, v1::Lane lane, uint64_t offset,
                        std::vector<BatchPart> parts,
                        absl::AnyInvocable<void(absl::Status)> done) = 0;

  // Up to where a peer's lane is on stable storage here. {0, 0}: nothing yet.
  struct Mark {
    uint64_t epoch = 0;
    uint64_t offset = 0;

    friend bool operator==(const Mark&, const Mark&) = default;
  };
  virtual Mark MarkOf(std::string_view origin, v1::Lane lane) const = 0;

  // The first receipt of that statement, with `repeated` set; absent when the id
  // is new. ALREADY_EXISTS/STATEMENT_ID_REUSED: it was used for other content.
  virtual absl::StatusOr<std::optional<v1::Receipt>> ReceiptOf(std::string_view publisher,
                                                               std::string_view statement_id,
                                                               std::string_view digest) const = 0;

  // Where the statement of that id stands; absent: it is not here. Offset 0: an embargo
  // holds it.
  virtual absl::StatusOr<std::optional<AlertHead::Place>> Locate(
      std::string_view publisher, std::string_view statement_id) const = 0;

  // Records of a lane with offset > `after_offset`, in order: at most `records_max`
  // and, but for the first, `bytes_max` bytes of statements. Empty at the head.
  // DATA_LOSS/RECORD_CORRUPT (metadata "offset"): the next record fails its
  // checksum or does not open, or one is missing before it. Those before it are
  // returned first.
  virtual absl::StatusOr<std::vector<RecordPtr>> Read(v1::Lane lane, uint64_t after_offset,
                                                      size_t records_max,
                                                      size_t bytes_max) const = 0;

  // One record. NOT_FOUND: that offset is not in that lane.
  virtual absl::StatusOr<RecordPtr> At(v1::Lane lane, uint64_t offset) const = 0;

  // SIGHTING and RESPONSE about an alert of that owner, by lane and offset, at most
  // `limit`.
  virtual absl::StatusOr<std::vector<AlertHead::Place>> RemarksOn(std::string_view owner,
                                                                  std::string_view alert_id,
                                                                  size_t limit) const = 0;

  // This incarnation of the journal; never 0.
  virtual uint64_t epoch() const = 0;
  // Where it goes on from earlier incarnations of itself (it was restored, or its tail was
  // lost): the latest first, with the last offset that it still had of each.
  virtual const std::vector<Mark>& previous() const = 0;
  // Last offset on stable storage, of a lane and of all; 0 before the first.
  virtual uint64_t head(v1::Lane lane) const = 0;
  virtual uint64_t head() const = 0;

  // Records on stable storage: published here, and of other regions.
  struct Counts {
    uint64_t local = 0;
    uint64_t imported = 0;
  };
  virtual Counts counts() const = 0;

  // What is known of an alert; absent when nothing is. Cheap.
  virtual absl::StatusOr<std::optional<AlertHead>> AlertHeadOf(std::string_view publisher,
                                                               std::string_view alert_id) const = 0;

  // Heads of alerts that have content here, the newest content first:
  // list_offset() < before_offset (0: from the newest).
  virtual absl::StatusOr<std::vector<AlertHead>> ListAlertHeads(uint64_t before_offset,
                                                                size_t limit) const = 0;

  // Calls `listener` after each durable batch with records, on the commit thread,
  // after the callers were answered. It carries no data: read at your cursor.
  // Listeners stay for the life of the journal.
  virtual void OnAppended(absl::AnyInvocable<void()> listener) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_JOURNAL_H_
