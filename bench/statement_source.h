#ifndef CORRIDOR_BENCH_STATEMENT_SOURCE_H_
#define CORRIDOR_BENCH_STATEMENT_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/crypto/signature.h"
#include "corridor/v1/publisher.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// What a statement carries beside its codes: nothing, a headline of 80 characters, or that and a
// note of 500.
enum class Payload { kCoded, kHeadline, kNote };
std::optional<Payload> PayloadFrom(std::string_view name);

// The alert of the whole benchmark: a route, a pattern, a recruitment. An invented example.
v1::StatementBody ExampleAlert(Payload payload);
v1::StatementRouting ToAllMembers();

// Makes requests of new statements about new alerts. Thread-compatible.
class StatementSource {
 public:
  // `publisher` is a SPIFFE ID. `run` goes into the ids, so that those of two sources differ.
  StatementSource(std::string publisher, SigningKey key, Payload payload, uint64_t run);

  // `count` statements, each signed on its own. `stamp` can be read off the id of each alert with
  // StampOf().
  v1::PublishRequest Signed(int count, int64_t stamp);
  // The same with one signature for all.
  v1::PublishRequest SignedTogether(int count, int64_t stamp);
  // A recall of the alert that its `number`-th statement (from 1), made with `stamp`, is about.
  v1::PublishRequest RecallOf(uint64_t number, int64_t stamp);

 private:
  v1::SignedStatement Next(int64_t stamp);
  v1::SignedStatement Serialised(const v1::StatementBody& body, const std::string& routing);

  SigningKey key_;
  uint64_t run_;
  v1::StatementBody body_;
  std::string routing_;
  uint64_t made_ = 0;
};

int64_t StampOf(std::string_view alert_id);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_STATEMENT_SOURCE_H_
