#ifndef CORRIDOR_TESTS_SUPPORT_TEST_CERTS_H_
#define CORRIDOR_TESTS_SUPPORT_TEST_CERTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/crypto/certificate_authority.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/signature.h"

namespace corridor {

// From 2020 to 2049: valid under any fake clock that a test is likely to set, and under the real
// one. A test about expiry gives its own dates.
Validity TestValidity();

// A member's signing key with the certificate that its region gave it.
struct TestSigner {
  SigningKey key;
  std::string certificate_pem;
};

// The certificates of one trust domain, made in memory; nothing is written anywhere. Every method
// ends the test program where a certificate cannot be made: that is a mistake in the test.
//
//   TestPki pki("sea.example");
//   IssuedCertificate thailand = pki.Agency("th-desk");
//   IssuedCertificate expired = pki.Issue(CertificateProfile::kAgency, "/agency/th-desk",
//                                         {yesterday, an_hour_ago});
class TestPki {
 public:
  explicit TestPki(std::string_view trust_domain);

  const CertificateAuthority& authority() const { return authority_; }
  std::string root_pem() const { return authority_.certificate_pem(); }

  // `path` begins with a slash.
  std::string SpiffeIdOf(std::string_view path) const;
  IssuedCertificate Issue(CertificateProfile profile, std::string_view path,
                          Validity validity = TestValidity()) const;

  // For brokers: valid for localhost, 127.0.0.1 and ::1.
  IssuedCertificate Broker(std::string_view name) const;
  IssuedCertificate Agency(std::string_view id) const;
  IssuedCertificate Integration(std::string_view agency_id, std::string_view name) const;
  IssuedCertificate Operator(std::string_view name) const;
  TestSigner Signer(std::string_view path, Validity validity = TestValidity()) const;

  // A CRL over these serials, current from 2020 to 2049 unless told otherwise.
  std::string Crl(const std::vector<std::string>& serials,
                  Validity validity = TestValidity()) const;
  TrustBundle Bundle(std::string_view crls_pem = "") const;

 private:
  CertificateAuthority authority_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_TEST_CERTS_H_
