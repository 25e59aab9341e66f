#ifndef CORRIDOR_CORE_CRYPTO_STATEMENT_PROOF_H_
#define CORRIDOR_CORE_CRYPTO_STATEMENT_PROOF_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/crypto/digest.h"
#include "core/crypto/signature.h"
#include "core/crypto/verified_roots.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// The digests and signatures of statements, acceptances and directories, as
// statement.proto, record.proto and region_link.proto define them. Free
// functions, thread-safe; the verifying ones say false for anything malformed.
// Those that take `roots` remember there the signature of a batch's root, which
// its other statements carry too; null: nothing is remembered.

// SHA-256(routing_salt routing): what readers get in place of the routing part.
Digest RoutingHash(const v1::SignedStatement& statement);

// The digest of a statement, from the whole of it and from a reader's part. A
// routing hash of another length than 32 gives a digest that fits nothing.
Digest StatementDigest(const v1::SignedStatement& statement);
Digest ReaderDigest(const v1::ReaderStatement& statement);

// Puts an Ed25519 proof of `key` on the statement.
void SignStatement(const SigningKey& key, v1::SignedStatement& statement);

// Puts one batch proof on each of the statements (1 to 4,096): one signature
// for all.
void SignBatch(const SigningKey& key, std::vector<v1::SignedStatement>& statements);

// Whether `proof` proves that the holder of `public_key` made the statement of
// `digest`.
bool VerifyStatementProof(const Digest& digest, const v1::StatementProof& proof,
                          std::string_view public_key, VerifiedRoots* roots = nullptr);

// The leaf of a statement in its commit batch.
Digest AcceptanceLeaf(std::string_view digest, const v1::Acceptance& acceptance);

// Completes acceptances of one commit batch: each has position, lane and accept
// time; the epoch is the same for all; `digests` are those of their statements.
// Adds key id, root, signature and path.
void SignAcceptances(const SigningKey& key, const std::vector<std::string>& digests,
                     std::vector<v1::Acceptance>& acceptances);

// Whether the holder of the broker key `public_key` accepted the statement of
// `digest` as `acceptance` says.
bool VerifyAcceptance(std::string_view digest, const v1::Acceptance& acceptance,
                      std::string_view public_key, VerifiedRoots* roots = nullptr);

// Serialises and signs a withdrawal.
v1::SignedWithdrawal SignWithdrawal(const SigningKey& key, const v1::Withdrawal& withdrawal);
bool VerifyWithdrawal(const v1::SignedWithdrawal& withdrawal, std::string_view public_key);

// Serialises and signs a directory; the caller adds the certificate chain.
v1::SignedDirectory SignDirectory(const SigningKey& key, const v1::Directory& directory);
bool VerifyDirectory(const v1::SignedDirectory& directory, std::string_view public_key);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_STATEMENT_PROOF_H_
