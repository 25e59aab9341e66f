#include "server/broker/key_withdrawals.h"

#include <utility>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/model/principal.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr uint64_t kWindowOffsets = 512;
constexpr size_t kWindowBytes = 16 * 1024 * 1024;

int64_t MillisOf(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

// Whether a record was signed with the key, and accepted when it was in wrong hands.
bool IsNobodysWord(const Record& record, const std::string& key_id, int64_t compromised_ms) {
  if (!record.local || record.erased || record.statement->body.has_recall()) return false;
  const v1::Acceptance& said = record.held_acceptance ? *record.held_acceptance : record.acceptance;
  return record.statement->bytes.proof().key_id() == key_id &&
         said.accept_time_ms() >= compromised_ms;
}

}  // namespace

void KeyWithdrawals::Look() {
  parts_.upkeep.Post([this] { LookNow(); });
}

void KeyWithdrawals::LookNow() {
  if (busy_) return;  // Its end looks again.
  const std::shared_ptr<const Facts> facts = parts_.catalog.facts();
  for (const auto& [id, key] : facts->signing_keys) {
    if (key.state() != v1::SIGNING_KEY_STATE_REVOKED) continue;
    if (RegionOf(key.member()) != parts_.region) continue;
    Walk walk{.key_id = id,
              .compromised_ms = MillisOf(key.compromised_at()),
              .end = parts_.journal.head()};
    const absl::StatusOr<bool> done = IsDone(walk);
    if (!done.ok()) return Fail(done.status());
    if (*done) continue;
    busy_ = true;
    return Step(std::move(walk));
  }
}

absl::StatusOr<bool> KeyWithdrawals::IsDone(const Walk& walk) const {
  ASSIGN_OR_RETURN(const auto done, parts_.store.Get(RecallRevokedKeyKey(walk.key_id)));
  return done.has_value() && ParseKeyNumber(*done) <= static_cast<uint64_t>(walk.compromised_ms);
}

absl::StatusOr<std::vector<BatchPart>> KeyWithdrawals::TakeWindow(Walk& walk) const {
  const uint64_t begin = walk.end > kWindowOffsets ? walk.end - kWindowOffsets : 0;
  std::vector<BatchPart> flags;
  bool older_matters = true;
  uint64_t after = begin;
  while (after < walk.end) {
    ASSIGN_OR_RETURN(const std::vector<RecordPtr> records,
                     parts_.journal.Read(walk.lane, after, kWindowOffsets, kWindowBytes));
    if (records.empty()) break;
    for (const RecordPtr& record : records) {
      after = record->offset;
      if (after > walk.end) break;
      if (record->append_time_ms < walk.compromised_ms) older_matters = false;
      if (!IsNobodysWord(*record, walk.key_id, walk.compromised_ms)) continue;
      flags.push_back(parts_.planner.PartForRevokedKey(record));
    }
  }
  walk.end = older_matters ? begin : 0;
  return flags;
}

void KeyWithdrawals::Step(Walk walk) {
  if (walk.end == 0) {
    if (walk.lane == v1::LANE_ROUTINE) return Finish(walk);
    walk.lane = v1::LANE_ROUTINE;
    walk.end = parts_.journal.head();
  }
  absl::StatusOr<std::vector<BatchPart>> flags = TakeWindow(walk);
  if (!flags.ok()) return Fail(flags.status());
  const auto next = [this, walk](const absl::Status& written) {
    if (!written.ok()) return Fail(written);
    parts_.upkeep.Post([this, walk] { Step(walk); });
  };
  if (flags->empty()) return next(absl::OkStatus());
  parts_.journal.Commit(*std::move(flags), [this, next](const absl::Status& written) {
    if (written.ok()) parts_.on_flagged();
    next(written);
  });
}

void KeyWithdrawals::Finish(const Walk& walk) {
  std::vector<BatchPart> parts;
  parts.emplace_back([walk](CommitContext& context) {
    context.Put(RecallRevokedKeyKey(walk.key_id),
                KeyNumber(static_cast<uint64_t>(walk.compromised_ms)));
    return absl::OkStatus();
  });
  parts_.journal.Commit(std::move(parts), [this](const absl::Status& written) {
    if (!written.ok()) return Fail(written);
    busy_ = false;
    Look();
  });
}

void KeyWithdrawals::Fail(const absl::Status& why) {
  busy_ = false;
  parts_.on_failed(why);
}

}  // namespace corridor
