#ifndef CORRIDOR_TESTS_SUPPORT_TEST_STATEMENTS_H_
#define CORRIDOR_TESTS_SUPPORT_TEST_STATEMENTS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/random.h"
#include "core/crypto/signature.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// Statements that pass the gate, for tests: change what the test is about, then
// Sign() them. Agencies, alerts and numbers are invented examples.
//
//   v1::StatementBody body = ExampleIssue("spiffe://sea.example/agency/th-desk", 1);
//   body.set_urgency(v1::URGENCY_IMMEDIATE);
//   v1::SignedStatement statement = Sign(body, RoutingToAll(), key, random);
//
// They are published on 2025-04-01 at 08:00 UTC and hold until 2025-05-01.
inline constexpr int64_t kExamplePublishedSeconds = 1743494400;
inline constexpr int64_t kExampleValidUntilSeconds = 1746057600;

// 16 bytes that differ by `tag` and `number`: ids that a test can name again.
std::string ExampleId(std::string_view tag, uint64_t number);
inline std::string ExampleAlertId(uint64_t number) { return ExampleId("alert", number); }

// The pattern of section 1 of the alert model: from Kenya over Thailand into a
// compound in Myanmar. No text.
v1::AlertContent ExampleContent();

// One body of each kind. `alert` and `statement` are the numbers of the ids;
// TLP:GREEN, routine urgency, status ACTUAL. The publisher's country is that
// which the agency's name begins with ("th-desk": THA), else KEN.
v1::StatementBody ExampleIssue(std::string_view publisher, uint64_t alert, uint64_t statement = 1);
v1::StatementBody ExampleRevise(std::string_view publisher, uint64_t alert, uint32_t revision,
                                uint64_t statement = 2);
v1::StatementBody ExampleCancel(std::string_view publisher, uint64_t alert, uint32_t revision,
                                uint64_t statement = 3);
v1::StatementBody ExampleRecall(std::string_view publisher, uint64_t alert, uint32_t revision,
                                uint64_t statement = 4);
// About alert number `alert` of `target_publisher`.
v1::StatementBody ExampleSighting(std::string_view publisher, std::string_view target_publisher,
                                  uint64_t alert, uint64_t statement = 5);
v1::StatementBody ExampleResponse(std::string_view publisher, std::string_view target_publisher,
                                  uint64_t alert, uint64_t statement = 6);

v1::StatementRouting RoutingToAll();
v1::StatementRouting RoutingToMembers(std::initializer_list<std::string_view> members);
v1::StatementRouting RoutingToRegions(std::initializer_list<std::string_view> regions);
v1::StatementRouting RoutingToPublisher();
v1::StatementRouting RoutingSameAsTarget();
// CANCEL and RECALL.
inline v1::StatementRouting NoRouting() { return {}; }

// The canonical bytes of both parts, salts from `random`, and the proof of `key`.
v1::SignedStatement Sign(const v1::StatementBody& body, const v1::StatementRouting& routing,
                         const SigningKey& key, Random& random);
// The same without a proof: what a dry run sends.
v1::SignedStatement Unsigned(const v1::StatementBody& body, const v1::StatementRouting& routing,
                             Random& random);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_TEST_STATEMENTS_H_
