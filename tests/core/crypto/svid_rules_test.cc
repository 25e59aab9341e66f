// The X509-SVID rules of SPIFFE, case by case: the public file says what must happen, and this test
// makes the certificates it describes. A case that is not known here fails, so none is skipped.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "core/crypto/peer_verification.h"
#include "tests/core/crypto/crafted_certs.h"
#include "tests/support/shared_dir.h"

namespace corridor {
namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());
constexpr char kUri[] = "spiffe://td/agency/x";

class SvidRules {
 public:
  bool Accepts(const std::string& chain_pem) const {
    return store_.VerifyPem(chain_pem, PeerPurpose::kTlsClient, kNow).ok();
  }
  bool AcceptsLeaf(const CertificateSpec& spec) const { return Accepts(Craft(spec, &root_).pem); }
  bool AcceptsNames(const std::string& names) const {
    return AcceptsLeaf(GoodLeaf(kUri).With("subjectAltName", names));
  }
  bool AcceptsKeyUsage(const std::string& usage) const {
    return AcceptsLeaf(GoodLeaf(kUri).With("keyUsage", usage));
  }
  bool AcceptsBelow(const CertificateSpec& intermediate) const {
    const Crafted between = Craft(intermediate, &root_);
    return Accepts(Craft(GoodLeaf(kUri), &between).pem + between.pem);
  }
  bool AcceptsFromOtherRegion() const {
    return Accepts(Craft(GoodLeaf(kUri), &other_root_).pem + other_root_.pem);
  }
  bool AcceptsSigningCertificate() const {
    const CertificateSpec spec =
        GoodIntermediate("issuing").With("subjectAltName", "URI:spiffe://td");
    return Accepts(Craft(spec, &root_).pem);
  }

 private:
  const Crafted root_ = Craft(GoodRoot("td root"), nullptr);
  const Crafted other_root_ = Craft(GoodRoot("other root"), nullptr);
  const TrustStore store_ =
      TrustStore::Create({TrustBundle::Create("td", root_.pem).value(),
                          TrustBundle::Create("other", other_root_.pem).value()})
          .value();
};

using Judge = std::function<bool(const SvidRules&)>;

std::map<std::string, Judge> Cases() {
  const std::string uri = std::string("URI:") + kUri;
  const CertificateSpec intermediate = GoodIntermediate("issuing");
  const auto names = [](const std::string& text) -> Judge {
    return [text](const SvidRules& rules) { return rules.AcceptsNames(text); };
  };
  const auto usage = [](const std::string& text) -> Judge {
    return [text](const SvidRules& rules) { return rules.AcceptsKeyUsage(text); };
  };
  const auto below = [](const CertificateSpec& spec) -> Judge {
    return [spec](const SvidRules& rules) { return rules.AcceptsBelow(spec); };
  };
  return {
      {"leaf, one URI SAN spiffe://td/agency/x, cA false, keyUsage critical digitalSignature",
       names(uri)},
      {"leaf with two URI SANs (both spiffe)", names(uri + ",URI:spiffe://td/agency/y")},
      {"leaf with one spiffe URI SAN and one https URI SAN", names(uri + ",URI:https://td/x")},
      {"leaf with no URI SAN (DNS SAN only)", names("DNS:x.td.example")},
      {"leaf with one spiffe URI SAN and several DNS SANs",
       names(uri + ",DNS:a.td.example,DNS:b.td.example")},
      {"leaf whose SPIFFE ID has no path", names("URI:spiffe://td")},
      {"leaf with basicConstraints cA true",
       [](const SvidRules& rules) {
         return rules.AcceptsLeaf(GoodLeaf(kUri).With("basicConstraints", "critical,CA:TRUE"));
       }},
      {"leaf with keyCertSign", usage("critical,digitalSignature,keyCertSign")},
      {"leaf with cRLSign", usage("critical,digitalSignature,cRLSign")},
      {"leaf without digitalSignature", usage("critical,keyAgreement")},
      {"leaf with keyUsage extension absent (standard 4.3: MUST be set)", usage("")},
      {"leaf with extendedKeyUsage serverAuth only, presented by a client",
       [](const SvidRules& rules) {
         return rules.AcceptsLeaf(GoodLeaf(kUri).With("extendedKeyUsage", "serverAuth"));
       }},
      {"leaf of trust domain A chaining only to trust domain B's root",
       [](const SvidRules& rules) { return rules.AcceptsFromOtherRegion(); }},
      {"signing certificate (cA true, no path) presented as a peer certificate",
       [](const SvidRules& rules) { return rules.AcceptsSigningCertificate(); }},
      {"intermediate without cA true",
       below(intermediate.With("basicConstraints", "critical,CA:FALSE"))},
      {"intermediate without keyCertSign",
       below(intermediate.With("keyUsage", "critical,cRLSign"))},
  };
}

TEST(SvidRulesTest, EveryPublicCase) {
  const std::optional<std::string> text = ReadShared("vectors/spiffe_x509_svid_rules.json");
  if (!text) GTEST_SKIP() << "no shared vectors; set CORRIDOR_SHARED_DIR to run this test";
  const SvidRules rules;
  const std::map<std::string, Judge> judges = Cases();
  const nlohmann::json file = nlohmann::json::parse(*text);
  ASSERT_EQ(file["cases"].size(), judges.size());
  for (const nlohmann::json& test_case : file["cases"]) {
    const std::string name = test_case["case"];
    const auto judge = judges.find(name);
    ASSERT_NE(judge, judges.end()) << "unknown case: " << name;
    EXPECT_EQ(judge->second(rules), test_case["accept"].get<bool>()) << name;
  }
}

}  // namespace
}  // namespace corridor
