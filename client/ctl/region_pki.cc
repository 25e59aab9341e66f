#include "client/ctl/region_pki.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/output.h"
#include "client/ctl/secret_file.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr char kRegister[] = "register.json";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

// A minute for clocks that go slow.
Validity ValidityFor(absl::Time now, int days, const Certificate* within) {
  Validity validity{now - absl::Minutes(1), now + days * absl::Hours(24)};
  if (within != nullptr) {
    validity.not_before = std::max(validity.not_before, within->not_before());
    validity.not_after = std::min(validity.not_after, within->not_after());
  }
  return validity;
}

Json ToJson(const IssuedEntry& entry) {
  return {{"serial", entry.serial},
          {"identity", entry.identity},
          {"profile", entry.profile},
          {"prefix", entry.prefix},
          {"dns", entry.dns},
          {"ip", entry.ip},
          {"days", entry.days},
          {"generation", entry.generation},
          {"not_before", absl::ToUnixSeconds(entry.not_before)},
          {"not_after", absl::ToUnixSeconds(entry.not_after)}};
}

IssuedEntry IssuedFrom(const Json& json) {
  return {.serial = json.at("serial"),
          .identity = json.at("identity"),
          .profile = json.at("profile"),
          .prefix = json.at("prefix"),
          .dns = json.at("dns"),
          .ip = json.at("ip"),
          .days = json.at("days"),
          .generation = json.at("generation"),
          .not_before = absl::FromUnixSeconds(json.at("not_before").get<int64_t>()),
          .not_after = absl::FromUnixSeconds(json.at("not_after").get<int64_t>())};
}

std::string ListName(int generation) {
  return generation == 0 ? "root.crl.pem" : absl::StrCat("issuing-", generation, ".crl.pem");
}

absl::Status NeedsRootKey(std::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat(std::string(what),
                   " is due, and needs root.key, which is not here: bring it back for this once"));
}

}  // namespace

bool IsDue(absl::Time not_before, absl::Time not_after, absl::Time now) {
  return not_after - now <= (not_after - not_before) / 3;
}

absl::StatusOr<RegionPki> RegionPki::Init(const std::string& folder,
                                          const std::string& trust_domain, Terms terms,
                                          absl::Time now) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError(absl::StrCat("cannot make ", folder));
  if (!std::filesystem::exists(folder + "/root.pem")) {
    if (std::filesystem::exists(folder + "/root.key")) {
      return absl::AlreadyExistsError(
          absl::StrCat(folder, "/root.key is there without its root.pem; move it away first"));
    }
    ASSIGN_OR_RETURN(
        const CertificateAuthority root,
        CertificateAuthority::CreateRoot(trust_domain, ValidityFor(now, terms.root_days, nullptr)));
    RETURN_IF_ERROR(
        WriteWhole(folder + "/root.key", root.private_key_pem(), FileAccess::kOwnerOnly));
    RETURN_IF_ERROR(WriteWhole(folder + "/root.pem", root.certificate_pem(), FileAccess::kPublic));
  }
  absl::StatusOr<RegionPki> pki = Open(folder, terms);
  if (!pki.ok() || pki->trust_domain() != trust_domain) {
    return absl::AlreadyExistsError(
        absl::StrCat(folder, "/root.pem is there and is no root of ", trust_domain));
  }
  return pki;
}

absl::StatusOr<RegionPki> RegionPki::Open(const std::string& folder, Terms terms) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(folder + "/root.pem"));
  ASSIGN_OR_RETURN(Certificate root, Certificate::FromPem(pem));
  if (!root.is_ca() || root.uris().size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(folder, "/root.pem is no root of a region"));
  }
  ASSIGN_OR_RETURN(std::string trust_domain, TrustDomainOf(root.uris().front()));
  RegionPki pki(folder, std::move(root), std::move(trust_domain), terms);
  RETURN_IF_ERROR(pki.Load());
  return pki;
}

bool RegionPki::root_key_is_here() const { return std::filesystem::exists(File("root.key")); }

bool RegionPki::IsRevoked(const std::string& serial) const {
  return std::any_of(revoked_.begin(), revoked_.end(),
                     [&](const RevokedEntry& entry) { return entry.serial == serial; });
}

bool RegionPki::IssuerIsRevoked(const std::string& serial) const {
  const auto entry = std::find_if(issued_.begin(), issued_.end(), [&](const IssuedEntry& issued) {
    return issued.serial == serial;
  });
  return entry != issued_.end() && entry->generation >= 1 &&
         entry->generation <= static_cast<int>(issuing_.size()) &&
         IsRevoked(issuing_[static_cast<size_t>(entry->generation) - 1].serial());
}

absl::StatusOr<CertificateAuthority> RegionPki::Authority(int generation) const {
  const std::string name = generation == 0 ? "root" : absl::StrCat("issuing-", generation);
  ASSIGN_OR_RETURN(const std::string certificate, ReadFile(File(name + ".pem")));
  ASSIGN_OR_RETURN(const std::string key, ReadFile(File(name + ".key")));
  return CertificateAuthority::FromPem(certificate, key);
}

absl::Status RegionPki::Load() {
  for (int generation = 1;; ++generation) {
    const auto pem = ReadFile(File(absl::StrCat("issuing-", generation, ".pem")));
    if (!pem.ok()) break;
    ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromPem(*pem));
    issuing_.push_back(std::move(certificate));
  }
  const auto text = ReadFile(File(kRegister));
  if (!text.ok()) return absl::OkStatus();
  try {
    const Json json = Json::parse(*text);
    crl_number_ = json.at("crl_number");
    for (const Json& entry : json.at("issued")) issued_.push_back(IssuedFrom(entry));
    for (const Json& entry : json.at("revoked")) {
      revoked_.push_back({entry.at("serial"), entry.at("generation"),
                          absl::FromUnixSeconds(entry.at("at").get<int64_t>())});
    }
    for (const Json& entry : json.at("crls")) {
      crls_.push_back({entry.at("generation"),
                       absl::FromUnixSeconds(entry.at("this_update").get<int64_t>()),
                       absl::FromUnixSeconds(entry.at("next_update").get<int64_t>())});
    }
  } catch (const Json::exception&) {
    return absl::DataLossError(absl::StrCat(File(kRegister), " is damaged"));
  }
  return absl::OkStatus();
}

absl::Status RegionPki::Save() const {
  Json json = {{"crl_number", crl_number_},
               {"issued", Json::array()},
               {"revoked", Json::array()},
               {"crls", Json::array()}};
  for (const IssuedEntry& entry : issued_) json["issued"].push_back(ToJson(entry));
  for (const RevokedEntry& entry : revoked_) {
    json["revoked"].push_back({{"serial", entry.serial},
                               {"generation", entry.generation},
                               {"at", absl::ToUnixSeconds(entry.revoked_at)}});
  }
  for (const CrlEntry& entry : crls_) {
    json["crls"].push_back({{"generation", entry.generation},
                            {"this_update", absl::ToUnixSeconds(entry.this_update)},
                            {"next_update", absl::ToUnixSeconds(entry.next_update)}});
  }
  return WriteWhole(File(kRegister), json.dump(1) + "\n", FileAccess::kOwnerOnly);
}

const CrlEntry* RegionPki::ListOf(int generation) const {
  const auto found = std::find_if(crls_.begin(), crls_.end(), [generation](const CrlEntry& entry) {
    return entry.generation == generation;
  });
  return found == crls_.end() ? nullptr : &*found;
}

absl::StatusOr<bool> RegionPki::Refresh(absl::Time now, bool every_list) {
  bool changed = false;
  if (issuing_.empty() || IsRevoked(issuing_.back().serial()) ||
      IsDue(issuing_.back().not_before(), issuing_.back().not_after(), now)) {
    RETURN_IF_ERROR(NewIssuing(now));
    changed = true;
  }
  const int last = static_cast<int>(issuing_.size());
  for (int generation = 0; generation <= last; ++generation) {
    const Certificate& authority =
        generation == 0 ? root_ : issuing_[static_cast<size_t>(generation) - 1];
    // Whom the root disowned needs no list; its key may be lost.
    if (authority.not_after() < now || IsRevoked(authority.serial())) continue;
    const CrlEntry* const list = ListOf(generation);
    const bool due = list == nullptr || IsDue(list->this_update, list->next_update, now) ||
                     !std::filesystem::exists(File(ListName(generation)));
    // A root's list is made anew on request only where its key happens to be here.
    const bool asked = every_list && (generation > 0 || root_key_is_here());
    if (!due && !asked) continue;
    if (generation == 0 && !root_key_is_here()) return NeedsRootKey("the root's revocation list");
    RETURN_IF_ERROR(NewList(generation, now));
    changed = true;
  }
  if (!changed) return false;
  RETURN_IF_ERROR(JoinLists());
  return true;
}

absl::Status RegionPki::NewIssuing(absl::Time now) {
  if (!root_key_is_here()) return NeedsRootKey("an issuing authority");
  ASSIGN_OR_RETURN(const CertificateAuthority root, Authority(0));
  const int generation = static_cast<int>(issuing_.size()) + 1;
  ASSIGN_OR_RETURN(const CertificateAuthority next,
                   root.CreateIssuing(ValidityFor(now, terms_.issuing_days, &root_), generation));
  const std::string prefix = File(absl::StrCat("issuing-", generation));
  RETURN_IF_ERROR(WriteWhole(prefix + ".key", next.private_key_pem(), FileAccess::kOwnerOnly));
  RETURN_IF_ERROR(WriteWhole(prefix + ".pem", next.certificate_pem(), FileAccess::kPublic));
  issuing_.push_back(next.certificate());
  return absl::OkStatus();
}

absl::Status RegionPki::NewList(int generation, absl::Time now) {
  ASSIGN_OR_RETURN(const CertificateAuthority authority, Authority(generation));
  std::vector<RevokedCertificate> revoked;
  for (const RevokedEntry& entry : revoked_) {
    if (entry.generation == generation) revoked.push_back({entry.serial, entry.revoked_at});
  }
  const int days = generation == 0 ? terms_.root_crl_days : terms_.crl_days;
  const CrlEntry entry{generation, now - absl::Minutes(1), now + days * absl::Hours(24)};
  // The number is kept before the list is written: none is ever used twice.
  ++crl_number_;
  std::erase_if(crls_, [&](const CrlEntry& old) { return old.generation == generation; });
  RETURN_IF_ERROR(Save());
  ASSIGN_OR_RETURN(const std::string pem,
                   authority.IssueCrl(revoked, entry.this_update, entry.next_update, crl_number_));
  RETURN_IF_ERROR(WriteWhole(File(ListName(generation)), pem, FileAccess::kPublic));
  crls_.push_back(entry);
  return Save();
}

absl::Status RegionPki::JoinLists() const {
  std::string all;
  for (int generation = 0; generation <= static_cast<int>(issuing_.size()); ++generation) {
    const auto list = ReadFile(File(ListName(generation)));
    if (list.ok()) absl::StrAppend(&all, *list);
  }
  return WriteWhole(File("crl.pem"), all, FileAccess::kPublic);
}

absl::StatusOr<IssuedCertificate> RegionPki::Issue(LeafRequest request, IssuedEntry entry) {
  if (issuing_.empty()) {
    return absl::FailedPreconditionError("there is no issuing authority; run certs init first");
  }
  const Certificate& authority = issuing_.back();
  if (IsRevoked(authority.serial())) {
    return absl::FailedPreconditionError(
        "the issuing authority is revoked; bring root.key back and run certs init");
  }
  request.validity.not_before = std::max(request.validity.not_before, authority.not_before());
  request.validity.not_after = std::min(request.validity.not_after, authority.not_after());
  entry.generation = static_cast<int>(issuing_.size());
  ASSIGN_OR_RETURN(const CertificateAuthority issuer, Authority(entry.generation));
  ASSIGN_OR_RETURN(IssuedCertificate issued, issuer.Issue(request));
  issued.certificate_pem += authority.ToPem();
  entry.serial = issued.serial;
  entry.not_before = request.validity.not_before;
  entry.not_after = request.validity.not_after;
  issued_.push_back(std::move(entry));
  RETURN_IF_ERROR(Save());
  return issued;
}

absl::Status RegionPki::Revoke(const std::string& serial, absl::Time now) {
  RevokedEntry revoked{serial, -1, now};
  for (const Certificate& authority : issuing_) {
    if (authority.serial() == serial) revoked.generation = 0;
  }
  for (const IssuedEntry& entry : issued_) {
    if (entry.serial == serial) revoked.generation = entry.generation;
  }
  if (revoked.generation < 0) {
    return absl::NotFoundError(
        absl::StrCat("no certificate of serial ", serial, " was issued from this folder"));
  }
  if (revoked.generation == 0 && !root_key_is_here()) return NeedsRootKey("the root's list");
  const bool again = std::any_of(revoked_.begin(), revoked_.end(),
                                 [&](const RevokedEntry& entry) { return entry.serial == serial; });
  if (!again) revoked_.push_back(revoked);
  RETURN_IF_ERROR(NewList(revoked.generation, now));
  return JoinLists();
}

}  // namespace corridor
