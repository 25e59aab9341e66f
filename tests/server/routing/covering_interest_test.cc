// What a region wants that keeps only what is subscribed to.

#include "server/routing/covering_interest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace corridor {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Subscription From(const std::string& country) {
  v1::Subscription subscription;
  subscription.mutable_filter()->add_clauses()->add_publisher_countries(country);
  return subscription;
}

TEST(CoveringInterest, NamesEachFilterOnceWhateverTheirOrder) {
  const v1::LinkInterest interest = CoveringInterest({From("KEN"), From("THA"), From("KEN")});
  EXPECT_FALSE(interest.everything());
  EXPECT_THAT(interest.filters(), SizeIs(2));
  EXPECT_EQ(interest.SerializeAsString(),
            CoveringInterest({From("THA"), From("KEN")}).SerializeAsString());
}

TEST(CoveringInterest, IsNothingWithoutSubscriptionsAndEverythingWithOneThatHasNoFilter) {
  EXPECT_FALSE(CoveringInterest({}).everything());
  EXPECT_THAT(CoveringInterest({}).filters(), IsEmpty());
  const v1::LinkInterest interest = CoveringInterest({From("KEN"), v1::Subscription()});
  EXPECT_TRUE(interest.everything());
  EXPECT_THAT(interest.filters(), IsEmpty());
}

TEST(CoveringInterest, IsEverythingWhereFiltersAreTooManyToName) {
  std::vector<v1::Subscription> many;
  for (size_t i = 0; i <= kInterestFiltersMax; ++i) many.push_back(From(std::to_string(i)));
  EXPECT_TRUE(CoveringInterest(many).everything());
}

TEST(CoveringInterest, WidensWithEachFilterThatIsNew) {
  const v1::LinkInterest kenya = CoveringInterest({From("KEN")});
  const v1::LinkInterest both = CoveringInterest({From("KEN"), From("THA")});
  v1::LinkInterest everything;
  everything.set_everything(true);
  EXPECT_TRUE(Widens(kenya, both));
  EXPECT_FALSE(Widens(both, kenya));
  EXPECT_FALSE(Widens(both, both));
  EXPECT_TRUE(Widens(both, everything));
  EXPECT_FALSE(Widens(everything, both));
}

}  // namespace
}  // namespace corridor
