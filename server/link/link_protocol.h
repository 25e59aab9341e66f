#ifndef CORRIDOR_SERVER_LINK_LINK_PROTOCOL_H_
#define CORRIDOR_SERVER_LINK_LINK_PROTOCOL_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "corridor/v1/administration.pb.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "server/delivery/outlet.h"
#include "server/link/link_receiver.h"
#include "server/link/link_sender.h"
#include "server/link/link_values.h"

namespace corridor {

// The key of a notice that tells of a refusal. The protocol does so by itself as soon as there is
// one; the notice is for where that did not arrive.
std::string KeyOfNotice(const v1::LinkRefused& refused);

// One lane of the link to one peer, both directions: the rules of
// region_link.proto as a pure state machine, without clock, thread or network.
// Give it what happens, then do what TakeActions returns, in order.
//
//   DOWN --OnConnected, a frame--> GREETING --Hello, Directory,--> UP
//     ^                               |       Interest, Window     |
//     |<---- OnClosed, or CloseStream of ours, from every state ---|
//   REINCARNATED: a Hello showed another journal, or a shorter one, than the
//     marks on either side belong to. Stays until a Hello fits again.
//   GAP_PENDING: like UP, but the lane stands still until an operator accepts.
//
// Order on the wire: both sides send Hello at once; after the peer's Hello was
// found good, Directory and Interest; after the peer's Directory was taken over,
// Window. So no Records come before their keys. Times never go back. Not
// thread-safe.
class LinkProtocol {
 public:
  LinkProtocol(LinkOptions options, v1::Lane lane);

  // --- The stream -----------------------------------------------------------

  // A stream to the peer has begun, or is being dialled; the old one (if any) is
  // gone.
  void OnConnected(LinkGreeting greeting, const LinkTime& now);
  // A frame came on it. Ignored while not connected.
  void OnFrame(v1::LinkFrame frame, const LinkTime& now);
  // It is over.
  void OnClosed(const absl::Status& status);
  // Call each second: heartbeats, silence, announcements, held records.
  void OnTick(const LinkTime& now, const LinkFigures& figures);

  // --- Our own region -------------------------------------------------------

  // The last offset of our journal in this lane rose.
  void OnJournalAdvanced(uint64_t head_offset);
  void OnOwnDirectoryChanged(v1::SignedDirectory directory);
  void OnOwnInterestChanged(v1::LinkInterest interest);
  // How much we take at once; 0 records pause the peer.
  void SetWindow(const LinkWindowLevel& level);

  // --- Dispatch: our records for the peer; see Outlet -----------------------

  OutletDemand Demand() const;
  bool WantsMore() const { return Demand().wants(); }
  // Also when room is there: whether there is anything behind Demand().after.
  bool HasMore() const { return head_offset_ > Demand().after; }
  // The record at `record.acceptance().position().offset()`.
  bool OfferRecord(uint64_t after, v1::LinkRecord record);
  bool OfferSkip(uint64_t after, uint64_t through);
  // (after, through] is no longer in our journal.
  bool OfferGap(uint64_t after, uint64_t through);

  // --- The inbox: what became of the peer's records -------------------------

  // Durable here.
  void OnPersisted(const PeerPosition& at);
  // Refused for good, and that is durable. `digest` is 32 bytes.
  void OnRefusedDurably(const PeerPosition& at, v1::ErrorReason reason, std::string digest);
  // Not now, but what it lacks may come: a key not known yet, a time ahead of ours. It
  // is kept durably, and the mark goes on.
  void OnParked(const PeerPosition& at);
  // The inbox is full: tried again at the next tick, without bound.
  void OnTryAgain(const PeerPosition& at);
  // One that was parked is refused for good.
  void OnParkedRefused(v1::LinkRefused refused);
  void OnMarkMoved(const PeerPosition& mark);
  void OnMarkMoveFailed();
  // Taken over, or older than the one known.
  void OnDirectoryAccepted(uint64_t token, uint64_t generation);
  // Not taken over: the stream ends.
  void OnDirectoryRefused(uint64_t token, const absl::Status& status);
  // An operator accepts the gap. kFailedPrecondition when none is pending.
  absl::Status AcceptGap();

  // Where a Hello showed that the peer's journal is another one than our mark is of:
  // the mark to go on with, where both share a beginning, else before its first record.
  // Absent in every other state, and where the peer shows the same journal, but shorter:
  // then nothing here can mend it. The next stream goes on once that mark is durable.
  std::optional<PeerPosition> AdoptableMark() const;
  // A Hello showed that the peer holds a part of another journal of ours, or more than
  // we have: its operator must reconcile.
  bool peer_must_reconcile() const { return peer_must_reconcile_; }

  // --- The desk: what is not about the order of records ----------------------

  // What is told until it is answered, all of it: each once on every stream, when the
  // lane is UP and the peer speaks version 2, and 3 for what was refused.
  void SetNotices(std::vector<LinkNotice> notices);
  // Sends one now. False, and nothing is sent, unless the lane is UP and the peer
  // speaks version 2.
  bool SendFromDesk(v1::LinkFrame frame);

  // --- Results --------------------------------------------------------------

  // What is to be done since the last call, in order. Records offered, and
  // acknowledgements, are gathered into frames until then.
  LinkActions TakeActions();

  v1::LinkState state() const { return state_; }
  // What is durable here of the peer's journal, as far as this lane knows.
  PeerPosition inbound_mark() const { return receiver_.mark(); }
  uint64_t inbound_gap_through() const { return receiver_.gap_through(); }
  bool connected() const { return connected_; }
  v1::LinkLaneStatus Status() const;
  // Of the peer, from its newest frames; empty before they came.
  const v1::LinkHello& peer_hello() const { return peer_hello_; }
  const v1::LinkInterest& peer_interest() const { return peer_interest_; }
  // Agreed on this stream; 0 before the peer's Hello.
  uint32_t protocol_version() const { return protocol_version_; }
  // Generation of the peer's directory held here; 0: none since the start.
  uint64_t directory_generation() const { return directory_generation_; }

 private:
  absl::Status Handle(v1::LinkFrame frame, const LinkTime& now);
  absl::Status HandleHello(const v1::LinkHello& hello);
  absl::Status HandleGreeted(v1::LinkFrame frame, const LinkTime& now);
  absl::Status HandleHeartbeat(const v1::LinkHeartbeat& heartbeat, const LinkTime& now);
  absl::Status CheckJournals(const v1::LinkHello& hello);
  absl::Status CheckOurJournal(const v1::LinkHello& hello) const;
  absl::Status CheckMayReceive() const;
  void SendHello();
  void SendWindow();
  void SendHeartbeat(const LinkTime& now, const LinkFigures& figures);
  void SendInterest();
  void Send(v1::LinkFrame frame) { actions_.push_back(SendFrame{std::move(frame)}); }
  void Disconnect(const absl::Status& status);
  void Close(const absl::Status& status);
  bool DeskIsOpen() const;
  absl::Status HandleForDesk(v1::LinkFrame frame);
  // Whether the peer knows such a frame from the desk.
  bool Speaks(const v1::LinkFrame& frame) const;
  void SendNotices();
  void UpdateState();

  const LinkOptions options_;
  const v1::Lane lane_;
  LinkWindowLevel window_;
  LinkSender sender_;
  LinkReceiver receiver_;
  LinkActions actions_;

  v1::LinkState state_ = v1::LINK_STATE_DOWN;
  std::string down_detail_ = "not connected yet";
  std::string reincarnated_detail_;  // Not empty: reincarnated.
  v1::LinkHello other_journal_;      // The Hello that showed it to be the peer's.
  bool peer_must_reconcile_ = false;
  uint64_t head_offset_ = 0;

  // Of the present stream.
  bool connected_ = false;
  bool heard_any_ = false;
  LinkGreeting greeting_;
  uint32_t protocol_version_ = 0;
  bool directory_known_ = false;  // The peer's was taken over.
  bool window_sent_ = false;
  bool interest_known_ = false;
  bool window_known_ = false;
  uint64_t directories_pending_ = 0;
  absl::Duration heard_;
  absl::Duration heartbeat_sent_;

  bool backfill_out_ = false;   // Sent, and not taken by the peer.
  bool backfill_taken_ = true;  // The peer's last one, by our desk.
  std::set<std::string> told_;  // Keys of notices.
  std::vector<LinkNotice> notices_;

  uint64_t directory_token_ = 0;  // Of the last one to be taken over.
  uint64_t directory_first_ = 0;  // Of the first one on this stream.
  uint64_t directory_generation_ = 0;
  v1::LinkHello peer_hello_;
  v1::LinkInterest peer_interest_;
  uint64_t peer_head_ = 0;
  uint64_t peer_policy_generation_ = 0;
  int64_t clock_ahead_ms_ = 0;
  std::optional<absl::Time> heard_wall_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_LINK_PROTOCOL_H_
