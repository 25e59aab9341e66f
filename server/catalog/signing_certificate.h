#ifndef CORRIDOR_SERVER_CATALOG_SIGNING_CERTIFICATE_H_
#define CORRIDOR_SERVER_CATALOG_SIGNING_CERTIFICATE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/catalog/catalog.h"

namespace corridor {

// What `chain_pem` proves at `now`. REQUEST_INVALID with the field when it is empty,
// over 16 KiB or refused by `verify`.
absl::StatusOr<SigningCertificate> VerifiedChain(const SigningCertificateVerifier& verify,
                                                 std::string_view chain_pem, absl::Time now);

// The id of a raw Ed25519 public key: the first 16 bytes of its SHA-256.
std::string KeyIdOfRaw(std::string_view public_key);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_SIGNING_CERTIFICATE_H_
