#include "tests/server/journal/journal_fixture.h"

#include <cstdlib>
#include <utility>

#include "core/base/status_macros.h"

namespace corridor {

const Gate& SharedGate() {
  static const Gate* const gate = new Gate(DefaultGatePolicy());
  return *gate;
}

JournalFixture::JournalFixture() {
  options_.region = kRegion;
  options_.on_storage_failed = [this](const absl::Status& status) {
    storage_failures_.push_back(status);
  };
  EXPECT_TRUE(Open().ok());
}

absl::Status JournalFixture::Open() {
  ASSIGN_OR_RETURN(keys_, KeyStore::Open(key_disk_));
  ASSIGN_OR_RETURN(journal_, Journal::Open({.store = store_,
                                            .keys = *keys_,
                                            .head_marker = marker_,
                                            .commit = executor_,
                                            .clock = executor_.clock(),
                                            .random = random_,
                                            .acceptance_key = broker_key_},
                                           options_));
  return absl::OkStatus();
}

void JournalFixture::Crash() {
  journal_.reset();
  keys_.reset();
  executor_.DropAll();
  store_.CrashLosingUnsynced();
  key_disk_.CrashLosingUnsynced();
}

AcceptedStatement JournalFixture::Accepted(const v1::StatementBody& body, GateSide side) {
  const bool closing = body.has_cancel() || body.has_recall();
  return Accepted(body, closing ? NoRouting() : RoutingToAll(), side);
}

AcceptedStatement JournalFixture::Accepted(const v1::StatementBody& body,
                                           const v1::StatementRouting& routing, GateSide side) {
  auto accepted = gate_.Examine(Sign(body, routing, publisher_key_, random_), side);
  if (!accepted.ok()) {
    ADD_FAILURE() << accepted.status();
    std::abort();
  }
  return *std::move(accepted);
}

std::shared_ptr<std::optional<JournalFixture::Answer>> JournalFixture::Propose(
    AcceptedStatement statement, std::vector<BatchPart> parts) {
  auto answer = std::make_shared<std::optional<Answer>>();
  journal_->Append(std::move(statement), std::move(parts), [answer](Answer given) {
    EXPECT_FALSE(answer->has_value()) << "answered twice";
    *answer = std::move(given);
  });
  return answer;
}

JournalFixture::Answer JournalFixture::Append(AcceptedStatement statement) {
  const auto answer = Propose(std::move(statement));
  EXPECT_FALSE(answer->has_value()) << "answered inside the call";
  executor_.RunUntilIdle();
  return answer->value_or(absl::UnknownError("not answered"));
}

absl::Status JournalFixture::Import(const v1::StatementBody& body, uint64_t offset,
                                    uint64_t epoch) {
  return Import(Accepted(body, GateSide::kLink), offset, epoch, {});
}

absl::Status JournalFixture::Import(AcceptedStatement statement, uint64_t offset, uint64_t epoch,
                                    std::vector<BatchPart> parts) {
  Journal::Import import{.origin = kPeer, .acceptance = {}, .mark_after = offset};
  import.acceptance.mutable_position()->set_region(kPeer);
  import.acceptance.mutable_position()->set_epoch(epoch);
  import.acceptance.mutable_position()->set_offset(offset);
  import.acceptance.set_lane(statement.statement()->lane());
  import.acceptance.set_accept_time_ms(kExamplePublishedSeconds * 1000 - 5);
  absl::Status answer = absl::UnknownError("not answered");
  journal_->AppendImported(std::move(statement), std::move(import), std::move(parts),
                           [&](absl::Status status) { answer = std::move(status); });
  executor_.RunUntilIdle();
  return answer;
}

absl::Status JournalFixture::MoveMark(uint64_t epoch, v1::Lane lane, uint64_t offset) {
  absl::Status answer = absl::UnknownError("not answered");
  journal_->MoveMark(kPeer, epoch, lane, offset, {},
                     [&](absl::Status status) { answer = std::move(status); });
  executor_.RunUntilIdle();
  return answer;
}

absl::Status JournalFixture::Commit(std::vector<BatchPart> parts) {
  absl::Status answer = absl::UnknownError("not answered");
  journal_->Commit(std::move(parts), [&](absl::Status status) { answer = std::move(status); });
  executor_.RunUntilIdle();
  return answer;
}

std::vector<uint64_t> JournalFixture::Offsets(v1::Lane lane, uint64_t after, size_t records_max,
                                              size_t bytes_max) {
  const auto records = journal_->Read(lane, after, records_max, bytes_max);
  EXPECT_TRUE(records.ok()) << records.status();
  std::vector<uint64_t> offsets;
  if (!records.ok()) return offsets;
  for (const RecordPtr& record : *records) offsets.push_back(record->offset);
  return offsets;
}

AlertHead JournalFixture::Head(std::string_view publisher, uint64_t alert) {
  const auto head = journal_->AlertHeadOf(publisher, ExampleAlertId(alert));
  EXPECT_TRUE(head.ok() && head->has_value());
  return head.ok() ? head->value_or(AlertHead()) : AlertHead();
}

void JournalFixture::FlipByte(Store& store, const std::string& key, size_t at) {
  auto value = store.Get(key);
  ASSERT_TRUE(value.ok() && value->has_value());
  ASSERT_LT(at, (*value)->size());
  (**value)[at] ^= 0x40;
  WriteBatch batch;
  batch.Put(key, **value);
  ASSERT_TRUE(store.Apply(batch).ok());
}

}  // namespace corridor
