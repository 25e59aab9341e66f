#ifndef CORRIDOR_CORE_MODEL_SIGNING_KEY_H_
#define CORRIDOR_CORE_MODEL_SIGNING_KEY_H_

#include "absl/time/time.h"
#include "corridor/v1/member.pb.h"

namespace corridor {

// What a statement is worth that was signed with a member's key, by the time at which its
// origin accepted it: the publisher's own clock proves nothing. Pure.
enum class KeyStanding {
  kGood,
  // Not valid yet, expired, or retired by then.
  kNotValid,
  // Revoked, and in wrong hands by then: whoever signed it, it is nobody's word.
  kCompromised,
};
KeyStanding StandingAt(const v1::SigningKey& key, absl::Time accepted_at);

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_SIGNING_KEY_H_
