#include "server/broker/region.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "server/broker/agreement_simulation.h"
#include "server/broker/processing_record.h"
#include "server/journal/record_codec.h"
#include "server/journal/refusals.h"
#include "server/routing/covering_interest.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr uint64_t kTicksPerReview = 5;
// When a publisher may ask whether there is room on the disk again.
constexpr absl::Duration kRoomRetryAfter = absl::Seconds(30);
// Embargoes that end in one second; more are released in the next.
constexpr size_t kReleasesMax = 1000;
constexpr size_t kRecallsCountedMax = 1000;

void SetTimestamp(google::protobuf::Timestamp& timestamp, absl::Time time) {
  timestamp.set_seconds(absl::ToUnixSeconds(time));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Region>> Region::Open(Parts parts, Options options) {
  std::unique_ptr<Region> region(new Region(std::move(parts), std::move(options)));
  RETURN_IF_ERROR(region->Build());
  return region;
}

Region::Region(Parts parts, Options options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      start_time_(parts_.clock.Now()),
      link_hub_(parts_.flow),
      self_(std::make_shared<Region*>(this)) {}

Region::~Region() { *self_ = nullptr; }

absl::Status Region::Build() {
  ASSIGN_OR_RETURN(const Principal broker, ParsePrincipal(options_.broker));
  ASSIGN_OR_RETURN(keys_, KeyStore::Open(parts_.key_store, options_.payload_keys));
  JournalOptions journal = options_.journal;
  journal.region = options_.region;
  journal.on_storage_failed = [&observer = parts_.observer](const absl::Status& status) {
    observer.OnStorageFailed(status);
  };
  ASSIGN_OR_RETURN(journal_, Journal::Open({.store = parts_.store,
                                            .keys = *keys_,
                                            .head_marker = parts_.head_marker,
                                            .recalled = parts_.recalled,
                                            .commit = parts_.commit,
                                            .clock = parts_.clock,
                                            .random = parts_.random,
                                            .acceptance_key = parts_.acceptance_key},
                                           std::move(journal)));
  audit_ = std::make_unique<AuditLog>(parts_.store);
  const auto verify_own = [verify = parts_.verify_key, region = options_.region](
                              std::string_view chain_pem, absl::Time time) {
    return verify(region, std::string(chain_pem), time);
  };
  ASSIGN_OR_RETURN(catalog_, Catalog::Open(broker, {.store = parts_.store,
                                                    .commits = *journal_,
                                                    .clock = parts_.clock,
                                                    .audit = AuditLog::Part(),
                                                    .verify_signing_certificate = verify_own,
                                                    .approvals = options_.approvals}));
  policy_archive_ = std::make_unique<PolicyArchive>();
  disclosures_ = std::make_unique<DisclosureLedger>(
      parts_.store, *journal_, AuditLog::Part(),
      DisclosureLedger::Options{.actor = options_.broker,
                                .region = options_.region,
                                .epoch = journal_->epoch(),
                                .keep_facts = PolicyArchive::KeepPart});
  BuildRecalls();
  peer_interests_ = std::make_unique<PeerInterests>(
      PeerInterests::Parts{.store = parts_.store,
                           .journal = *journal_,
                           .on_damage = [&observer = parts_.observer](const absl::Status& status) {
                             observer.OnDamage(status);
                           }});
  RETURN_IF_ERROR(peer_interests_->Open(PeerRegions()));
  ASSIGN_OR_RETURN(const auto own_interest,
                   GetValue<v1::LinkInterest>(parts_.store, OwnInterestKey()));
  own_interest_.set_generation(1);
  own_interest_.set_everything(true);
  if (own_interest) own_interest_ = *own_interest;
  ASSIGN_OR_RETURN(parking_, ParkingLot::Open(parts_.store, *keys_));
  intake_ = std::make_unique<Intake>(Intake::Parts{.journal = *journal_,
                                                   .catalog = *catalog_,
                                                   .audit = *audit_,
                                                   .actor = options_.broker,
                                                   .planner = *recall_planner_,
                                                   .eraser = *eraser_,
                                                   .gate = parts_.gate,
                                                   .executor = parts_.intake,
                                                   .clock = parts_.clock,
                                                   .serving = Serving(),
                                                   .room = RoomOnDisk(),
                                                   .on_verdict = Verdicts()});
  reader_ = std::make_unique<Reader>(Reader::Parts{.store = parts_.store,
                                                   .journal = *journal_,
                                                   .catalog = *catalog_,
                                                   .disclosures = *disclosures_,
                                                   .recalls = *recall_ledger_,
                                                   .executor = parts_.intake,
                                                   .clock = parts_.clock,
                                                   .serving = Serving()});
  dispatch_ = std::make_unique<Dispatch>(
      Dispatch::Parts{.journal = *journal_,
                      .catalog = *catalog_,
                      .disclosures = *disclosures_,
                      .flow = parts_.flow,
                      .clock = parts_.clock,
                      .on_damage = [&observer = parts_.observer](const absl::Status& status) {
                        observer.OnDamage(status);
                      }});
  sessions_ = std::make_unique<SubscriberSessions>(
      SubscriberSessions::Parts{.region = options_.region,
                                .store = parts_.store,
                                .journal = *journal_,
                                .catalog = *catalog_,
                                .disclosures = *disclosures_,
                                .dispatch = *dispatch_,
                                .notifier = *recall_notifier_,
                                .flow = parts_.flow,
                                .clock = parts_.clock,
                                .random = parts_.random,
                                .audit = AuditLog::Part(),
                                .on_dead_letter = DeadLetters(),
                                .serving = Serving()});
  BuildLinkDesk();
  BuildLinks();
  RETURN_IF_ERROR(OpenRecovery());
  BuildOffice();
  RETURN_IF_ERROR(retention_->Open());
  RETURN_IF_ERROR(link_administration_->Open());
  journal_->OnAppended([this] { OnFlow([](Region& region) { region.Appended(); }); });
  catalog_->OnChanged([this] {
    OnFlow([facts = catalog_->facts()](Region& region) { region.FactsChanged(*facts); });
  });
  return absl::OkStatus();
}

DeadLetterObserver Region::DeadLetters() const {
  return
      [&observer = parts_.observer](v1::DeadLetterReason reason) { observer.OnDeadLetter(reason); };
}

VerdictObserver Region::Verdicts() const {
  return [&observer = parts_.observer](StatementSource source, const absl::Status& verdict) {
    observer.OnVerdict(source, verdict);
  };
}

void Region::BuildRecalls() {
  eraser_ = std::make_unique<Eraser>(
      Eraser::Parts{.store = parts_.store,
                    .keys = *keys_,
                    .queue = *journal_,
                    .upkeep = parts_.upkeep,
                    .audit = AuditLog::Part(),
                    .actor = options_.broker,
                    .bury_with = BuryDeadLetters,
                    .on_erased =
                        [this] {
                          recalls_->Review();
                          OnFlow([](Region& region) { region.sessions_->OnErased(); });
                        },
                    .on_failed = [&observer = parts_.observer](
                                     const absl::Status& status) { observer.OnDamage(status); }});
  recall_ledger_ = std::make_unique<RecallLedger>(
      parts_.store, *journal_, parts_.clock, AuditLog::Part(),
      RecallLedger::Options{.region = options_.region,
                            .actor = options_.broker,
                            .confirm_within = options_.recall_confirm_within});
  recall_planner_ =
      std::make_unique<RecallPlanner>(RecallPlanner::Parts{.journal = *journal_,
                                                           .catalog = *catalog_,
                                                           .archive = *policy_archive_,
                                                           .ledger = *recall_ledger_,
                                                           .recalled = parts_.recalled});
  recalls_ = std::make_unique<Recalls>(Recalls::Parts{.region = options_.region,
                                                      .journal = *journal_,
                                                      .catalog = *catalog_,
                                                      .ledger = *recall_ledger_,
                                                      .planner = *recall_planner_,
                                                      .eraser = *eraser_,
                                                      .key = parts_.acceptance_key,
                                                      .on_changed = RecallsChangedLater()});
  recall_notifier_ = std::make_unique<RecallNotifier>(*recalls_, parts_.flow);
  key_withdrawals_ = std::make_unique<KeyWithdrawals>(
      KeyWithdrawals::Parts{.region = options_.region,
                            .store = parts_.store,
                            .journal = *journal_,
                            .catalog = *catalog_,
                            .planner = *recall_planner_,
                            .upkeep = parts_.upkeep,
                            .on_flagged = RecallsChangedLater(),
                            .on_failed = [&observer = parts_.observer](const absl::Status& status) {
                              observer.OnDamage(status);
                            }});
  disclosure_report_ =
      std::make_unique<DisclosureReport>(DisclosureReport::Parts{.region = options_.region,
                                                                 .store = parts_.store,
                                                                 .journal = *journal_,
                                                                 .archive = *policy_archive_});
}

void Region::BuildLinkDesk() {
  peer_intake_ =
      std::make_unique<PeerIntake>(PeerIntake::Parts{.region = options_.region,
                                                     .actor = options_.broker,
                                                     .store = parts_.store,
                                                     .journal = *journal_,
                                                     .catalog = *catalog_,
                                                     .audit = *audit_,
                                                     .planner = *recall_planner_,
                                                     .eraser = *eraser_,
                                                     .parking = *parking_,
                                                     .recalls = *recall_ledger_,
                                                     .disclosures = *disclosures_,
                                                     .gate = parts_.gate,
                                                     .intake = parts_.intake,
                                                     .clock = parts_.clock,
                                                     .verify_key = parts_.verify_key,
                                                     .room = RoomOnDisk(),
                                                     .on_verdict = Verdicts(),
                                                     .on_recalls_changed = RecallsChangedLater(),
                                                     .on_parked_refused = RefusedLater()});
  const auto send = [this](const std::string& peer, v1::Lane lane, v1::LinkFrame frame) {
    RegionLink* const link = LinkTo(peer);
    return link != nullptr && link->SendFromDesk(lane, std::move(frame));
  };
  backfill_ = std::make_unique<Backfill>(
      Backfill::Parts{.peer_intake = *peer_intake_, .flow = parts_.flow, .send = send});
  backfill_source_ = std::make_unique<BackfillSource>(
      BackfillSource::Parts{.region = options_.region,
                            .store = parts_.store,
                            .journal = *journal_,
                            .catalog = *catalog_,
                            .disclosures = *disclosures_,
                            .recalls = *recall_ledger_,
                            .interests = *peer_interests_,
                            .flow = parts_.flow,
                            .clock = parts_.clock,
                            .send = send,
                            .on_damage = [&observer = parts_.observer](const absl::Status& status) {
                              observer.OnDamage(status);
                            }});
  correspondence_ = std::make_unique<LinkCorrespondence>(LinkCorrespondence::Parts{
      .recalls = *recalls_,
      .peer_intake = *peer_intake_,
      .backfill = *backfill_,
      .backfill_source = *backfill_source_,
      .flow = parts_.flow,
      .clock = parts_.clock,
      .random = parts_.random,
      .send = send,
      .report = [this](const std::string& peer,
                       const v1::LinkQuery& query) { return explainer_->ReportFor(peer, query); },
      .alarm =
          [this](const std::string& peer, const absl::Status& what) {
            OnLinkAlarm(peer, v1::LANE_URGENT, ReasonOf(what), what.ToString());
          }});
}

// Who is due after a restore.
absl::Status Region::OpenRecovery() {
  recovery_ = std::make_unique<Recovery>(
      Recovery::Parts{.store = parts_.store,
                      .recalled = parts_.recalled,
                      .journal = *journal_,
                      .backfill = *backfill_,
                      .flow = parts_.flow,
                      .audit = AuditLog::Part(),
                      .actor = options_.broker,
                      .is_up =
                          [this](const std::string& peer) {
                            const RegionLink* const link = LinkTo(peer);
                            return link != nullptr && link->IsUp(v1::LANE_ROUTINE);
                          },
                      .held_through =
                          [this](const std::string& peer) {
                            const RegionLink* const link = LinkTo(peer);
                            return link == nullptr ? 0 : link->HeldThrough();
                          },
                      .urgent_caught_up =
                          [this](const std::string& peer) {
                            const RegionLink* const link = LinkTo(peer);
                            return link != nullptr && link->IsUp(v1::LANE_URGENT) &&
                                   link->HeldMark(v1::LANE_URGENT).offset >=
                                       link->PeerHello(v1::LANE_URGENT).head_offset();
                          }});
  return recovery_->Open(PeerRegions());
}

std::vector<std::string> Region::PeerRegions() const {
  std::vector<std::string> regions;
  for (const Options::Peer& peer : options_.peers) regions.push_back(peer.region);
  return regions;
}

// What operators and publishers ask, and do beside the flow.
void Region::BuildOffice() {
  link_administration_ = std::make_unique<LinkAdministration>(
      LinkAdministration::Parts{.store = parts_.store,
                                .journal = *journal_,
                                .backfill = *backfill_,
                                .recovery = *recovery_,
                                .flow = parts_.flow,
                                .audit = AuditLog::Part(),
                                .link = [this](const std::string& peer) { return LinkTo(peer); }});
  progress_ = std::make_unique<LinkProgress>(
      LinkProgress::Parts{.store = parts_.store,
                          .journal = *journal_,
                          .catalog = *catalog_,
                          .recalls = *recall_ledger_,
                          .interests = *peer_interests_,
                          .clock = parts_.clock,
                          .on_damage = [&observer = parts_.observer](const absl::Status& status) {
                            observer.OnDamage(status);
                          }});
  unheard_revisions_ = std::make_unique<UnheardRevisions>(UnheardRevisions::Parts{
      .store = parts_.store,
      .journal = *journal_,
      .catalog = *catalog_,
      .recalls = *recall_ledger_,
      .interests = *peer_interests_,
      .progress = *progress_,
      .planner = *recall_planner_,
      .clock = parts_.clock,
      .on_withdrawn = RecallsChangedLater(),
      .on_failed = [&observer = parts_.observer](const absl::Status& status) {
        observer.OnDamage(status);
      }});
  BuildRetention();
  explainer_ = std::make_unique<Explainer>(Explainer::Parts{.region = options_.region,
                                                            .store = parts_.store,
                                                            .journal = *journal_,
                                                            .catalog = *catalog_,
                                                            .recalls = *recall_ledger_,
                                                            .interests = *peer_interests_,
                                                            .progress = *progress_,
                                                            .retention = *retention_,
                                                            .correspondence = *correspondence_,
                                                            .clock = parts_.clock,
                                                            .peers = PeerRegions()});
  protection_desk_ =
      std::make_unique<ProtectionDesk>(ProtectionDesk::Parts{.store = parts_.store,
                                                             .journal = *journal_,
                                                             .ledger = *recall_ledger_,
                                                             .recalls = *recalls_,
                                                             .eraser = *eraser_,
                                                             .audit = AuditLog::Part()});
}

void Region::BuildRetention() {
  retention_ = std::make_unique<Retention>(Retention::Parts{
      .region = options_.region,
      .store = parts_.store,
      .journal = *journal_,
      .catalog = *catalog_,
      .recalls = *recall_ledger_,
      .interests = *peer_interests_,
      .progress = *progress_,
      .eraser = *eraser_,
      .flow = parts_.flow,
      .audit = AuditLog::Part(),
      .actor = options_.broker,
      .clock = parts_.clock,
      .peers = PeerRegions(),
      .policy = options_.retention,
      .on_gap =
          [this](const std::string& peer, v1::Lane lane, uint64_t through) {
            LinkTo(peer)->SetGap(lane, through);
            OnLinkAlarm(peer, lane, v1::ERROR_REASON_LINK_GAP_PENDING,
                        absl::StrCat("the peer is not waited for any more up to offset ", through));
          },
      .on_nearly_full =
          [this](const std::string& peer, v1::Lane lane, size_t records) {
            OnLinkAlarm(peer, lane, v1::ERROR_REASON_QUOTA,
                        absl::StrCat(records, " records are kept for the peer alone, of ",
                                     options_.retention.peer_records_max));
          },
      .on_failed = [&observer = parts_.observer](
                       const absl::Status& status) { observer.OnDamage(status); }});
}

RegionLink* Region::LinkTo(const std::string& peer) const {
  const auto link = links_.find(peer);
  return link == links_.end() ? nullptr : link->second.get();
}

std::function<absl::Status()> Region::Serving() {
  return [this] { return recovery_->CheckServing(); };
}

std::function<absl::Status()> Region::RoomOnDisk() const {
  return [this]() -> absl::Status {
    if (options_.disk() != v1::DISK_STATE_REFUSING) return absl::OkStatus();
    return WithRetry(Error(v1::ERROR_REASON_DISK_WATERMARK,
                           "the broker's disk is nearly full; nothing but recalls is taken until "
                           "there is room"),
                     kRoomRetryAfter);
  };
}

void Region::AuditDisk(v1::DiskState state) {
  v1::AuditEntry entry;
  entry.set_actor(options_.broker);
  entry.set_act(v1::AUDIT_ACT_DISK);
  entry.set_object(v1::DiskState_Name(state));
  std::vector<BatchPart> parts;
  parts.push_back(audit_->Entry(std::move(entry)));
  journal_->Commit(std::move(parts), [](const absl::Status&) {});
}

void Region::OnLinks(absl::AnyInvocable<void(LinkAdministration&)> task) {
  OnFlow([task = std::move(task)](Region& region) mutable { task(*region.link_administration_); });
}

void Region::Explain(v1::DeliveryReportRequest request, Explainer::Done done) {
  OnFlow([request = std::move(request), done = std::move(done)](Region& region) mutable {
    region.explainer_->Explain(request, std::move(done));
  });
}

void Region::SimulateAgreement(
    v1::SimulateAgreementRequest request,
    absl::AnyInvocable<void(absl::StatusOr<v1::SimulateAgreementResponse>)> answer) {
  parts_.upkeep.Post([this, request = std::move(request), answer = std::move(answer)]() mutable {
    answer(corridor::SimulateAgreement(*journal_, *catalog_->facts(), request, parts_.clock.Now()));
  });
}

void Region::BuildLinks() {
  for (const Options::Peer& peer : options_.peers) {
    const RegionLinkOptions link{.link = {.region = options_.region,
                                          .peer_region = peer.region,
                                          .limits = options_.link_limits},
                                 .dials = peer.dials};
    links_[peer.region] = RegionLink::Create(link, {.executor = parts_.flow,
                                                    .clock = parts_.clock,
                                                    .random = parts_.random,
                                                    .inbox = *peer_intake_,
                                                    .source = *dispatch_,
                                                    .host = *this,
                                                    .desk = *correspondence_,
                                                    .transport = &parts_.transport});
    link_hub_.Add(links_[peer.region]);
  }
}

std::function<void()> Region::RecallsChangedLater() {
  return [this] { OnFlow([](Region& region) { region.RecallsChanged(); }); };
}

std::function<void(const PeerRecordPlace&, const v1::LinkRefused&)> Region::RefusedLater() {
  return [this](const PeerRecordPlace& place, const v1::LinkRefused& refused) {
    OnFlow([place, refused](Region& region) {
      const auto link = region.links_.find(place.origin);
      if (link != region.links_.end()) link->second->OnParkedRefused(place.lane, refused);
    });
  };
}

void Region::OnFlow(absl::AnyInvocable<void(Region&)> task) {
  parts_.flow.Post([self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task(**self);
  });
}

void Region::Start() {
  v1::AuditEntry start;
  start.set_actor(options_.broker);
  start.set_act(v1::AUDIT_ACT_START);
  start.mutable_position()->set_region(options_.region);
  start.mutable_position()->set_epoch(journal_->epoch());
  start.mutable_position()->set_offset(journal_->head());
  std::vector<BatchPart> parts;
  parts.push_back(audit_->Entry(std::move(start)));
  parts.push_back(AuditLog::GatePolicyInForce(options_.broker, parts_.gate.stamp()));
  journal_->Commit(std::move(parts), [](const absl::Status&) {});
  catalog_->RegisterBrokerKey(options_.acceptance_chain_pem, [this](const absl::Status& status) {
    if (!status.ok()) return parts_.observer.OnDamage(status);
    OnFlow([](Region& region) { region.Serve(); });
  });
}

void Region::Serve() {
  FactsChanged(*catalog_->facts());
  recovery_->Begin();
  for (auto& [peer, link] : links_) {
    dispatch_->Add(*link,
                   std::make_shared<RegionRecipient>(peer, *recall_ledger_, *peer_interests_));
    link->Start();
  }
  eraser_->Wake();
  key_withdrawals_->Look();
  Tick();
}

void Region::Tick() {
  if (draining_) return;
  sessions_->Tick();
  correspondence_->Tick();
  recovery_->Tick();
  LookAtProgress();
  retention_->Tick();
  catalog_->ReviewPendingActs();
  ReleaseDue();
  if (++ticks_ % kTicksPerReview == 0) {
    peer_intake_->ReviewParked();
    unheard_revisions_->Review();
  }
  parts_.flow.PostAfter(kTick, [self = self_] {
    if (*self != nullptr) (*self)->Tick();
  });
}

void Region::Appended() {
  for (auto& [peer, link] : links_) {
    for (v1::Lane lane : kLanesUrgentFirst) link->OnJournalAdvanced(lane, journal_->head(lane));
  }
  dispatch_->Wake();
  const uint64_t recalls = recall_ledger_->last().value_or(last_recall_);
  if (recalls != std::exchange(last_recall_, recalls)) RecallsChanged();
}

void Region::RecallsChanged() {
  recall_notifier_->Offer();
  for (auto& [peer, link] : links_) link->OnNoticesChanged();
}

// Embargoes that have ended.
void Region::ReleaseDue() {
  const auto due = journal_->HeldUntil(parts_.clock.Now(), kReleasesMax);
  if (!due.ok()) return parts_.observer.OnDamage(due.status());
  for (const Journal::Release& held : *due) intake_->Release(held);
}

void Region::FactsChanged(const Facts& facts) {
  v1::Directory directory = catalog_->BuildDirectory();
  if (directory.generation() != own_directory_generation_) {
    own_directory_generation_ = directory.generation();
    own_directory_ = SignDirectory(parts_.acceptance_key, directory);
    own_directory_.set_certificate_chain_pem(options_.acceptance_chain_pem);
    for (auto& [peer, link] : links_) link->OnOwnDirectoryChanged(own_directory_);
  }
  ReviewInterest();
  peer_intake_->ReviewParked();
  backfill_source_->OnFactsChanged();
  key_withdrawals_->Look();
  unheard_revisions_->OnFactsChanged(facts);
  dispatch_->Wake();
}

// Where it widens, the peers send what they passed by for want of interest.
void Region::ReviewInterest() {
  v1::LinkInterest interest;
  interest.set_everything(true);
  if (options_.only_what_is_subscribed) interest = CoveringInterest(catalog_->AllSubscriptions());
  const bool widens = Widens(own_interest_, interest);
  const bool narrows = Widens(interest, own_interest_);
  if (!widens && !narrows) return;
  interest.set_generation(own_interest_.generation() + 1);
  own_interest_ = std::move(interest);
  for (auto& [peer, link] : links_) {
    link->OnOwnInterestChanged(own_interest_);
    if (widens) recovery_->Require(peer, [](const absl::StatusOr<v1::BackfillReport>&) {});
  }
  // After that: a crash before it begins anew.
  std::vector<BatchPart> parts;
  parts.push_back(PutPart(OwnInterestKey(), EncodeValue(OwnInterestKey(), own_interest_)));
  journal_->Commit(std::move(parts), [](const absl::Status&) {});
}

void Region::Drain(absl::AnyInvocable<void()> done) {
  OnFlow([done = std::move(done)](Region& region) mutable {
    region.draining_ = true;
    region.sessions_->Drain(region.options_.settle_within,
                            [&region, done = std::move(done)]() mutable {
                              for (auto& [peer, link] : region.links_) link->Stop();
                              done();
                            });
  });
}

void Region::SendMembersAway() {
  OnFlow([](Region& region) {
    region.members_away_ = true;
    region.sessions_->Drain(region.options_.settle_within, [] {});
  });
}

void Region::TakeMembersBack() {
  OnFlow([](Region& region) {
    if (region.draining_) return;
    region.members_away_ = false;
    region.sessions_->Undrain();
  });
}

void Region::CreateSubscription(const Principal& owner, v1::Subscription subscription,
                                absl::AnyInvocable<void(absl::StatusOr<v1::Subscription>)> done) {
  BatchPart begin =
      FirstCursor(*journal_, owner.spiffe_id, subscription.name(), subscription.start_from());
  catalog_->CreateSubscription(owner, std::move(subscription), journal_->head(), std::move(begin),
                               std::move(done));
}

void Region::DeleteSubscription(const Principal& owner,
                                const v1::DeleteSubscriptionRequest& request,
                                absl::AnyInvocable<void(absl::Status)> done) {
  BatchPart end = [id = owner.spiffe_id, name = request.name()](CommitContext& context) {
    context.Delete(CursorKey(id, name));
    return DeleteDeadLetters(context, id, name, SubscriptionCursor());
  };
  catalog_->DeleteSubscription(owner, request, std::move(end), std::move(done));
}

void Region::GetStatus(absl::AnyInvocable<void(absl::StatusOr<v1::GetStatusResponse>)> answer) {
  OnFlow([answer = std::move(answer)](Region& region) mutable {
    region.AddSubscriptionStatuses(region.StatusNow(), std::move(answer));
  });
}

v1::GetStatusResponse Region::StatusNow() const {
  v1::GetStatusResponse status;
  status.set_region(options_.region);
  status.set_version(options_.version);
  SetTimestamp(*status.mutable_start_time(), start_time_);
  status.set_epoch(journal_->epoch());
  status.set_head_offset(journal_->head());
  const Journal::Counts counts = journal_->counts();
  status.set_local_records(counts.local);
  status.set_imported_records(counts.imported);
  status.set_sessions(sessions_->attached());
  status.set_policy_generation(catalog_->facts()->generation);
  status.set_gate_policy_version(parts_.gate.stamp().policy_version());
  if (auto head = audit_->head(); head.ok()) {
    status.set_audit_entries(head->entries);
    status.set_audit_head(head->hash);
  }
  status.set_draining(draining_ || members_away_);
  status.set_disk(options_.disk());
  return status;
}

void Region::AddSubscriptionStatuses(
    v1::GetStatusResponse status,
    absl::AnyInvocable<void(absl::StatusOr<v1::GetStatusResponse>)> answer) {
  std::vector<SubscriberSessions::Owned> owned;
  for (v1::Subscription& subscription : catalog_->AllSubscriptions()) {
    std::string owner = subscription.owner();
    owned.emplace_back(std::move(owner), std::move(subscription));
  }
  for (const auto& [owner, subscription] : owned) {
    status.add_subscriptions()->set_owner(owner);
  }
  sessions_->StatusOf(std::move(owned), [status = std::move(status),
                                         answer = std::move(answer)](auto statuses) mutable {
    if (!statuses.ok()) return answer(statuses.status());
    for (size_t i = 0; i < statuses->size(); ++i) {
      *status.mutable_subscriptions(static_cast<int>(i))->mutable_status() =
          std::move((*statuses)[i]);
    }
    answer(std::move(status));
  });
}

absl::StatusOr<v1::ProcessingRecord> Region::GetProcessingRecord(
    const std::string& agreement_id) const {
  return ProcessingRecordOf(*catalog_->facts(), agreement_id, parts_.gate.stamp(),
                            options_.journal.validity_caps);
}

void Region::ListLinks(absl::AnyInvocable<void(v1::ListLinksResponse)> answer) {
  OnFlow([answer = std::move(answer)](Region& region) mutable {
    v1::ListLinksResponse response;
    const std::shared_ptr<const Facts> facts = region.catalog_->facts();
    for (const auto& [peer, link] : region.links_) {
      v1::LinkStatus& status = *response.add_links();
      status = link->Status();
      region.AddSurroundings(status);
      auto generation = facts->directory_generations.find(peer);
      if (generation != facts->directory_generations.end()) {
        status.set_directory_generation(generation->second);
      }
    }
    answer(std::move(response));
  });
}

// To what a link says of itself, what its surroundings know of it.
void Region::AddSurroundings(v1::LinkStatus& status) const {
  const std::string& peer = status.peer_region();
  for (v1::LinkLaneStatus& lane : *status.mutable_lanes()) {
    progress_->Describe(peer, lane);
    const LinkCorrespondence::Canary canary = correspondence_->CanaryOf(peer, lane.lane());
    if (canary.back_at) {
      SetTimestamp(*lane.mutable_canary_time(), *canary.back_at);
      lane.set_canary_round_trip_ms(absl::ToInt64Milliseconds(canary.round_trip));
    }
    if (lane.lane() != v1::LANE_URGENT) {
      lane.set_records_parked(parking_->count(peer));
    } else {
      lane.set_recalls_pending(recall_ledger_->CountPending(peer, kRecallsCountedMax).value_or(0));
    }
  }
}

void Region::LookAtProgress() {
  for (const auto& [peer, link] : links_) {
    v1::LinkStatus status = link->Status();
    for (const v1::LinkLaneStatus& lane : status.lanes()) progress_->Look(peer, lane);
    AddSurroundings(status);
    parts_.observer.OnLinkStatus(status);
    for (const v1::Lane lane : kLanesUrgentFirst) {
      parts_.observer.OnKeptForPeer(peer, lane, retention_->KeptFor(peer, lane),
                                    options_.retention.peer_records_max);
    }
  }
}

LinkGreeting Region::Greeting(v1::Lane lane) {
  LinkGreeting greeting;
  greeting.epoch = journal_->epoch();
  greeting.head_offset = journal_->head(lane);
  greeting.schema_version = kSchemaVersion;
  greeting.vocabulary_version = kVocabularyVersion;
  greeting.gate_policy_version = parts_.gate.stamp().policy_version();
  greeting.policy_generation = catalog_->facts()->generation;
  greeting.directory = own_directory_;
  for (const Journal::Mark& earlier : journal_->previous()) {
    v1::LinkIncarnation& incarnation = greeting.previous.emplace_back();
    incarnation.set_epoch(earlier.epoch);
    incarnation.set_head_offset(earlier.offset);
  }
  greeting.interest = own_interest_;
  return greeting;
}

LinkFigures Region::Figures() {
  LinkFigures figures;
  if (auto head = audit_->head(); head.ok()) {
    figures.audit_head = head->hash;
    figures.audit_entries = head->entries;
  }
  figures.policy_generation = catalog_->facts()->generation;
  return figures;
}

// A restored journal does not know what went out since the copy was made: its peers do.
void Region::CoverWhatIsHeldBy(const std::string& peer, v1::Lane lane) {
  if (journal_->previous().empty()) return;
  const uint64_t mark = LinkTo(peer)->PeerHello(lane).peer_mark();
  for (uint64_t offset = 0; mark > 0 && offset <= mark; offset += DisclosureLedger::kBlockOffsets) {
    disclosures_->Cover(peer, lane, offset, catalog_->facts(), [](const absl::Status&) {});
  }
}

void Region::OnLinkState(const std::string& peer_region, v1::Lane lane, v1::LinkState state,
                         const std::string& detail) {
  if (state == v1::LINK_STATE_UP) CoverWhatIsHeldBy(peer_region, lane);
  parts_.observer.OnLinkState(peer_region, lane, state, detail);
}

void Region::OnPeerInterest(const std::string& peer_region, const v1::LinkInterest& interest) {
  peer_interests_->Set(peer_region, interest);
}

void Region::OnLinkAlarm(const std::string& peer_region, v1::Lane lane, v1::ErrorReason reason,
                         const std::string& detail) {
  parts_.observer.OnLinkAlarm(peer_region, lane, reason, detail);
}

void Region::OnRefusedByPeer(const std::string& peer_region, v1::Lane lane,
                             const v1::LinkRefused& refused) {
  const auto note = [this, peer_region, lane, refused](const absl::Status& written) {
    if (!written.ok()) return;
    OnFlow([peer_region, lane, refused](Region& region) {
      region.NoteRefused(peer_region, lane, refused);
    });
  };
  if (!IsOfJournal(refused)) return note(absl::OkStatus());
  std::vector<BatchPart> parts;
  parts.push_back(RefusedByPeerPart(peer_region, lane, journal_->epoch(), refused));
  parts.push_back(UnheardRevisions::PartForRefused(peer_region, lane, refused.offset()));
  journal_->Commit(std::move(parts), note);
  parts_.observer.OnRefusedByPeer(peer_region, lane, refused);
}

void Region::NoteRefused(const std::string& peer, v1::Lane lane, const v1::LinkRefused& refused) {
  const auto link = links_.find(peer);
  if (link == links_.end()) return;
  v1::LinkFrame frame;
  frame.mutable_refused_noted()->set_offset(refused.offset());
  frame.mutable_refused_noted()->set_epoch(refused.epoch());
  link->second->SendFromDesk(lane, std::move(frame));
}

// Not where it speaks of a record that was lost in a restore.
bool Region::IsOfJournal(const v1::LinkRefused& refused) const {
  if (refused.epoch() == 0 || refused.epoch() == journal_->epoch()) return true;
  const auto& previous = journal_->previous();
  return std::any_of(previous.begin(), previous.end(), [&](const Journal::Mark& earlier) {
    return earlier.epoch == refused.epoch() && refused.offset() <= earlier.offset;
  });
}

}  // namespace corridor
