#ifndef CORRIDOR_TESTS_SCENARIOS_REGION_WORLD_H_
#define CORRIDOR_TESTS_SCENARIOS_REGION_WORLD_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "core/crypto/signature.h"
#include "core/gate/gate.h"
#include "gtest/gtest.h"
#include "server/broker/region.h"
#include "server/storage/memory_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_executor.h"
#include "tests/support/test_certs.h"
#include "tests/support/test_statements.h"

namespace corridor {

// Whole regions in one thread: fake clock, stores in memory that forget what was
// not synced, connections in memory. What a test drives is what a broker runs.

class RegionWorld;

// REQUIRES: it is one.
Principal PrincipalOf(const std::string& spiffe_id);

// What one Attach stream brought its client.
class TestSession final : public SubscriberStream {
 public:
  void Send(v1::AttachResponse response) override { responses.push_back(std::move(response)); }
  void Finish(absl::Status status) override { finished = std::move(status); }
  void Cancel(absl::Status status) override { finished = std::move(status); }

  // All deliveries so far, in order.
  std::vector<v1::Delivery> Deliveries() const;
  // All recall notices so far, in order.
  std::vector<v1::RecallNotice> Notices() const;

  std::vector<v1::AttachResponse> responses;
  std::optional<absl::Status> finished;
  SessionHub::SessionId id = 0;
};

// One region: its certificates, its disk, and, while it is up, its flow.
class TestRegion final : public RegionObserver {
 public:
  TestRegion(RegionWorld& world, std::string name, std::vector<std::string> peers, uint64_t seed);

  void Start(bool accept_lost_tail = false);
  // From the next Start on it runs on these, which must outlive it, in place of stores in
  // memory.
  void UseStores(Store& store, Store& key_store) {
    broker_store_ = &store;
    broker_key_store_ = &key_store;
  }
  // The machine stops: what was not synced is lost, connections break.
  void Crash();
  bool up() const { return region_ != nullptr; }

  Region& flow() { return *region_; }
  const std::string& name() const { return name_; }
  TestPki& pki() { return pki_; }
  MemoryStore& store() { return store_; }
  std::string MemberId(std::string_view agency) const;
  Principal Desk(std::string_view agency) const;
  Principal Operator() const;

  // Registers an agency with a signing key and every right.
  void AddMember(std::string_view agency, std::string_view country);
  // An agreement registered here; an empty list of kinds means all.
  void Agree(std::string_view id, std::string_view from_region, std::string_view to_region,
             v1::Tlp tlp_max = v1::TLP_AMBER);

  // Publishes and waits.
  absl::StatusOr<v1::Receipt> Publish(std::string_view agency, const v1::StatementBody& body,
                                      const v1::StatementRouting& routing);
  absl::StatusOr<v1::Receipt> PublishBytes(const Principal& sender, v1::SignedStatement statement);
  v1::SignedStatement SignedBy(std::string_view agency, const v1::StatementBody& body,
                               const v1::StatementRouting& routing);
  // Signs all of them anew, under one signature.
  void SignTogether(std::string_view agency, std::vector<v1::SignedStatement>& statements);

  // Creates the agency's subscription `subscriptions/all`, if it is not there,
  // and attaches with wide windows.
  std::shared_ptr<TestSession> Attach(std::string_view agency, uint32_t messages = 1000);
  // The same with the subscription as it is.
  std::shared_ptr<TestSession> AttachAgain(std::string_view agency, uint32_t messages = 1000);
  // Acknowledges; Acknowledge also lets time pass.
  void Settle(TestSession& session, const std::vector<v1::Delivery>& deliveries);
  void Acknowledge(TestSession& session, const std::vector<v1::Delivery>& deliveries);
  // Confirms every notice that the session has brought, and lets time pass.
  void ConfirmRecalls(TestSession& session, v1::RecallOutcome outcome = v1::RECALL_OUTCOME_ERASED);
  absl::StatusOr<v1::Alert> Read(const Principal& reader, const std::string& publisher,
                                 uint64_t alert);
  // How the holders of the recall with that receipt stand, by holder.
  std::map<std::string, v1::RecallHolder> HoldersOf(const v1::Receipt& recall);
  MemoryStore& key_store() { return key_store_; }
  // A copy of the journal's store; the keys, and what is kept of recalls, stay where they are.
  std::vector<KeyValue> Backup() const;
  std::vector<KeyValue> BackupOfKeys() const;
  // The machine stops; the copy is put in place of the store; it starts anew, accepting
  // what was lost.
  void RestoreAndStart(const std::vector<KeyValue>& backup);
  // The same, with a copy of the keys.
  void RestoreAndStart(const std::vector<KeyValue>& backup, const std::vector<KeyValue>& keys);
  // The link, as an operator sees it.
  v1::LinkStatus LinkTo(const std::string& peer);
  absl::StatusOr<v1::ReconcileLinkResponse> Reconcile(const std::string& peer, bool confirm,
                                                      bool without_peer = false);
  absl::StatusOr<v1::BackfillReport> AskAgain(const std::string& peer, v1::Lane lane,
                                              const std::vector<uint64_t>& offsets);

  // Used by the next Start.
  RetentionPolicy retention;
  bool only_what_is_subscribed = false;
  // As it is at any time.
  v1::DiskState disk = v1::DISK_STATE_ENOUGH;

  std::vector<std::string> alarms;
  std::optional<absl::Status> storage_failure;

  void OnLinkAlarm(const std::string& peer, v1::Lane lane, v1::ErrorReason reason,
                   const std::string& detail) override;
  void OnStorageFailed(const absl::Status& status) override { storage_failure = status; }

 private:
  class Transport;

  RegionWorld& world_;
  const std::string name_;
  const std::vector<std::string> peers_;
  TestPki pki_;
  SeededRandom random_;
  MemoryStore store_;
  MemoryStore key_store_{MemoryStore::KeepingRemains()};
  Store* broker_store_ = &store_;
  Store* broker_key_store_ = &key_store_;
  MemoryStore recalled_;
  std::unique_ptr<HeadMarker> marker_;
  std::unique_ptr<LinkTransport> transport_;
  TestSigner broker_signer_;
  std::map<std::string, TestSigner, std::less<>> signers_;
  Gate gate_;
  std::unique_ptr<Region> region_;
};

// Regions, the network between them, and the time they share.
class RegionWorld {
 public:
  explicit RegionWorld(uint64_t seed = 1);
  ~RegionWorld();

  TestRegion& Add(const std::string& name, std::vector<std::string> peers);
  TestRegion& at(const std::string& name) { return *regions_.at(name); }
  TrustStore Trust() const;

  SimExecutor& sim() { return sim_; }
  // Lets time pass until nothing more happens within it.
  void Run(absl::Duration by = absl::Seconds(3)) { sim_.Advance(by); }

  // No connection between any regions until Heal; present ones break.
  void Partition();
  void Heal() { partitioned_ = false; }
  // The next such frame is lost, and the connection with it.
  void BreakAt(v1::LinkFrame::FrameCase frame) { breaks_at_ = frame; }

  // Waits for what an asynchronous call answers.
  template <typename T>
  T Await(absl::AnyInvocable<void(absl::AnyInvocable<void(T)>)> call) {
    auto result = std::make_shared<std::optional<T>>();
    call([result](T value) { *result = std::move(value); });
    for (int i = 0; i < 1500 && !result->has_value(); ++i) sim_.Advance(absl::Milliseconds(20));
    if (!result->has_value()) ADD_FAILURE() << "an asynchronous call was never answered";
    return *std::move(*result);
  }

  std::shared_ptr<LinkStream> Dial(const std::string& from, const std::string& to,
                                   std::shared_ptr<LinkStreamEvents> events);
  void BreakConnectionsOf(const std::string& region);

 private:
  class Pipe;

  SimExecutor sim_;
  uint64_t seed_;
  bool partitioned_ = false;
  std::optional<v1::LinkFrame::FrameCase> breaks_at_;
  std::map<std::string, std::unique_ptr<TestRegion>> regions_;
  std::vector<std::weak_ptr<Pipe>> pipes_;
};

// What most stories of two regions begin with: linked, up, an agency or two in each, and an
// agreement within each. What crosses, the story agrees.
class TwoLinkedRegions : public ::testing::Test {
 protected:
  static constexpr char kEast[] = "east-africa.example";
  static constexpr char kSouth[] = "south-east-asia.example";

  void SetUp() override;

  TestRegion& east() { return world_.at(kEast); }
  TestRegion& south() { return world_.at(kSouth); }
  std::string publisher() { return east().MemberId("ke-desk"); }
  // Registered on both sides.
  void AgreeEastToSouth();

  RegionWorld world_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SCENARIOS_REGION_WORLD_H_
