// Whole imports against a broker's stand-in: counts, runs again, kills, refusals.

#include "client/import/importer.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "core/model/errors.h"
#include "tests/client/import/import_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kRows[] =
    "2014,KEN,THA,labour,adults\n"
    "2014,KEN,THA,labour,adults\n"
    "2015,KEN,the Gulf,home,\n"
    "2015,KEN,THA,noise,\n"
    "2015,KEN,Atlantis,home,\n"
    "2016,THA,KEN,soldier,children\n";

class ImporterTest : public ::testing::Test {
 protected:
  std::shared_ptr<ImportState> OpenState() {
    auto state = ImportState::Open(dir_.File("state"), "example", "invented-2024", random_);
    EXPECT_TRUE(state.ok()) << state.status();
    return std::shared_ptr<ImportState>(*std::move(state));
  }
  ImportResult Run(const std::string& rows, ImportOptions options = ImportOptions()) {
    if (options.now == absl::UnixEpoch()) options.now = now_;
    return RunImport(mapping_, kExampleHeader + rows, OpenState(), outlet_, options);
  }

  TempDir dir_;
  SeededRandom random_{1};
  ctl::ImportMapping mapping_ = ExampleMapping();
  FakeOutlet outlet_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
};

TEST_F(ImporterTest, EveryRowIsCountedOnce) {
  const ImportResult result = Run(kRows);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.counts.read, 6u);
  EXPECT_EQ(result.counts.published, 4u);
  EXPECT_THAT(result.counts.not_imported,
              UnorderedElementsAre(Pair("FILTERED_OUT", 1u), Pair("UNKNOWN_LABEL", 1u)));
  EXPECT_THAT(result.counts.unknown_labels, ElementsAre(Pair("to: Atlantis", 1u)));
  EXPECT_THAT(result.counts.areas, ElementsAre(Pair("the Gulf -> 145", 1u)));
  EXPECT_THAT(result.counts.by_publisher,
              UnorderedElementsAre(Pair("spiffe://sea.example/agency/th-desk", 2u),
                                   Pair("spiffe://ea.example/agency/ke-desk", 2u)));
  ASSERT_EQ(result.faults.size(), 2u);
  EXPECT_EQ(result.faults[1].row, 5u);
  EXPECT_EQ(result.faults[1].line, 6u);
  // Rows 1 and 2 say the same and are two alerts.
  EXPECT_EQ(outlet_.accepted().size(), 4u);
  const v1::StatementBody& body = outlet_.accepted().begin()->second.body;
  EXPECT_EQ(body.published_at().seconds(), absl::ToUnixSeconds(now_));
  EXPECT_EQ(body.valid_until().seconds(), absl::ToUnixSeconds(now_ + absl::Hours(30 * 24)));
}

TEST_F(ImporterTest, TheSecondRunSendsNothing) {
  Run(kRows);
  now_ += absl::Hours(48);
  const ImportResult again = Run(kRows);
  EXPECT_EQ(again.counts.already_there, 4u);
  EXPECT_EQ(again.counts.published, 0u);
  EXPECT_EQ(again.counts.read, 6u);
  EXPECT_EQ(outlet_.sent(), 4u);
}

// Killed after everything was sent and before any answer: the same bytes go out again,
// although it is later now, and the broker gives the first receipts.
TEST_F(ImporterTest, AKilledImportSendsTheSameBytesAgain) {
  outlet_.silent_after = 1;
  const ImportResult killed = Run(kRows, {.now = now_, .patience = absl::ZeroDuration()});
  EXPECT_TRUE(absl::IsCancelled(killed.status));
  EXPECT_EQ(killed.counts.published, 1u);
  EXPECT_EQ(killed.counts.not_imported.at("UNDECIDED"), 3u);

  outlet_.Restart();
  now_ += absl::Hours(2);
  const ImportResult again = Run(kRows);
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_EQ(again.counts.already_there, 4u);
  EXPECT_EQ(again.counts.published, 0u);
  EXPECT_EQ(again.counts.read, 6u);
  EXPECT_EQ(outlet_.accepted().size(), 4u);
}

TEST_F(ImporterTest, AGrownFileBringsItsNewRowsAlone) {
  Run(kRows);
  const ImportResult grown = Run(std::string(kRows) + "2017,KEN,THA,home,\n");
  EXPECT_EQ(grown.counts.published, 1u);
  EXPECT_EQ(grown.counts.already_there, 4u);
  EXPECT_EQ(outlet_.accepted().size(), 5u);
}

TEST_F(ImporterTest, ARowThatChangedIsNamedAndLeft) {
  Run(kRows);
  std::string changed = kRows;
  changed.replace(0, 4, "2013");
  const ImportResult again = Run(changed);
  EXPECT_EQ(again.counts.already_there, 3u);
  ASSERT_EQ(again.faults.size(), 3u);
  EXPECT_EQ(again.faults[0].fault.reason, ImportReason::kRowChanged);
  EXPECT_EQ(outlet_.sent(), 4u);
}

// A label explained in the mapping later on brings its rows, and only those.
TEST_F(ImporterTest, AMendedMappingBringsWhatWasLeftOut) {
  Run(kRows);
  ctl::PlaceLabel& place = *mapping_.add_places();
  place.set_label("Atlantis");
  place.set_place("001");
  const ImportResult again = Run(kRows);
  EXPECT_EQ(again.counts.published, 1u);
  EXPECT_EQ(again.counts.already_there, 4u);
}

TEST_F(ImporterTest, WithoutItsStateTheBrokerSaysWhatIsThere) {
  Run(kRows);
  std::filesystem::remove(dir_.File("state"));
  const ImportResult again = Run(kRows);
  EXPECT_TRUE(again.status.ok());
  EXPECT_EQ(again.counts.not_imported.at("OTHER_CONTENT"), 4u);
  EXPECT_EQ(outlet_.accepted().size(), 4u);
}

TEST_F(ImporterTest, RefusedRowsAreNamedAndMayBeSentAgain) {
  outlet_.refuse = [](const OutgoingStatement& statement) {
    return statement.body.publisher_country() == "KEN"
               ? Error(v1::ERROR_REASON_POLICY_DENIED, "no grant")
               : absl::OkStatus();
  };
  const ImportResult refused = Run(kRows);
  EXPECT_TRUE(refused.status.ok());
  EXPECT_EQ(refused.counts.published, 2u);
  EXPECT_THAT(refused.counts.refused, ElementsAre(Pair("POLICY_DENIED", 2u)));
  outlet_.refuse = nullptr;
  now_ += absl::Hours(24 * 365);
  const ImportResult again = Run(kRows);
  EXPECT_EQ(again.counts.published, 2u);
  EXPECT_EQ(again.counts.already_there, 2u);
}

TEST_F(ImporterTest, AnUnreachableBrokerEndsTheRun) {
  outlet_.refuse = [](const OutgoingStatement&) { return absl::UnavailableError("no answer"); };
  const ImportResult failed = Run(kRows);
  EXPECT_TRUE(absl::IsUnavailable(failed.status));
  EXPECT_EQ(failed.counts.not_imported.at("UNDECIDED"), 4u);
  outlet_.refuse = nullptr;
  now_ += absl::Hours(1);
  const ImportResult again = Run(kRows);
  EXPECT_EQ(again.counts.published, 4u);
  // They say when they were first sent.
  for (const auto& [key, statement] : outlet_.accepted()) {
    EXPECT_EQ(statement.body.published_at().seconds(), absl::ToUnixSeconds(now_ - absl::Hours(1)));
  }
}

TEST_F(ImporterTest, ADryRunSendsNothingAndRemembersNothing) {
  const ImportResult dry = Run(kRows, {.dry_run = true, .now = now_});
  EXPECT_EQ(dry.counts.would_publish, 4u);
  EXPECT_EQ(outlet_.sent(), 0u);
  EXPECT_EQ(Run(kRows).counts.published, 4u);
}

TEST_F(ImporterTest, RowsAndLimitChooseAPart) {
  EXPECT_EQ(Run(kRows, {.first_row = 2, .last_row = 3, .now = now_}).counts.read, 2u);
  const ImportResult limited = Run(kRows, {.limit = 1, .now = now_});
  EXPECT_EQ(limited.counts.published, 1u);
  EXPECT_EQ(limited.counts.read, 1u);
}

// Each agency imports its own rows from one mapping for all.
TEST_F(ImporterTest, RowsOfOthersAreLeft) {
  const ImportResult own =
      Run(kRows, {.publishers = {"spiffe://ea.example/agency/ke-desk"}, .now = now_});
  EXPECT_EQ(own.counts.published, 2u);
  EXPECT_EQ(own.counts.not_imported.at("NO_PROFILE"), 2u);
  EXPECT_EQ(Run(kRows).counts.published, 2u);
}

TEST_F(ImporterTest, StopEndsAtTheLabelAndKeepsWhatCameBefore) {
  mapping_.mutable_legs(1)->set_unknown_label(ctl::UNKNOWN_LABEL_STOP);
  const ImportResult stopped = Run(kRows);
  EXPECT_TRUE(absl::IsInvalidArgument(stopped.status));
  EXPECT_EQ(stopped.counts.read, 5u);
  EXPECT_EQ(stopped.counts.published, 3u);
}

// The importer asks the gate itself: what it would refuse never leaves.
TEST_F(ImporterTest, TheGateIsAskedBeforeSending) {
  mapping_.mutable_where_present()->mutable_affected_group()->set_gender(v1::GENDER_WOMEN);
  const ImportResult result = Run(kRows);
  EXPECT_EQ(result.counts.not_imported.at("GATE"), 3u);
  EXPECT_THAT(result.faults[0].fault.detail, ::testing::HasSubstr("affected_group.gender"));
  EXPECT_EQ(outlet_.sent(), 1u);
}

}  // namespace
}  // namespace corridor
