// The gate judges bytes, not a parse. Somebody who wants to smuggle text past it hides it where a
// parser does not look: behind a second copy of a field, in a field nobody knows, behind the end.
// Each of these parses, and each is refused because writing it again gives other bytes.

#include "core/gate/canonical_bytes.h"

#include <gtest/gtest.h>

#include <string>

#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr char kPublisher[] = "spiffe://eac.example/agency/ke-desk";
// Keys on the wire: (field number << 3) | wire type.
constexpr char kSchemaVersionKey = (1 << 3) | 2;
constexpr char kRevisionKey = (10 << 3) | 0;
constexpr char kGroupStart = (5 << 3) | 3;

v1::SignedStatement Sound() {
  SeededRandom random(1);
  return Unsigned(ExampleIssue(kPublisher, 1), RoutingToAll(), random);
}

v1::ErrorReason Refusal(const v1::SignedStatement& statement) {
  return ReasonOf(ParseCanonical(statement).status());
}

std::string Field(char key, std::string_view bytes) {
  return std::string(1, key) + static_cast<char>(bytes.size()) + std::string(bytes);
}

TEST(CanonicalBytesTest, ReadsWhatIsWrittenCanonically) {
  const v1::SignedStatement statement = Sound();
  const auto parsed = ParseCanonical(statement);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->body.publisher(), kPublisher);
  EXPECT_TRUE(parsed->routing.audience().has_all_members());
  EXPECT_EQ(parsed->bytes.body(), statement.body());
  EXPECT_EQ(parsed->digest, ToString(StatementDigest(statement)));
}

TEST(CanonicalBytesTest, TextBehindARepeatedSingularFieldIsRefused) {
  v1::SignedStatement statement = Sound();
  // The parser keeps the last of two, so the first could say anything.
  statement.set_body(Field(kSchemaVersionKey, "call +254 700 000 000") + statement.body());
  v1::StatementBody body;
  ASSERT_TRUE(body.ParseFromString(statement.body()));
  ASSERT_EQ(body.schema_version(), "1");
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
}

TEST(CanonicalBytesTest, AnUnknownFieldIsRefused) {
  v1::SignedStatement statement = Sound();
  v1::ErrorInfo stranger;
  stranger.GetReflection()->MutableUnknownFields(&stranger)->AddLengthDelimited(900, "a name");
  statement.mutable_body()->append(stranger.SerializeAsString());
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
}

TEST(CanonicalBytesTest, AnUnknownFieldDeepInsideIsRefused) {
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  auto* leg = body.mutable_issue()->mutable_content()->mutable_legs(0);
  leg->GetReflection()->MutableUnknownFields(leg)->AddLengthDelimited(900, "a street");
  SeededRandom random(1);
  EXPECT_EQ(Refusal(Unsigned(body, RoutingToAll(), random)), v1::ERROR_REASON_NOT_CANONICAL);
}

TEST(CanonicalBytesTest, AnUnknownFieldBesideTheSignedPartsIsRefused) {
  v1::SignedStatement statement = Sound();
  statement.GetReflection()->MutableUnknownFields(&statement)->AddLengthDelimited(900, "a name");
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
  statement = Sound();
  auto* batch = statement.mutable_proof()->mutable_batch();
  batch->GetReflection()->MutableUnknownFields(batch)->AddLengthDelimited(900, "a name");
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
}

TEST(CanonicalBytesTest, AStrayDefaultIsRefused) {
  v1::SignedStatement statement = Sound();
  v1::StatementBody cancel = ExampleCancel(kPublisher, 1, 2);
  cancel.clear_revision();
  SeededRandom random(1);
  statement = Unsigned(cancel, NoRouting(), random);
  ASSERT_TRUE(ParseCanonical(statement).ok());
  statement.mutable_body()->append({kRevisionKey, 0});
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
}

TEST(CanonicalBytesTest, AnotherOrderOfFieldsIsRefused) {
  v1::SignedStatement statement = Sound();
  const std::string first = statement.body().substr(0, 3);  // schema_version "1"
  statement.set_body(statement.body().substr(3) + first);
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
}

TEST(CanonicalBytesTest, ANumberWrittenLongerThanNeededIsRefused) {
  v1::SignedStatement statement = Sound();
  const size_t revision = statement.body().find(std::string{kRevisionKey, 1});
  ASSERT_NE(revision, std::string::npos);
  statement.mutable_body()->replace(revision, 2, std::string{kRevisionKey, char(0x81), 0});
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
}

TEST(CanonicalBytesTest, TrailingBytesAreRefused) {
  for (const std::string& tail : {std::string(1, '\0'), std::string("\x0a"), std::string("xyz"),
                                  std::string(1, char(kGroupStart | 1))}) {
    v1::SignedStatement statement = Sound();
    statement.mutable_body()->append(tail);
    EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_STATEMENT_MALFORMED);
  }
}

TEST(CanonicalBytesTest, TheRoutingPartIsHeldToTheSame) {
  v1::SignedStatement statement = Sound();
  statement.mutable_routing()->append(statement.routing());
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_NOT_CANONICAL);
  statement.set_routing("\xff");
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_STATEMENT_MALFORMED);
}

TEST(CanonicalBytesTest, OverSixtyFourKibibytesIsTooLarge) {
  v1::SignedStatement statement = Sound();
  statement.set_body(std::string(kStatementBytesMax - statement.routing().size() + 1, '\n'));
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_STATEMENT_TOO_LARGE);
  statement.mutable_body()->pop_back();
  EXPECT_NE(Refusal(statement), v1::ERROR_REASON_STATEMENT_TOO_LARGE);
}

TEST(CanonicalBytesTest, DeepNestingIsRefusedWithoutDescending) {
  v1::SignedStatement statement = Sound();
  // Groups within groups, in a field nobody knows.
  statement.mutable_body()->append(std::string(20'000, kGroupStart));
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_STATEMENT_MALFORMED);
}

TEST(CanonicalBytesTest, IllFormedUtf8IsRefused) {
  v1::SignedStatement statement = Sound();
  const size_t at = statement.body().find("ke-desk");
  statement.mutable_body()->at(at) = '\xC3';
  EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_STATEMENT_MALFORMED);
}

TEST(CanonicalBytesTest, SaltsAreExactlySixteenBytes) {
  for (size_t size : {0, 15, 17, 64}) {
    v1::SignedStatement statement = Sound();
    statement.set_body_salt(std::string(size, 's'));
    EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_STATEMENT_MALFORMED);
    statement = Sound();
    statement.set_routing_salt(std::string(size, 's'));
    EXPECT_EQ(Refusal(statement), v1::ERROR_REASON_STATEMENT_MALFORMED);
  }
}

}  // namespace
}  // namespace corridor
