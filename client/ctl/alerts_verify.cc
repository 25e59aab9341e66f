#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/stored_proof.h"
#include "client/ctl/trust_roots.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "Proves a stored alert from its publisher to its reader without any broker: the publisher\n"
    "signed these bytes, a broker of its region accepted them at the time shown, and both keys "
    "were\n"
    "certified for them then. It cannot know that a key was revoked later: the region's registry\n"
    "says that. Exit codes: 0 proved, 1 not, 2 usage.\n\n"
    "Examples:\n"
    "  corridorctl alerts show ke-desk@eastafrica.example ALERT_ID --save ke.alert\n"
    "  corridorctl alerts verify ke.alert --trust-domain eastafrica.example=root.pem \\\n"
    "      --signer ke-desk-signing.pem --signer b1-signing.pem\n";

struct VerifyFlags {
  std::string file;
  std::vector<std::string> trust_domains;
  std::vector<std::string> signers;
};

absl::StatusOr<TrustStore> ReadTrust(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const std::vector<TrustRoots> roots,
                   ReadTrustRoots(context, flags.trust_domains));
  std::vector<TrustBundle> bundles;
  for (const TrustRoots& domain : roots) {
    auto bundle = TrustBundle::Create(domain.trust_domain, domain.pem);
    if (!bundle.ok()) return UsageError(S(bundle.status().message()));
    bundles.push_back(*std::move(bundle));
  }
  auto trust = TrustStore::Create(std::move(bundles));
  if (!trust.ok()) return UsageError(S(trust.status().message()));
  return trust;
}

absl::StatusOr<std::vector<CertificateChain>> ReadSigners(Context& context,
                                                          const VerifyFlags& flags) {
  std::vector<CertificateChain> signers;
  for (const std::string& file : flags.signers) {
    ASSIGN_OR_RETURN(const std::string pem, ReadAll(file, context.in));
    auto chain = CertificateChain::FromPem(pem);
    if (!chain.ok()) return UsageError(absl::StrCat(file, ": ", chain.status().message()));
    signers.push_back(*std::move(chain));
  }
  return signers;
}

int ShowProved(Context& context, const ProvedStatement& proved) {
  if (context.json()) {
    context.out << Json{{"proved", true},
                        {"publisher", proved.publisher},
                        {"signer", proved.signer},
                        {"broker", proved.broker},
                        {"accept_time", absl::FormatTime(absl::RFC3339_full, proved.accept_time,
                                                         absl::UTCTimeZone())},
                        {"digest", absl::BytesToHexString(proved.digest)}}
                       .dump()
                << "\n";
  } else {
    context.out << "proved: signed by " << Printable(proved.signer) << "\n        accepted by "
                << Printable(proved.broker) << " at "
                << TimeText(proved.accept_time, context.time_zone()) << "\n        digest "
                << absl::BytesToHexString(proved.digest) << "\n";
  }
  return kExitOk;
}

int ShowUnproved(Context& context, const absl::Status& why) {
  if (context.json()) {
    context.out << Json{{"proved", false}, {"reason", std::string(why.message())}}.dump() << "\n";
  } else {
    context.out << "not proved: " << Printable(S(why.message())) << "\n";
  }
  return kExitFailed;
}

absl::StatusOr<int> Verify(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadAll(flags.file, context.in));
  v1::Alert alert;
  if (!alert.ParseFromString(bytes) || !(alert.has_current() || alert.has_closing())) {
    return UsageError(absl::StrCat(flags.file, " is no alert as alerts show --save writes it"));
  }
  ASSIGN_OR_RETURN(const TrustStore trust, ReadTrust(context, flags));
  ASSIGN_OR_RETURN(const std::vector<CertificateChain> signers, ReadSigners(context, flags));
  int code = kExitOk;
  for (const v1::StoredStatement* stored : {&alert.current(), &alert.closing()}) {
    if (!stored->has_statement()) continue;
    const absl::StatusOr<ProvedStatement> proved = ProveStored(*stored, signers, trust);
    code = std::max(
        code, proved.ok() ? ShowProved(context, *proved) : ShowUnproved(context, proved.status()));
  }
  return code;
}

}  // namespace

void AddAlertsVerify(CLI::App& alerts, Context& context) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* verify = alerts.add_subcommand("verify", "Prove a stored alert without a broker");
  verify->footer(kFooter);
  verify->add_option("FILE", flags->file, "the alert, as alerts show --save wrote it")->required();
  verify
      ->add_option("--trust-domain", flags->trust_domains,
                   "NAME=FILE: the publisher's region and its roots, PEM")
      ->required()
      ->allow_extra_args(false);
  verify
      ->add_option("--signer", flags->signers,
                   "signing certificates of the publisher and the broker, PEM; repeated")
      ->required()
      ->allow_extra_args(false);
  context.OnRun(*verify, [&context, flags] {
    const absl::StatusOr<int> code = Verify(context, *flags);
    return code.ok() ? *code : context.Fail(code.status());
  });
}

}  // namespace corridor
