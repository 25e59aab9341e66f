// Names that callers give have a grammar of their own, so that nothing else travels in them.

#include "server/catalog/field_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace corridor {
namespace {

TEST(FieldRulesTest, AProgramsNameAndVersion) {
  for (const char* name :
       {"corridorctl/0.1", "corridor-sdk", "alerts_to_csv/0.1", "desk+relay/2025.11", "a"}) {
    EXPECT_TRUE(IsClientName(name)) << name;
  }
}

TEST(FieldRulesTest, WhatIsNoProgramsName) {
  for (const char* name : {"", "2fast", "desk of Jane", "desk@example.org", "desk/0712345678",
                           "d\xC3\xA9sk", "desk\n", "https://example.org"}) {
    EXPECT_FALSE(IsClientName(name)) << name;
  }
  EXPECT_TRUE(IsClientName(std::string(64, 'a')));
  EXPECT_FALSE(IsClientName(std::string(65, 'a')));
}

TEST(FieldRulesTest, ASubscriptionIsNamedByAnIdAlone) {
  EXPECT_TRUE(IsSubscriptionName("subscriptions/urgent-2"));
  for (const char* name : {"", "subscriptions/", "urgent", "subscriptions/Jane Doe",
                           "subscriptions/jane@example.org", "subscriptions/a/b"}) {
    EXPECT_FALSE(IsSubscriptionName(name)) << name;
  }
}

}  // namespace
}  // namespace corridor
