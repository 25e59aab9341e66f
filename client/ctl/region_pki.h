#ifndef CORRIDOR_CLIENT_CTL_REGION_PKI_H_
#define CORRIDOR_CLIENT_CTL_REGION_PKI_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/certificate_authority.h"

namespace corridor {

// More than two thirds of the time between the two are over.
bool IsDue(absl::Time not_before, absl::Time not_after, absl::Time now);

// What `corridorctl certs` remembers of a certificate that it issued.
struct IssuedEntry {
  std::string serial;
  std::string identity;
  std::string profile;
  std::string prefix;  // where the files are, without .pem and .key
  std::vector<std::string> dns;
  std::vector<std::string> ip;
  int days = 0;
  int generation = 0;  // of the issuing authority
  absl::Time not_before;
  absl::Time not_after;
};

struct RevokedEntry {
  std::string serial;
  int generation = 0;  // 0: the root's own list
  absl::Time revoked_at;
};

struct CrlEntry {
  int generation = 0;
  absl::Time this_update;
  absl::Time next_update;
};

// A region's certificates in one folder:
//   root.pem, root.key            the root; the key belongs off line between its uses
//   issuing-N.pem, issuing-N.key  the issuing authorities, the latest of which issues
//   crl.pem                       the lists of all of them, for brokers
//   register.json                 what was issued and revoked
// Every method that changes something leaves the folder usable if it is cut off half-way, and does
// nothing where nothing is to be done. Not thread-safe; one process at a time.
class RegionPki {
 public:
  struct Terms {
    int root_days = 3650;
    int issuing_days = 730;
    int root_crl_days = 365;
    int crl_days = 14;
  };

  // Opens what is there, or makes the root. kAlreadyExists: a root of another trust domain, or
  // something that is no root.
  static absl::StatusOr<RegionPki> Init(const std::string& folder, const std::string& trust_domain,
                                        Terms terms, absl::Time now);
  // kNotFound: `folder` has no root.
  static absl::StatusOr<RegionPki> Open(const std::string& folder, Terms terms);

  const Certificate& root() const { return root_; }
  const std::string& trust_domain() const { return trust_domain_; }
  bool root_key_is_here() const;
  const std::vector<IssuedEntry>& issued() const { return issued_; }
  bool IsRevoked(const std::string& serial) const;
  // Whether the authority is revoked that issued the certificate of this serial here.
  bool IssuerIsRevoked(const std::string& serial) const;
  const std::vector<CrlEntry>& crls() const { return crls_; }
  const std::vector<Certificate>& issuing() const { return issuing_; }

  // Makes the next issuing authority where there is none or the last is due or revoked, and every
  // list that is due, or all of them. True: something was written. kFailedPrecondition: that needs
  // the root's key, which is not here.
  absl::StatusOr<bool> Refresh(absl::Time now, bool every_list);

  // Issues under the latest authority: the certificate with its chain.
  absl::StatusOr<IssuedCertificate> Issue(LeafRequest request, IssuedEntry entry);

  // Puts a certificate of this folder on its issuer's list. kNotFound: it was not issued here.
  absl::Status Revoke(const std::string& serial, absl::Time now);

 private:
  RegionPki(std::string folder, Certificate root, std::string trust_domain, Terms terms)
      : folder_(std::move(folder)),
        root_(std::move(root)),
        trust_domain_(std::move(trust_domain)),
        terms_(terms) {}

  std::string File(const std::string& name) const { return folder_ + "/" + name; }
  absl::StatusOr<CertificateAuthority> Authority(int generation) const;
  absl::Status Load();
  absl::Status Save() const;
  absl::Status NewIssuing(absl::Time now);
  absl::Status NewList(int generation, absl::Time now);
  absl::Status JoinLists() const;
  const CrlEntry* ListOf(int generation) const;

  std::string folder_;
  Certificate root_;
  std::string trust_domain_;
  Terms terms_;
  std::vector<Certificate> issuing_;  // generation 1 first
  std::vector<IssuedEntry> issued_;
  std::vector<RevokedEntry> revoked_;
  std::vector<CrlEntry> crls_;
  uint64_t crl_number_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_REGION_PKI_H_
