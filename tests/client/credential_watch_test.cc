// The files behind a channel's credentials are replaced, well and badly: what is sound and
// settled is taken, and nothing else ever.
#include "client/internal/credential_watch.h"

#include <fstream>

#include "core/base/clock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

class CredentialWatchTest : public testing::Test {
 protected:
  CredentialWatchTest() {
    Write("desk.pem", first_.certificate_pem);
    Write("desk.key", first_.private_key_pem);
    Write("roots.pem", pki_.root_pem());
    EXPECT_TRUE(ReadCredentialFiles({.certificate_chain = dir_.File("desk.pem"),
                                     .private_key = dir_.File("desk.key"),
                                     .trust_bundle = dir_.File("roots.pem")},
                                    held_)
                    .ok());
    watch_.emplace(held_);
  }

  void Write(std::string_view name, std::string_view content) {
    std::ofstream(dir_.File(name), std::ios::binary | std::ios::trunc) << content;
  }
  // Once every file has been left alone for long enough.
  std::optional<ConnectionOptions> Look() {
    return watch_->Look(held_, SystemClock().Now() + absl::Seconds(2));
  }

  const TestPki pki_{"sea.example"};
  const IssuedCertificate first_ = pki_.Agency("th-desk");
  const IssuedCertificate renewed_ = pki_.Agency("th-desk");
  const TempDir dir_;
  ConnectionOptions held_{.endpoint = "localhost:1", .region = "sea.example"};
  std::optional<CredentialWatch> watch_;
};

TEST_F(CredentialWatchTest, WhatDidNotChangeIsLeftAlone) { EXPECT_FALSE(Look().has_value()); }

TEST_F(CredentialWatchTest, ARenewedPairIsTakenOnce) {
  Write("desk.pem", renewed_.certificate_pem);
  Write("desk.key", renewed_.private_key_pem);
  const auto found = Look();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->certificate_chain_pem, renewed_.certificate_pem);
  EXPECT_EQ(found->private_key_pem, renewed_.private_key_pem);
  EXPECT_EQ(found->endpoint, held_.endpoint);
  EXPECT_FALSE(Look().has_value());
}

TEST_F(CredentialWatchTest, ACertificateWaitsForItsKey) {
  Write("desk.pem", renewed_.certificate_pem);
  EXPECT_FALSE(Look().has_value());
  Write("desk.key", renewed_.private_key_pem);
  EXPECT_TRUE(Look().has_value());
}

TEST_F(CredentialWatchTest, WhatIsBeingWrittenIsNotTaken) {
  const TestPki next("sea.example");
  // At a boundary between two roots, half a file looks whole.
  Write("roots.pem", next.root_pem());
  EXPECT_FALSE(watch_->Look(held_, SystemClock().Now()).has_value());
  Write("roots.pem", next.root_pem() + pki_.root_pem());
  EXPECT_EQ(Look()->trust_bundle_pem, next.root_pem() + pki_.root_pem());
}

TEST_F(CredentialWatchTest, HalfACertificateAndAnEmptyKeyAreNotTaken) {
  Write("desk.pem", renewed_.certificate_pem.substr(0, 200));
  EXPECT_FALSE(Look().has_value());
  Write("desk.pem", renewed_.certificate_pem);
  Write("desk.key", "");
  EXPECT_FALSE(Look().has_value());
  Write("desk.key", renewed_.private_key_pem);
  Write("roots.pem", "");
  EXPECT_FALSE(Look().has_value());
}

TEST_F(CredentialWatchTest, AnotherPrincipalsOrAnExpiredOneIsNotTaken) {
  const IssuedCertificate other = pki_.Agency("id-desk");
  Write("desk.pem", other.certificate_pem);
  Write("desk.key", other.private_key_pem);
  EXPECT_FALSE(Look().has_value());
  const absl::Time now = SystemClock().Now();
  const IssuedCertificate expired = pki_.Issue(CertificateProfile::kAgency, "/agency/th-desk",
                                               {now - absl::Hours(48), now - absl::Hours(24)});
  Write("desk.pem", expired.certificate_pem);
  Write("desk.key", expired.private_key_pem);
  EXPECT_FALSE(Look().has_value());
}

TEST_F(CredentialWatchTest, WithoutFilesWhatWasGivenHolds) {
  held_.credential_files.reset();
  watch_.emplace(held_);
  Write("desk.pem", renewed_.certificate_pem);
  Write("desk.key", renewed_.private_key_pem);
  EXPECT_FALSE(Look().has_value());
}

}  // namespace
}  // namespace corridor
