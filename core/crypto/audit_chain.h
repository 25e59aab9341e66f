#ifndef CORRIDOR_CORE_CRYPTO_AUDIT_CHAIN_H_
#define CORRIDOR_CORE_CRYPTO_AUDIT_CHAIN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace corridor {

// head(n) of audit_log.proto, from head(n-1) and the bytes of entry n.
std::string NextAuditHead(std::string_view head, std::string_view entry);

// How far a chain goes: `hash` is head(entries), 32 bytes.
struct AuditHead {
  uint64_t entries = 0;
  std::string hash = std::string(32, '\0');

  friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

// "<entries>:<64 hexadecimal digits>", as people copy it from one region to the next.
std::string ToString(const AuditHead& head);
// kInvalidArgument: not of that form.
absl::StatusOr<AuditHead> AuditHeadFrom(std::string_view text);

// Follows an exported audit log from its first entry. Pure; thread-compatible.
class AuditChain {
 public:
  // The entry after the last, as one line of JSON (AuditLine). kInvalidArgument: its bytes are no
  // entry that can be written out.
  absl::StatusOr<std::string> Export(std::string_view entry);

  // The line after the last, as Export() wrote it. kDataLoss says what is wrong with it: an entry
  // that is missing, out of order, altered, or that says something else than its bytes.
  absl::Status Follow(std::string_view text);

  const AuditHead& head() const { return head_; }

 private:
  AuditHead head_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_AUDIT_CHAIN_H_
