#include "client/internal/delivery_check.h"

#include <string>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"
#include "core/crypto/statement_proof.h"
#include "core/model/statement.h"

namespace corridor {
namespace {

absl::Status DoesNotFit(const char* what) { return absl::DataLossError(what); }

absl::Status CheckAcceptance(const Digest& digest, const v1::Acceptance& acceptance) {
  const v1::BatchProof& proof = acceptance.proof();
  const absl::StatusOr<Digest> root = DigestFrom(proof.root());
  const absl::StatusOr<std::vector<Digest>> path = DigestsFrom(proof.path());
  if (!root.ok() || !path.ok()) return DoesNotFit("the acceptance's proof is malformed");
  const Digest leaf = AcceptanceLeaf(BytesOf(digest), acceptance);
  if (!VerifyInclusion(*root, leaf, proof.leaf_index(), proof.leaf_count(), *path)) {
    return DoesNotFit("the statement is not the one that its origin accepted");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Delivery> OpenDelivery(v1::Delivery in) {
  const Digest digest = ReaderDigest(in.statement().statement());
  RETURN_IF_ERROR(CheckAcceptance(digest, in.statement().acceptance()));
  Delivery out;
  if (!out.body.ParseFromString(in.statement().statement().body())) {
    return DoesNotFit("the statement's body does not parse");
  }
  out.kind = KindOf(out.body);
  if (out.kind != in.statement().kind()) return DoesNotFit("the statement's kind is another");
  out.digest = ToString(digest);
  out.lane = in.lane();
  out.attempt = in.attempt();
  out.stored = std::move(*in.mutable_statement());
  return out;
}

}  // namespace corridor
