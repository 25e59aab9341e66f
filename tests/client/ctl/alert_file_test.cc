// What people write down becomes the statement they mean: short codes, months and dates,
// one alert or a stream of them; and what cannot be read is named by its place.
#include "client/ctl/alert_file.h"

#include <sstream>
#include <vector>

#include "absl/strings/match.h"
#include "client/ctl/context.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1772438400);  // 2026-03-02 08:00 UTC

struct Read {
  std::vector<ctl::AlertFile> files;
  absl::Status end;
};

Read ReadEverything(const std::string& text) {
  std::istringstream in(text);
  AlertFileReader reader(in, "alerts.json");
  Read read;
  while (true) {
    auto file = reader.Next();
    if (!file.ok()) return {read.files, file.status()};
    if (!file->has_value()) return read;
    read.files.push_back(**file);
  }
}

TEST(AlertFileTest, ReadsShortCodesAndMonths) {
  const Read read = ReadEverything(R"({
    "tlp": "amber", "urgency": "URGENCY_IMMEDIATE",
    "audience": {"countries": {"countries": ["THA"]}},
    "issue": {"severity": "SEVERE", "certainty": "observed",
              "observedPeriod": {"start": "2025-11", "end": "2026-02"},
              "legs": [{"stage": "RECRUITMENT", "country": "KEN"}],
              "pattern": {"purposes": ["forced-criminality"]}}})");
  ASSERT_TRUE(read.end.ok()) << read.end;
  ASSERT_EQ(read.files.size(), 1);
  const ctl::AlertFile& file = read.files[0];
  EXPECT_EQ(file.tlp(), v1::TLP_AMBER);
  EXPECT_EQ(file.urgency(), v1::URGENCY_IMMEDIATE);
  EXPECT_EQ(file.issue().certainty(), v1::CERTAINTY_OBSERVED);
  EXPECT_EQ(file.issue().observed_period().start().year(), 2025);
  EXPECT_EQ(file.issue().observed_period().end().month(), 2);
  EXPECT_EQ(file.issue().pattern().purposes(0), v1::TRAFFICKING_PURPOSE_FORCED_CRIMINALITY);
}

TEST(AlertFileTest, ReadsLinesArraysAndTextproto) {
  EXPECT_EQ(ReadEverything("{\"tlp\":\"GREEN\"}\n{\"tlp\":\"RED\"}\n").files.size(), 2);
  EXPECT_EQ(ReadEverything("[{\"tlp\":\"GREEN\"}, {\"tlp\":\"RED\"}]").files.size(), 2);
  EXPECT_TRUE(ReadEverything(" \n").files.empty());
  const Read text = ReadEverything("# an alert\ntlp: TLP_GREEN\nrevision: 3\n");
  ASSERT_EQ(text.files.size(), 1) << text.end;
  EXPECT_EQ(text.files[0].revision(), 3);
}

TEST(AlertFileTest, AMistakeIsNamedByItsPlaceAndIsAUsageError) {
  for (const char* text : {"{\"tlp\":\"GREEN\"} {\"tlp\":", "{\"tlp\":\"GREEN\"} {\"no_field\":1}",
                           "{\"tlp\":\"GREEN\"} {\"tlp\":\"PURPLE\"}", "{\"tlp\":\"GREEN\"} x"}) {
    const Read read = ReadEverything(text);
    EXPECT_EQ(read.files.size(), 1) << "what came before is good";
    EXPECT_EQ(ExitCodeOf(read.end), kExitUsage) << text;
    EXPECT_TRUE(absl::StrContains(read.end.message(), "statement 2")) << read.end;
  }
  EXPECT_TRUE(absl::StrContains(ReadEverything("tlp: TLP_GREEN\nnonsense: 1").end.message(),
                                "alerts.json:2:"));
}

TEST(AlertFileTest, DatesAreWholeDaysAndDaysCountFromNow) {
  ctl::AlertFile file;
  file.mutable_issue();
  file.set_valid_from("2026-03-05");
  file.set_valid_until("2026-03-31");
  auto draft = DraftOf(file, kNow);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->body.valid_from().seconds(), 1772668800);   // 2026-03-05 00:00:00 UTC
  EXPECT_EQ(draft->body.valid_until().seconds(), 1775001599);  // 2026-03-31 23:59:59 UTC
  file.set_valid_until("60 days");
  EXPECT_EQ(DraftOf(file, kNow)->body.valid_until().seconds(), 1772438400 + 60 * 86400);
  file.set_valid_until("2026-03-31T12:00:00Z");
  EXPECT_EQ(DraftOf(file, kNow)->body.valid_until().seconds(), 1774958400);
  file.set_valid_until("next week");
  EXPECT_EQ(ExitCodeOf(DraftOf(file, kNow).status()), kExitUsage);
}

TEST(AlertFileTest, AReactionNamesItsTargetAsPeopleDo) {
  ctl::AlertFile file;
  file.mutable_sighting()->mutable_target()->set_publisher("ke-desk@eastafrica.example");
  file.mutable_sighting()->mutable_target()->set_alert_id("0196d1f2-7a3b-7c11-9f00-2b1c5a6d7e8f");
  file.mutable_sighting()->set_kind(v1::SIGHTING_KIND_SEEN);
  const auto draft = DraftOf(file, kNow);
  ASSERT_TRUE(draft.ok()) << draft.status();
  const v1::AlertReference& target = draft->body.sighting().target();
  EXPECT_EQ(target.publisher(), "spiffe://eastafrica.example/agency/ke-desk");
  EXPECT_EQ(target.alert_id().size(), 16);
  EXPECT_EQ(draft->body.sighting().size(), v1::GROUP_SIZE_NOT_STATED);
  file.mutable_sighting()->mutable_target()->set_alert_id("0196");
  EXPECT_EQ(ExitCodeOf(DraftOf(file, kNow).status()), kExitUsage);
  file.clear_kind();
  EXPECT_EQ(ExitCodeOf(DraftOf(file, kNow).status()), kExitUsage);
}

}  // namespace
}  // namespace corridor
