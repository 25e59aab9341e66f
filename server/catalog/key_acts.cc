// Members' signing keys.

#include "core/base/strings.h"
#include "core/crypto/digest.h"
#include "core/model/errors.h"
#include "server/catalog/answer.h"
#include "server/catalog/catalog.h"
#include "server/catalog/paging.h"
#include "server/catalog/signing_certificate.h"
#include "server/catalog/stored_catalog.pb.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kChainBytesMax = 16 * 1024;
constexpr size_t kKeyIdBytes = 16;

absl::Status KeyTaken() {
  return Error(v1::ERROR_REASON_ALREADY_EXISTS,
               "this key is registered with another certificate; make a new key");
}

absl::Status BadChain(std::string_view description) {
  return InvalidFields(
      {{"certificate_chain_pem", v1::ERROR_REASON_REQUEST_INVALID, std::string(description)}});
}

bool IsBefore(const google::protobuf::Timestamp& a, const google::protobuf::Timestamp& b) {
  return a.seconds() != b.seconds() ? a.seconds() < b.seconds() : a.nanos() < b.nanos();
}

absl::StatusOr<bool> WriteNewKey(stored::StoredSigningKey& key, CommitContext& context) {
  const std::string stored_key = SigningKeyKey(key.signing_key().key_id());
  ASSIGN_OR_RETURN(const auto member,
                   ReadEntry<v1::Member>(context, MemberKey(key.signing_key().member())));
  if (!member.has_value()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "the certificate's member is not registered");
  }
  ASSIGN_OR_RETURN(const auto present, ReadEntry<stored::StoredSigningKey>(context, stored_key));
  if (present.has_value()) {
    if (present->signing_key().certificate_chain_pem() !=
        key.signing_key().certificate_chain_pem()) {
      return KeyTaken();
    }
    key = *present;
    return false;
  }
  context.Put(stored_key, key.SerializeAsString());
  return true;
}

absl::StatusOr<bool> WriteRetired(v1::SigningKey& key, CommitContext& context) {
  const std::string stored_key = SigningKeyKey(key.key_id());
  ASSIGN_OR_RETURN(auto present, ReadEntry<stored::StoredSigningKey>(context, stored_key));
  if (!present.has_value()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such signing key in this region");
  }
  const bool changes = present->signing_key().state() == v1::SIGNING_KEY_STATE_ACTIVE;
  if (changes) {
    present->mutable_signing_key()->set_state(v1::SIGNING_KEY_STATE_RETIRED);
    *present->mutable_signing_key()->mutable_retired_at() = ToTimestamp(context.now());
    context.Put(stored_key, present->SerializeAsString());
  }
  key = present->signing_key();
  return changes;
}

absl::StatusOr<bool> WriteRevoked(v1::SigningKey& key, CommitContext& context) {
  const std::string stored_key = SigningKeyKey(key.key_id());
  ASSIGN_OR_RETURN(auto present, ReadEntry<stored::StoredSigningKey>(context, stored_key));
  if (!present.has_value()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such signing key in this region");
  }
  const google::protobuf::Timestamp now = ToTimestamp(context.now());
  const auto compromised = key.has_compromised_at() ? key.compromised_at() : now;
  if (IsBefore(now, compromised)) {
    return InvalidFields({{"compromised_at", v1::ERROR_REASON_REQUEST_INVALID,
                           "give a time that has passed, or nothing for now"}});
  }
  v1::SigningKey& stored = *present->mutable_signing_key();
  const bool revoked = stored.state() == v1::SIGNING_KEY_STATE_REVOKED;
  const bool changes = !revoked || IsBefore(compromised, stored.compromised_at());
  if (changes) {
    stored.set_state(v1::SIGNING_KEY_STATE_REVOKED);
    if (!revoked) *stored.mutable_revoked_at() = now;
    *stored.mutable_compromised_at() = compromised;
    context.Put(stored_key, present->SerializeAsString());
  }
  key = stored;
  return changes;
}

stored::StoredSigningKey KeyOf(const SigningCertificate& certificate, std::string chain) {
  stored::StoredSigningKey stored;
  v1::SigningKey& key = *stored.mutable_signing_key();
  key.set_key_id(KeyIdOfRaw(certificate.public_key));
  key.set_member(certificate.spiffe_id);
  key.set_certificate_chain_pem(std::move(chain));
  *key.mutable_not_before() = ToTimestamp(certificate.not_before);
  *key.mutable_not_after() = ToTimestamp(certificate.not_after);
  key.set_state(v1::SIGNING_KEY_STATE_ACTIVE);
  stored.set_public_key(certificate.public_key);
  return stored;
}

}  // namespace

std::string KeyIdOfRaw(std::string_view public_key) {
  return ToString(Sha256(public_key)).substr(0, kKeyIdBytes);
}

absl::StatusOr<SigningCertificate> VerifiedChain(const SigningCertificateVerifier& verify,
                                                 std::string_view chain_pem, absl::Time now) {
  if (chain_pem.empty() || chain_pem.size() > kChainBytesMax) {
    return BadChain("give a PEM chain of at most 16 KiB, leaf first");
  }
  absl::StatusOr<SigningCertificate> certificate = verify(chain_pem, now);
  if (!certificate.ok()) return BadChain(S(certificate.status().message()));
  return certificate;
}

void Catalog::RegisterSigningKey(const Principal& actor, std::string certificate_chain_pem,
                                 Done<v1::SigningKey> done) {
  auto certificate =
      VerifiedChain(parts_.verify_signing_certificate, certificate_chain_pem, parts_.clock.Now());
  absl::Status fault = certificate.status();
  if (fault.ok() &&
      (!IsMemberId(certificate->spiffe_id) || RegionOf(certificate->spiffe_id) != broker_.region)) {
    fault = BadChain("the certificate must be that of a member of this region");
  }
  if (!fault.ok()) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_SIGNING_KEY, ""), fault,
                  AnswerWith<v1::SigningKey>(nullptr, std::move(done)));
  }
  auto key = std::make_shared<stored::StoredSigningKey>(
      KeyOf(*certificate, std::move(certificate_chain_pem)));
  auto result = std::make_shared<v1::SigningKey>();
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_SIGNING_KEY, HexEncode(key->signing_key().key_id())),
          .in_directory = true};
  act.write = [this, key, result](CommitContext& context, uint64_t) -> absl::StatusOr<bool> {
    const std::shared_ptr<const Facts> facts = this->facts();
    auto known = facts->signing_keys.find(key->signing_key().key_id());
    if (known != facts->signing_keys.end() &&
        known->second.member() != key->signing_key().member()) {
      return KeyTaken();
    }
    ASSIGN_OR_RETURN(const bool changed, WriteNewKey(*key, context));
    *result = key->signing_key();
    return changed;
  };
  act.apply_to_facts = [key](Facts& facts) {
    facts.signing_keys[key->signing_key().key_id()] = key->signing_key();
    facts.signing_public_keys[key->signing_key().key_id()] = key->public_key();
  };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::RetireSigningKey(const Principal& actor, std::string key_id,
                               Done<v1::SigningKey> done) {
  if (key_id.size() != kKeyIdBytes) {
    return Refuse(Entry(actor, v1::AUDIT_ACT_SIGNING_KEY, ""),
                  InvalidFields({{"key_id", v1::ERROR_REASON_REQUEST_INVALID, "give 16 bytes"}}),
                  AnswerWith<v1::SigningKey>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::SigningKey>();
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_SIGNING_KEY, HexEncode(key_id)),
          .in_directory = true};
  result->set_key_id(std::move(key_id));
  act.write = [result](CommitContext& context, uint64_t) { return WriteRetired(*result, context); };
  act.apply_to_facts = [result](Facts& facts) { facts.signing_keys[result->key_id()] = *result; };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

void Catalog::RevokeSigningKey(const Principal& actor, const v1::RevokeSigningKeyRequest& request,
                               Done<v1::SigningKey> done) {
  const bool is_time = request.compromised_at().nanos() >= 0 &&
                       request.compromised_at().nanos() < 1'000'000'000 &&
                       request.compromised_at().seconds() >= 0;
  if (request.key_id().size() != kKeyIdBytes || !is_time) {
    return Refuse(
        Entry(actor, v1::AUDIT_ACT_SIGNING_KEY, ""),
        InvalidFields({{is_time ? "key_id" : "compromised_at", v1::ERROR_REASON_REQUEST_INVALID,
                        is_time ? "give 16 bytes" : "give a time since 1970"}}),
        AnswerWith<v1::SigningKey>(nullptr, std::move(done)));
  }
  auto result = std::make_shared<v1::SigningKey>();
  result->set_key_id(request.key_id());
  if (request.has_compromised_at()) *result->mutable_compromised_at() = request.compromised_at();
  Act act{.entry = Entry(actor, v1::AUDIT_ACT_SIGNING_KEY, HexEncode(request.key_id())),
          .in_directory = true};
  act.entry.set_rule("revoked");
  act.write = [result](CommitContext& context, uint64_t) { return WriteRevoked(*result, context); };
  act.apply_to_facts = [result](Facts& facts) { facts.signing_keys[result->key_id()] = *result; };
  Perform(std::move(act), AnswerWith(result, std::move(done)));
}

absl::StatusOr<v1::ListSigningKeysResponse> Catalog::ListSigningKeys(
    const v1::ListSigningKeysRequest& request) const {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  const std::shared_ptr<const Facts> facts = this->facts();
  std::map<std::string, const v1::SigningKey*> keys;  // By member and id.
  for (const auto& [id, key] : facts->signing_keys) {
    if (RegionOf(key.member()) != broker_.region) continue;
    if (request.member().empty() || key.member() == request.member()) {
      keys[key.member() + '\0' + id] = &key;
    }
  }
  v1::ListSigningKeysResponse response;
  response.set_next_page_token(FillPage(
      keys, page, [&response](const v1::SigningKey* key) { *response.add_signing_keys() = *key; }));
  return response;
}

}  // namespace corridor
