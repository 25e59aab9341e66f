// Who asks the log a question gets what passes all of it, and a wrong question an answer that says
// what is wrong.
#include "server/audit/audit_filter.h"

#include <string>

#include "gtest/gtest.h"

namespace corridor {
namespace {

constexpr char kOperator[] = "spiffe://sea.example/operator/example";

v1::AuditEntry Refused() {
  v1::AuditEntry entry;
  entry.set_actor(kOperator);
  entry.set_act(v1::AUDIT_ACT_GRANT);
  entry.set_object("spiffe://sea.example/agency/th-desk");
  entry.set_refusal(v1::ERROR_REASON_NOT_FOUND);
  entry.set_digest(std::string(32, 'd'));
  entry.set_time_ms(5000);
  return entry;
}

TEST(AuditFilterTest, AnEntryPassesEveryFieldThatIsSet) {
  v1::AuditFilter filter;
  EXPECT_TRUE(Passes(filter, Refused()));
  filter.add_actors(kOperator);
  filter.add_acts(v1::AUDIT_ACT_MEMBER);
  EXPECT_FALSE(Passes(filter, Refused()));
  filter.add_acts(v1::AUDIT_ACT_GRANT);
  filter.set_refused_only(true);
  filter.set_object("spiffe://sea.example/agency/th-desk");
  filter.set_digest(std::string(32, 'd'));
  filter.mutable_since()->set_seconds(5);
  filter.mutable_until()->set_seconds(6);
  EXPECT_TRUE(Passes(filter, Refused()));
  EXPECT_TRUE(CheckAuditFilter(filter).empty());

  v1::AuditEntry other = Refused();
  other.set_time_ms(4999);
  EXPECT_FALSE(Passes(filter, other));
  other.set_time_ms(6000);
  EXPECT_FALSE(Passes(filter, other));
  other = Refused();
  other.clear_refusal();
  EXPECT_FALSE(Passes(filter, other));
  other = Refused();
  other.set_object("spiffe://sea.example/agency/th-desk2");
  EXPECT_FALSE(Passes(filter, other));
  other = Refused();
  other.clear_digest();
  EXPECT_FALSE(Passes(filter, other));
}

TEST(AuditFilterTest, EachFaultIsNamed) {
  v1::AuditFilter filter;
  filter.add_actors("nobody");
  filter.add_acts(static_cast<v1::AuditAct>(9999));
  filter.set_object(std::string(513, 'x'));
  filter.set_digest("short");
  filter.mutable_since()->set_nanos(-1);
  filter.mutable_until()->set_seconds(1'000'000'000'000);
  EXPECT_EQ(CheckAuditFilter(filter).size(), 6u);
}

}  // namespace
}  // namespace corridor
