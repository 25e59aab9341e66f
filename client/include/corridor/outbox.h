#ifndef CORRIDOR_CLIENT_OUTBOX_H_
#define CORRIDOR_CLIENT_OUTBOX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/backoff.h"
#include "corridor/environment.h"
#include "corridor/publisher.h"

namespace corridor {

class OutboxCore;

// What became of a statement.
struct OutboxOutcome {
  v1::SignedStatement statement;
  // The receipt, or why there is none: the broker's refusal, which is final, or
  // kResourceExhausted where it was dropped for a newer one.
  absl::StatusOr<v1::Receipt> receipt;
};

struct OutboxOptions {
  // Made with mode 0700 where it is not there. One process at a time.
  std::string directory;
  // 32 secret bytes, under which everything is encrypted. The same at every opening;
  // OutboxKeyFromFile() keeps one.
  std::string key;

  // What is kept at most: statements 1 to 1,000,000 (some 200 bytes of memory each, whatever
  // their size), and bytes of them on disk.
  size_t statements_max = 100'000;
  uint64_t bytes_max = 512ull * 1024 * 1024;
  // What Publish() does when one of these is reached.
  enum class WhenFull {
    kBlock,       // waits until there is room
    kFail,        // answers kResourceExhausted
    kDropOldest,  // drops the oldest that is not on its way, and says so to `on_outcome`
  };
  WhenFull when_full = WhenFull::kBlock;

  // How many are with the broker, and read into memory, at once: fewer than
  // PublisherOptions::undecided_max of the publisher.
  size_t in_flight_max = 256;
  // Between attempts while the broker is away, which last as long as it is.
  BackoffOptions backoff = {.first = absl::Seconds(1), .max = absl::Minutes(1)};

  // Called once for each statement, on the environment's executor; must not block, nor
  // call the outbox. Again after a crash, where that came before it was noted. May be
  // null.
  absl::AnyInvocable<void(OutboxOutcome)> on_outcome = nullptr;
};

// Store and forward: what is published here is on disk, encrypted, when Publish() returns,
// and goes to the broker as soon as it can be reached, with the same id and bytes each time:
// also after the process was killed at any moment. It is accepted once, and forgotten when
// the broker has decided.
//
// Order: statements about one alert go one after another, each when the one before is
// decided; those about different alerts may overtake one another.
//
// What a broker refuses for good is given to `on_outcome` and forgotten. What a person can
// mend (the certificate has expired, the member is suspended) waits, and is tried again.
//
// Thread safety: thread-safe.
class Outbox {
 public:
  // Opens what is in the directory and begins to send it. `publisher` is used by this
  // outbox alone.
  //   kInvalidArgument      a bound or the key's length; or the key is not the one that the
  //                         directory was written under
  //   kFailedPrecondition   another process has it open
  //   kUnavailable          the directory cannot be made, read or written
  static absl::StatusOr<std::unique_ptr<Outbox>> Open(
      std::shared_ptr<Publisher> publisher, OutboxOptions options,
      Environment environment = Environment::Default());
  // What is not decided stays on disk. Waits for a Publish() that is under way.
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Signs and keeps a draft. OK, with what was signed, once it would survive a crash of the
  // machine. Not from the environment's executor where it may block.
  //   kInvalidArgument      as Publisher::Sign; nothing is kept
  //   kResourceExhausted    it is full (kFail, or kDropOldest with all on their way), or the
  //                         disk is; nothing is kept
  //   kFailedPrecondition   a sync has failed before: what is on disk is unknown, and only
  //                         opening it anew tells
  absl::StatusOr<v1::SignedStatement> Publish(StatementDraft draft);
  // The same for what was signed before.
  absl::Status Publish(const v1::SignedStatement& statement);

  struct Figures {
    size_t statements = 0;  // Not decided.
    uint64_t bytes = 0;     // Of these.
    size_t in_flight = 0;
    absl::Status last_error;  // Why the broker did not decide the last that was tried; OK: it did.
  };
  Figures figures() const;

  // Waits until nothing is left, for at most `limit`. False: something is.
  bool WaitUntilEmpty(absl::Duration limit) const;

 private:
  explicit Outbox(std::shared_ptr<OutboxCore> core) : core_(std::move(core)) {}

  const std::shared_ptr<OutboxCore> core_;
};

// The key in the file; where there is none, a new one is made, readable for its owner alone.
// kInvalidArgument: the file holds something else. kUnavailable: it cannot be read or made.
absl::StatusOr<std::string> OutboxKeyFromFile(const std::string& path, Random& random);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_OUTBOX_H_
