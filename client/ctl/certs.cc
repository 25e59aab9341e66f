#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/secret_file.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/certificate_authority.h"
#include "core/crypto/digest.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/signature.h"

namespace corridor {
namespace {

constexpr char kInitFooter[] =
    "Writes OUT/root.pem, which every broker that knows the region receives, and OUT/root.key, "
    "which\n"
    "nobody else ever does. An existing root is left alone.\n\n"
    "Examples:\n"
    "  corridorctl certs init-region --trust-domain sea.example --out root\n";
constexpr char kIssueFooter[] =
    "Writes OUT.pem and OUT.key (readable by its owner alone). Run again, it leaves a certificate "
    "of\n"
    "the same identity alone while more than a third of its time is left, and renews it, with a "
    "new\n"
    "key, after that. A renewed signing key must be registered with the broker again. Anything "
    "else\n"
    "in place is overwritten only with --force. certs/README.md says what each profile is for.\n\n"
    "Examples:\n"
    "  corridorctl certs issue --profile broker --id b1 --dns broker.sea.example\n"
    "  corridorctl certs issue --profile agency --id th-desk\n"
    "  corridorctl certs issue --profile integration --id th-desk/police-feed\n"
    "  corridorctl certs issue --profile signing --id agency/th-desk --out th-desk-signing\n";
constexpr char kShowFooter[] = "Examples:\n  corridorctl certs show th-desk.pem\n";

struct CertsFlags {
  std::string trust_domain;
  std::string out;
  std::string root = "root";
  std::string profile;
  std::string id;
  std::string file;
  int days = 0;
  std::vector<std::string> dns;
  std::vector<std::string> ip;
  bool force = false;
};

// A minute for clocks that go slow.
Validity ValidityFor(const Context& context, int days) {
  const absl::Time now = context.clock.Now();
  return {.not_before = now - absl::Minutes(1), .not_after = now + days * absl::Hours(24)};
}

absl::Status WritePair(const std::string& prefix, std::string_view certificate,
                       std::string_view key) {
  const std::filesystem::path folder = std::filesystem::path(prefix).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError(absl::StrCat("cannot make ", folder.string()));
  RETURN_IF_ERROR(WriteWhole(prefix + ".key", key, FileAccess::kOwnerOnly));
  return WriteWhole(prefix + ".pem", certificate, FileAccess::kPublic);
}

void ShowWritten(Context& context, const std::string& prefix, const std::string& identity,
                 absl::Time until, bool written) {
  if (context.json()) {
    context.out << Json{{"certificate", prefix + ".pem"},
                        {"key", prefix + ".key"},
                        {"identity", identity},
                        {"not_after",
                         absl::FormatTime(absl::RFC3339_sec, until, absl::UTCTimeZone())},
                        {"written", written}}
                       .dump()
                << "\n";
    return;
  }
  context.out << prefix << ".pem  " << identity << "  until "
              << TimeText(until, context.time_zone()) << (written ? "" : "  (left as it is)")
              << "\n";
}

absl::StatusOr<CertificateAuthority> ReadRoot(Context& context, const std::string& folder) {
  ASSIGN_OR_RETURN(const std::string certificate, ReadAll(folder + "/root.pem", context.in));
  ASSIGN_OR_RETURN(const std::string key, ReadAll(folder + "/root.key", context.in));
  return CertificateAuthority::FromPem(certificate, key);
}

absl::Status InitRegion(Context& context, const CertsFlags& flags) {
  const std::string prefix = flags.out + "/root";
  const bool there =
      std::filesystem::exists(prefix + ".pem") || std::filesystem::exists(prefix + ".key");
  if (there && !flags.force) {
    absl::StatusOr<CertificateAuthority> root = ReadRoot(context, flags.out);
    if (!root.ok() || root->trust_domain() != flags.trust_domain) {
      return absl::AlreadyExistsError(
          absl::StrCat(prefix, ".pem or .key is there and is no root of ", flags.trust_domain,
                       "; --force overwrites both, and ends every certificate under it"));
    }
    ShowWritten(context, prefix, "spiffe://" + flags.trust_domain, root->certificate().not_after(),
                false);
    return absl::OkStatus();
  }
  const Validity validity = ValidityFor(context, flags.days > 0 ? flags.days : 3650);
  ASSIGN_OR_RETURN(const CertificateAuthority root,
                   CertificateAuthority::CreateRoot(flags.trust_domain, validity));
  RETURN_IF_ERROR(WritePair(prefix, root.certificate_pem(), root.private_key_pem()));
  ShowWritten(context, prefix, "spiffe://" + flags.trust_domain, root.certificate().not_after(),
              true);
  return absl::OkStatus();
}

// The path that --id means for a profile: a bare name, or a path.
absl::StatusOr<std::string> PathOf(CertificateProfile profile, const std::string& id) {
  const std::vector<std::string> parts = absl::StrSplit(id, '/', absl::SkipEmpty());
  switch (profile) {
    case CertificateProfile::kBroker:
      if (parts.size() == 1) return absl::StrCat("/broker/", parts[0]);
      break;
    case CertificateProfile::kAgency:
      if (parts.size() == 1) return absl::StrCat("/agency/", parts[0]);
      break;
    case CertificateProfile::kOperator:
      if (parts.size() == 1) return absl::StrCat("/operator/", parts[0]);
      break;
    case CertificateProfile::kIntegration:
      if (parts.size() == 2) return absl::StrCat("/agency/", parts[0], "/integration/", parts[1]);
      break;
    case CertificateProfile::kSigning:
      if (parts.size() == 1) {
        return UsageError("--id of a signing certificate begins with agency/ or broker/");
      }
      break;
  }
  return absl::StrCat("/", absl::StrJoin(parts, "/"));
}

absl::StatusOr<SpiffeId> IdentityOf(const CertificateAuthority& root, CertificateProfile profile,
                                    const std::string& id) {
  if (absl::StartsWith(id, "spiffe://")) return SpiffeId::Parse(id);
  ASSIGN_OR_RETURN(const std::string path, PathOf(profile, id));
  return SpiffeId::Parse(absl::StrCat("spiffe://", root.trust_domain(), path));
}

std::string DefaultPrefix(CertificateProfile profile, const SpiffeId& identity) {
  const std::string name(identity.segments().back());
  return profile == CertificateProfile::kSigning ? name + "-signing" : name;
}

PeerPurpose PurposeOf(const Certificate& certificate) {
  if (certificate.has_extended_key_usage(kStatementSigningOid)) return PeerPurpose::kSigning;
  if (certificate.has_extended_key_usage(kServerAuthOid)) return PeerPurpose::kTlsServer;
  return PeerPurpose::kTlsClient;
}

PeerPurpose PurposeOf(CertificateProfile profile) {
  if (profile == CertificateProfile::kSigning) return PeerPurpose::kSigning;
  return profile == CertificateProfile::kBroker ? PeerPurpose::kTlsServer : PeerPurpose::kTlsClient;
}

// What lies at `prefix` already.
enum class InPlace { kNothing, kGood, kDueForRenewal, kSomethingElse };

struct Existing {
  InPlace state;
  absl::Time not_after;
};

Existing LookAt(Context& context, const CertificateAuthority& root, CertificateProfile profile,
                const SpiffeId& identity, const std::string& prefix) {
  if (!std::filesystem::exists(prefix + ".pem") && !std::filesystem::exists(prefix + ".key")) {
    return {InPlace::kNothing, {}};
  }
  const auto pem = ReadAll(prefix + ".pem", context.in);
  const auto leaf = pem.ok() ? Certificate::FromPem(*pem) : pem.status();
  const std::vector<std::string> same = {identity.ToString()};
  if (!leaf.ok() || leaf->uris() != same || PurposeOf(*leaf) != PurposeOf(profile) ||
      !std::filesystem::exists(prefix + ".key")) {
    return {InPlace::kSomethingElse, {}};
  }
  const absl::Time now = context.clock.Now();
  const auto bundle = TrustBundle::Create(root.trust_domain(), root.certificate_pem());
  const auto chain = CertificateChain::FromPem(*pem);
  const bool verified =
      bundle.ok() && chain.ok() && VerifyPeerChain(*chain, *bundle, PurposeOf(profile), now).ok();
  const absl::Duration lifetime = leaf->not_after() - leaf->not_before();
  const bool lasts = leaf->not_after() - now > lifetime / 3;
  return {verified && lasts ? InPlace::kGood : InPlace::kDueForRenewal, leaf->not_after()};
}

absl::Status Issue(Context& context, const CertsFlags& flags) {
  ASSIGN_OR_RETURN(const CertificateAuthority root, ReadRoot(context, flags.root));
  ASSIGN_OR_RETURN(const CertificateProfile profile, CertificateProfileFrom(flags.profile));
  ASSIGN_OR_RETURN(const SpiffeId identity, IdentityOf(root, profile, flags.id));
  const std::string prefix = flags.out.empty() ? DefaultPrefix(profile, identity) : flags.out;
  const Existing existing = LookAt(context, root, profile, identity, prefix);
  if (!flags.force && existing.state == InPlace::kGood) {
    ShowWritten(context, prefix, identity.ToString(), existing.not_after, false);
    return absl::OkStatus();
  }
  if (!flags.force && existing.state == InPlace::kSomethingElse) {
    return absl::AlreadyExistsError(absl::StrCat(
        prefix, ".pem or .key is there and is something else; --force overwrites both"));
  }
  Validity validity = ValidityFor(context, flags.days > 0 ? flags.days : 90);
  // A leaf cannot be older or outlive its root.
  validity.not_before = std::max(validity.not_before, root.certificate().not_before());
  validity.not_after = std::min(validity.not_after, root.certificate().not_after());
  ASSIGN_OR_RETURN(const IssuedCertificate issued, root.Issue({.profile = profile,
                                                               .spiffe_id = identity,
                                                               .validity = validity,
                                                               .dns_names = flags.dns,
                                                               .ip_addresses = flags.ip}));
  RETURN_IF_ERROR(WritePair(prefix, issued.certificate_pem, issued.private_key_pem));
  ShowWritten(context, prefix, identity.ToString(), validity.not_after, true);
  return absl::OkStatus();
}

std::string UsageText(const Certificate& certificate) {
  std::vector<std::string> usages;
  for (const std::string& oid : certificate.extended_key_usages()) {
    usages.push_back(oid == kServerAuthOid         ? "take connections"
                     : oid == kClientAuthOid       ? "connect"
                     : oid == kStatementSigningOid ? "sign statements"
                                                   : oid);
  }
  if (certificate.is_ca()) usages.emplace_back("issue certificates");
  return absl::StrJoin(usages, ", ");
}

absl::Status Show(Context& context, const CertsFlags& flags) {
  ASSIGN_OR_RETURN(const std::string pem, ReadAll(flags.file, context.in));
  ASSIGN_OR_RETURN(const std::vector<Certificate> certificates, CertificatesFromPem(pem));
  for (const Certificate& certificate : certificates) {
    const auto& key = certificate.ed25519_public_key();
    if (context.json()) {
      Json json = {{"subject", certificate.subject()},
                   {"issuer", certificate.issuer()},
                   {"serial", certificate.serial()},
                   {"uris", certificate.uris()},
                   {"dns_names", certificate.dns_names()},
                   {"not_before", absl::FormatTime(absl::RFC3339_sec, certificate.not_before(),
                                                   absl::UTCTimeZone())},
                   {"not_after", absl::FormatTime(absl::RFC3339_sec, certificate.not_after(),
                                                  absl::UTCTimeZone())},
                   {"is_ca", certificate.is_ca()},
                   {"extended_key_usages", certificate.extended_key_usages()}};
      if (key) json["key_id"] = HexEncode(KeyIdOf(*key));
      context.out << json.dump() << "\n";
      continue;
    }
    context.out << Printable(absl::StrJoin(certificate.uris(), ", ")) << "\n"
                << "  subject  " << Printable(certificate.subject()) << "\n"
                << "  issuer   " << Printable(certificate.issuer()) << "\n"
                << "  serial   " << certificate.serial() << "\n"
                << "  valid    " << TimeText(certificate.not_before(), context.time_zone())
                << " to " << TimeText(certificate.not_after(), context.time_zone()) << "\n"
                << "  may      " << Printable(UsageText(certificate)) << "\n";
    if (key) context.out << "  key id   " << HexEncode(KeyIdOf(*key)) << "\n";
    if (!certificate.dns_names().empty()) {
      context.out << "  names    " << Printable(absl::StrJoin(certificate.dns_names(), ", "))
                  << "\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddCertsCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<CertsFlags>();
  CLI::App* group = app.add_subcommand("certs", "Certificates of a small region, without a broker");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, const char* footer, auto run) {
    CLI::App* command = group->add_subcommand(name, help);
    command->footer(footer);
    context.OnRun(*command, [&context, flags, run] {
      const absl::Status status = run(context, *flags);
      return status.ok() ? kExitOk : context.Fail(status);
    });
    return command;
  };

  CLI::App* init = add("init-region", "Make a region's root", kInitFooter, InitRegion);
  init->add_option("--trust-domain", flags->trust_domain, "the region id")->required();
  init->add_option("--out", flags->out, "folder for root.pem and root.key")->required();
  init->add_option("--days", flags->days, "valid for (default: 3650)");
  init->add_flag("--force", flags->force, "overwrite what is there");

  CLI::App* issue = add("issue", "Make a key and certify it, or renew it", kIssueFooter, Issue);
  issue->add_option("--root", flags->root, "folder with root.pem and root.key")
      ->capture_default_str();
  issue->add_option("--profile", flags->profile, "broker, agency, integration, operator, signing")
      ->required();
  issue->add_option("--id", flags->id, "name, path or SPIFFE ID of who it is for")->required();
  issue->add_option("--out", flags->out,
                    "path of the files without .pem and .key (default: by name)");
  issue->add_option("--days", flags->days, "valid for (default: 90)");
  issue->add_option("--dns", flags->dns, "host names that clients dial; brokers only")
      ->delimiter(',');
  issue->add_option("--ip", flags->ip, "addresses that clients dial; brokers only")->delimiter(',');
  issue->add_flag("--force", flags->force, "overwrite what is there");

  CLI::App* show = add("show", "Show what a certificate says", kShowFooter, Show);
  show->add_option("FILE", flags->file, "certificates, PEM")->required();
  AddCertsVerify(*group, context);
}

}  // namespace corridor
