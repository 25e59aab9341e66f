#ifndef CORRIDOR_CORE_GATE_GATE_H_
#define CORRIDOR_CORE_GATE_GATE_H_

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/gate/gate_policy.h"
#include "core/gate/text_scan.h"
#include "core/model/statement.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// Which way a statement comes in.
enum class GateSide {
  kPublisher,  // From one of this region's own members: every code must be known.
  kLink,       // From a peer region: codes of a newer vocabulary are kept.
};

// A statement that has passed the gate, what it says, and which policy it
// passed. Only Gate makes one, and only one can be appended to a journal.
class AcceptedStatement {
 public:
  AcceptedStatement(AcceptedStatement&&) noexcept = default;
  AcceptedStatement& operator=(AcceptedStatement&&) noexcept = default;
  AcceptedStatement(const AcceptedStatement&) = delete;
  AcceptedStatement& operator=(const AcceptedStatement&) = delete;

  // Never null.
  const std::shared_ptr<const ParsedStatement>& statement() const { return statement_; }
  const v1::GateVerdictStamp& stamp() const { return stamp_; }
  // The policy's k, for what is judged where revisions are ordered (revision_rules.h).
  int group_size_min() const { return group_size_min_; }

 private:
  friend class Gate;
  AcceptedStatement(std::shared_ptr<const ParsedStatement> statement, v1::GateVerdictStamp stamp,
                    int group_size_min)
      : statement_(std::move(statement)),
        stamp_(std::move(stamp)),
        group_size_min_(group_size_min) {}

  std::shared_ptr<const ParsedStatement> statement_;
  v1::GateVerdictStamp stamp_;
  int group_size_min_;
};

// `refusal` with the policy that judged in its metadata: gate_policy_version and
// gate_policy_digest (hexadecimal).
absl::Status Stamped(absl::Status refusal, const v1::GateVerdictStamp& stamp);

// Decides whether a statement may enter: shape, vocabulary, privacy. A pure
// function of (statement, policy): no clock, disk, network or other statement;
// broker and client run the same one. Immutable and thread-safe.
//
// Not decided here: who speaks and whether the proof verifies, who may read it
// (policy), and whatever depends on other statements or on the time (the journal's
// committer): ids, revisions, caps on validity.
class Gate {
 public:
  explicit Gate(GatePolicy policy);

  // INVALID_ARGUMENT with the faults (the first 24) as field violations of
  // core/model/errors.h, each path beginning with "routing", "body" or "proof": what is wrong, and
  // the coarser value that would pass. No part of any text is repeated. It is
  // Stamped().
  // The proof may be absent (a dry run); where it is there its shape is checked.
  absl::StatusOr<AcceptedStatement> Examine(v1::SignedStatement statement, GateSide side) const;

  // What the gate would find in `text` if it were a note.
  std::vector<TextFinding> ScanText(std::string_view text) const { return scanner_.Scan(text); }

  const v1::GateVerdictStamp& stamp() const { return stamp_; }
  const GatePolicy& policy() const { return policy_; }

 private:
  const GatePolicy policy_;
  const v1::GateVerdictStamp stamp_;
  const TextScanner scanner_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_GATE_H_
