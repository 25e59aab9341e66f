// An identity has one spelling. The 550 public cases are in vectors_test.cc; here is what callers
// rely on.

#include "core/crypto/spiffe_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(SpiffeIdTest, GivesItsParts) {
  const SpiffeId id = SpiffeId::Parse("spiffe://sea.example/agency/th/integration/case-db").value();
  EXPECT_EQ(id.trust_domain(), "sea.example");
  EXPECT_EQ(id.path(), "/agency/th/integration/case-db");
  EXPECT_THAT(id.segments(), ElementsAre("agency", "th", "integration", "case-db"));
  EXPECT_EQ(id.ToString(), "spiffe://sea.example/agency/th/integration/case-db");
}

TEST(SpiffeIdTest, ATrustDomainAloneHasNoPath) {
  const SpiffeId id = SpiffeId::Parse("spiffe://sea.example").value();
  EXPECT_EQ(id.path(), "");
  EXPECT_THAT(id.segments(), IsEmpty());
}

TEST(SpiffeIdTest, OtherSpellingsAreRefused) {
  for (const char* uri : {"SPIFFE://sea.example/agency/th", "spiffe://Sea.example/agency/th",
                          "spiffe://sea.example/agency//th", "spiffe://sea.example/agency/th/",
                          "spiffe://sea.example/agency/../th", "spiffe://sea.example/agency/%74h",
                          "spiffe://sea.example:443/agency/th", "spiffe://sea.example/agency/th?x",
                          "spiffe://x@sea.example/agency/th", " spiffe://sea.example/agency/th"}) {
    EXPECT_FALSE(SpiffeId::Parse(uri).ok()) << uri;
  }
  EXPECT_FALSE(SpiffeId::Parse(std::string_view("spiffe://sea.example/agency/th\0", 31)).ok());
}

TEST(SpiffeIdTest, AnErrorDoesNotRepeatTheInput) {
  const absl::Status status =
      SpiffeId::Parse("spiffe://sea.example/agency/name of a person").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("path"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("person")));
}

TEST(TrustDomainOfTest, AnswersForValidIdsOnly) {
  EXPECT_EQ(TrustDomainOf("spiffe://sea.example/agency/th").value(), "sea.example");
  EXPECT_FALSE(TrustDomainOf("https://sea.example/agency/th").ok());
}

}  // namespace
}  // namespace corridor
