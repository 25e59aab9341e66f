#include "tests/scenarios/region_world.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr uint64_t kWideBytes = 16 << 20;

std::vector<KeyValue> AllOf(const MemoryStore& store) {
  return *store.Scan({"", "\xff"}, 1'000'000, ScanOrder::kAscending);
}

void Replace(MemoryStore& store, const std::vector<KeyValue>& by) {
  WriteBatch restore;
  for (const KeyValue& pair : AllOf(store)) restore.Delete(pair.key);
  for (const KeyValue& pair : by) restore.Put(pair.key, pair.value);
  ASSERT_TRUE(store.Apply(restore).ok());
}

// Outlives crashes, as a file would.
class MemoryHeadMarker final : public HeadMarker {
 public:
  absl::StatusOr<std::optional<HeadMark>> Read() const override { return mark_; }
  absl::Status Write(const HeadMark& mark) override {
    mark_ = mark;
    return absl::OkStatus();
  }

 private:
  std::optional<HeadMark> mark_;
};

}  // namespace

// One connection for one lane. Frames reach the other end as tasks of their own,
// in order; once broken, none does.
class RegionWorld::Pipe : public std::enable_shared_from_this<Pipe> {
 public:
  Pipe(RegionWorld& world, std::string from, std::string to,
       std::shared_ptr<LinkStreamEvents> dialler)
      : world_(world), from_(std::move(from)), to_(std::move(to)), dialler_(std::move(dialler)) {}

  bool touches(const std::string& region) const { return from_ == region || to_ == region; }
  const std::string& to() const { return to_; }

  void ToAcceptor(v1::LinkFrame frame) {
    if (BreaksAt(frame)) return Break(absl::UnavailableError("connection lost"));
    Post([frame = std::move(frame)](Pipe& pipe) mutable { pipe.Accepted(std::move(frame)); });
  }
  void ToDialler(v1::LinkFrame frame) {
    if (BreaksAt(frame)) return Break(absl::UnavailableError("connection lost"));
    Post([frame = std::move(frame)](Pipe& pipe) mutable {
      if (pipe.dialler_ != nullptr) pipe.dialler_->OnFrame(std::move(frame));
    });
  }
  void Break(const absl::Status& status) {
    if (std::exchange(broken_, true)) return;
    world_.sim().Post([self = shared_from_this(), status] {
      if (self->dialler_ != nullptr) std::exchange(self->dialler_, nullptr)->OnClosed(status);
      if (self->acceptor_ != nullptr) std::exchange(self->acceptor_, nullptr)->OnClosed(status);
    });
  }

 private:
  class AcceptorEnd;

  void Post(absl::AnyInvocable<void(Pipe&)> task) {
    world_.sim().Post([self = shared_from_this(), task = std::move(task)]() mutable {
      if (!self->broken_) task(*self);
    });
  }
  void Accepted(v1::LinkFrame frame);
  bool BreaksAt(const v1::LinkFrame& frame) const {
    if (world_.breaks_at_ != frame.frame_case()) return false;
    world_.breaks_at_.reset();
    return true;
  }

  RegionWorld& world_;
  const std::string from_;
  const std::string to_;
  bool broken_ = false;
  std::shared_ptr<LinkStreamEvents> dialler_;
  std::shared_ptr<LinkStreamEvents> acceptor_;

 public:
  class DiallerEnd;
};

class RegionWorld::Pipe::DiallerEnd final : public LinkStream {
 public:
  explicit DiallerEnd(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
  void Send(v1::LinkFrame frame) override { pipe_->ToAcceptor(std::move(frame)); }
  void Close(absl::Status status) override { pipe_->Break(status); }

 private:
  std::shared_ptr<Pipe> pipe_;
};

class RegionWorld::Pipe::AcceptorEnd final : public LinkStream {
 public:
  explicit AcceptorEnd(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
  void Send(v1::LinkFrame frame) override { pipe_->ToDialler(std::move(frame)); }
  void Close(absl::Status status) override { pipe_->Break(status); }

 private:
  std::shared_ptr<Pipe> pipe_;
};

void RegionWorld::Pipe::Accepted(v1::LinkFrame frame) {
  if (acceptor_ == nullptr) {
    TestRegion& region = world_.at(to_);
    if (!region.up()) return Break(absl::UnavailableError("the peer is down"));
    acceptor_ = region.flow().AcceptLink(from_, std::make_shared<AcceptorEnd>(shared_from_this()));
  }
  acceptor_->OnFrame(std::move(frame));
}

class TestRegion::Transport final : public LinkTransport {
 public:
  Transport(RegionWorld& world, std::string from) : world_(world), from_(std::move(from)) {}
  std::shared_ptr<LinkStream> Dial(const std::string& peer_region, v1::Lane /*lane*/,
                                   std::shared_ptr<LinkStreamEvents> events) override {
    return world_.Dial(from_, peer_region, std::move(events));
  }

 private:
  RegionWorld& world_;
  const std::string from_;
};

Principal PrincipalOf(const std::string& spiffe_id) {
  auto principal = ParsePrincipal(spiffe_id);
  EXPECT_TRUE(principal.ok()) << spiffe_id;
  return *principal;
}

std::vector<v1::RecallNotice> TestSession::Notices() const {
  std::vector<v1::RecallNotice> notices;
  for (const v1::AttachResponse& response : responses) {
    for (const v1::RecallNotice& notice : response.recall_notices().notices()) {
      notices.push_back(notice);
    }
  }
  return notices;
}

std::vector<v1::Delivery> TestSession::Deliveries() const {
  std::vector<v1::Delivery> deliveries;
  for (const v1::AttachResponse& response : responses) {
    for (const v1::Delivery& delivery : response.deliveries().deliveries()) {
      deliveries.push_back(delivery);
    }
  }
  return deliveries;
}

TestRegion::TestRegion(RegionWorld& world, std::string name, std::vector<std::string> peers,
                       uint64_t seed)
    : world_(world),
      name_(std::move(name)),
      peers_(std::move(peers)),
      pki_(name_),
      random_(seed),
      marker_(std::make_unique<MemoryHeadMarker>()),
      transport_(std::make_unique<Transport>(world, name_)),
      broker_signer_(pki_.Signer("/broker/b1")),
      gate_(DefaultGatePolicy()) {}

void TestRegion::Start(bool accept_lost_tail) {
  Region::Options options;
  options.journal.accept_lost_tail = accept_lost_tail;
  options.region = name_;
  options.broker = pki_.SpiffeIdOf("/broker/b1");
  options.acceptance_chain_pem = broker_signer_.certificate_pem;
  options.version = "test";
  options.retention = retention;
  options.only_what_is_subscribed = only_what_is_subscribed;
  options.disk = [this] { return disk; };
  for (const std::string& peer : peers_) options.peers.push_back({.region = peer, .dials = true});
  auto region =
      Region::Open({.store = *broker_store_,
                    .key_store = *broker_key_store_,
                    .head_marker = *marker_,
                    .recalled = &recalled_,
                    .flow = world_.sim(),
                    .commit = world_.sim(),
                    .intake = world_.sim(),
                    .upkeep = world_.sim(),
                    .clock = world_.sim().clock(),
                    .random = random_,
                    .acceptance_key = broker_signer_.key,
                    .gate = gate_,
                    .transport = *transport_,
                    .verify_key = MakeRegionKeyVerifier([trust = world_.Trust()] { return trust; }),
                    .observer = *this},
                   std::move(options));
  ASSERT_TRUE(region.ok()) << region.status();
  region_ = *std::move(region);
  region_->Start();
  world_.Run();
}

void TestRegion::Crash() {
  world_.BreakConnectionsOf(name_);
  region_.reset();
  store_.CrashLosingUnsynced();
  key_store_.CrashLosingUnsynced();
  recalled_.CrashLosingUnsynced();
  world_.sim().RunUntilIdle();
}

std::string TestRegion::MemberId(std::string_view agency) const {
  return absl::StrCat("spiffe://", name_, "/agency/", A(agency));
}
Principal TestRegion::Desk(std::string_view agency) const { return PrincipalOf(MemberId(agency)); }
Principal TestRegion::Operator() const {
  return PrincipalOf(absl::StrCat("spiffe://", name_, "/operator/op1"));
}

void TestRegion::AddMember(std::string_view agency, std::string_view country) {
  v1::Member member;
  member.set_spiffe_id(MemberId(agency));
  member.set_display_name(absl::StrCat("Example agency ", A(agency)));
  member.add_countries(std::string(country));
  member.set_type(v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT);
  auto created = world_.Await<absl::StatusOr<v1::Member>>(
      [&](auto done) { region_->catalog().CreateMember(Operator(), member, std::move(done)); });
  ASSERT_TRUE(created.ok()) << created.status();
  v1::Grant grant;
  grant.set_principal(member.spiffe_id());
  grant.add_roles(v1::ROLE_PUBLISHER);
  grant.add_roles(v1::ROLE_IMMEDIATE_PUBLISHER);
  grant.add_roles(v1::ROLE_READER);
  grant.set_publish_tlp_max(v1::TLP_RED);
  auto granted = world_.Await<absl::StatusOr<v1::Grant>>(
      [&](auto done) { region_->catalog().SetGrant(Operator(), grant, std::move(done)); });
  ASSERT_TRUE(granted.ok()) << granted.status();
  auto signer =
      signers_.emplace(std::string(agency), pki_.Signer(absl::StrCat("/agency/", A(agency)))).first;
  auto registered = world_.Await<absl::StatusOr<v1::SigningKey>>([&](auto done) {
    region_->catalog().RegisterSigningKey(Operator(), signer->second.certificate_pem,
                                          std::move(done));
  });
  ASSERT_TRUE(registered.ok()) << registered.status();
}

void TestRegion::Agree(std::string_view id, std::string_view from_region,
                       std::string_view to_region, v1::Tlp tlp_max) {
  v1::Agreement agreement;
  agreement.set_agreement_id(std::string(id));
  agreement.set_title("Example agreement");
  agreement.mutable_from()->set_region(std::string(from_region));
  agreement.mutable_to()->set_region(std::string(to_region));
  agreement.set_tlp_max(tlp_max);
  agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
  auto created = world_.Await<absl::StatusOr<v1::Agreement>>([&](auto done) {
    region_->catalog().CreateAgreement(Operator(), agreement, std::move(done));
  });
  ASSERT_TRUE(created.ok()) << created.status();
}

v1::SignedStatement TestRegion::SignedBy(std::string_view agency, const v1::StatementBody& body,
                                         const v1::StatementRouting& routing) {
  return Sign(body, routing, signers_.find(agency)->second.key, random_);
}

void TestRegion::SignTogether(std::string_view agency,
                              std::vector<v1::SignedStatement>& statements) {
  SignBatch(signers_.find(agency)->second.key, statements);
}

absl::StatusOr<v1::Receipt> TestRegion::Publish(std::string_view agency,
                                                const v1::StatementBody& body,
                                                const v1::StatementRouting& routing) {
  return PublishBytes(Desk(agency), SignedBy(agency, body, routing));
}

absl::StatusOr<v1::Receipt> TestRegion::PublishBytes(const Principal& sender,
                                                     v1::SignedStatement statement) {
  return world_.Await<absl::StatusOr<v1::Receipt>>(
      [&](auto done) { region_->intake().Accept(sender, std::move(statement), std::move(done)); });
}

std::shared_ptr<TestSession> TestRegion::Attach(std::string_view agency, uint32_t messages) {
  const Principal principal = Desk(agency);
  v1::Subscription subscription;
  subscription.set_name("subscriptions/all");
  subscription.set_start_from(v1::START_FROM_OLDEST);
  auto created = world_.Await<absl::StatusOr<v1::Subscription>>(
      [&](auto done) { region_->CreateSubscription(principal, subscription, std::move(done)); });
  EXPECT_TRUE(created.ok()) << created.status();
  return AttachAgain(agency, messages);
}

std::shared_ptr<TestSession> TestRegion::AttachAgain(std::string_view agency, uint32_t messages) {
  const Principal principal = Desk(agency);
  auto session = std::make_shared<TestSession>();
  session->id = region_->sessions().Open(principal, session);
  v1::AttachRequest start;
  start.mutable_start()->set_subscription("subscriptions/all");
  region_->sessions().OnRequest(session->id, start);
  for (v1::Lane lane : kLanesUrgentFirst) {
    v1::AttachRequest window;
    window.mutable_window()->set_lane(lane);
    window.mutable_window()->set_messages(messages);
    window.mutable_window()->set_bytes(kWideBytes);
    region_->sessions().OnRequest(session->id, window);
  }
  world_.Run();
  return session;
}

void TestRegion::Settle(TestSession& session, const std::vector<v1::Delivery>& deliveries) {
  v1::AttachRequest request;
  for (const v1::Delivery& delivery : deliveries) {
    request.mutable_settlement()->add_acknowledged(delivery.lease());
  }
  region_->sessions().OnRequest(session.id, std::move(request));
}

void TestRegion::Acknowledge(TestSession& session, const std::vector<v1::Delivery>& deliveries) {
  Settle(session, deliveries);
  world_.Run();
}

void TestRegion::ConfirmRecalls(TestSession& session, v1::RecallOutcome outcome) {
  v1::AttachRequest request;
  for (const v1::RecallNotice& notice : session.Notices()) {
    auto& confirmation = *request.mutable_recall_confirmations()->add_confirmations();
    confirmation.set_notice_id(notice.notice_id());
    confirmation.set_outcome(outcome);
  }
  region_->sessions().OnRequest(session.id, std::move(request));
  world_.Run();
}

absl::StatusOr<v1::Alert> TestRegion::Read(const Principal& reader, const std::string& publisher,
                                           uint64_t alert) {
  v1::GetAlertRequest request;
  request.set_publisher(publisher);
  request.set_alert_id(ExampleAlertId(alert));
  return world_.Await<absl::StatusOr<v1::Alert>>(
      [&](auto done) { region_->reader().GetAlert(reader, request, std::move(done)); });
}

std::map<std::string, v1::RecallHolder> TestRegion::HoldersOf(const v1::Receipt& recall) {
  std::map<std::string, v1::RecallHolder> holders;
  const auto found = region_->recall_ledger().AtOrigin(recall.acceptance().position());
  if (!found.ok() || !found->has_value()) return holders;
  const auto all = region_->recall_ledger().HoldersOf(**found);
  EXPECT_TRUE(all.ok()) << all.status();
  for (const v1::RecallHolder& holder : *all) holders[holder.holder()] = holder;
  return holders;
}

std::vector<KeyValue> TestRegion::Backup() const { return AllOf(store_); }
std::vector<KeyValue> TestRegion::BackupOfKeys() const { return AllOf(key_store_); }

void TestRegion::RestoreAndStart(const std::vector<KeyValue>& backup) {
  RestoreAndStart(backup, BackupOfKeys());
}

void TestRegion::RestoreAndStart(const std::vector<KeyValue>& backup,
                                 const std::vector<KeyValue>& keys) {
  Crash();
  Replace(store_, backup);
  Replace(key_store_, keys);
  Start(/*accept_lost_tail=*/true);
}

v1::LinkStatus TestRegion::LinkTo(const std::string& peer) {
  const auto links =
      world_.Await<v1::ListLinksResponse>([&](auto done) { region_->ListLinks(std::move(done)); });
  for (const v1::LinkStatus& link : links.links()) {
    if (link.peer_region() == peer) return link;
  }
  ADD_FAILURE() << "no link to " << peer;
  return {};
}

absl::StatusOr<v1::ReconcileLinkResponse> TestRegion::Reconcile(const std::string& peer,
                                                                bool confirm, bool without_peer) {
  v1::ReconcileLinkRequest request;
  request.set_peer_region(peer);
  request.set_confirm(confirm);
  request.set_without_peer(without_peer);
  return world_.Await<absl::StatusOr<v1::ReconcileLinkResponse>>([&](auto done) {
    region_->OnLinks([&, done = std::move(done)](LinkAdministration& links) mutable {
      links.Reconcile(Operator(), request, std::move(done));
    });
  });
}

absl::StatusOr<v1::BackfillReport> TestRegion::AskAgain(const std::string& peer, v1::Lane lane,
                                                        const std::vector<uint64_t>& offsets) {
  v1::AskAgainRequest request;
  request.set_peer_region(peer);
  request.set_lane(lane);
  for (const uint64_t offset : offsets) request.add_offsets(offset);
  return world_.Await<absl::StatusOr<v1::BackfillReport>>([&](auto done) {
    region_->OnLinks([&, done = std::move(done)](LinkAdministration& links) mutable {
      links.AskAgain(Operator(), request, std::move(done));
    });
  });
}

void TestRegion::OnLinkAlarm(const std::string& peer, v1::Lane /*lane*/, v1::ErrorReason reason,
                             const std::string& detail) {
  alarms.push_back(absl::StrCat(peer, " ", ReasonName(reason), " ", detail));
}

RegionWorld::RegionWorld(uint64_t seed)
    : sim_(absl::FromUnixSeconds(kExamplePublishedSeconds) + absl::Hours(1)), seed_(seed) {}

RegionWorld::~RegionWorld() { sim_.DropAll(); }

TestRegion& RegionWorld::Add(const std::string& name, std::vector<std::string> peers) {
  auto& region = regions_[name];
  region = std::make_unique<TestRegion>(*this, name, std::move(peers), ++seed_);
  return *region;
}

TrustStore RegionWorld::Trust() const {
  std::vector<TrustBundle> bundles;
  for (const auto& [name, region] : regions_) bundles.push_back(region->pki().Bundle());
  auto trust = TrustStore::Create(std::move(bundles));
  EXPECT_TRUE(trust.ok()) << trust.status();
  return *std::move(trust);
}

void RegionWorld::Partition() {
  partitioned_ = true;
  for (const auto& [name, region] : regions_) BreakConnectionsOf(name);
  sim_.RunUntilIdle();
}

std::shared_ptr<LinkStream> RegionWorld::Dial(const std::string& from, const std::string& to,
                                              std::shared_ptr<LinkStreamEvents> events) {
  auto pipe = std::make_shared<Pipe>(*this, from, to, std::move(events));
  pipes_.push_back(pipe);
  if (partitioned_ || !regions_.contains(to) || !regions_.at(to)->up()) {
    pipe->Break(absl::UnavailableError("no way to the peer"));
  }
  return std::make_shared<Pipe::DiallerEnd>(pipe);
}

void RegionWorld::BreakConnectionsOf(const std::string& region) {
  for (const auto& weak : pipes_) {
    auto pipe = weak.lock();
    if (pipe != nullptr && pipe->touches(region)) {
      pipe->Break(absl::UnavailableError("connection lost"));
    }
  }
}

void TwoLinkedRegions::SetUp() {
  world_.Add(kEast, {kSouth});
  world_.Add(kSouth, {kEast});
  for (TestRegion* region : {&east(), &south()}) region->Start();
  east().AddMember("ke-desk", "KEN");
  east().AddMember("ug-desk", "UGA");
  south().AddMember("th-desk", "THA");
  for (TestRegion* region : {&east(), &south()}) {
    region->Agree("within", region->name(), region->name());
  }
  world_.Run(absl::Seconds(10));
}

void TwoLinkedRegions::AgreeEastToSouth() {
  for (TestRegion* region : {&east(), &south()}) region->Agree("east-to-south", kEast, kSouth);
  world_.Run(absl::Seconds(10));
}

}  // namespace corridor
