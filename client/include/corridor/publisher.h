#ifndef CORRIDOR_CLIENT_PUBLISHER_H_
#define CORRIDOR_CLIENT_PUBLISHER_H_

#include <cstddef>
#include <future>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/backoff.h"
#include "core/crypto/signature.h"
#include "corridor/environment.h"
#include "corridor/publisher_connection.h"
#include "corridor/v1/publisher.pb.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

class PublishPipeline;

// What a member wants to say. Sign() completes what is left out.
struct StatementDraft {
  // Filled in where empty: schema_version, vocabulary_version, publisher,
  // publisher_country, publisher_type (from PublisherOptions), attribution (NAMED),
  // statement_id (UUIDv7; UUIDv4 under an embargo, because readers see it), revision
  // (1, for ISSUE, SIGHTING and RESPONSE), alert_id (random, for the same three) and
  // published_at (now, to the second; left out under an embargo). All else is the
  // caller's.
  v1::StatementBody body;
  v1::StatementRouting routing;
  // 16 bytes each; random where empty. An importer that must make the same bytes
  // twice gives its own, derived from a secret: a salt that can be guessed lets the
  // routing part be guessed.
  std::string routing_salt = {};
  std::string body_salt = {};
};

struct PublisherOptions {
  // SPIFFE ID of the member that speaks, its country (ISO 3166-1 alpha-3) and type.
  std::string publisher;
  std::string publisher_country;
  v1::PublisherType publisher_type = v1::PUBLISHER_TYPE_UNSPECIFIED;

  // Statements travel together: a request leaves when it holds this many, or this
  // many bytes, or when its first statement has waited this long.
  size_t batch_statements_max = 64;  // 1 to 256
  size_t batch_bytes_max = 512 * 1024;
  absl::Duration batch_delay = absl::Milliseconds(2);
  // At most this many statements are undecided at once; PublishAsync waits.
  size_t undecided_max = 1024;

  // What may succeed later is tried again for this long, and then answered with
  // the last error.
  absl::Duration retry_for = absl::Minutes(2);
  BackoffOptions backoff = {};
};

// Says what a member has to say: signs statements, sends them, and answers when
// each is on the broker's stable storage.
//
// Thread safety: thread-safe.
//
// Idempotency: a statement is signed once and keeps its id and its bytes over all
// attempts, so it is accepted at most once, whatever happens in between. A program
// that may crash publishes through an Outbox (corridor/outbox.h), or keeps the
// SignedStatement of Sign() until it has the receipt.
//
// Order: statements of different requests may be accepted in another order than
// given. Where order matters (ISSUE, then REVISE), wait for the first receipt.
//
// Errors: core/model/errors.h reads reason, fields and retry delay.
//   kInvalidArgument and others of DESIGN: the broker's refusal; final.
//   kUnavailable, kDeadlineExceeded, kResourceExhausted: not decided within
//   `retry_for`. The outcome is unknown: publish the same SignedStatement again.
//
// Example: client/samples/publish_one.cc.
class Publisher {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)>;

  Publisher(std::shared_ptr<PublisherConnection> connection, SigningKey key,
            PublisherOptions options, Environment environment = Environment::Default());
  // Statements not yet decided are answered with kCancelled; their outcome is
  // unknown.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Completes, serialises and signs a draft. kInvalidArgument: an id or salt of
  // another length than 16, a missing alert_id, text that is not UTF-8, or more
  // than 64 KiB. What the draft says is judged by Check() and Publish().
  absl::StatusOr<v1::SignedStatement> Sign(StatementDraft draft) const;

  // Publishes and waits for the receipt.
  absl::StatusOr<v1::Receipt> Publish(StatementDraft draft);
  absl::StatusOr<v1::Receipt> Publish(v1::SignedStatement statement);

  // The same without waiting for the receipt; waits while `undecided_max` are
  // undecided. `done` is called exactly once, on the environment's executor; it must
  // not block, and may not call PublishAsync() or Publish().
  void PublishAsync(v1::SignedStatement statement, Done done);
  std::future<absl::StatusOr<v1::Receipt>> PublishAsync(StatementDraft draft);

  // Sends what still waits for company.
  void Flush();

  // The verdict of the gate that is built into this library, without a broker: nothing leaves
  // the machine. A broker runs the same gate, perhaps with a stricter policy. OK, or what it
  // refuses: the fields with what would pass; no part of any text is repeated.
  absl::Status CheckLocally(StatementDraft draft) const;

  // The broker's verdict without publishing: whether it would pass, and who would
  // receive it by which rule. A refusal is an answer, not an error.
  absl::StatusOr<v1::CheckStatementResponse> Check(StatementDraft draft) const;

  // How one of the publisher's statements stands with each region and member it is for;
  // tried again for some seconds while the broker is away. `request` names the statement,
  // or its alert; see delivery_report.proto. NOT_FOUND: the publisher said no such thing.
  absl::StatusOr<v1::DeliveryReport> GetDeliveryReport(
      const v1::DeliveryReportRequest& request) const;

 private:
  const std::shared_ptr<PublisherConnection> connection_;
  const SigningKey key_;
  const PublisherOptions options_;
  const Environment environment_;
  const std::shared_ptr<PublishPipeline> pipeline_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_PUBLISHER_H_
