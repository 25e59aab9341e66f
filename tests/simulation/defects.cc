#include "tests/simulation/defects.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "core/base/strings.h"
#include "corridor/v1/record.pb.h"
#include "server/broker/region.h"
#include "server/storage/keyspace.h"
#include "tests/simulation/sim_region.h"

namespace corridor {
namespace {

using Frames = std::vector<v1::LinkFrame>;

bool BeginsWith(std::string_view key, std::string_view prefix) {
  return absl::StartsWith(A(key), A(prefix));
}

uint64_t OffsetOf(const v1::LinkRecord& record) { return record.acceptance().position().offset(); }

bool IsRecall(const v1::LinkRecord& record) {
  v1::StatementBody body;
  return body.ParseFromString(record.statement().body()) && body.has_recall();
}

// `frame`, all of whose records but those for which `out` holds are still there; they
// look as if policy had withheld them.
Frames Withholding(const v1::LinkFrame& frame,
                   const std::function<bool(const v1::LinkRecord&)>& out) {
  const uint64_t through = OffsetOf(*frame.records().records().rbegin());
  v1::LinkFrame kept;
  kept.mutable_records()->set_predecessor(frame.records().predecessor());
  uint64_t named = frame.records().predecessor();
  for (const v1::LinkRecord& record : frame.records().records()) {
    if (out(record)) continue;
    *kept.mutable_records()->add_records() = record;
    named = OffsetOf(record);
  }
  Frames frames;
  if (!kept.records().records().empty()) frames.push_back(std::move(kept));
  if (named == through) return frames;
  v1::LinkFrame skipped;
  skipped.mutable_skipped_through()->set_predecessor(named);
  skipped.mutable_skipped_through()->set_through_offset(through);
  frames.push_back(std::move(skipped));
  return frames;
}

// --- The disk ------------------------------------------------------------------

class AcknowledgeBeforeSync final : public Defect {
 public:
  bool AcknowledgesBeforeSync(const std::string& /*region*/) override {
    Commit();
    return true;
  }
};

// Never writes what begins so.
class LoseWrites final : public Defect {
 public:
  explicit LoseWrites(std::vector<std::string> prefixes) : prefixes_(std::move(prefixes)) {}
  bool Loses(const std::string& /*region*/, std::string_view key) override {
    const bool loses = std::any_of(prefixes_.begin(), prefixes_.end(),
                                   [&](const auto& prefix) { return BeginsWith(key, prefix); });
    if (loses) Commit();
    return loses;
  }

 private:
  const std::vector<std::string> prefixes_;
};

// What changed under a key, an agreement that ended, say, is known until the next restart only.
class ForgetChanges final : public Defect {
 public:
  explicit ForgetChanges(std::string prefix) : prefix_(std::move(prefix)) {}

  bool Loses(const std::string& region, std::string_view key) override {
    if (!BeginsWith(key, prefix_)) return false;
    if (begun_.insert({region, std::string(key)}).second) return false;
    Commit();
    return true;
  }

 private:
  const std::string prefix_;
  std::set<std::pair<std::string, std::string>> begun_;
};

class KeepPayloadKeys final : public Defect {
 public:
  bool KeepsPayloadKey(const std::string& /*region*/) override {
    Commit();
    return true;
  }
};

// Takes what stands on the disk for what it wrote.
class OverlookRot final : public Defect {
 public:
  bool OverlooksRot(const std::string& /*region*/) override {
    Commit();
    return true;
  }
};

// --- Links, the sender ----------------------------------------------------------

// The first frame with records after each reconnect goes without its recalls.
class DropRecallAtReconnect final : public Defect {
 public:
  void OnSend(const FrameRoute& route, Region* /*region*/, Frames& frames) override {
    if (!frames[0].has_records()) return;
    if (!seen_.insert({route.connection, route.from}).second) return;
    const auto& records = frames[0].records().records();
    if (std::none_of(records.begin(), records.end(), IsRecall)) return;
    Commit();
    frames = Withholding(frames[0], IsRecall);
  }

 private:
  std::set<std::pair<uint64_t, std::string>> seen_;
};

// Goes by agreements of long ago: sends what it should pass over.
class SendWhatPolicyWithholds final : public Defect {
 public:
  void OnSend(const FrameRoute& route, Region* region, Frames& frames) override {
    if (!frames[0].has_skipped_through() || region == nullptr) return;
    const v1::LinkSkippedThrough skipped = frames[0].skipped_through();
    const auto records =
        region->journal().Read(route.lane, skipped.predecessor(), 1, size_t{1} << 20);
    if (!records.ok() || records->empty()) return;
    const Record& record = *records->front();
    if (!record.local || record.erased || record.offset > skipped.through_offset()) return;
    Commit();
    v1::LinkFrame sent;
    sent.mutable_records()->set_predecessor(skipped.predecessor());
    v1::LinkRecord& out = *sent.mutable_records()->add_records();
    *out.mutable_statement() = record.statement->bytes;
    *out.mutable_acceptance() = record.acceptance;
    *out.mutable_gate() = record.gate;
    frames.insert(frames.begin(), std::move(sent));
    if (record.offset == skipped.through_offset()) {
      frames.pop_back();
    } else {
      frames.back().mutable_skipped_through()->set_predecessor(record.offset);
    }
  }
};

// Sends on to others what came from one of them.
class Relay final : public Defect {
 public:
  void OnReceive(const FrameRoute& route, Region* /*region*/, Frames& frames) override {
    for (const v1::LinkFrame& frame : frames) {
      if (frame.has_records()) got_[route.to] = {route.from, frame.records().records(0)};
    }
  }
  void OnSend(const FrameRoute& route, Region* /*region*/, Frames& frames) override {
    const auto got = got_.find(route.from);
    if (!frames[0].has_records() || got == got_.end() || got->second.first == route.to) return;
    Commit();
    *frames[0].mutable_records()->add_records() = got->second.second;
  }

 private:
  std::map<std::string, std::pair<std::string, v1::LinkRecord>> got_;
};

// A kind of frame never goes out.
class LoseFrames final : public Defect {
 public:
  explicit LoseFrames(v1::LinkFrame::FrameCase kind) : kind_(kind) {}
  void OnSend(const FrameRoute& /*route*/, Region* /*region*/, Frames& frames) override {
    if (frames[0].frame_case() != kind_) return;
    Commit();
    frames.clear();
  }

 private:
  const v1::LinkFrame::FrameCase kind_;
};

// --- Links, the receiver ---------------------------------------------------------

// A frame is lost, and the predecessor of the next one is not looked at.
class SkipPredecessorCheck final : public Defect {
 public:
  void OnReceive(const FrameRoute& route, Region* /*region*/, Frames& frames) override {
    v1::LinkFrame& frame = frames[0];
    auto& lost = lost_[{route.connection, route.from}];
    if (frame.has_records() && lost.first == 0 && ++frames_seen_ % 3 == 0) {
      lost = {OffsetOf(*frame.records().records().rbegin()), frame.records().predecessor()};
      Commit();
      frames.clear();
    } else if (frame.has_records() && frame.records().predecessor() == lost.first) {
      frame.mutable_records()->set_predecessor(lost.second);
    } else if (frame.has_skipped_through() && frame.skipped_through().predecessor() == lost.first) {
      frame.mutable_skipped_through()->set_predecessor(lost.second);
    }
  }

 private:
  size_t frames_seen_ = 0;
  std::map<std::pair<uint64_t, std::string>, std::pair<uint64_t, uint64_t>> lost_;
};

// A record is refused, and nobody hears of it.
class DropRefusedSilently final : public Defect {
 public:
  void OnReceive(const FrameRoute& /*route*/, Region* /*region*/, Frames& frames) override {
    if (!frames[0].has_records() || ++frames_seen_ % 7 != 0) return;
    Commit();
    const uint64_t first = OffsetOf(frames[0].records().records(0));
    frames = Withholding(
        frames[0], [first](const v1::LinkRecord& record) { return OffsetOf(record) == first; });
  }

 private:
  size_t frames_seen_ = 0;
};

// Greets with a mark that it has not reached: one kept in memory, ahead of the disk.
class GreetWithMarkAhead final : public Defect {
 public:
  void OnReceive(const FrameRoute& route, Region* /*region*/, Frames& frames) override {
    for (const v1::LinkFrame& frame : frames) {
      if (frame.has_hello()) heads_[{route.to, route.from, route.lane}] = frame.hello();
    }
  }
  void OnSend(const FrameRoute& route, Region* /*region*/, Frames& frames) override {
    if (!frames[0].has_hello()) return;
    const auto peer = heads_.find({route.from, route.to, route.lane});
    v1::LinkHello& hello = *frames[0].mutable_hello();
    if (peer == heads_.end() || hello.peer_mark() == 0) return;
    if (peer->second.epoch() != hello.peer_epoch()) return;
    if (peer->second.head_offset() <= hello.peer_mark()) return;
    Commit();
    hello.set_peer_mark(peer->second.head_offset());
  }

 private:
  std::map<std::tuple<std::string, std::string, v1::Lane>, v1::LinkHello> heads_;
};

// What was persisted is never given back to the window.
class LeakWindow final : public Defect {
 public:
  void OnReceive(const FrameRoute& route, Region* /*region*/, Frames& frames) override {
    auto& persisted = persisted_[{route.connection, route.from}];
    if (!frames[0].has_persisted()) return;
    if (++persisted <= 2) return;
    Commit();
    frames.clear();
    v1::LinkFrame closed;
    closed.mutable_window()->set_records(0);
    frames.push_back(std::move(closed));
  }

 private:
  std::map<std::pair<uint64_t, std::string>, int> persisted_;
};

// --- Sessions ---------------------------------------------------------------------

// Hands an older revision again after a newer one.
class DeliverLowerRevision final : public Defect {
 public:
  void OnDeliver(const std::string& subscription, uint64_t /*session*/, absl::Duration /*now*/,
                 std::vector<v1::AttachResponse>& responses) override {
    v1::AttachResponse older;
    for (const v1::Delivery& delivery : responses[0].deliveries().deliveries()) {
      v1::StatementBody body;
      if (!body.ParseFromString(delivery.statement().statement().body())) continue;
      const auto [first, is_new] =
          first_.try_emplace({subscription, body.publisher() + body.alert_id()}, delivery);
      if (is_new || body.revision() < 2) continue;
      Commit();
      *older.mutable_deliveries()->add_deliveries() = first->second;
    }
    if (older.has_deliveries()) responses.push_back(std::move(older));
  }

 private:
  std::map<std::pair<std::string, std::string>, v1::Delivery> first_;
};

// Hands again what its publisher never said: of a key that was in wrong hands, to who
// comes later.
class ForgetRevocations final : public Defect {
 public:
  bool Loses(const std::string& /*region*/, std::string_view key) override {
    if (!BeginsWith(key, SigningKeyKeyPrefix())) return false;
    if (begun_.insert(std::string(key)).second) return false;
    Commit();
    return true;
  }

 private:
  std::set<std::string> begun_;
};

// A byte of what it hands over is another one.
class ServeDamaged final : public Defect {
 public:
  void OnDeliver(const std::string& /*subscription*/, uint64_t /*session*/, absl::Duration /*now*/,
                 std::vector<v1::AttachResponse>& responses) override {
    if (!responses[0].has_deliveries() || ++seen_ % 5 != 0) return;
    Commit();
    auto& delivery = *responses[0].mutable_deliveries()->mutable_deliveries(0);
    std::string& body = *delivery.mutable_statement()->mutable_statement()->mutable_body();
    body[body.size() / 2] ^= 1;
  }

 private:
  size_t seen_ = 0;
};

// The same on a link.
class ForwardDamaged final : public Defect {
 public:
  void OnSend(const FrameRoute& /*route*/, Region* /*region*/, Frames& frames) override {
    if (!frames[0].has_records() || ++seen_ % 5 != 0) return;
    Commit();
    std::string& body =
        *frames[0].mutable_records()->mutable_records(0)->mutable_statement()->mutable_body();
    body[body.size() / 2] ^= 1;
  }

 private:
  size_t seen_ = 0;
};

// After a restore it never asks its peers for what it lacks, and serves at once.
class ForgetToAskBack final : public Defect {
 public:
  bool Loses(const std::string& /*region*/, std::string_view key) override {
    const bool loses = BeginsWith(key, ReturnDueKeyPrefix());
    if (loses) Commit();
    return loses;
  }
  void OnSend(const FrameRoute& /*route*/, Region* /*region*/, Frames& frames) override {
    if (!frames[0].has_backfill() || frames[0].backfill().records().empty()) return;
    Commit();
    frames[0].mutable_backfill()->clear_records();
  }
};

// Keeps what has ended to hold, and serves it late.
class ServeTheEnded final : public Defect {
 public:
  void OnDeliver(const std::string& subscription, uint64_t /*session*/, absl::Duration now,
                 std::vector<v1::AttachResponse>& responses) override {
    if (!responses[0].has_deliveries()) return;
    for (auto& kept : kept_[subscription]) {
      if (now < kept.second) continue;
      Commit();
      *responses[0].mutable_deliveries()->add_deliveries() = kept.first;
      kept.second = absl::InfiniteDuration();
      return;
    }
    for (const v1::Delivery& delivery : responses[0].deliveries().deliveries()) {
      v1::StatementBody body;
      if (!body.ParseFromString(delivery.statement().statement().body())) continue;
      const absl::Duration end =
          absl::FromUnixSeconds(body.valid_until().seconds()) - StartOfWorlds();
      if (body.has_issue() && end < absl::Hours(1)) kept_[subscription].push_back({delivery, end});
    }
  }

 private:
  // Until when it must be kept back.
  std::map<std::string, std::vector<std::pair<v1::Delivery, absl::Duration>>> kept_;
};

// A cancellation goes to nobody who has not settled what it cancels.
class LoseCancellations final : public Defect {
 public:
  void OnDeliver(const std::string& /*subscription*/, uint64_t /*session*/, absl::Duration /*now*/,
                 std::vector<v1::AttachResponse>& responses) override {
    if (!responses[0].has_deliveries()) return;
    auto& deliveries = *responses[0].mutable_deliveries()->mutable_deliveries();
    for (int i = deliveries.size() - 1; i >= 0; --i) {
      if (deliveries[i].statement().kind() != v1::STATEMENT_KIND_CANCEL) continue;
      Commit();
      deliveries.DeleteSubrange(i, 1);
    }
  }
};

// Hands to one what another may have.
class MixUpReaders final : public Defect {
 public:
  void OnDeliver(const std::string& subscription, uint64_t /*session*/, absl::Duration /*now*/,
                 std::vector<v1::AttachResponse>& responses) override {
    if (!responses[0].has_deliveries()) return;
    v1::AttachResponse mine = responses[0];
    if (last_to_ != subscription && last_.has_deliveries()) {
      Commit();
      responses.push_back(last_);
    }
    last_ = std::move(mine);
    last_to_ = subscription;
  }

 private:
  std::string last_to_;
  v1::AttachResponse last_;
};

// The first notice of each session does not go out.
class LoseNotices final : public Defect {
 public:
  void OnDeliver(const std::string& /*subscription*/, uint64_t /*session*/, absl::Duration /*now*/,
                 std::vector<v1::AttachResponse>& responses) override {
    if (!responses[0].has_recall_notices()) return;
    Commit();
    responses.clear();
  }
};

template <typename D, typename... Args>
std::function<std::unique_ptr<Defect>()> Maker(Args... args) {
  return [args...] { return std::make_unique<D>(args...); };
}

}  // namespace

const std::vector<NamedDefect>& AllDefects() {
  using Prefixes = std::vector<std::string>;
  static const auto& all = *new std::vector<NamedDefect>{
      // A settlement is acknowledged like a statement: lost with the crash, it comes again.
      {"AcknowledgeBeforeSync", {"P1", "P7"}, Maker<AcknowledgeBeforeSync>()},
      {"AcceptDuplicates", {"P2"}, Maker<LoseWrites>(Prefixes{"i/", "m/"})},
      {"ForgetCursor", {"P7"}, Maker<LoseWrites>(Prefixes{"s/"})},
      {"ForgetWhoMustConfirm", {"P6"}, Maker<LoseWrites>(Prefixes{"w/p/"})},
      {"ForgetToErase", {"P6"}, Maker<LoseWrites>(Prefixes{ErasureKeyPrefix()})},
      {"ForgetWhoHasIt", {"P6"}, Maker<LoseWrites>(Prefixes{"d/"})},
      {"WriteNoAudit", {"P8"}, Maker<LoseWrites>(Prefixes{AuditEntryKeyPrefix()})},
      {"ForgetEndOfAgreement", {"P5"}, Maker<ForgetChanges>(AgreementKeyPrefix())},
      // It forgets the end of one as well.
      {"ForgetSuspension", {"P5", "P4", "P6"}, Maker<ForgetChanges>(MemberKeyPrefix())},
      {"OverlookRot", {"P9"}, Maker<OverlookRot>()},
      // After a restart it hands out again what it has told its readers to erase.
      {"ForgetRevocations", {"P5", "P6", "P3"}, Maker<ForgetRevocations>()},
      {"ForgetToAskBack", {"P4", "P6"}, Maker<ForgetToAskBack>()},
      {"KeepPayloadKeys", {"P6"}, Maker<KeepPayloadKeys>()},
      {"DropRecallAtReconnect", {"P6"}, Maker<DropRecallAtReconnect>()},
      {"SendWhatPolicyWithholds", {"P5", "D8"}, Maker<SendWhatPolicyWithholds>()},
      {"Relay", {"D7"}, Maker<Relay>()},
      {"LoseWithdrawals", {"P6"}, Maker<LoseFrames>(v1::LinkFrame::kWithdrawal)},
      {"LoseConfirmations", {"P6"}, Maker<LoseFrames>(v1::LinkFrame::kRecallApplied)},
      {"SkipPredecessorCheck", {"P4"}, Maker<SkipPredecessorCheck>()},
      {"DropRefusedSilently", {"P4", "P6"}, Maker<DropRefusedSilently>()},
      {"GreetWithMarkAhead", {"P4", "P6"}, Maker<GreetWithMarkAhead>()},
      {"LeakWindow", {"P4"}, Maker<LeakWindow>()},
      {"DeliverLowerRevision", {"P3", "P7"}, Maker<DeliverLowerRevision>()},
      {"MixUpReaders", {"P5", "P1", "P7", "P3"}, Maker<MixUpReaders>()},
      {"LoseNotices", {"P6"}, Maker<LoseNotices>()},
      {"ServeDamaged", {"P9"}, Maker<ServeDamaged>()},
      {"ForwardDamaged", {"P9"}, Maker<ForwardDamaged>()},
      {"ServeTheEnded", {"P5", "P7", "P3"}, Maker<ServeTheEnded>()},
      {"LoseCancellations", {"P4"}, Maker<LoseCancellations>()},
  };
  return all;
}

}  // namespace corridor
