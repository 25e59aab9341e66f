// As in operation: a journal on RocksDB, a committer on its own thread, and several
// threads that publish and read at once. Every acknowledged statement is there after
// the restart, once.
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/system_random.h"
#include "server/storage/rocksdb_store.h"
#include "tests/server/journal/journal_fixture.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

constexpr uint64_t kThreads = 4;
constexpr uint64_t kPerThread = 100;

// One process: opened over the folder, closed at the end of its life.
struct Process {
  explicit Process(const TempDir& dir)
      : store(*OpenRocksDbStore(dir.File("journal"))),
        key_disk(*OpenRocksDbStore(dir.File("keys"))),
        marker(MakeFileHeadMarker(dir.File("head"))),
        keys(*KeyStore::Open(*key_disk)) {
    journal = *Journal::Open({.store = *store,
                              .keys = *keys,
                              .head_marker = *marker,
                              .commit = commit,
                              .clock = clock,
                              .random = random,
                              .acceptance_key = key},
                             {.region = kRegion});
  }
  ~Process() { commit.Stop(); }

  FakeClock clock{absl::FromUnixSeconds(kExamplePublishedSeconds)};
  SystemRandom random;
  const SigningKey key = SigningKey::Generate();
  std::unique_ptr<Store> store;
  std::unique_ptr<Store> key_disk;
  std::unique_ptr<HeadMarker> marker;
  std::unique_ptr<KeyStore> keys;
  ThreadExecutor commit{"commit", 1};
  std::unique_ptr<Journal> journal;
};

// Publishes the alerts of one thread and adds the offsets it was told to `told`.
void PublishAll(Process& process, const SigningKey& key, uint64_t thread, absl::Mutex& mutex,
                std::set<uint64_t>& told, absl::BlockingCounter& answers) {
  SeededRandom random(thread);
  for (uint64_t i = 1; i <= kPerThread; ++i) {
    const uint64_t number = thread * 1000 + i;
    auto accepted =
        SharedGate().Examine(Sign(ExampleIssue(kDesk, number, number), RoutingToAll(), key, random),
                             GateSide::kPublisher);
    ASSERT_TRUE(accepted.ok());
    process.journal->Append(*std::move(accepted), {}, [&](absl::StatusOr<v1::Receipt> receipt) {
      EXPECT_TRUE(receipt.ok()) << receipt.status();
      absl::MutexLock lock(&mutex);
      EXPECT_TRUE(told.insert(receipt->acceptance().position().offset()).second);
      answers.DecrementCount();
    });
    EXPECT_TRUE(process.journal->Read(v1::LANE_ROUTINE, 0, 10, 1 << 20).ok());
  }
}

TEST(ConcurrentAppendTest, EveryAcknowledgedStatementIsThereOnceAfterTheRestart) {
  TempDir dir;
  const SigningKey key = SigningKey::Generate();
  absl::Mutex mutex;
  std::set<uint64_t> told;
  {
    Process process(dir);
    absl::BlockingCounter answers(kThreads * kPerThread);
    std::vector<std::thread> publishers;
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      publishers.emplace_back(
          [&, thread] { PublishAll(process, key, thread, mutex, told, answers); });
    }
    for (std::thread& publisher : publishers) publisher.join();
    answers.Wait();
  }

  Process process(dir);
  EXPECT_EQ(process.journal->head(), kThreads * kPerThread);
  const auto records = process.journal->Read(v1::LANE_ROUTINE, 0, 10000, 64 << 20);
  ASSERT_TRUE(records.ok()) << records.status();
  std::set<uint64_t> found;
  std::set<std::string> ids;
  for (const RecordPtr& record : *records) {
    found.insert(record->offset);
    ids.insert(record->statement->body.statement_id());
  }
  EXPECT_EQ(found, told);
  EXPECT_EQ(ids.size(), kThreads * kPerThread);
}

}  // namespace
}  // namespace corridor
