#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/trust_roots.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/peer_verification.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "Judges a certificate as a broker does, and prints its identity, or the reason of the refusal\n"
    "(certs/README.md says what to do about each). Exit codes: 0 accepted, 1 refused, 2 usage.\n\n"
    "Examples:\n"
    "  corridorctl certs verify --trust-domain sea.example=root.pem th-desk.pem\n"
    "  corridorctl certs verify --trust-domain sea.example=root.pem --crl sea.crl.pem \\\n"
    "      --at 2026-12-01T00:00:00Z --purpose client th-desk.pem\n";

struct VerifyFlags {
  std::vector<std::string> trust_domains;
  std::vector<std::string> crls;
  std::string at;
  std::string purpose;
  int grace_hours = 0;
  int lifetime_days = 0;
  bool no_spiffe = false;
  std::string file;
};

struct Verdict {
  absl::Status status;
  std::string identity;
  absl::Time not_after;
  bool revocation_in_grace = false;
};

absl::StatusOr<absl::Time> WantedTime(const Context& context, const std::string& text) {
  if (text.empty()) return context.clock.Now();
  int64_t seconds = 0;
  if (absl::SimpleAtoi(text, &seconds)) return absl::FromUnixSeconds(seconds);
  absl::Time time;
  for (const char* format : {absl::RFC3339_full, "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  return UsageError("--at takes a time as 2026-12-01T00:00:00Z, a day, or seconds since 1970");
}

PeerPurpose WantedPurpose(const std::string& name, const Certificate& leaf) {
  if (name == "client") return PeerPurpose::kTlsClient;
  if (name == "server") return PeerPurpose::kTlsServer;
  if (name == "signing") return PeerPurpose::kSigning;
  if (leaf.has_extended_key_usage(kStatementSigningOid)) return PeerPurpose::kSigning;
  return leaf.has_extended_key_usage(kServerAuthOid) ? PeerPurpose::kTlsServer
                                                     : PeerPurpose::kTlsClient;
}

// As a refusal, whatever it was before.
absl::Status Refused(const absl::Status& status, PeerRefusal otherwise) {
  if (absl::IsUnauthenticated(status)) return status;
  return RefusePeer(PeerRefusalOf(status).value_or(otherwise), S(status.message()));
}

absl::StatusOr<std::string> ReadAllOf(Context& context, const std::vector<std::string>& files) {
  std::string text;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::string content, ReadAll(file, context.in));
    absl::StrAppend(&text, content, "\n");
  }
  return text;
}

// A list belongs to the one domain whose CA signed it; a broker reads one file of lists for each.
absl::StatusOr<TrustBundle> BundleOf(const TrustRoots& roots, const std::string& crls,
                                     TrustLimits limits) {
  absl::StatusOr<TrustBundle> bare = TrustBundle::Create(roots.trust_domain, roots.pem, "", limits);
  if (!bare.ok()) return Refused(bare.status(), PeerRefusal::kMalformedCertificate);
  if (crls.empty()) return bare;
  absl::StatusOr<TrustBundle> bundle =
      TrustBundle::Create(roots.trust_domain, roots.pem, crls, limits);
  if (!bundle.ok()) return Refused(bundle.status(), PeerRefusal::kRevocationUnknown);
  return bundle;
}

Verdict JudgeUnnamed(const CertificateChain& chain, const TrustBundle& bundle, PeerPurpose purpose,
                     absl::Time time) {
  const auto verified = VerifyUnnamedChain(chain, bundle, purpose, time);
  if (!verified.ok()) return {verified.status(), "", {}};
  return {absl::OkStatus(), chain.leaf.subject(), verified->not_after,
          verified->revocation_in_grace};
}

Verdict JudgeNamed(const CertificateChain& chain, std::vector<TrustBundle> bundles,
                   PeerPurpose purpose, absl::Time time) {
  const absl::StatusOr<TrustStore> store = TrustStore::Create(std::move(bundles));
  if (!store.ok()) return {store.status(), "", {}};
  const auto verified = store->Verify(chain, purpose, time);
  if (!verified.ok()) return {verified.status(), "", {}};
  return {absl::OkStatus(), verified->spiffe_id.ToString(), verified->not_after,
          verified->revocation_in_grace};
}

int ShowRefusal(Context& context, const absl::Status& status) {
  const std::string name(
      ToString(PeerRefusalOf(status).value_or(PeerRefusal::kMalformedCertificate)));
  const absl::string_view message = status.message();
  if (context.json()) {
    const absl::string_view detail = absl::StripPrefix(message, name + ": ");
    context.out
        << Json{{"accepted", false}, {"reason", name}, {"detail", std::string(detail)}}.dump()
        << "\n";
  } else {
    context.out << "refused: " << Printable(S(message)) << "\n";
  }
  return kExitFailed;
}

int ShowAcceptance(Context& context, const Verdict& verdict, PeerPurpose purpose) {
  if (context.json()) {
    context.out << Json{{"accepted", true},
                        {"identity", verdict.identity},
                        {"purpose", ToString(purpose)},
                        {"not_after", absl::FormatTime(absl::RFC3339_sec, verdict.not_after,
                                                       absl::UTCTimeZone())},
                        {"revocation_in_grace", verdict.revocation_in_grace}}
                       .dump()
                << "\n";
  } else {
    context.out << Printable(verdict.identity) << ": accepted as " << ToString(purpose)
                << ", until " << TimeText(verdict.not_after, context.time_zone())
                << (verdict.revocation_in_grace ? " (its CRL is past its next update)" : "")
                << "\n";
  }
  return kExitOk;
}

absl::StatusOr<int> Verify(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const std::string pem, ReadAll(flags.file, context.in));
  ASSIGN_OR_RETURN(const std::vector<TrustRoots> roots,
                   ReadTrustRoots(context, flags.trust_domains));
  if (flags.no_spiffe && roots.size() != 1) {
    return UsageError("--no-spiffe takes one --trust-domain: without a SPIFFE ID none is claimed");
  }
  ASSIGN_OR_RETURN(const std::string crls, ReadAllOf(context, flags.crls));
  ASSIGN_OR_RETURN(const absl::Time time, WantedTime(context, flags.at));
  TrustLimits limits{.crl_grace = flags.grace_hours * absl::Hours(1)};
  if (flags.lifetime_days > 0) limits.leaf_lifetime_max = flags.lifetime_days * absl::Hours(24);

  const absl::StatusOr<CertificateChain> chain = CertificateChain::FromPem(pem);
  if (!chain.ok()) {
    return ShowRefusal(context, Refused(chain.status(), PeerRefusal::kMalformedCertificate));
  }
  std::vector<TrustBundle> bundles;
  for (const TrustRoots& domain : roots) {
    absl::StatusOr<TrustBundle> bundle = BundleOf(domain, crls, limits);
    if (!bundle.ok()) return ShowRefusal(context, bundle.status());
    bundles.push_back(*std::move(bundle));
  }
  const PeerPurpose purpose = WantedPurpose(flags.purpose, chain->leaf);
  const Verdict verdict = flags.no_spiffe ? JudgeUnnamed(*chain, bundles.front(), purpose, time)
                                          : JudgeNamed(*chain, std::move(bundles), purpose, time);
  if (absl::IsInvalidArgument(verdict.status)) return UsageError(S(verdict.status.message()));
  return verdict.status.ok() ? ShowAcceptance(context, verdict, purpose)
                             : ShowRefusal(context, verdict.status);
}

}  // namespace

void AddCertsVerify(CLI::App& certs, Context& context) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* verify =
      certs.add_subcommand("verify", "Say whether a peer would accept a certificate");
  verify->footer(kFooter);
  verify->add_option("CHAIN", flags->file, "the certificate and its intermediates, PEM, leaf first")
      ->required();
  verify
      ->add_option("--trust-domain", flags->trust_domains,
                   "NAME=FILE: a region and its roots, PEM; may be given for each region")
      ->required()
      ->allow_extra_args(false);
  verify->add_option("--crl", flags->crls, "the region's revocation lists, PEM; may be repeated")
      ->allow_extra_args(false);
  verify->add_option("--at", flags->at, "the time to judge at (default: now)");
  verify->add_option("--purpose", flags->purpose, "client, server or signing (default: its own)")
      ->check(CLI::IsMember({"client", "server", "signing"}));
  verify
      ->add_option("--crl-grace-hours", flags->grace_hours,
                   "how long a list counts past its next update (default: 0)")
      ->check(CLI::NonNegativeNumber);
  verify
      ->add_option("--max-lifetime-days", flags->lifetime_days,
                   "refuse what is valid for longer (default: no bound but an end)")
      ->check(CLI::PositiveNumber);
  verify->add_flag("--no-spiffe", flags->no_spiffe,
                   "leave out SPIFFE's rules of naming, and nothing else");
  context.OnRun(*verify, [&context, flags] {
    const absl::StatusOr<int> code = Verify(context, *flags);
    return code.ok() ? *code : context.Fail(code.status());
  });
}

}  // namespace corridor
