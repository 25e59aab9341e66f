// Two agencies have streams open. One loses its right to them, each time for another reason: its
// stream ends at once, over the real wire, and the other's goes on as if nothing had happened.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/errors.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "corridor/v1/region_link.grpc.pb.h"
#include "corridor/v1/subscriber.grpc.pb.h"
#include "server/rpc/grpc_status.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

using testing::SizeIs;
using testing::StartsWith;

constexpr char kMyanmar[] = "spiffe://sea.example/agency/mm-desk";

using Session = grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>;

// One agency with a session that takes what comes.
class Reader {
 public:
  Reader(std::shared_ptr<grpc::Channel> channel, std::unique_ptr<grpc::ClientContext> context)
      : channel_(std::move(channel)),
        stub_(v1::Subscriber::NewStub(channel_)),
        context_(std::move(context)) {}

  void Attach() {
    v1::CreateSubscriptionRequest create;
    create.mutable_subscription()->set_name("subscriptions/all");
    v1::Subscription created;
    grpc::ClientContext context;
    const auto status = stub_->CreateSubscription(&context, create, &created);
    ASSERT_TRUE(status.ok()) << status.error_message();
    stream_ = stub_->Attach(context_.get());
    v1::AttachRequest request;
    request.mutable_start()->set_subscription("subscriptions/all");
    ASSERT_TRUE(stream_->Write(request));
    ASSERT_TRUE(Next().has_started());
    request.mutable_window()->set_lane(v1::LANE_ROUTINE);
    request.mutable_window()->set_messages(100);
    request.mutable_window()->set_bytes(1 << 20);
    ASSERT_TRUE(stream_->Write(request));
  }

  // The next response but for heartbeats; empty where the stream has ended.
  v1::AttachResponse Next() {
    v1::AttachResponse response;
    while (stream_->Read(&response)) {
      if (!response.has_heartbeat()) return response;
    }
    return {};
  }

  // How the stream ended, once it has: nothing may come before.
  absl::Status End() {
    EXPECT_FALSE(Next().has_deliveries());
    return FromGrpcStatus(stream_->Finish());
  }

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Subscriber::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Session> stream_;
};

class RevocationTest : public BrokerFixture {
 protected:
  RevocationTest() : signer_(RegisterAgencies()) {
    Register(kMyanmar);  // So that a statement has a reader without Indonesia.
    Grant(kMyanmar, {v1::ROLE_READER});
    thailand_.Attach();
    indonesia_.Attach();
  }

  void TrustWith(const std::string& crl) {
    trust_.Replace(*TrustStore::Create({sea_.Bundle(crl), eastafrica_.Bundle()}));
    calls_.Review();
  }

  void Publish(uint64_t number) {
    v1::PublishRequest request;
    *request.add_statements() =
        Sign(ExampleIssue(kThailand, number, number), RoutingToAll(), signer_.key, random_);
    v1::PublishResponse response;
    auto publisher = v1::Publisher::NewStub(thailand_.channel());
    ASSERT_TRUE(publisher->Publish(Context().get(), request, &response).ok());
    ASSERT_TRUE(response.results(0).has_receipt()) << response.results(0).error().message();
  }

  // What Indonesia is told when it calls again on the connection that it has open.
  std::string AskAgain() {
    v1::ListAlertsResponse response;
    return v1::Subscriber::NewStub(indonesia_.channel())
        ->ListAlerts(Context().get(), {}, &response)
        .error_message();
  }

  void ExpectThailandGoesOn() {
    Publish(7);
    EXPECT_THAT(thailand_.Next().deliveries().deliveries(), SizeIs(1));
  }

  const IssuedCertificate indonesian_ = sea_.Agency("id-desk");
  TestSigner signer_;
  Reader thailand_{ChannelWith(sea_.Agency("th-desk")), Context()};
  Reader indonesia_{ChannelWith(indonesian_), Context()};
};

TEST_F(RevocationTest, ARevokedCertificateIsCutAndItsConnectionIsOfNoUse) {
  TrustWith(sea_.Crl({indonesian_.serial}));
  const absl::Status end = indonesia_.End();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(end), v1::ERROR_REASON_CERTIFICATE_REVOKED);
  EXPECT_THAT(AskAgain(), StartsWith("CERTIFICATE_REVOKED: "));
  v1::ListAlertsResponse response;
  EXPECT_EQ(v1::Subscriber::NewStub(ChannelWith(indonesian_))
                ->ListAlerts(Context().get(), {}, &response)
                .error_code(),
            grpc::StatusCode::UNAVAILABLE)
      << "no new connection either";
  ExpectThailandGoesOn();
}

TEST_F(RevocationTest, TheConnectionItselfCanBeClosed) {
  for (const LiveCalls::Call& call : calls_.List()) {
    if (call.peer.principal.spiffe_id == kIndonesia) server_->CloseConnection(call.peer_address);
  }
  EXPECT_EQ(indonesia_.End().code(), absl::StatusCode::kUnavailable);
  ExpectThailandGoesOn();
}

TEST_F(RevocationTest, ARevokedPeerLosesItsConnectionAlsoWithoutAStream) {
  const IssuedCertificate indonesian = sea_.Agency("id-desk");
  const auto idle = ChannelWith(indonesian);
  v1::ListAlertsResponse response;
  ASSERT_TRUE(v1::Subscriber::NewStub(idle)->ListAlerts(Context().get(), {}, &response).ok());
  const size_t before = server_->connections();
  TrustWith(sea_.Crl({indonesian.serial}));
  const auto judge = [this](const std::string& chain) { return judge_.JudgeConnection(chain); };
  EXPECT_EQ(server_->CloseRefused(judge), 0u) << "what is open hears the reason first";
  EXPECT_EQ(server_->CloseRefused(judge), 1u);
  while (server_->connections() == before) {
  }
  ExpectThailandGoesOn();
  EXPECT_TRUE(indonesia_.Next().has_deliveries());
}

TEST_F(RevocationTest, ASuspendedMembersConnectionIsClosed) {
  Suspend(kIndonesia);
  EXPECT_EQ(ReasonOf(indonesia_.End()), v1::ERROR_REASON_MEMBER_SUSPENDED);
  const auto judge = [this](const std::string& chain) { return judge_.JudgeConnection(chain); };
  EXPECT_EQ(server_->CloseRefused(judge) + server_->CloseRefused(judge), 1u);
  ExpectThailandGoesOn();
}

// The peer's list has run out with us: its broker may bring the next one, and until then nothing
// else. One that it brings may also revoke the broker that brings it.
class StalePeerTest : public RevocationTest {
 protected:
  StalePeerTest() {
    const Validity past{clock_.Now() - absl::Hours(48), clock_.Now() - absl::Hours(1)};
    trust_.Replace(
        *TrustStore::Create({sea_.Bundle(), eastafrica_.Bundle(eastafrica_.Crl({}, past))}));
  }

  grpc::Status Link() {
    grpc::ClientContext context;
    auto link = v1::RegionLink::NewStub(channel_)->Link(&context);
    v1::LinkFrame frame;
    frame.mutable_hello()->set_region("eastafrica.example");
    frame.mutable_hello()->set_lane(v1::LANE_ROUTINE);
    frame.mutable_hello()->set_protocol_min(1);
    frame.mutable_hello()->set_protocol_max(1);
    frame.mutable_hello()->set_epoch(7);
    link->Write(frame);
    if (link->Read(&frame)) {
      context.TryCancel();
      link->Finish();
      return grpc::Status::OK;
    }
    return link->Finish();
  }
  grpc::Status Bring(const std::string& crls_pem) {
    v1::RevocationLists ours;
    v1::RevocationLists theirs;
    ours.set_crls_pem(crls_pem);
    const auto status =
        v1::RegionLink::NewStub(channel_)->ExchangeRevocations(Context().get(), ours, &theirs);
    EXPECT_EQ(theirs.crls_pem(), status.ok() ? "own lists" : "");
    return status;
  }

  const Validity current_{clock_.Now() - absl::Hours(1), clock_.Now() + absl::Hours(24)};
  const IssuedCertificate peer_ = eastafrica_.Broker("b1");
  const std::shared_ptr<grpc::Channel> channel_ = ChannelWith(peer_);
};

TEST_F(StalePeerTest, ItBringsTheNextListAndLinksOnTheSameConnection) {
  EXPECT_THAT(Link().error_message(), StartsWith("IDENTITY_INVALID: REVOCATION_STALE: "));
  v1::GetStatusResponse response;
  EXPECT_THAT(v1::Administration::NewStub(channel_)
                  ->GetStatus(Context().get(), {}, &response)
                  .error_message(),
              StartsWith("IDENTITY_INVALID: REVOCATION_STALE: "));
  EXPECT_TRUE(judge_.JudgeConnection(peer_.certificate_pem).ok()) << "it may stay to bring it";
  EXPECT_TRUE(Bring(eastafrica_.Crl({}, current_)).ok());
  EXPECT_TRUE(Link().ok());
}

TEST_F(StalePeerTest, NothingButAGoodListHelps) {
  EXPECT_EQ(Bring("garbage").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Bring("").ok());
  EXPECT_EQ(Bring(sea_.Crl({})).error_code(), grpc::StatusCode::OK) << "not newer than ours";
  EXPECT_FALSE(Bring(TestPki("eastafrica.example").Crl({})).ok()) << "of an impostor";
  EXPECT_THAT(Link().error_message(), StartsWith("IDENTITY_INVALID: REVOCATION_STALE: "));
}

TEST_F(StalePeerTest, TheListThatItBringsMayRevokeIt) {
  EXPECT_TRUE(Bring(eastafrica_.Crl({peer_.serial}, current_)).ok());
  EXPECT_THAT(Link().error_message(), StartsWith("CERTIFICATE_REVOKED: "));
}

TEST_F(StalePeerTest, NobodyElseOfThatRegionComesIn) {
  v1::RevocationLists theirs;
  EXPECT_EQ(v1::RegionLink::NewStub(ChannelWith(eastafrica_.Agency("ke-desk")))
                ->ExchangeRevocations(Context().get(), {}, &theirs)
                .error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RevocationTest, AnOperatorSeesWhoHasStreamsAndEndsThem) {
  auto admin = v1::Administration::NewStub(ChannelWith(sea_.Operator("ops")));
  v1::ListSessionsResponse sessions;
  ASSERT_TRUE(admin->ListSessions(Context().get(), {}, &sessions).ok());
  ASSERT_THAT(sessions.sessions(), SizeIs(2));
  EXPECT_EQ(sessions.sessions(1).principal(), kIndonesia);
  EXPECT_EQ(sessions.sessions(1).certificate_serial(), indonesian_.serial);
  v1::EndSessionsRequest request;
  v1::EndSessionsResponse ended;
  EXPECT_FALSE(admin->EndSessions(Context().get(), request, &ended).ok()) << "which?";
  request.set_principal(kIndonesia);
  ASSERT_TRUE(admin->EndSessions(Context().get(), request, &ended).ok());
  EXPECT_EQ(ended.ended(), 1u);
  EXPECT_EQ(ReasonOf(indonesia_.End()), v1::ERROR_REASON_DRAINING);
  ExpectThailandGoesOn();
}

TEST_F(RevocationTest, TheSubscriptionsOfAStatusComeByThePage) {
  auto admin = v1::Administration::NewStub(ChannelWith(sea_.Operator("ops")));
  v1::GetStatusResponse all;
  ASSERT_TRUE(admin->GetStatus(Context().get(), {}, &all).ok());
  ASSERT_THAT(all.subscriptions(), SizeIs(2));
  EXPECT_EQ(all.next_page_token(), "");
  v1::GetStatusRequest request;
  request.set_page_size(1);
  v1::GetStatusResponse page;
  for (int i = 0; i < 2; ++i) {
    page.Clear();
    ASSERT_TRUE(admin->GetStatus(Context().get(), request, &page).ok());
    ASSERT_THAT(page.subscriptions(), SizeIs(1));
    EXPECT_EQ(page.subscriptions(0).owner(), all.subscriptions(i).owner());
    EXPECT_EQ(page.region(), "sea.example") << "the rest is on every page";
    request.set_page_token(page.next_page_token());
  }
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(RevocationTest, OpenStreamsAreListedByThePage) {
  auto admin = v1::Administration::NewStub(ChannelWith(sea_.Operator("ops")));
  v1::ListSessionsRequest request;
  request.set_page_size(1);
  v1::ListSessionsResponse first;
  ASSERT_TRUE(admin->ListSessions(Context().get(), request, &first).ok());
  ASSERT_THAT(first.sessions(), SizeIs(1));
  EXPECT_NE(first.next_page_token(), "");
  request.set_page_token(first.next_page_token());
  v1::ListSessionsResponse second;
  ASSERT_TRUE(admin->ListSessions(Context().get(), request, &second).ok());
  ASSERT_THAT(second.sessions(), SizeIs(1));
  EXPECT_EQ(second.sessions(0).principal(), kIndonesia);
  EXPECT_EQ(second.next_page_token(), "");

  v1::ListSessionsResponse refused;
  for (const char* token : {"zz", "6e6f"}) {  // No hexadecimal; "no".
    request.set_page_token(token);
    EXPECT_EQ(admin->ListSessions(Context().get(), request, &refused).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << token;
  }
  request.clear_page_token();
  request.set_page_size(1001);
  EXPECT_EQ(admin->ListSessions(Context().get(), request, &refused).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RevocationTest, AReloadTellsWhatWasNotTakenAndCutsWhoeverItRevokes) {
  reload_ = [this] {
    trust_.Replace(
        *TrustStore::Create({sea_.Bundle(sea_.Crl({indonesian_.serial})), eastafrica_.Bundle()}));
    return std::vector<FieldViolation>{
        {"tls.trust_domains[1].crl_file", v1::ERROR_REASON_REQUEST_INVALID, "is empty"}};
  };
  auto admin = v1::Administration::NewStub(ChannelWith(sea_.Operator("ops")));
  v1::ReloadTrustResponse response;
  ASSERT_TRUE(admin->ReloadTrust(Context().get(), {}, &response).ok());
  ASSERT_THAT(response.mistakes(), SizeIs(1));
  EXPECT_EQ(response.mistakes(0).field(), "tls.trust_domains[1].crl_file");
  EXPECT_EQ(ReasonOf(indonesia_.End()), v1::ERROR_REASON_CERTIFICATE_REVOKED);
  ExpectThailandGoesOn();
}

TEST_F(RevocationTest, ASuspendedMemberIsCut) {
  Suspend(kIndonesia);
  EXPECT_EQ(ReasonOf(indonesia_.End()), v1::ERROR_REASON_MEMBER_SUSPENDED);
  EXPECT_THAT(AskAgain(), StartsWith("MEMBER_SUSPENDED: "));
  ExpectThailandGoesOn();
}

TEST_F(RevocationTest, AWithdrawnGrantCutsTheStreamThatStoodOnIt) {
  Grant(kIndonesia, {v1::ROLE_PUBLISHER});
  EXPECT_EQ(ReasonOf(indonesia_.End()), v1::ERROR_REASON_POLICY_DENIED);
  ExpectThailandGoesOn();
}

// The session of whom an agreement no longer names goes on, with less: what was said while it was
// left out never reaches it.
TEST_F(RevocationTest, ANarrowedAgreementNarrowsTheSessionThatIsOpen) {
  auto admin = v1::Administration::NewStub(ChannelWith(sea_.Operator("ops")));
  const auto agree = [&](const std::string& id, const std::vector<std::string>& countries) {
    v1::CreateAgreementRequest request;
    v1::Agreement& agreement = *request.mutable_agreement();
    agreement.set_agreement_id(id);
    agreement.set_title("Example agreement");
    agreement.mutable_from()->set_region("sea.example");
    agreement.mutable_to()->set_region("sea.example");
    for (const std::string& country : countries) agreement.mutable_to()->add_countries(country);
    agreement.set_tlp_max(v1::TLP_AMBER);
    agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
    v1::Agreement created;
    ASSERT_TRUE(admin->CreateAgreement(Context().get(), request, &created).ok());
  };
  Publish(1);
  EXPECT_TRUE(thailand_.Next().has_deliveries());
  EXPECT_TRUE(indonesia_.Next().has_deliveries());

  agree("without-indonesia", {"THA"});
  v1::EndAgreementRequest end;
  end.set_agreement_id("in-region");
  v1::Agreement ended;
  ASSERT_TRUE(admin->EndAgreement(Context().get(), end, &ended).ok());
  Publish(2);
  EXPECT_TRUE(thailand_.Next().has_deliveries());

  agree("with-indonesia", {"IDN"});
  Publish(3);
  const v1::AttachResponse next = indonesia_.Next();
  ASSERT_THAT(next.deliveries().deliveries(), SizeIs(1));
  v1::StatementBody body;
  ASSERT_TRUE(body.ParseFromString(next.deliveries().deliveries(0).statement().statement().body()));
  EXPECT_EQ(body.statement_id(), ExampleIssue(kThailand, 3, 3).statement_id());
}

TEST_F(RevocationTest, ACertificateThatExpiresIsCutAtItsHour) {
  const absl::Time expiry = clock_.Now() + absl::Hours(1);
  Reader feed(
      ChannelWith(sea_.Issue(CertificateProfile::kIntegration, "/agency/id-desk/integration/feed",
                             {clock_.Now() - absl::Hours(1), expiry})),
      Context());
  Grant("spiffe://sea.example/agency/id-desk/integration/feed", {v1::ROLE_READER});
  feed.Attach();
  clock_.Advance(absl::Minutes(61));
  calls_.Review();
  const absl::Status end = feed.End();
  EXPECT_EQ(ReasonOf(end), v1::ERROR_REASON_IDENTITY_INVALID);
  EXPECT_THAT(std::string(end.message()), StartsWith("CERTIFICATE_EXPIRED: "));
  ExpectThailandGoesOn();
}

// Who calls on it again must know that it is the certificate, which can be renewed: a reader that
// took it for a refusal for good never came back after a change of root.
TEST_F(RevocationTest, WhoseRootWentIsToldSoOnTheConnectionItHasOpen) {
  const TestPki next("sea.example");
  trust_.Replace(*TrustStore::Create({next.Bundle(), eastafrica_.Bundle()}));
  calls_.Review();
  EXPECT_EQ(ReasonOf(indonesia_.End()), v1::ERROR_REASON_IDENTITY_INVALID);
  EXPECT_THAT(AskAgain(), StartsWith("IDENTITY_INVALID: UNTRUSTED_ISSUER: "));
}

TEST_F(RevocationTest, AStaleRevocationListCutsEverybodyOfItsRegion) {
  TrustWith(sea_.Crl({}, {clock_.Now() - absl::Hours(2), clock_.Now() + absl::Hours(1)}));
  ExpectThailandGoesOn();
  EXPECT_TRUE(indonesia_.Next().has_deliveries());
  clock_.Advance(absl::Hours(2));
  calls_.Review();
  EXPECT_THAT(std::string(indonesia_.End().message()), StartsWith("REVOCATION_STALE: "));
}

TEST_F(RevocationTest, APublishersStreamIsCutWithTheLastAnswerItHad) {
  grpc::ClientContext context;
  auto stream = v1::Publisher::NewStub(thailand_.channel())->PublishStream(&context);
  v1::PublishRequest request;
  *request.add_statements() =
      Sign(ExampleIssue(kThailand, 1, 1), RoutingToAll(), signer_.key, random_);
  ASSERT_TRUE(stream->Write(request));
  v1::PublishResponse response;
  ASSERT_TRUE(stream->Read(&response));
  Suspend(kThailand);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(ReasonOf(FromGrpcStatus(stream->Finish())), v1::ERROR_REASON_MEMBER_SUSPENDED);
}

TEST_F(RevocationTest, ARevokedPeerIsCutFromItsLink) {
  const auto peer = eastafrica_.Broker("b1");
  grpc::ClientContext context;
  auto link = v1::RegionLink::NewStub(ChannelWith(peer))->Link(&context);
  v1::LinkFrame frame;
  frame.mutable_hello()->set_region("eastafrica.example");
  frame.mutable_hello()->set_lane(v1::LANE_ROUTINE);
  frame.mutable_hello()->set_protocol_min(1);
  frame.mutable_hello()->set_protocol_max(1);
  frame.mutable_hello()->set_epoch(7);
  ASSERT_TRUE(link->Write(frame));
  ASSERT_TRUE(link->Read(&frame));
  trust_.Replace(
      *TrustStore::Create({sea_.Bundle(), eastafrica_.Bundle(eastafrica_.Crl({peer.serial}))}));
  calls_.Review();
  while (link->Read(&frame)) {
  }
  EXPECT_EQ(ReasonOf(FromGrpcStatus(link->Finish())), v1::ERROR_REASON_CERTIFICATE_REVOKED);
  ExpectThailandGoesOn();
}

}  // namespace
}  // namespace corridor
