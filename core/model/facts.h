#ifndef CORRIDOR_CORE_MODEL_FACTS_H_
#define CORRIDOR_CORE_MODEL_FACTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "corridor/v1/agreement.pb.h"
#include "corridor/v1/data_protection.pb.h"
#include "corridor/v1/member.pb.h"
#include "corridor/v1/quota.pb.h"

namespace corridor {

// What a region knows of members and rules at one moment: the input of policy
// and of authorisation. Immutable once shared; the catalog makes a new one for
// each change and never changes one.
struct Facts {
  std::string region;
  // Rises with every change of anything in here.
  uint64_t generation = 0;
  // Members of this region and, by their directories, of linked regions, by
  // SPIFFE ID.
  std::map<std::string, v1::Member, std::less<>> members;
  // Grants of this region's principals, by SPIFFE ID.
  std::map<std::string, v1::Grant, std::less<>> grants;
  // Quotas of this region's principals where they have one of their own, by SPIFFE ID.
  std::map<std::string, v1::Quota, std::less<>> quotas;
  // Members of this region whose reach is suspended, by SPIFFE ID.
  std::map<std::string, v1::SuspendedReach, std::less<>> suspended_reach;
  // Agreements registered here, by id.
  std::map<std::string, v1::Agreement, std::less<>> agreements;
  // Signing keys of this region and of linked ones, by key id (16 bytes).
  std::map<std::string, v1::SigningKey, std::less<>> signing_keys;
  // Raw Ed25519 public keys (32 bytes) by key id (16 bytes): the same keys.
  std::map<std::string, std::string, std::less<>> signing_public_keys;
  // Raw Ed25519 public keys of brokers that sign acceptances, by key id, with
  // the region each speaks for.
  struct BrokerKey {
    std::string region;
    std::string public_key;
  };
  std::map<std::string, BrokerKey, std::less<>> broker_keys;
  // Generation of the directory held of each linked region.
  std::map<std::string, uint64_t, std::less<>> directory_generations;

  // Null when unknown.
  const v1::Member* FindMember(std::string_view spiffe_id) const {
    auto found = members.find(spiffe_id);
    return found == members.end() ? nullptr : &found->second;
  }
  const v1::Grant* FindGrant(std::string_view principal) const {
    auto found = grants.find(principal);
    return found == grants.end() ? nullptr : &found->second;
  }
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_FACTS_H_
