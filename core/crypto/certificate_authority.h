#ifndef CORRIDOR_CORE_CRYPTO_CERTIFICATE_AUTHORITY_H_
#define CORRIDOR_CORE_CRYPTO_CERTIFICATE_AUTHORITY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/spiffe_id.h"

namespace corridor {

// A certificate authority for development, tests and a small region (`corridorctl certs`). It works
// in memory: what it returns, the caller keeps. certs/README.md tells operators what each profile
// is for and what to use in production instead.

// What a certificate is for. The SPIFFE ID must have the form that belongs to the profile.
enum class CertificateProfile {
  kBroker,       // /broker/<name>                    P-256    clientAuth and serverAuth
  kAgency,       // /agency/<id>                      P-256    clientAuth
  kIntegration,  // /agency/<id>/integration/<name>   P-256    clientAuth
  kOperator,     // /operator/<name>                  P-256    clientAuth
  kSigning,      // /agency/... or /broker/<name>     Ed25519  kStatementSigningOid, never TLS
};

// "broker", "agency", "integration", "operator", "signing".
std::string_view ToString(CertificateProfile profile);
// kInvalidArgument names the profiles there are.
absl::StatusOr<CertificateProfile> CertificateProfileFrom(std::string_view name);

// Both ends at whole seconds (fractions are cut off).
struct Validity {
  absl::Time not_before;
  absl::Time not_after;
};

struct LeafRequest {
  CertificateProfile profile;
  SpiffeId spiffe_id;
  Validity validity;
  // Names that clients dial; for kBroker only.
  std::vector<std::string> dns_names = {};
  std::vector<std::string> ip_addresses = {};
};

struct IssuedCertificate {
  std::string certificate_pem;
  std::string private_key_pem;  // PKCS#8, secret
  std::string serial;           // as Certificate::serial()
};

struct RevokedCertificate {
  std::string serial;  // as Certificate::serial()
  absl::Time revoked_at;
};

// An authority of one trust domain, with its private key: its root, or an issuing authority that
// the root certified. Thread-compatible; movable.
class CertificateAuthority {
 public:
  // Makes a new root: P-256, self-signed, for `trust_domain`.
  // kInvalidArgument: a malformed trust domain or dates in the wrong order.
  static absl::StatusOr<CertificateAuthority> CreateRoot(std::string_view trust_domain,
                                                         Validity validity);
  // An authority below this root that certifies in its place, so that the root's key can stay off
  // line: P-256, with no further authority below it. `generation` tells it from the one it
  // replaces. kInvalidArgument: dates in the wrong order or outside the root's.
  absl::StatusOr<CertificateAuthority> CreateIssuing(Validity validity, int generation) const;
  // An authority kept earlier. kInvalidArgument: not a CA certificate that names a trust domain, or
  // a key that does not belong to it.
  static absl::StatusOr<CertificateAuthority> FromPem(std::string_view certificate_pem,
                                                      std::string_view private_key_pem);

  const std::string& trust_domain() const;
  const Certificate& certificate() const;
  std::string certificate_pem() const;
  std::string private_key_pem() const;  // PKCS#8, secret

  // Makes a key and certifies it, with a random serial.
  // kInvalidArgument: a SPIFFE ID of another trust domain or not of the profile's form, dates in
  // the wrong order or outside the authority's, names that the profile has no use for, malformed
  // names. The certificate stands alone: an issuing authority's own certificate goes with it to
  // whoever shows it.
  absl::StatusOr<IssuedCertificate> Issue(const LeafRequest& request) const;

  // A CRL, as PEM, that lists `revoked` and is to be replaced before `next_update`. `number` rises
  // with each CRL. kInvalidArgument: a malformed serial, or dates in the wrong order.
  absl::StatusOr<std::string> IssueCrl(const std::vector<RevokedCertificate>& revoked,
                                       absl::Time this_update, absl::Time next_update,
                                       uint64_t number) const;

 private:
  struct Parts;
  explicit CertificateAuthority(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_CERTIFICATE_AUTHORITY_H_
