// The directories of this region and of its peers.

#include "core/crypto/digest.h"
#include "core/gate/words_for_people.h"
#include "core/model/errors.h"
#include "server/catalog/catalog.h"
#include "server/catalog/directory_facts.h"
#include "server/catalog/signing_certificate.h"
#include "server/catalog/stored_catalog.pb.h"
#include "server/catalog/stored_values.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

void AddKeys(const std::map<std::string, std::string, std::less<>>& keys,
             google::protobuf::RepeatedPtrField<stored::StoredPublicKey>* out) {
  for (const auto& [key_id, public_key] : keys) {
    stored::StoredPublicKey& key = *out->Add();
    key.set_key_id(key_id);
    key.set_public_key(public_key);
  }
}

// Adds a broker key to what is stored of one's own directory. False: it is there.
absl::StatusOr<bool> WriteBrokerKey(const std::string& region, const std::string& public_key,
                                    const std::string& chain, stored::StoredDirectory& result,
                                    CommitContext& context) {
  const std::string key = DirectoryKey(region);
  ASSIGN_OR_RETURN(auto present, ReadEntry<stored::StoredDirectory>(context, key));
  result = present.value_or(stored::StoredDirectory());
  for (const std::string& known : result.directory().broker_certificate_chains_pem()) {
    if (known == chain) return false;
  }
  result.mutable_directory()->set_region(region);
  result.mutable_directory()->add_broker_certificate_chains_pem(chain);
  AddKeys({{KeyIdOfRaw(public_key), public_key}}, result.mutable_broker_keys());
  context.Put(key, result.SerializeAsString());
  return true;
}

}  // namespace

void Catalog::RegisterBrokerKey(std::string certificate_chain_pem, DoneVoid done) {
  auto certificate =
      VerifiedChain(parts_.verify_signing_certificate, certificate_chain_pem, parts_.clock.Now());
  absl::Status fault = certificate.status();
  if (fault.ok() && certificate->spiffe_id != broker_.spiffe_id) {
    fault = InvalidFields({{"certificate_chain_pem", v1::ERROR_REASON_REQUEST_INVALID,
                            "the certificate must carry this broker's SPIFFE ID"}});
  }
  if (!fault.ok()) {
    return Refuse(Entry(broker_, v1::AUDIT_ACT_SIGNING_KEY, broker_.spiffe_id), fault,
                  std::move(done));
  }
  auto result = std::make_shared<stored::StoredDirectory>();
  Act act{.entry = Entry(broker_, v1::AUDIT_ACT_SIGNING_KEY,
                         HexEncode(KeyIdOfRaw(certificate->public_key))),
          .in_directory = true};
  act.write = [this, result, public_key = certificate->public_key,
               chain = std::move(certificate_chain_pem)](CommitContext& context, uint64_t) {
    return WriteBrokerKey(broker_.region, public_key, chain, *result, context);
  };
  act.apply_to_facts = [result](Facts& facts) { PutBrokerKeys(*result, facts); };
  act.apply_to_state = [result](State& state) {
    const auto& chains = result->directory().broker_certificate_chains_pem();
    state.broker_chains.assign(chains.begin(), chains.end());
  };
  Perform(std::move(act), std::move(done));
}

v1::Directory Catalog::BuildDirectory() const {
  v1::Directory directory;
  std::shared_ptr<const Facts> facts;
  {
    absl::MutexLock lock(&mutex_);
    facts = state_.facts;
    directory.set_generation(state_.directory_generation);
    for (const auto& chain : state_.broker_chains) {
      directory.add_broker_certificate_chains_pem(chain);
    }
  }
  directory.set_region(broker_.region);
  for (const auto& [id, member] : facts->members) {
    if (RegionOf(id) != broker_.region) continue;
    v1::Member& out = *directory.add_members();
    out = member;
    out.clear_etag();
  }
  for (const auto& [id, key] : facts->signing_keys) {
    if (RegionOf(key.member()) == broker_.region) *directory.add_signing_keys() = key;
  }
  return directory;
}

void Catalog::ApplyDirectory(const std::string& region, v1::Directory directory,
                             const DirectoryKeys& keys, DoneVoid done) {
  // A peer's names of its members are its own to judge; one that fails here is left out, and the
  // member still known by its id.
  for (v1::Member& member : *directory.mutable_members()) {
    if (!IdentifierInTitle(member.display_name()).empty()) member.clear_display_name();
  }
  auto stored = std::make_shared<stored::StoredDirectory>();
  *stored->mutable_directory() = std::move(directory);
  AddKeys(keys.signing, stored->mutable_signing_keys());
  AddKeys(keys.brokers, stored->mutable_broker_keys());
  Act act{.entry = Entry(broker_, v1::AUDIT_ACT_DIRECTORY, region)};
  act.write = [this, region, stored](CommitContext& context, uint64_t) -> absl::StatusOr<bool> {
    if (stored->directory().region() != region) {
      return Error(v1::ERROR_REASON_ORIGIN_INVALID, "the directory is that of another region");
    }
    RETURN_IF_ERROR(CheckDirectory(*stored, *facts()));
    const std::string key = DirectoryKey(region);
    ASSIGN_OR_RETURN(const auto present, ReadEntry<stored::StoredDirectory>(context, key));
    if (present.has_value() &&
        present->directory().generation() >= stored->directory().generation()) {
      return false;
    }
    context.Put(key, stored->SerializeAsString());
    return true;
  };
  act.apply_to_facts = [stored](Facts& facts) { PutDirectory(*stored, facts); };
  Perform(std::move(act), std::move(done));
}

}  // namespace corridor
