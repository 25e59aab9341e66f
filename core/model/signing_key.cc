#include "core/model/signing_key.h"

namespace corridor {
namespace {

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace

KeyStanding StandingAt(const v1::SigningKey& key, absl::Time accepted_at) {
  if (key.state() == v1::SIGNING_KEY_STATE_REVOKED && accepted_at >= TimeOf(key.compromised_at())) {
    return KeyStanding::kCompromised;
  }
  if (accepted_at < TimeOf(key.not_before()) || accepted_at > TimeOf(key.not_after())) {
    return KeyStanding::kNotValid;
  }
  if (key.has_retired_at() && accepted_at >= TimeOf(key.retired_at())) {
    return KeyStanding::kNotValid;
  }
  return KeyStanding::kGood;
}

}  // namespace corridor
