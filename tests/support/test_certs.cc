#include "tests/support/test_certs.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "test certificates: %s\n", value.status().ToString().c_str());
  std::abort();
}

absl::Time StartOfYear(int year) {
  return absl::FromCivil(absl::CivilSecond(year), absl::UTCTimeZone());
}

}  // namespace

Validity TestValidity() { return {StartOfYear(2020), StartOfYear(2049)}; }

TestPki::TestPki(std::string_view trust_domain)
    : authority_(Must(CertificateAuthority::CreateRoot(trust_domain,
                                                       {StartOfYear(2000), StartOfYear(2060)}))) {}

std::string TestPki::SpiffeIdOf(std::string_view path) const {
  return absl::StrCat("spiffe://", authority_.trust_domain(), A(path));
}

IssuedCertificate TestPki::Issue(CertificateProfile profile, std::string_view path,
                                 Validity validity) const {
  LeafRequest request{profile, Must(SpiffeId::Parse(SpiffeIdOf(path))), validity};
  if (profile == CertificateProfile::kBroker) {
    request.dns_names = {"localhost"};
    request.ip_addresses = {"127.0.0.1", "::1"};
  }
  return Must(authority_.Issue(request));
}

IssuedCertificate TestPki::Broker(std::string_view name) const {
  return Issue(CertificateProfile::kBroker, absl::StrCat("/broker/", A(name)));
}

IssuedCertificate TestPki::Agency(std::string_view id) const {
  return Issue(CertificateProfile::kAgency, absl::StrCat("/agency/", A(id)));
}

IssuedCertificate TestPki::Integration(std::string_view agency_id, std::string_view name) const {
  return Issue(CertificateProfile::kIntegration,
               absl::StrCat("/agency/", A(agency_id), "/integration/", A(name)));
}

IssuedCertificate TestPki::Operator(std::string_view name) const {
  return Issue(CertificateProfile::kOperator, absl::StrCat("/operator/", A(name)));
}

TestSigner TestPki::Signer(std::string_view path, Validity validity) const {
  IssuedCertificate issued = Issue(CertificateProfile::kSigning, path, validity);
  return {Must(SigningKey::FromPkcs8Pem(issued.private_key_pem)),
          std::move(issued.certificate_pem)};
}

std::string TestPki::Crl(const std::vector<std::string>& serials, Validity validity) const {
  std::vector<RevokedCertificate> revoked;
  revoked.reserve(serials.size());
  for (const std::string& serial : serials) revoked.push_back({serial, validity.not_before});
  return Must(authority_.IssueCrl(revoked, validity.not_before, validity.not_after, 1));
}

TrustBundle TestPki::Bundle(std::string_view crls_pem) const {
  return Must(TrustBundle::Create(authority_.trust_domain(), root_pem(), crls_pem));
}

}  // namespace corridor
