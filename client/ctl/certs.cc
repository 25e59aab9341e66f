#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/issue.h"
#include "client/ctl/output.h"
#include "client/ctl/region_pki.h"
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
    "Makes what is missing in the folder, and replaces what has used two thirds of its time or "
    "was\n"
    "revoked: the root, an issuing authority below it, and their revocation lists (crl.pem). What "
    "is good is\n"
    "left alone, so the command may be run at any time. Then move root.key off line: it is needed\n"
    "again only for the next issuing authority and once a year for the root's own list.\n\n"
    "Examples:\n"
    "  corridorctl certs init --trust-domain sea.example\n";
constexpr char kIssueFooter[] =
    "Writes OUT.pem, with the issuing authority behind the certificate, and OUT.key (readable by\n"
    "its owner alone). Run again, it leaves a certificate of the same identity alone while more\n"
    "than a third of its time is left, and renews it, with a new key, after that. A renewed "
    "signing\n"
    "key must be registered with the broker again. Anything else in place is overwritten only "
    "with\n"
    "--force. certs/README.md says what each profile is for.\n\n"
    "Examples:\n"
    "  corridorctl certs issue --profile broker --id b1 --dns broker.sea.example\n"
    "  corridorctl certs issue --profile agency --id th-desk\n"
    "  corridorctl certs issue --profile integration --id th-desk/police-feed\n"
    "  corridorctl certs issue --profile signing --id agency/th-desk --out th-desk-signing\n";
constexpr char kRenewFooter[] =
    "Renews what was issued here and has used two thirds of its time, or whose authority was\n"
    "revoked, each in its place and with a new key, then the authority and its lists. What nobody\n"
    "renewed in time stays as it is once it has ended for longer than it was valid. Meant to be\n"
    "run daily.\n\n"
    "Examples:\n"
    "  corridorctl certs renew\n";
constexpr char kRevokeFooter[] =
    "Puts the certificate on its authority's list and writes crl.pem at once. Brokers act on it\n"
    "when they have it: copy crl.pem to them.\n\n"
    "Examples:\n"
    "  corridorctl certs revoke th-desk.pem\n"
    "  corridorctl certs revoke 5f3c09a2b1\n";
constexpr char kCrlFooter[] =
    "Writes crl.pem anew with later dates. Without --force only the lists that have used two "
    "thirds\n"
    "of their time.\n\n"
    "Examples:\n"
    "  corridorctl certs crl --force\n";
constexpr char kStatusFooter[] =
    "Exit code 1 where something is due, has ended, or was issued by a revoked authority.\n\n"
    "Examples:\n"
    "  corridorctl certs status --format=json\n";
constexpr char kShowFooter[] = "Examples:\n  corridorctl certs show th-desk.pem\n";

struct CertsFlags {
  std::string trust_domain;
  std::string out;
  std::string pki = "pki";
  std::string profile;
  std::string id;
  std::string file;
  int days = 0;
  RegionPki::Terms terms;
  std::vector<std::string> dns;
  std::vector<std::string> ip;
  bool force = false;
  bool dry_run = false;
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

absl::Time EarliestList(const RegionPki& pki) {
  absl::Time earliest = absl::InfiniteFuture();
  for (const CrlEntry& list : pki.crls()) earliest = std::min(earliest, list.next_update);
  return earliest;
}

absl::StatusOr<RegionPki> OpenPki(const CertsFlags& flags) {
  absl::StatusOr<RegionPki> pki = RegionPki::Open(flags.pki, flags.terms);
  if (absl::IsNotFound(pki.status())) {
    return UsageError(
        absl::StrCat("no region's root in ", flags.pki, "; say --pki, or certs init"));
  }
  return pki;
}

absl::Status Init(Context& context, const CertsFlags& flags) {
  const bool there = std::filesystem::exists(flags.pki + "/root.pem");
  ASSIGN_OR_RETURN(RegionPki pki, RegionPki::Init(flags.pki, flags.trust_domain, flags.terms,
                                                  context.clock.Now()));
  ASSIGN_OR_RETURN(const bool changed, pki.Refresh(context.clock.Now(), /*every_list=*/false));
  ShowWritten(context, flags.pki + "/root", "spiffe://" + flags.trust_domain,
              pki.root().not_after(), !there);
  if (!context.json() && changed) {
    context.out << flags.pki << "/crl.pem  revocation lists, until "
                << TimeText(EarliestList(pki), context.time_zone()) << "\n";
  }
  if (!context.json() && pki.root_key_is_here()) {
    context.out << "Move " << flags.pki << "/root.key off line now.\n";
  }
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

absl::StatusOr<SpiffeId> IdentityOf(const std::string& trust_domain, CertificateProfile profile,
                                    const std::string& id) {
  if (absl::StartsWith(id, "spiffe://")) return SpiffeId::Parse(id);
  ASSIGN_OR_RETURN(const std::string path, PathOf(profile, id));
  return SpiffeId::Parse(absl::StrCat("spiffe://", trust_domain, path));
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

Existing LookAt(Context& context, const RegionPki& pki, CertificateProfile profile,
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
  const auto bundle = TrustBundle::Create(pki.trust_domain(), pki.root().ToPem());
  const auto chain = CertificateChain::FromPem(*pem);
  const bool verified =
      bundle.ok() && chain.ok() && VerifyPeerChain(*chain, *bundle, PurposeOf(profile), now).ok();
  const bool lasts =
      !IsDue(leaf->not_before(), leaf->not_after(), now) && !pki.IssuerIsRevoked(leaf->serial());
  return {verified && lasts ? InPlace::kGood : InPlace::kDueForRenewal, leaf->not_after()};
}

absl::Status Issue(Context& context, const CertsFlags& flags) {
  ASSIGN_OR_RETURN(RegionPki pki, OpenPki(flags));
  ASSIGN_OR_RETURN(const CertificateProfile profile, CertificateProfileFrom(flags.profile));
  ASSIGN_OR_RETURN(const SpiffeId identity, IdentityOf(pki.trust_domain(), profile, flags.id));
  const std::string prefix = flags.out.empty() ? DefaultPrefix(profile, identity) : flags.out;
  const Existing existing = LookAt(context, pki, profile, identity, prefix);
  if (!flags.force && existing.state == InPlace::kGood) {
    ShowWritten(context, prefix, identity.ToString(), existing.not_after, false);
    return absl::OkStatus();
  }
  if (!flags.force && existing.state == InPlace::kSomethingElse) {
    return absl::AlreadyExistsError(absl::StrCat(
        prefix, ".pem or .key is there and is something else; --force overwrites both"));
  }
  const std::string place = std::filesystem::absolute(prefix).lexically_normal().string();
  ASSIGN_OR_RETURN(const absl::Time until, IssueTo(context, pki,
                                                   {.identity = identity.ToString(),
                                                    .profile = flags.profile,
                                                    .prefix = place,
                                                    .dns = flags.dns,
                                                    .ip = flags.ip,
                                                    .days = flags.days > 0 ? flags.days : 90}));
  ShowWritten(context, prefix, identity.ToString(), until, true);
  return absl::OkStatus();
}

// The last that was issued to each place.
std::vector<IssuedEntry> Current(const RegionPki& pki) {
  std::map<std::string, IssuedEntry> latest;
  for (const IssuedEntry& entry : pki.issued()) latest.insert_or_assign(entry.prefix, entry);
  std::vector<IssuedEntry> entries;
  entries.reserve(latest.size());
  for (auto& [prefix, entry] : latest) entries.push_back(std::move(entry));
  return entries;
}

// Ended for longer than it was valid: nobody misses it.
bool IsForgotten(const IssuedEntry& entry, absl::Time now) {
  return now - entry.not_after > entry.not_after - entry.not_before;
}

absl::Status Renew(Context& context, const CertsFlags& flags) {
  ASSIGN_OR_RETURN(RegionPki pki, OpenPki(flags));
  const absl::Time now = context.clock.Now();
  // The lists first: what the root's key is missing for must not keep members waiting.
  absl::Status refreshed = pki.Refresh(now, /*every_list=*/false).status();
  for (IssuedEntry& entry : Current(pki)) {
    const bool due =
        IsDue(entry.not_before, entry.not_after, now) || pki.IssuerIsRevoked(entry.serial);
    if (!due || IsForgotten(entry, now)) continue;
    if (pki.IsRevoked(entry.serial)) continue;
    const std::string prefix = entry.prefix;
    const std::string identity = entry.identity;
    ASSIGN_OR_RETURN(const absl::Time until, IssueTo(context, pki, std::move(entry)));
    ShowWritten(context, prefix, identity, until, true);
  }
  return refreshed;
}

absl::StatusOr<DryRun> WouldRevoke(const RegionPki& pki, const std::string& serial,
                                   const CertsFlags& flags) {
  DryRun found("revoke the certificate " + serial);
  if (pki.IsRevoked(serial)) found.Nothing("it is revoked already");
  found.Say("list", flags.pki + "/crl.pem, anew, for the brokers");
  for (const IssuedEntry& entry : pki.issued()) {
    if (entry.serial != serial) continue;
    found.Say("identity", entry.identity);
    return found;
  }
  for (size_t i = 0; i < pki.issuing().size(); ++i) {
    if (pki.issuing()[i].serial() != serial) continue;
    std::vector<std::string> below;
    for (const IssuedEntry& entry : pki.issued()) {
      if (entry.generation == static_cast<int>(i) + 1) below.push_back(entry.identity);
    }
    found.Count("refused with it", std::move(below));
    return found;
  }
  return absl::NotFoundError(
      absl::StrCat("no certificate of serial ", serial, " was issued from this folder"));
}

absl::Status Revoke(Context& context, const CertsFlags& flags) {
  ASSIGN_OR_RETURN(RegionPki pki, OpenPki(flags));
  std::string serial = flags.file;
  if (std::filesystem::exists(flags.file)) {
    ASSIGN_OR_RETURN(const std::string pem, ReadAll(flags.file, context.in));
    ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(pem));
    serial = certificate.serial();
  }
  if (flags.dry_run) {
    ASSIGN_OR_RETURN(const DryRun found, WouldRevoke(pki, serial, flags));
    found.Show(context);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(pki.Revoke(serial, context.clock.Now()));
  if (context.json()) {
    context.out << Json{{"revoked", serial}, {"crl", flags.pki + "/crl.pem"}}.dump() << "\n";
  } else {
    context.out << serial << " is revoked; give " << flags.pki << "/crl.pem to the brokers\n";
  }
  return absl::OkStatus();
}

absl::Status Crl(Context& context, const CertsFlags& flags) {
  ASSIGN_OR_RETURN(RegionPki pki, OpenPki(flags));
  ASSIGN_OR_RETURN(const bool changed, pki.Refresh(context.clock.Now(), flags.force));
  if (context.json()) {
    context.out << Json{{"crl", flags.pki + "/crl.pem"},
                        {"next_update", absl::FormatTime(absl::RFC3339_sec, EarliestList(pki),
                                                         absl::UTCTimeZone())},
                        {"written", changed}}
                       .dump()
                << "\n";
  } else {
    context.out << flags.pki << "/crl.pem  until "
                << TimeText(EarliestList(pki), context.time_zone())
                << (changed ? "" : "  (left as it is)") << "\n";
  }
  return absl::OkStatus();
}

struct StatusRow {
  std::string item;
  std::string name;
  absl::Time not_before;
  absl::Time not_after;
  bool disowned = false;  // It, or its issuer, is revoked.
};

std::vector<StatusRow> StatusRows(const RegionPki& pki, absl::Time now) {
  std::vector<StatusRow> rows = {
      {"root", "spiffe://" + pki.trust_domain(), pki.root().not_before(), pki.root().not_after()}};
  if (!pki.issuing().empty()) {
    const Certificate& latest = pki.issuing().back();
    rows.push_back({"issuing", latest.subject(), latest.not_before(), latest.not_after(),
                    pki.IsRevoked(latest.serial())});
  }
  for (const CrlEntry& list : pki.crls()) {
    rows.push_back({"crl",
                    list.generation == 0 ? "root" : absl::StrCat("issuing-", list.generation),
                    list.this_update, list.next_update});
  }
  for (const IssuedEntry& entry : Current(pki)) {
    if (IsForgotten(entry, now) || pki.IsRevoked(entry.serial)) continue;
    rows.push_back({entry.profile, entry.identity, entry.not_before, entry.not_after,
                    pki.IssuerIsRevoked(entry.serial)});
  }
  return rows;
}

absl::StatusOr<int> Status(Context& context, const CertsFlags& flags) {
  ASSIGN_OR_RETURN(const RegionPki pki, OpenPki(flags));
  const absl::Time now = context.clock.Now();
  bool all_good = true;
  for (const StatusRow& row : StatusRows(pki, now)) {
    const char* state = row.disowned                                ? "revoked"
                        : now >= row.not_after                      ? "ended"
                        : IsDue(row.not_before, row.not_after, now) ? "due"
                                                                    : "good";
    all_good = all_good && state == std::string_view("good");
    if (context.json()) {
      context.out << Json{{"item", row.item},
                          {"name", row.name},
                          {"until",
                           absl::FormatTime(absl::RFC3339_sec, row.not_after, absl::UTCTimeZone())},
                          {"state", state}}
                         .dump()
                  << "\n";
    } else {
      context.out << absl::StrFormat("%-7s %-12s %s  until %s\n", state, row.item,
                                     Printable(row.name),
                                     TimeText(row.not_after, context.time_zone()));
    }
  }
  if (!context.json() && pki.root_key_is_here()) {
    context.out << "root.key lies here; its place is off line\n";
  }
  return all_good ? kExitOk : kExitFailed;
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

absl::StatusOr<absl::Time> IssueTo(Context& context, RegionPki& pki, IssuedEntry entry) {
  ASSIGN_OR_RETURN(const CertificateProfile profile, CertificateProfileFrom(entry.profile));
  ASSIGN_OR_RETURN(const SpiffeId identity, SpiffeId::Parse(entry.identity));
  const std::string prefix = entry.prefix;
  LeafRequest request{.profile = profile,
                      .spiffe_id = identity,
                      .validity = ValidityFor(context, entry.days),
                      .dns_names = entry.dns,
                      .ip_addresses = entry.ip};
  ASSIGN_OR_RETURN(const IssuedCertificate issued, pki.Issue(std::move(request), std::move(entry)));
  RETURN_IF_ERROR(WritePair(prefix, issued.certificate_pem, issued.private_key_pem));
  return pki.issued().back().not_after;
}

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

  const auto add_pki = [&](CLI::App* command) {
    command->add_option("--pki", flags->pki, "folder of the region's certificates")
        ->capture_default_str();
  };
  CLI::App* init = add("init", "Make a region's authorities and lists", kInitFooter, Init);
  add_pki(init);
  init->add_option("--trust-domain", flags->trust_domain, "the region id")->required();
  init->add_option("--root-days", flags->terms.root_days, "the root is valid for")
      ->capture_default_str();
  init->add_option("--issuing-days", flags->terms.issuing_days, "an issuing authority is valid for")
      ->capture_default_str();

  CLI::App* issue = add("issue", "Make a key and certify it, or renew it", kIssueFooter, Issue);
  add_pki(issue);
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

  add_pki(add("renew", "Renew everything that is due", kRenewFooter, Renew));
  CLI::App* revoke =
      add("revoke", "Put a certificate on the revocation list", kRevokeFooter, Revoke);
  add_pki(revoke);
  revoke->add_option("CERTIFICATE", flags->file, "a certificate, PEM, or its serial")->required();
  AddDryRunFlag(*revoke, flags->dry_run);
  CLI::App* crl = add("crl", "Write the revocation lists anew", kCrlFooter, Crl);
  add_pki(crl);
  crl->add_option("--crl-days", flags->terms.crl_days, "a list is valid for")
      ->capture_default_str();
  crl->add_flag("--force", flags->force, "lists that are not due, too");
  CLI::App* status = group->add_subcommand("status", "Say what is good, due or ended");
  status->footer(kStatusFooter);
  add_pki(status);
  context.OnRun(*status, [&context, flags] {
    const absl::StatusOr<int> code = Status(context, *flags);
    return code.ok() ? *code : context.Fail(code.status());
  });

  CLI::App* show = add("show", "Show what a certificate says", kShowFooter, Show);
  show->add_option("FILE", flags->file, "certificates, PEM")->required();
  AddCertsVerify(*group, context);
}

}  // namespace corridor
