#ifndef CORRIDOR_SERVER_LINK_LINK_RECEIVER_H_
#define CORRIDOR_SERVER_LINK_LINK_RECEIVER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "server/link/link_values.h"

namespace corridor {

// The receiving half of one lane: the peer's journal, towards our inbox. What
// is in the inbox's hands survives streams, so that what is sent again after a
// reconnect is not handed in twice.
//
//   mark            through                       named
//   --|-- decided, ---|-- undecided, some decided ---|
//         mark moving
//
// `mark` is durable: the peer is told `mark`, never more, because it may forget
// what we acknowledged. While something before it is undecided a record is
// written with a mark that stays behind; the mark follows by MoveMarkThrough.
//
// Pure. Used by LinkProtocol only.
class LinkReceiver {
 public:
  LinkReceiver(std::string peer_region, v1::Lane lane, const LinkLimits& limits);

  // A stream begins; `durable` is the mark as the inbox has it. Returns the mark
  // to greet with.
  PeerPosition Begin(const PeerPosition& durable);
  // The peer's greeting. ABORTED (JOURNAL_REINCARNATED) when its journal is
  // another than the one we hold a part of, or shorter.
  absl::Status CheckPeerJournal(uint64_t epoch, uint64_t head_offset) const;
  // It passed: records are of this journal, or of an earlier incarnation of it that it goes
  // on from.
  void SetPeerJournal(const v1::LinkHello& hello);
  // The stream is over.
  void End();

  // How much the peer may send: a level. Records beyond the highest one that was
  // ever allowed end the stream.
  void Allow(const LinkWindowLevel& level);
  // While paused nothing goes to the inbox: a directory is being taken over.
  void SetPaused(bool paused) { paused_ = paused; }

  // From the peer. ABORTED (LINK_PROTOCOL): the stream must end.
  absl::Status OnRecords(v1::LinkRecords records);
  absl::Status OnSkippedThrough(const v1::LinkSkippedThrough& skipped);
  absl::Status OnGap(const v1::LinkGap& gap);

  // From the inbox. What names another epoch or nothing that waits is ignored.
  void OnPersisted(const PeerPosition& at);
  void OnRefusedDurably(const PeerPosition& at, v1::ErrorReason reason, std::string digest);
  void OnParked(const PeerPosition& at);
  // The peer is to be told that one of its records was refused for good.
  void TellRefused(v1::LinkRefused refused);
  void OnTryAgain(const PeerPosition& at);
  void OnMarkMoved(const PeerPosition& mark);
  void OnMarkMoveFailed();

  // The operator accepts that the stretch is lost. False: none pending.
  bool AcceptGap();
  void OnTick();

  // Appends what is to be done.
  void TakeActions(LinkActions& actions);

  PeerPosition mark() const { return {epoch_, mark_}; }
  uint64_t named() const { return named_; }
  bool gap_pending() const { return gap_through_ > 0; }
  uint64_t gap_through() const { return gap_through_; }
  uint64_t records_received() const { return records_received_; }
  uint64_t records_refused() const { return records_refused_; }

 private:
  enum class Stage { kQueued, kInInbox, kTryAgain, kDecided };
  struct Entry {
    uint64_t offset = 0;
    std::shared_ptr<const v1::LinkRecord> record;  // Null: a skipped stretch.
    size_t bytes = 0;
    Stage stage = Stage::kQueued;
    uint64_t mark_after = 0;
  };

  absl::Status CheckPredecessor(uint64_t predecessor, uint64_t next) const;
  absl::Status CheckRecord(const v1::LinkRecord& record) const;
  absl::Status TakeRecord(v1::LinkRecord record);
  void Reset(const PeerPosition& mark);
  void AddSkipped(uint64_t through);
  Entry* InInbox(const PeerPosition& at);
  void Decide(Entry& entry);
  void RaiseMark(uint64_t mark);
  void Queue(Entry& entry);
  void DeliverQueued(LinkActions& actions);
  void MoveMark(LinkActions& actions);
  void Tell(LinkActions& actions);

  const std::string peer_region_;
  const v1::Lane lane_;
  const LinkLimits limits_;

  uint64_t epoch_ = 0;
  std::map<uint64_t, uint64_t> earlier_;  // The last offset kept of each, by epoch.
  uint64_t mark_ = 0;
  uint64_t through_ = 0;
  uint64_t seen_through_ = 0;   // The last offset of entries_, or through_.
  std::deque<Entry> entries_;   // Offsets rise; all behind mark_.
  size_t decided_first_ = 0;    // How many of them, from the front, are decided.
  size_t queued_ = 0;           // How many of them wait to go to the inbox.
  size_t records_waiting_ = 0;  // Entries with a record, and their bytes.
  uint64_t bytes_waiting_ = 0;
  bool mark_moving_ = false;
  bool mark_move_failed_ = false;

  bool open_ = false;
  uint64_t named_ = 0;
  uint64_t told_ = 0;  // Highest mark the peer was told on this stream.
  uint64_t gap_through_ = 0;
  bool paused_ = false;
  LinkWindowLevel allowed_{0, 0};  // Highest ever.
  std::deque<v1::LinkRefused> refusals_;
  LinkActions alarms_;

  uint64_t records_received_ = 0;
  uint64_t records_refused_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_LINK_RECEIVER_H_
