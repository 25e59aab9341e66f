#ifndef CORRIDOR_SERVER_BROKER_REGION_H_
#define CORRIDOR_SERVER_BROKER_REGION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/random.h"
#include "core/crypto/signature.h"
#include "core/gate/gate.h"
#include "corridor/v1/administration.pb.h"
#include "server/audit/audit_log.h"
#include "server/broker/backfill.h"
#include "server/broker/backfill_source.h"
#include "server/broker/disclosure_report.h"
#include "server/broker/dispatch.h"
#include "server/broker/explainer.h"
#include "server/broker/intake.h"
#include "server/broker/key_withdrawals.h"
#include "server/broker/link_administration.h"
#include "server/broker/link_correspondence.h"
#include "server/broker/link_progress.h"
#include "server/broker/peer_intake.h"
#include "server/broker/peer_interests.h"
#include "server/broker/protection_desk.h"
#include "server/broker/reader.h"
#include "server/broker/recall_notifier.h"
#include "server/broker/recall_planner.h"
#include "server/broker/recalls.h"
#include "server/broker/recovery.h"
#include "server/broker/retention.h"
#include "server/broker/subscriber_sessions.h"
#include "server/broker/unheard_revisions.h"
#include "server/broker/verdict_observer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/policy_archive.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/eraser.h"
#include "server/journal/head_marker.h"
#include "server/journal/journal.h"
#include "server/journal/parking_lot.h"
#include "server/journal/payload_keys.h"
#include "server/journal/recall_ledger.h"
#include "server/link/link_hub.h"
#include "server/link/region_link.h"
#include "server/storage/store.h"

namespace corridor {

// What an operator should hear of. Called on the flow, commit or intake executor; must
// not block. Nothing in it is content.
class RegionObserver {
 public:
  virtual ~RegionObserver() = default;
  virtual void OnLinkState(const std::string& /*peer*/, v1::Lane /*lane*/, v1::LinkState /*state*/,
                           const std::string& /*detail*/) {}
  virtual void OnLinkAlarm(const std::string& /*peer*/, v1::Lane /*lane*/,
                           v1::ErrorReason /*reason*/, const std::string& /*detail*/) {}
  // So many records of the lane are kept here because the peer alone has not got them,
  // of `records_max` at most.
  virtual void OnKeptForPeer(const std::string& /*peer*/, v1::Lane /*lane*/, size_t /*records*/,
                             size_t /*records_max*/) {}
  virtual void OnRefusedByPeer(const std::string& /*peer*/, v1::Lane /*lane*/,
                               const v1::LinkRefused& /*refused*/) {}
  // How a link stands: each second.
  virtual void OnLinkStatus(const v1::LinkStatus& /*status*/) {}
  // A statement was accepted or refused; verdict_observer.h says more.
  virtual void OnVerdict(StatementSource /*source*/, const absl::Status& /*verdict*/) {}
  // A delivery became a dead letter of some subscription.
  virtual void OnDeadLetter(v1::DeadLetterReason /*reason*/) {}
  // A record cannot be read: what it was meant for stands still.
  virtual void OnDamage(const absl::Status& /*status*/) {}
  // The tail of the journal is unknown: end the process.
  virtual void OnStorageFailed(const absl::Status& /*status*/) {}
};

// One region's flow, put together in flow order: what a statement passes from
// its publisher to its readers. Knows no thread, file or connection of its own:
// a broker gives it real ones, a test may run two regions in one thread.
class Region final : private LinkHost {
 public:
  struct Options {
    std::string region;
    // This broker's SPIFFE ID, for audit entries and the directory.
    std::string broker;
    // Certificate chain of the acceptance key, PEM, leaf first.
    std::string acceptance_chain_pem;
    std::string version;
    JournalOptions journal;
    KeyStore::Options payload_keys = {};
    // Regions to be linked, and whether this side dials them.
    struct Peer {
      std::string region;
      bool dials = false;
    };
    std::vector<Peer> peers;
    LinkLimits link_limits;
    // How long a holder has to confirm a recall before it is named overdue.
    absl::Duration recall_confirm_within = absl::Hours(24);
    Catalog::ApprovalRules approvals = {};
    RetentionPolicy retention = {};
    // How full the disk is. Asked on the intake and flow executors; must not block.
    std::function<v1::DiskState()> disk = [] { return v1::DISK_STATE_ENOUGH; };
    // How long subscribers may settle what they were handed, in a drain.
    absl::Duration settle_within = absl::Seconds(2);
    // Asks peers for nothing but what some subscription of this region wants.
    bool only_what_is_subscribed = false;
  };

  // All must outlive this. Tasks of `flow` and of `commit` must not overlap.
  struct Parts {
    Store& store;
    Store& key_store;  // For payload keys alone.
    HeadMarker& head_marker;
    // See JournalParts.
    Store* recalled = nullptr;
    Executor& flow;
    Executor& commit;
    Executor& intake;
    // For what takes long and nobody waits for: erasure. Its tasks must not overlap.
    Executor& upkeep;
    const Clock& clock;
    Random& random;
    const SigningKey& acceptance_key;
    const Gate& gate;
    LinkTransport& transport;
    // Verifies chains of any region, our own included.
    RegionKeyVerifier verify_key;
    RegionObserver& observer;
  };

  // Opens journal and catalog; nothing moves yet. Errors are those of
  // Journal::Open and Catalog::Open.
  static absl::StatusOr<std::unique_ptr<Region>> Open(Parts parts, Options options);
  // Stop the executors first where they have threads.
  ~Region() override;

  // Begins to serve: audits the start, dials links, ticks each second.
  void Start();
  // Ends sessions and links in good order; `done` runs on the flow executor
  // once the streams were told.
  void Drain(absl::AnyInvocable<void()> done);
  // Ends sessions alone, and takes no others until they may come back. Any thread.
  void SendMembersAway();
  void TakeMembersBack();

  Intake& intake() { return *intake_; }
  Reader& reader() { return *reader_; }
  SubscriberSessions& sessions() { return *sessions_; }
  Catalog& catalog() { return *catalog_; }
  Journal& journal() { return *journal_; }
  Recalls& recalls() { return *recalls_; }
  RecallLedger& recall_ledger() { return *recall_ledger_; }
  ProtectionDesk& protection_desk() { return *protection_desk_; }
  // On the flow executor, but for ListRefused.
  LinkAdministration& link_administration() { return *link_administration_; }
  // Runs `task` where links live, unless this is gone by then.
  void OnLinks(absl::AnyInvocable<void(LinkAdministration&)> task);
  // See Explainer. From any thread.
  void Explain(v1::DeliveryReportRequest request, Explainer::Done done);
  // On the upkeep executor: it takes long.
  void SimulateAgreement(
      v1::SimulateAgreementRequest request,
      absl::AnyInvocable<void(absl::StatusOr<v1::SimulateAgreementResponse>)> answer);
  AuditLog& audit() { return *audit_; }
  const DisclosureReport& disclosure_report() { return *disclosure_report_; }

  // Notes in the audit log that the disk is in this state now. From any thread.
  void AuditDisk(v1::DiskState state);

  // What is processed under an agreement now. NOT_FOUND.
  absl::StatusOr<v1::ProcessingRecord> GetProcessingRecord(const std::string& agreement_id) const;

  // A stream that a peer's broker opened; the region comes from its certificate.
  // Returns where its events go. From any thread; see LinkHub.
  std::shared_ptr<LinkStreamEvents> AcceptLink(const std::string& peer_region,
                                               std::shared_ptr<LinkStream> stream) {
    return link_hub_.Accept(peer_region, std::move(stream));
  }

  // The catalog's subscription, with its first cursor in the same batch.
  void CreateSubscription(const Principal& owner, v1::Subscription subscription,
                          absl::AnyInvocable<void(absl::StatusOr<v1::Subscription>)> done);

  // The same for deletion: the cursor goes in the same batch.
  void DeleteSubscription(const Principal& owner, const v1::DeleteSubscriptionRequest& request,
                          absl::AnyInvocable<void(absl::Status)> done);

  // How it stands. From any thread; answered on the flow executor.
  void GetStatus(absl::AnyInvocable<void(absl::StatusOr<v1::GetStatusResponse>)> answer);
  void ListLinks(absl::AnyInvocable<void(v1::ListLinksResponse)> answer);

 private:
  Region(Parts parts, Options options);

  absl::Status Build();
  void BuildRecalls();
  void BuildLinks();
  void BuildLinkDesk();
  absl::Status OpenRecovery();
  void BuildRetention();
  void BuildOffice();
  std::vector<std::string> PeerRegions() const;
  RegionLink* LinkTo(const std::string& peer) const;
  std::function<absl::Status()> Serving();
  std::function<absl::Status()> RoomOnDisk() const;
  VerdictObserver Verdicts() const;
  std::function<void()> RecallsChangedLater();
  DeadLetterObserver DeadLetters() const;
  std::function<void(const PeerRecordPlace&, const v1::LinkRefused&)> RefusedLater();
  // Runs `task` on the flow executor, unless this is gone by then.
  void OnFlow(absl::AnyInvocable<void(Region&)> task);
  void Serve();
  void Tick();
  void Appended();
  // To those, which were in force from then on until the next.
  void FactsChanged(const Facts& facts);
  void ReviewInterest();
  void RecallsChanged();
  void ReleaseDue();
  v1::GetStatusResponse StatusNow() const;
  void AddSubscriptionStatuses(
      v1::GetStatusResponse status,
      absl::AnyInvocable<void(absl::StatusOr<v1::GetStatusResponse>)> answer);

  void AddSurroundings(v1::LinkStatus& status) const;
  void LookAtProgress();
  void CoverWhatIsHeldBy(const std::string& peer, v1::Lane lane);

  LinkGreeting Greeting(v1::Lane lane) override;
  LinkFigures Figures() override;
  void OnLinkState(const std::string& peer_region, v1::Lane lane, v1::LinkState state,
                   const std::string& detail) override;
  void OnPeerInterest(const std::string& peer_region, const v1::LinkInterest& interest) override;
  void OnLinkAlarm(const std::string& peer_region, v1::Lane lane, v1::ErrorReason reason,
                   const std::string& detail) override;
  void OnRefusedByPeer(const std::string& peer_region, v1::Lane lane,
                       const v1::LinkRefused& refused) override;
  void NoteRefused(const std::string& peer, v1::Lane lane, const v1::LinkRefused& refused);
  bool IsOfJournal(const v1::LinkRefused& refused) const;

  Parts parts_;
  const Options options_;
  const absl::Time start_time_;
  std::unique_ptr<KeyStore> keys_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<PolicyArchive> policy_archive_;
  std::unique_ptr<DisclosureLedger> disclosures_;
  std::unique_ptr<Eraser> eraser_;
  std::unique_ptr<RecallLedger> recall_ledger_;
  std::unique_ptr<RecallPlanner> recall_planner_;
  std::unique_ptr<Recalls> recalls_;
  std::unique_ptr<RecallNotifier> recall_notifier_;
  std::unique_ptr<KeyWithdrawals> key_withdrawals_;
  std::unique_ptr<DisclosureReport> disclosure_report_;
  std::unique_ptr<ParkingLot> parking_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<PeerInterests> peer_interests_;
  std::unique_ptr<PeerIntake> peer_intake_;
  std::unique_ptr<Backfill> backfill_;
  std::unique_ptr<BackfillSource> backfill_source_;
  std::unique_ptr<Recovery> recovery_;
  std::unique_ptr<LinkCorrespondence> correspondence_;
  std::unique_ptr<LinkAdministration> link_administration_;
  std::unique_ptr<LinkProgress> progress_;
  std::unique_ptr<UnheardRevisions> unheard_revisions_;
  std::unique_ptr<Retention> retention_;
  std::unique_ptr<Explainer> explainer_;
  std::unique_ptr<ProtectionDesk> protection_desk_;
  std::unique_ptr<Dispatch> dispatch_;
  std::unique_ptr<SubscriberSessions> sessions_;
  std::map<std::string, std::shared_ptr<RegionLink>> links_;
  LinkHub link_hub_;
  v1::LinkInterest own_interest_;
  v1::SignedDirectory own_directory_;
  uint64_t own_directory_generation_ = 0;
  bool draining_ = false;
  bool members_away_ = false;
  uint64_t ticks_ = 0;
  uint64_t last_recall_ = 0;
  std::shared_ptr<Region*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_REGION_H_
