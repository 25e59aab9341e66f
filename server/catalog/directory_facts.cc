#include "server/catalog/directory_facts.h"

#include <algorithm>
#include <string>

#include "core/model/errors.h"
#include "core/model/principal.h"

namespace corridor {
namespace {

constexpr size_t kKeyIdBytes = 16;
constexpr size_t kPublicKeyBytes = 32;

absl::Status Invalid(std::string_view message) {
  return Error(v1::ERROR_REASON_ORIGIN_INVALID, message);
}

using StoredKeys = google::protobuf::RepeatedPtrField<stored::StoredPublicKey>;

const stored::StoredPublicKey* Find(const StoredKeys& keys, std::string_view key_id) {
  auto found = std::find_if(keys.begin(), keys.end(),
                            [key_id](const auto& key) { return key.key_id() == key_id; });
  return found == keys.end() ? nullptr : &*found;
}

bool IsWellFormed(const stored::StoredPublicKey& key) {
  return key.key_id().size() == kKeyIdBytes && key.public_key().size() == kPublicKeyBytes;
}

bool IsMemberOf(std::string_view id, std::string_view region) {
  return IsMemberId(id) && RegionOf(id) == region;
}

absl::Status CheckSigningKeys(const stored::StoredDirectory& stored, const Facts& facts) {
  const v1::Directory& directory = stored.directory();
  for (const v1::SigningKey& key : directory.signing_keys()) {
    if (!IsMemberOf(key.member(), directory.region())) {
      return Invalid("the directory names a signing key of another region's member");
    }
    const stored::StoredPublicKey* proved = Find(stored.signing_keys(), key.key_id());
    if (proved == nullptr || !IsWellFormed(*proved)) {
      return Invalid("the directory names a signing key that no certificate proves");
    }
    auto known = facts.signing_keys.find(key.key_id());
    if (known != facts.signing_keys.end() &&
        RegionOf(known->second.member()) != directory.region()) {
      return Invalid("the directory names a signing key that belongs to another region");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBrokerKeys(const stored::StoredDirectory& stored, const Facts& facts) {
  for (const stored::StoredPublicKey& key : stored.broker_keys()) {
    if (!IsWellFormed(key)) return Invalid("the directory holds a malformed broker key");
    auto known = facts.broker_keys.find(key.key_id());
    if (known != facts.broker_keys.end() && known->second.region != stored.directory().region()) {
      return Invalid("the directory names a broker key that belongs to another region");
    }
  }
  return absl::OkStatus();
}

void RemoveRegion(const std::string& region, Facts& facts) {
  std::erase_if(facts.members, [&](const auto& entry) { return RegionOf(entry.first) == region; });
  std::erase_if(facts.signing_keys, [&](const auto& entry) {
    if (RegionOf(entry.second.member()) != region) return false;
    facts.signing_public_keys.erase(entry.first);
    return true;
  });
  std::erase_if(facts.broker_keys,
                [&](const auto& entry) { return entry.second.region == region; });
}

}  // namespace

absl::Status CheckDirectory(const stored::StoredDirectory& stored, const Facts& facts) {
  const v1::Directory& directory = stored.directory();
  if (!IsRegionId(directory.region()) || directory.region() == facts.region) {
    return Invalid("the directory is not that of a peer region");
  }
  for (const v1::Member& member : directory.members()) {
    if (!IsMemberOf(member.spiffe_id(), directory.region())) {
      return Invalid("the directory names a member of another region");
    }
  }
  absl::Status status = CheckSigningKeys(stored, facts);
  status.Update(CheckBrokerKeys(stored, facts));
  return status;
}

void PutDirectory(const stored::StoredDirectory& stored, Facts& facts) {
  const v1::Directory& directory = stored.directory();
  RemoveRegion(directory.region(), facts);
  for (const v1::Member& member : directory.members()) facts.members[member.spiffe_id()] = member;
  for (const v1::SigningKey& key : directory.signing_keys()) {
    facts.signing_keys[key.key_id()] = key;
    facts.signing_public_keys[key.key_id()] =
        Find(stored.signing_keys(), key.key_id())->public_key();
  }
  PutBrokerKeys(stored, facts);
  facts.directory_generations[directory.region()] = directory.generation();
}

void PutBrokerKeys(const stored::StoredDirectory& stored, Facts& facts) {
  for (const stored::StoredPublicKey& key : stored.broker_keys()) {
    facts.broker_keys[key.key_id()] = {stored.directory().region(), key.public_key()};
  }
}

}  // namespace corridor
