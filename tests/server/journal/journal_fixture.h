#ifndef CORRIDOR_TESTS_SERVER_JOURNAL_JOURNAL_FIXTURE_H_
#define CORRIDOR_TESTS_SERVER_JOURNAL_JOURNAL_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/signature.h"
#include "core/gate/gate.h"
#include "gtest/gtest.h"
#include "server/audit/audit_log.h"
#include "server/journal/journal.h"
#include "server/storage/memory_store.h"
#include "tests/support/memory_head_marker.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_executor.h"
#include "tests/support/test_statements.h"

namespace corridor {

inline constexpr char kRegion[] = "eaf.example";
inline constexpr char kDesk[] = "spiffe://eaf.example/agency/ke-desk";
inline constexpr char kOtherDesk[] = "spiffe://eaf.example/agency/ug-desk";
inline constexpr char kPeer[] = "sea.example";
inline constexpr char kPeerDesk[] = "spiffe://sea.example/agency/th-desk";

// A gate with the default policy, made once: loading what it scans with takes time.
const Gate& SharedGate();

// One region's journal on a disk in memory, in one thread, at the moment when the
// example statements are published.
class JournalFixture : public ::testing::Test {
 protected:
  using Answer = absl::StatusOr<v1::Receipt>;

  JournalFixture();

  // Opens the journal over what the disk holds.
  absl::Status Open();
  // Kills the process: what waits is gone, what was synced is there.
  void Crash();
  void CrashAndReopen() {
    Crash();
    ASSERT_TRUE(Open().ok());
  }

  AcceptedStatement Accepted(const v1::StatementBody& body, GateSide side = GateSide::kPublisher);
  AcceptedStatement Accepted(const v1::StatementBody& body, const v1::StatementRouting& routing,
                             GateSide side = GateSide::kPublisher);

  // Proposes it; the answer is there once the executor ran.
  std::shared_ptr<std::optional<Answer>> Propose(AcceptedStatement statement,
                                                 std::vector<BatchPart> parts = {});
  std::shared_ptr<std::optional<Answer>> Propose(const v1::StatementBody& body,
                                                 std::vector<BatchPart> parts = {}) {
    return Propose(Accepted(body), std::move(parts));
  }
  // Proposes and runs.
  Answer Append(const v1::StatementBody& body) { return Append(Accepted(body)); }
  Answer Append(AcceptedStatement statement);
  // From the peer region, at `offset` of its journal.
  absl::Status Import(const v1::StatementBody& body, uint64_t offset, uint64_t epoch = 77);
  absl::Status Import(AcceptedStatement statement, uint64_t offset, uint64_t epoch,
                      std::vector<BatchPart> parts);
  absl::Status MoveMark(uint64_t epoch, v1::Lane lane, uint64_t offset);
  absl::Status Commit(std::vector<BatchPart> parts);

  std::vector<uint64_t> Offsets(v1::Lane lane, uint64_t after = 0, size_t records_max = 100,
                                size_t bytes_max = 1 << 20);
  AlertHead Head(std::string_view publisher, uint64_t alert);
  // Turns one byte of the value over.
  void FlipByte(Store& store, const std::string& key, size_t at);

  SimExecutor executor_{absl::FromUnixSeconds(kExamplePublishedSeconds)};
  SeededRandom random_{1};
  MemoryStore store_;
  MemoryStore key_disk_{MemoryStore::KeepingRemains()};
  MemoryHeadMarker marker_;
  const SigningKey broker_key_ = SigningKey::Generate();
  const SigningKey publisher_key_ = SigningKey::Generate();
  const Gate& gate_ = SharedGate();
  JournalOptions options_;
  std::vector<absl::Status> storage_failures_;
  std::unique_ptr<KeyStore> keys_;
  std::unique_ptr<Journal> journal_;
};

template <typename... Parts>
std::vector<BatchPart> PartList(Parts... parts) {
  std::vector<BatchPart> list;
  (list.push_back(std::move(parts)), ...);
  return list;
}

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SERVER_JOURNAL_JOURNAL_FIXTURE_H_
