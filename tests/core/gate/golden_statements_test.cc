// A statement signed today must verify in ten years, on every broker in between. The bytes of one
// statement of each kind are kept in tests/testdata/formats/v1; today's code must make exactly
// these bytes and digests, and its gate must take them. A difference here is a break of the format,
// not a test to mend.
//
// CORRIDOR_REGENERATE_GOLDEN=1 writes the files anew: for a new kind of statement, before its first
// release.

#include "tests/core/gate/golden_statements.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/gate.h"
#include "google/protobuf/text_format.h"

namespace corridor {
namespace {

// Tests run in the root of the source tree.
const std::filesystem::path kFolder = "tests/testdata/formats/v1";

std::string Read(const std::string& file) {
  std::ifstream in(kFolder / file, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

void Write(const std::string& file, const std::string& bytes) {
  std::ofstream(kFolder / file, std::ios::binary) << bytes;
}

// For people: what the bytes say.
std::string TextOf(const GoldenStatement& golden) {
  std::string routing, body;
  google::protobuf::TextFormat::PrintToString(golden.routing, &routing);
  google::protobuf::TextFormat::PrintToString(golden.body, &body);
  return "# corridor.v1.StatementRouting\n" + routing + "\n# corridor.v1.StatementBody\n" + body;
}

std::string DigestOf(const v1::SignedStatement& statement) {
  return HexEncode(StatementDigest(statement)) + "\n";
}

class GoldenStatementsTest : public ::testing::TestWithParam<GoldenStatement> {
 protected:
  void SetUp() override {
    if (std::getenv("CORRIDOR_REGENERATE_GOLDEN") == nullptr) return;
    Write(GetParam().name + ".bin", GetParam().statement.SerializeAsString());
    Write(GetParam().name + ".txt", TextOf(GetParam()));
    Write(GetParam().name + ".digest", DigestOf(GetParam().statement));
  }
};

TEST_P(GoldenStatementsTest, TodaysCodeMakesTheseBytes) {
  EXPECT_EQ(Read(GetParam().name + ".bin"), GetParam().statement.SerializeAsString());
  EXPECT_EQ(Read(GetParam().name + ".digest"), DigestOf(GetParam().statement));
  EXPECT_EQ(Read(GetParam().name + ".txt"), TextOf(GetParam()));
}

TEST_P(GoldenStatementsTest, TodaysGateTakesTheseBytes) {
  v1::SignedStatement stored;
  ASSERT_TRUE(stored.ParseFromString(Read(GetParam().name + ".bin")));
  EXPECT_EQ(DigestOf(stored), Read(GetParam().name + ".digest"));
  const SigningKey key = GoldenKey();
  EXPECT_TRUE(
      VerifyStatementProof(StatementDigest(stored), stored.proof(), BytesOf(key.public_key())));
  const Gate gate(DefaultGatePolicy());
  for (GateSide side : {GateSide::kPublisher, GateSide::kLink}) {
    const auto verdict = gate.Examine(stored, side);
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_EQ(verdict->statement()->bytes.SerializeAsString(), stored.SerializeAsString());
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, GoldenStatementsTest, ::testing::ValuesIn(GoldenStatements()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

// Says which statement a failure is about, not its bytes.
void PrintTo(const GoldenStatement& golden, std::ostream* out) { *out << golden.name; }

}  // namespace corridor
