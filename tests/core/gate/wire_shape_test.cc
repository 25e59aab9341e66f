// Only known fields, at every depth: what a statement cannot carry along.

#include "core/gate/wire_shape.h"

#include <gtest/gtest.h>

#include <string>

#include "corridor/v1/statement.pb.h"

namespace corridor {
namespace {

bool HoldsKnown(const std::string& bytes) {
  return WireShape(*v1::StatementBody::descriptor()).HoldsKnownFieldsOnly(bytes);
}

std::string BodyWith(const std::string& inner) {
  v1::StatementBody body;
  body.set_publisher("spiffe://eac.example/agency/ke-desk");
  body.mutable_issue()->mutable_content()->ParseFromString(inner);
  return body.SerializeAsString();
}

TEST(WireShapeTest, WhatTheSchemaKnowsPasses) {
  v1::AlertContent content;
  content.set_severity(v1::SEVERITY_SEVERE);
  content.add_legs()->set_country("KEN");
  EXPECT_TRUE(HoldsKnown(""));
  EXPECT_TRUE(HoldsKnown(BodyWith(content.SerializeAsString())));
}

TEST(WireShapeTest, AnUnknownNumberIsSeenAtTheTopAndFarBelow) {
  const std::string unknown = "\xFA\x3F\x01x";  // Field 1023, one byte long.
  EXPECT_FALSE(HoldsKnown(unknown));
  EXPECT_FALSE(HoldsKnown(BodyWith(unknown)));
}

TEST(WireShapeTest, AKnownNumberInAnotherWireTypeIsUnknown) {
  const int number = v1::StatementBody::kPublisherFieldNumber;
  ASSERT_LT(number, 16);
  EXPECT_FALSE(HoldsKnown({static_cast<char>(number << 3), '\x01'}));
}

TEST(WireShapeTest, CutBytesAreNotKnown) {
  const std::string bytes = BodyWith("");
  EXPECT_FALSE(HoldsKnown(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(HoldsKnown("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
}

}  // namespace
}  // namespace corridor
