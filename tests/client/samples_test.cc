// The samples do what they say, run as the programs they are.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_broker.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using testing::HasSubstr;

class SamplesTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    std::ofstream(dir_.File(name)) << content;
    return dir_.File(name);
  }

  // Runs a sample as `client` with one argument more; answers with its output.
  std::string Run(const std::string& sample, const IssuedCertificate& client,
                  const std::string& last) {
    const std::string output = dir_.File("output");
    const std::string command =
        absl::StrCat(CORRIDOR_SAMPLES_DIR, "/", sample, " ", broker_.endpoint(), " sea.example ",
                     Write("client.pem", client.certificate_pem), " ",
                     Write("client.key", client.private_key_pem), " ",
                     Write("root.pem", pki_.root_pem()), " ", last, " >", output, " 2>&1");
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::ostringstream text;
    text << std::ifstream(output).rdbuf();
    return text.str();
  }

  const TempDir dir_;
  const TestPki pki_{"sea.example"};
  const FakeBroker broker_{pki_, pki_.Broker("b1")};
};

TEST_F(SamplesTest, PublishOneThenSubscribe) {
  const TestSigner signer = pki_.Signer("/agency/ke-desk");
  EXPECT_THAT(
      Run("publish_one", pki_.Agency("ke-desk"), Write("signing.key", signer.key.ToPkcs8Pem())),
      HasSubstr("accepted at offset 1"));
  EXPECT_THAT(Run("subscribe", pki_.Agency("th-desk"), "1"), HasSubstr("Kenya"));
}

TEST_F(SamplesTest, StoreAndForward) {
  const TestSigner signer = pki_.Signer("/agency/ke-desk");
  const std::string key = Write("signing.key", signer.key.ToPkcs8Pem());
  EXPECT_THAT(Run("store_and_forward", pki_.Agency("ke-desk"), key + " " + dir_.File("outbox")),
              HasSubstr("kept\naccepted at offset 1"));
}

TEST_F(SamplesTest, Admin) {
  EXPECT_THAT(Run("admin", pki_.Operator("op"), pki_.SpiffeIdOf("/agency/th-desk")),
              HasSubstr("spiffe://sea.example/agency/th-desk"));
}

}  // namespace
}  // namespace corridor
