// A publisher on a bad day: the broker is away, answers late, or asks for patience. Every
// statement is answered exactly once, goes out with the same bytes each time, and
// what is final is not tried again. Time is fake.
#include "corridor/publisher.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "corridor/mocks/mock_publisher_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_broker.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_executor.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr char kPublisher[] = "spiffe://eastafrica.example/agency/ke-desk";

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() {
    ON_CALL(*connection_, Publish).WillByDefault([this](auto params, auto done) {
      requests_.push_back(params.request);
      done(Answer(params.request));
    });
  }

  std::unique_ptr<Publisher> MakePublisher(PublisherOptions options = {}) {
    options.publisher = kPublisher;
    options.publisher_country = "KEN";
    options.publisher_type = v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT;
    return std::make_unique<Publisher>(
        connection_, SigningKey::Generate(), options,
        Environment{.clock = &executor_.clock(), .random = &random_, .executor = &executor_});
  }

  // The errors given, one a request, then receipts.
  absl::StatusOr<v1::PublishResponse> Answer(const v1::PublishRequest& request) {
    if (!errors_.empty()) {
      const absl::Status error = errors_.front();
      errors_.erase(errors_.begin());
      if (!error.ok()) return error;
    }
    v1::PublishResponse response;
    for (const auto& statement : request.statements()) {
      *response.add_results()->mutable_receipt() = ReceiptFor(statement, ++accepted_);
    }
    return response;
  }

  static StatementDraft Draft() {
    StatementDraft draft;
    draft.body = ExampleIssue(kPublisher, 1);
    draft.routing = RoutingToAll();
    return draft;
  }

  void Send(Publisher& publisher, StatementDraft draft = Draft()) {
    publisher.PublishAsync(*publisher.Sign(std::move(draft)),
                           [this](auto outcome) { outcomes_.push_back(std::move(outcome)); });
  }

  SimExecutor executor_;
  SeededRandom random_{1};
  std::shared_ptr<testing::NiceMock<MockPublisherConnection>> connection_ =
      std::make_shared<testing::NiceMock<MockPublisherConnection>>();
  std::vector<absl::Status> errors_;
  std::vector<v1::PublishRequest> requests_;
  std::vector<absl::StatusOr<v1::Receipt>> outcomes_;
  uint64_t accepted_ = 0;
};

TEST_F(PublisherTest, SignCompletesWhatIsLeftOut) {
  auto publisher = MakePublisher();
  StatementDraft draft;
  draft.body.mutable_issue();
  const auto statement = publisher->Sign(draft);
  ASSERT_TRUE(statement.ok()) << statement.status();
  v1::StatementBody body;
  ASSERT_TRUE(body.ParseFromString(statement->body()));
  EXPECT_EQ(body.publisher(), kPublisher);
  EXPECT_EQ(body.publisher_country(), "KEN");
  EXPECT_EQ(body.revision(), 1);
  EXPECT_EQ(body.attribution(), v1::ATTRIBUTION_NAMED);
  ASSERT_EQ(body.statement_id().size(), 16);
  EXPECT_EQ(body.statement_id()[6] >> 4, 7) << "UUIDv7 sorts by time";
  ASSERT_EQ(body.alert_id().size(), 16);
  EXPECT_EQ(body.alert_id()[6] >> 4, 4) << "an alert's id tells no time";
  EXPECT_EQ(body.published_at().seconds(), absl::ToUnixSeconds(executor_.clock().Now()));
  EXPECT_EQ(statement->routing_salt().size(), 16);
}

TEST_F(PublisherTest, UnderAnEmbargoNothingTellsTheTime) {
  auto publisher = MakePublisher();
  StatementDraft draft;
  draft.body.mutable_issue();
  draft.routing.mutable_release_not_before()->set_seconds(2000000000);
  v1::StatementBody body;
  ASSERT_TRUE(body.ParseFromString(publisher->Sign(draft)->body()));
  EXPECT_EQ(body.statement_id()[6] >> 4, 4);
  EXPECT_FALSE(body.has_published_at());
}

TEST_F(PublisherTest, TheSameIdsAndSaltsGiveTheSameBytes) {
  // What an importer needs that was interrupted and runs again.
  auto publisher = MakePublisher();
  StatementDraft draft = Draft();
  draft.routing_salt = std::string(16, 'r');
  draft.body_salt = std::string(16, 'b');
  const auto first = publisher->Sign(draft);
  executor_.Advance(absl::Hours(1));
  const auto second = publisher->Sign(draft);
  EXPECT_EQ(StatementDigest(*first), StatementDigest(*second));
}

TEST_F(PublisherTest, SignRefusesWhatNoBrokerCouldRead) {
  auto publisher = MakePublisher();
  StatementDraft short_id = Draft();
  short_id.body.set_statement_id("short");
  EXPECT_EQ(ReasonOf(publisher->Sign(short_id).status()), v1::ERROR_REASON_STATEMENT_MALFORMED);
  StatementDraft without_alert;
  without_alert.body.mutable_cancel();
  EXPECT_EQ(ReasonOf(publisher->Sign(without_alert).status()),
            v1::ERROR_REASON_STATEMENT_MALFORMED);
  StatementDraft large = Draft();
  for (int i = 0; i < 2000; ++i) {
    large.routing.add_excluded()->set_member("spiffe://sea.example/agency/somebody");
  }
  EXPECT_EQ(ReasonOf(publisher->Sign(large).status()), v1::ERROR_REASON_STATEMENT_TOO_LARGE);
}

TEST_F(PublisherTest, CheckLocallyAsksTheGateAndNobodyElse) {
  EXPECT_CALL(*connection_, Check).Times(0);
  auto publisher = MakePublisher();
  EXPECT_TRUE(publisher->CheckLocally(Draft()).ok()) << publisher->CheckLocally(Draft());
  StatementDraft telling = Draft();
  v1::LocalizedText& text = *telling.body.mutable_issue()->mutable_content()->add_headlines();
  text.set_language("en");
  text.set_text("write to someone@mail.example");
  const absl::Status refused = publisher->CheckLocally(telling);
  ASSERT_EQ(ViolationsOf(refused).size(), 1u) << refused;
  EXPECT_EQ(ViolationsOf(refused)[0].reason, v1::ERROR_REASON_PERSONAL_DATA);
  EXPECT_EQ(refused.ToString().find("someone"), std::string::npos);
  EXPECT_TRUE(requests_.empty());
}

TEST_F(PublisherTest, StatementsTravelTogether) {
  auto publisher = MakePublisher({.batch_statements_max = 3});
  for (int i = 0; i < 7; ++i) Send(*publisher);
  executor_.RunUntilIdle();
  ASSERT_EQ(requests_.size(), 2) << "two full requests leave at once, the seventh waits";
  executor_.Advance(absl::Milliseconds(2));
  ASSERT_EQ(requests_.size(), 3);
  EXPECT_EQ(requests_[0].statements_size(), 3);
  EXPECT_EQ(requests_[2].statements_size(), 1);
  EXPECT_EQ(outcomes_.size(), 7);
}

TEST_F(PublisherTest, TriesAgainWithTheSameBytesUntilAReceiptComes) {
  errors_ = {absl::UnavailableError("Socket closed"),
             Error(v1::ERROR_REASON_OUTCOME_UNKNOWN, "the sync failed"),
             absl::DeadlineExceededError("too late")};
  auto publisher = MakePublisher();
  Send(*publisher);
  executor_.Advance(absl::Seconds(30));
  ASSERT_EQ(requests_.size(), 4);
  std::set<std::string> bytes;
  for (const auto& request : requests_) bytes.insert(request.statements(0).SerializeAsString());
  EXPECT_EQ(bytes.size(), 1) << "the id, the salts and the signature stay";
  ASSERT_EQ(outcomes_.size(), 1);
  EXPECT_TRUE(outcomes_[0].ok()) << outcomes_[0].status();
}

TEST_F(PublisherTest, WaitsAsLongAsTheBrokerAsks) {
  errors_ = {WithRetry(Error(v1::ERROR_REASON_QUOTA, "slow down"), absl::Seconds(10))};
  auto publisher = MakePublisher();
  Send(*publisher);
  executor_.Advance(absl::Milliseconds(9900));
  EXPECT_EQ(requests_.size(), 1);
  executor_.Advance(absl::Milliseconds(200));
  EXPECT_EQ(requests_.size(), 2);
}

TEST_F(PublisherTest, ARefusalIsFinal) {
  errors_ = {Error(v1::ERROR_REASON_POLICY_DENIED, "no grant")};
  auto publisher = MakePublisher();
  Send(*publisher);
  executor_.Advance(absl::Minutes(5));
  EXPECT_EQ(requests_.size(), 1);
  ASSERT_EQ(outcomes_.size(), 1);
  EXPECT_EQ(ReasonOf(outcomes_[0].status()), v1::ERROR_REASON_POLICY_DENIED);
}

TEST_F(PublisherTest, OneRefusedStatementDoesNotStopItsCompany) {
  EXPECT_CALL(*connection_, Publish).WillOnce([](auto params, auto done) {
    v1::PublishResponse response;
    *response.add_results()->mutable_error() =
        ToRpcStatus(Error(v1::ERROR_REASON_PERSONAL_DATA, "no"));
    *response.add_results()->mutable_receipt() = ReceiptFor(params.request.statements(1), 1);
    done(std::move(response));
  });
  auto publisher = MakePublisher();
  Send(*publisher);
  Send(*publisher);
  executor_.Advance(absl::Seconds(1));
  ASSERT_EQ(outcomes_.size(), 2);
  EXPECT_EQ(ReasonOf(outcomes_[0].status()), v1::ERROR_REASON_PERSONAL_DATA);
  EXPECT_TRUE(outcomes_[1].ok());
}

TEST_F(PublisherTest, GivesUpAfterItsTimeWithTheLastError) {
  errors_.assign(1000, absl::UnavailableError("Connection refused"));
  auto publisher = MakePublisher({.retry_for = absl::Seconds(10)});
  Send(*publisher);
  executor_.Advance(absl::Seconds(11));
  ASSERT_EQ(outcomes_.size(), 1);
  EXPECT_TRUE(absl::IsUnavailable(outcomes_[0].status()));
}

TEST_F(PublisherTest, AReceiptForAnotherStatementIsNoReceipt) {
  EXPECT_CALL(*connection_, Publish).WillOnce([](auto params, auto done) {
    v1::PublishResponse response;
    *response.add_results()->mutable_receipt() = ReceiptFor(params.request.statements(0), 1);
    response.mutable_results(0)->mutable_receipt()->set_digest(std::string(32, 'x'));
    done(std::move(response));
  });
  auto publisher = MakePublisher();
  Send(*publisher);
  executor_.Advance(absl::Seconds(1));
  ASSERT_EQ(outcomes_.size(), 1);
  EXPECT_TRUE(absl::IsInternal(outcomes_[0].status()));
}

TEST_F(PublisherTest, DestroyingAnswersWhatIsUndecidedOnce) {
  PublisherConnection::PublishDone late;
  v1::PublishRequest request;
  EXPECT_CALL(*connection_, Publish).WillOnce([&](auto params, auto done) {
    request = params.request;
    late = std::move(done);
  });
  auto publisher = MakePublisher();
  Send(*publisher);
  publisher->Flush();
  publisher.reset();
  ASSERT_EQ(outcomes_.size(), 1);
  EXPECT_TRUE(absl::IsCancelled(outcomes_[0].status()));
  late(Answer(request));
  executor_.RunUntilIdle();
  EXPECT_EQ(outcomes_.size(), 1);
}

}  // namespace
}  // namespace corridor
