// An outbox while the broker is away, slow, or says no; while its process is killed, its disk
// torn, its bound reached. What Publish() took is sent once the broker is there, with the same
// bytes, and nothing on the disk can be read without the key.
#include "corridor/outbox.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/internal/outbox_log.h"
#include "core/model/errors.h"
#include "corridor/mocks/mock_publisher_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_broker.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_executor.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPublisher[] = "spiffe://eastafrica.example/agency/ke-desk";

class OutboxTest : public testing::Test {
 protected:
  OutboxTest() {
    ON_CALL(*connection_, Publish).WillByDefault([this](auto params, auto done) {
      if (held_back_) {
        waiting_.emplace_back(params.request, std::move(done));
      } else {
        done(Answer(params.request));
      }
    });
  }
  ~OutboxTest() override {
    outbox_.reset();
    executor_.RunUntilIdle();
  }

  absl::StatusOr<v1::PublishResponse> Answer(const v1::PublishRequest& request) {
    if (!away_.ok()) return away_;
    v1::PublishResponse response;
    for (const auto& statement : request.statements()) {
      v1::StatementBody body;
      body.ParseFromString(statement.body());
      received_.push_back(statement.SerializeAsString());
      ids_.push_back(body.statement_id());
      if (const auto refused = refuse_.find(body.statement_id()); refused != refuse_.end()) {
        *response.add_results()->mutable_error() = ToRpcStatus(refused->second);
      } else {
        *response.add_results()->mutable_receipt() = ReceiptFor(statement, ids_.size());
      }
    }
    return response;
  }
  // The broker answers what it held back.
  void AnswerAll() {
    for (auto& [request, done] : std::exchange(waiting_, {})) done(Answer(request));
    executor_.Advance(absl::Seconds(1));
  }

  Environment Surroundings() {
    return {.clock = &executor_.clock(), .random = &random_, .executor = &executor_};
  }
  OutboxOptions Options() {
    OutboxOptions options;
    options.directory = directory_.path() + "/outbox";
    options.key = std::string(32, 'k');
    options.on_outcome = [this](OutboxOutcome outcome) { outcomes_.push_back(std::move(outcome)); };
    return options;
  }
  absl::Status TryOpen(OutboxOptions options) {
    PublisherOptions as;
    as.publisher = kPublisher;
    as.publisher_country = "KEN";
    as.publisher_type = v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT;
    auto publisher =
        std::make_shared<Publisher>(connection_, SigningKey::Generate(), as, Surroundings());
    auto outbox = Outbox::Open(std::move(publisher), std::move(options), Surroundings());
    if (!outbox.ok()) return outbox.status();
    outbox_ = *std::move(outbox);
    return absl::OkStatus();
  }
  void Open(OutboxOptions options) {
    const absl::Status opened = TryOpen(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened;
  }
  void Open() { Open(Options()); }
  void Close() {
    outbox_.reset();
    executor_.RunUntilIdle();
  }

  static StatementDraft Draft(uint64_t alert, uint64_t statement) {
    StatementDraft draft;
    draft.body = ExampleIssue(kPublisher, alert, statement);
    draft.routing = RoutingToAll();
    return draft;
  }
  // Publishes and answers what was signed.
  std::string Publish(uint64_t alert) {
    const auto signed_statement = outbox_->Publish(Draft(alert, alert));
    EXPECT_TRUE(signed_statement.ok()) << signed_statement.status();
    return signed_statement.ok() ? signed_statement->SerializeAsString() : "";
  }
  std::vector<std::filesystem::path> Segments() const {
    std::vector<std::filesystem::path> segments;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path() + "/outbox")) {
      if (file.path().extension() == ".outbox") segments.push_back(file.path());
    }
    std::sort(segments.begin(), segments.end());
    return segments;
  }
  static std::string ContentOf(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const TempDir directory_;
  SimExecutor executor_{absl::FromUnixSeconds(kExamplePublishedSeconds)};
  SeededRandom random_{1};
  std::shared_ptr<testing::NiceMock<MockPublisherConnection>> connection_ =
      std::make_shared<testing::NiceMock<MockPublisherConnection>>();
  absl::Status away_;
  bool held_back_ = false;
  std::vector<std::pair<v1::PublishRequest, PublisherConnection::PublishDone>> waiting_;
  std::map<std::string, absl::Status> refuse_;  // By statement id.
  std::vector<std::string> received_;
  std::vector<std::string> ids_;
  std::vector<OutboxOutcome> outcomes_;
  std::unique_ptr<Outbox> outbox_;
};

TEST_F(OutboxTest, WhatIsPublishedIsSentReportedAndForgotten) {
  Open();
  const std::string said = Publish(1);
  EXPECT_EQ(outbox_->figures().statements, 1u);
  executor_.Advance(absl::Seconds(1));
  EXPECT_THAT(received_, ElementsAre(said));
  ASSERT_THAT(outcomes_, SizeIs(1));
  EXPECT_TRUE(outcomes_[0].receipt.ok());
  EXPECT_EQ(outcomes_[0].statement.SerializeAsString(), said);
  EXPECT_EQ(outbox_->figures().statements, 0u);
  EXPECT_EQ(outbox_->figures().bytes, 0u);
  EXPECT_TRUE(outbox_->WaitUntilEmpty(absl::ZeroDuration()));
  Close();
  Open();
  executor_.Advance(absl::Minutes(1));
  EXPECT_THAT(received_, SizeIs(1)) << "what is decided is not sent again";
}

TEST_F(OutboxTest, WhatTheBrokerDidNotTakeIsSentWithTheSameBytesAfterARestart) {
  away_ = absl::UnavailableError("Connection refused");
  Open();
  const std::string one = Publish(1);
  const std::string two = Publish(2);
  executor_.Advance(absl::Hours(1));
  EXPECT_THAT(received_, IsEmpty());
  EXPECT_TRUE(absl::IsUnavailable(outbox_->figures().last_error));
  EXPECT_FALSE(outbox_->WaitUntilEmpty(absl::ZeroDuration()));
  Close();
  away_ = absl::OkStatus();
  Open();
  EXPECT_EQ(outbox_->figures().statements, 2u);
  executor_.Advance(absl::Seconds(1));
  EXPECT_THAT(received_, ElementsAre(one, two));
  EXPECT_EQ(outbox_->figures().statements, 0u);
}

TEST_F(OutboxTest, ItGoesOnByItselfWhenTheBrokerComesBack) {
  away_ = absl::UnavailableError("Connection refused");
  Open();
  Publish(1);
  executor_.Advance(absl::Hours(3));
  away_ = absl::OkStatus();
  executor_.Advance(absl::Minutes(5));
  EXPECT_THAT(received_, SizeIs(1));
}

// Wherever a crash has cut the file: each whole statement is there, and none that is not.
TEST_F(OutboxTest, ACutAnywhereLosesNothingThatWasWhole) {
  away_ = absl::UnavailableError("Connection refused");
  Open();
  std::vector<std::string> said;
  std::vector<size_t> ends;
  for (uint64_t alert = 1; alert <= 3; ++alert) {
    said.push_back(Publish(alert));
    ends.push_back(ContentOf(Segments().at(0)).size());
  }
  const std::filesystem::path segment = Segments().at(0);
  Close();
  const std::string whole = ContentOf(segment);
  for (size_t cut = 0; cut <= whole.size(); cut += cut % 64 == 63 ? 1 : 21) {
    std::filesystem::remove_all(directory_.path() + "/outbox");
    std::filesystem::create_directory(directory_.path() + "/outbox");
    std::ofstream(segment, std::ios::binary) << whole.substr(0, cut);
    auto opened = OutboxLog::Open(Options().directory, Options().key, random_);
    ASSERT_TRUE(opened.ok()) << opened.status() << " at " << cut;
    const auto expected = static_cast<size_t>(
        std::count_if(ends.begin(), ends.end(), [&](size_t end) { return end <= cut; }));
    ASSERT_THAT(opened->undecided, SizeIs(expected)) << "at " << cut;
    for (size_t i = 0; i < expected; ++i) {
      const auto statement = opened->log->Read(opened->undecided[i].place);
      ASSERT_TRUE(statement.ok()) << statement.status();
      EXPECT_EQ(statement->SerializeAsString(), said[i]);
    }
  }
}

// The process is killed at any moment: what Publish() has answered is there.
TEST_F(OutboxTest, WhatWasAnsweredSurvivesTheDeathOfTheProcess) {
  int answered[2];
  ASSERT_EQ(pipe(answered), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto opened = OutboxLog::Open(Options().directory, Options().key, random_);
    for (uint64_t number = 1;; ++number) {
      const v1::SignedStatement statement =
          Unsigned(ExampleIssue(kPublisher, number, number), RoutingToAll(), random_);
      if (!opened.ok() || !opened->log->Append(statement).ok() ||
          !OutboxLog::Sync(*opened->log->Target()).ok() ||
          write(answered[1], &number, sizeof number) != sizeof number) {
        _exit(1);
      }
    }
  }
  close(answered[1]);
  uint64_t last = 0;
  for (uint64_t number = 0; last < 50 && read(answered[0], &number, sizeof number) > 0;) {
    last = number;
  }
  kill(child, SIGKILL);
  for (uint64_t number = 0; read(answered[0], &number, sizeof number) == sizeof number;) {
    last = number;
  }
  close(answered[0]);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_GE(last, 50u);
  auto opened = OutboxLog::Open(Options().directory, Options().key, random_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_GE(opened->undecided.size(), last);
  EXPECT_LE(opened->undecided.size(), last + 1);
}

TEST_F(OutboxTest, NothingOnTheDiskCanBeReadWithoutTheKey) {
  away_ = absl::UnavailableError("Connection refused");
  Open();
  Publish(1);
  for (const auto& segment : Segments()) {
    EXPECT_EQ(ContentOf(segment).find(kPublisher), std::string::npos);
    EXPECT_EQ(std::filesystem::status(segment).permissions() & std::filesystem::perms::others_read,
              std::filesystem::perms::none);
  }
  Close();
  OutboxOptions other = Options();
  other.key = std::string(32, 'x');
  EXPECT_TRUE(absl::IsInvalidArgument(TryOpen(std::move(other))));
  OutboxOptions shorter = Options();
  shorter.key = "short";
  EXPECT_TRUE(absl::IsInvalidArgument(TryOpen(std::move(shorter))));
}

TEST_F(OutboxTest, OneProcessAtATime) {
  Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(
      OutboxLog::Open(Options().directory, Options().key, random_).status()));
}

TEST_F(OutboxTest, ADirectoryThatCannotBeMadeIsSaid) {
  OutboxOptions options = Options();
  options.directory = directory_.path() + "/not/there";
  EXPECT_TRUE(absl::IsUnavailable(TryOpen(std::move(options))));
}

TEST_F(OutboxTest, WhatIsRefusedForGoodIsReportedAndForgotten) {
  const std::string bad = ExampleIssue(kPublisher, 1, 1).statement_id();
  refuse_[bad] = Error(v1::ERROR_REASON_PERSONAL_DATA, "a name");
  Open();
  Publish(1);
  Publish(2);
  executor_.Advance(absl::Seconds(5));
  ASSERT_THAT(outcomes_, SizeIs(2));
  EXPECT_EQ(ReasonOf(outcomes_[0].receipt.status()), v1::ERROR_REASON_PERSONAL_DATA);
  EXPECT_TRUE(outcomes_[1].receipt.ok());
  EXPECT_EQ(outbox_->figures().statements, 0u);
}

// A person can mend it: nothing is given up meanwhile.
TEST_F(OutboxTest, WhatAPersonCanMendWaits) {
  const std::string id = ExampleIssue(kPublisher, 1, 1).statement_id();
  refuse_[id] = Error(v1::ERROR_REASON_MEMBER_SUSPENDED, "suspended");
  Open();
  Publish(1);
  executor_.Advance(absl::Hours(2));
  EXPECT_THAT(outcomes_, IsEmpty());
  EXPECT_EQ(ReasonOf(outbox_->figures().last_error), v1::ERROR_REASON_MEMBER_SUSPENDED);
  refuse_.clear();
  executor_.Advance(absl::Minutes(2));
  ASSERT_THAT(outcomes_, SizeIs(1));
  EXPECT_TRUE(outcomes_[0].receipt.ok());
}

TEST_F(OutboxTest, StatementsAboutOneAlertGoOneAfterAnother) {
  held_back_ = true;
  Open();
  ASSERT_TRUE(outbox_->Publish(Draft(1, 1)).ok());
  StatementDraft revision = Draft(1, 2);
  revision.body = ExampleRevise(kPublisher, 1, 2, 2);
  ASSERT_TRUE(outbox_->Publish(revision).ok());
  ASSERT_TRUE(outbox_->Publish(Draft(3, 3)).ok());
  executor_.Advance(absl::Seconds(1));
  AnswerAll();
  EXPECT_THAT(ids_, ElementsAre(ExampleIssue(kPublisher, 1, 1).statement_id(),
                                ExampleIssue(kPublisher, 3, 3).statement_id()));
  AnswerAll();
  EXPECT_THAT(ids_, SizeIs(3));
}

TEST_F(OutboxTest, NoMoreThanTheBoundIsOnItsWay) {
  held_back_ = true;
  OutboxOptions options = Options();
  options.in_flight_max = 2;
  Open(std::move(options));
  for (uint64_t alert = 1; alert <= 5; ++alert) Publish(alert);
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(outbox_->figures().in_flight, 2u);
  while (!waiting_.empty()) AnswerAll();
  EXPECT_THAT(ids_, SizeIs(5));
}

TEST_F(OutboxTest, AFullOutboxFailsOrDropsTheOldestAsItIsTold) {
  away_ = absl::UnavailableError("Connection refused");
  OutboxOptions failing = Options();
  failing.statements_max = 2;
  failing.when_full = OutboxOptions::WhenFull::kFail;
  Open(std::move(failing));
  Publish(1);
  Publish(2);
  EXPECT_TRUE(absl::IsResourceExhausted(outbox_->Publish(Draft(3, 3)).status()));
  Close();
  OutboxOptions dropping = Options();
  dropping.statements_max = 2;
  dropping.when_full = OutboxOptions::WhenFull::kDropOldest;
  Open(std::move(dropping));
  Publish(4);
  away_ = absl::OkStatus();
  executor_.Advance(absl::Minutes(5));
  EXPECT_THAT(ids_, ElementsAre(ExampleIssue(kPublisher, 2, 2).statement_id(),
                                ExampleIssue(kPublisher, 4, 4).statement_id()));
  ASSERT_THAT(outcomes_, SizeIs(3));
  EXPECT_TRUE(absl::IsResourceExhausted(outcomes_[0].receipt.status()));
  Close();
  Open();
  EXPECT_EQ(outbox_->figures().statements, 0u) << "what was dropped stays dropped";
}

TEST_F(OutboxTest, ABlockedPublishGoesOnWhenThereIsRoom) {
  away_ = absl::UnavailableError("Connection refused");
  OutboxOptions options = Options();
  options.statements_max = 1;
  Open(std::move(options));
  Publish(1);
  const v1::SignedStatement second =
      Unsigned(ExampleIssue(kPublisher, 2, 2), RoutingToAll(), random_);
  std::thread publisher([&] { EXPECT_TRUE(outbox_->Publish(second).ok()); });
  away_ = absl::OkStatus();
  while (ids_.size() < 2) executor_.Advance(absl::Seconds(1));
  publisher.join();
  EXPECT_TRUE(outbox_->WaitUntilEmpty(absl::ZeroDuration()));
}

TEST_F(OutboxTest, DiskIsGivenBackAsTheBrokerDecides) {
  away_ = absl::UnavailableError("Connection refused");
  Open();
  v1::SignedStatement large = Unsigned(ExampleIssue(kPublisher, 1, 1), RoutingToAll(), random_);
  large.mutable_proof()->set_ed25519_signature(std::string(900'000, 's'));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(outbox_->Publish(large).ok());
  EXPECT_GE(Segments().size(), 2u);
  away_ = absl::OkStatus();
  executor_.Advance(absl::Minutes(5));
  EXPECT_EQ(outbox_->figures().statements, 0u);
  EXPECT_LE(Segments().size(), 2u);
  Close();
  Open();
  EXPECT_THAT(Segments(), SizeIs(1));
}

TEST_F(OutboxTest, AKeyIsMadeOnceAndKeptForItsOwner) {
  const std::string path = directory_.File("outbox.key");
  const auto made = OutboxKeyFromFile(path, random_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->size(), 32u);
  EXPECT_EQ(*OutboxKeyFromFile(path, random_), *made);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ofstream(path, std::ios::binary) << "something else";
  EXPECT_TRUE(absl::IsInvalidArgument(OutboxKeyFromFile(path, random_).status()));
  EXPECT_TRUE(
      absl::IsUnavailable(OutboxKeyFromFile(directory_.path() + "/no/such", random_).status()));
}

}  // namespace
}  // namespace corridor
