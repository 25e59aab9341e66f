#include "server/trust_watch.h"

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/certificate.h"
#include "core/crypto/digest.h"
#include "server/identity/peer_admission.h"

namespace corridor {
namespace {

std::string LinkId(const std::string& region) { return absl::StrCat("links/", region); }

std::string RootId(const std::string& trust_domain, const Certificate& root) {
  return absl::StrCat("roots/", trust_domain, "/",
                      absl::BytesToHexString(ToString(Sha256(root.der()))));
}

// Aside first, so that what is there is always whole.
bool WriteWhole(const std::string& path, const std::string& content) {
  const std::string aside = path + ".new";
  std::ofstream file(aside, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  return file.good() && std::rename(aside.c_str(), path.c_str()) == 0;
}

}  // namespace

TrustWatch::TrustWatch(Parts parts, BrokerConfig::Tls held, BrokerConfig::TlsFiles files)
    : parts_(std::move(parts)), held_(std::move(held)), files_(std::move(files)) {
  mkdir(parts_.crl_folder.c_str(), 0700);
  absl::MutexLock lock(&mutex_);
  for (const std::string& region : held_.trust.trust_domains()) {
    std::ifstream file(BroughtFile(region), std::ios::binary);
    if (!file) continue;
    brought_[region] = {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
}

std::string TrustWatch::BroughtFile(const std::string& region) const {
  return absl::StrCat(parts_.crl_folder, "/", region, ".pem");
}

std::vector<v1::PendingAct> TrustWatch::Configured() {
  absl::MutexLock lock(&mutex_);
  std::vector<v1::PendingAct> configured;
  for (const std::string& region : parts_.linked_regions) {
    configured.emplace_back().set_approval_id(LinkId(region));
  }
  for (const std::string& domain : held_.trust.trust_domains()) {
    for (const Certificate& root : held_.trust.Find(domain)->roots()) {
      v1::PendingAct& act = configured.emplace_back();
      act.set_approval_id(RootId(domain, root));
      act.set_root_pem(root.ToPem());
    }
  }
  return configured;
}

void TrustWatch::Begin() {
  absl::MutexLock lock(&mutex_);
  AddBrought();
  PutInForce();
}

void TrustWatch::Look() {
  {
    absl::MutexLock lock(&mutex_);
    NoteGrace();
    const bool changed = files_.Changed();
    // What was unsound may become sound by its dates alone.
    if (!changed && (mistakes_.empty() || !files_.Settled())) {
      if (!held_back_.empty() && HeldBack() != held_back_) PutInForce();
      return;
    }
    Read(changed);
  }
  parts_.on_configured(Configured());
}

std::vector<FieldViolation> TrustWatch::Reload() {
  std::vector<FieldViolation> mistakes;
  {
    absl::MutexLock lock(&mutex_);
    files_.Changed();
    Read(true);
    mistakes = mistakes_;
  }
  parts_.on_configured(Configured());
  return mistakes;
}

v1::ListExpiringResponse TrustWatch::Expiring() {
  absl::MutexLock lock(&mutex_);
  std::multimap<absl::Time, std::pair<std::string, std::string>> items;  // Kind, trust domain.
  if (auto chain = CertificateChain::FromPem(held_.certificate_chain_pem); chain.ok()) {
    items.emplace(chain->leaf.not_after(), std::pair("certificate", parts_.region));
  }
  for (const std::string& domain : held_.trust.trust_domains()) {
    const TrustBundle& bundle = *held_.trust.Find(domain);
    for (const Certificate& root : bundle.roots()) {
      items.emplace(root.not_after(), std::pair("root", domain));
    }
    if (bundle.has_crls()) items.emplace(bundle.crls_expire(), std::pair("crl", domain));
  }
  v1::ListExpiringResponse response;
  for (const auto& [when, what] : items) {
    v1::ExpiringItem& item = *response.add_items();
    item.set_kind(what.first);
    item.set_trust_domain(what.second);
    item.mutable_expires_at()->set_seconds(absl::ToUnixSeconds(when));
  }
  return response;
}

void TrustWatch::Read(bool told) {
  BrokerConfig::TlsFiles::Reading reading = files_.Read(held_, parts_.clock.Now());
  const bool new_identity = reading.tls.certificate_chain_pem != held_.certificate_chain_pem ||
                            reading.tls.private_key_pem != held_.private_key_pem;
  mistakes_ = std::move(reading.mistakes);
  held_ = std::move(reading.tls);
  AddBrought();
  PutInForce();
  if (new_identity) {
    const absl::Status replaced = parts_.identity.Replace(
        {parts_.region, held_.certificate_chain_pem, held_.private_key_pem});
    parts_.log.Write(replaced.ok() ? LogLevel::kInfo : LogLevel::kError, "certificate_replaced",
                     {{"error", std::string(replaced.message())}});
  }
  if (!told) return;
  parts_.log.Write(LogLevel::kInfo, "trust_reloaded",
                   {{"mistakes", static_cast<int64_t>(mistakes_.size())}});
  for (const FieldViolation& mistake : mistakes_) {
    parts_.log.Write(LogLevel::kWarning, "trust_file_refused",
                     {{"field", mistake.field}, {"description", mistake.description}});
  }
}

std::string TrustWatch::OwnCrls() {
  absl::MutexLock lock(&mutex_);
  const TrustBundle* own = held_.trust.Find(parts_.region);
  return own == nullptr ? "" : own->crls_pem();
}

absl::Status TrustWatch::TakeCrls(const std::string& region, const std::string& crls_pem,
                                  std::string_view chain_pem, PeerPurpose purpose) {
  // Own CRLs come from the files alone.
  if (region == parts_.region) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(auto bundle, BundleWithCrls(held_.trust, region, crls_pem, chain_pem, purpose,
                                               parts_.clock.Now()));
  if (!bundle.has_value()) return absl::OkStatus();
  const bool kept = WriteWhole(BroughtFile(region), crls_pem);
  brought_[region] = crls_pem;
  Replace(*std::move(bundle));
  PutInForce();
  parts_.log.Write(kept ? LogLevel::kInfo : LogLevel::kError, "crls_taken_from_peer",
                   {{"peer", region}, {"kept", kept ? "yes" : "until the broker stops"}});
  parts_.audit(region, "crl from peer");
  return absl::OkStatus();
}

void TrustWatch::AddBrought() {
  for (const auto& [region, crls_pem] : brought_) {
    const TrustBundle* held = held_.trust.Find(region);
    if (held == nullptr || !held->has_crls()) continue;
    auto bundle = held->WithCrls(crls_pem);
    if (bundle.ok() && bundle->CrlsAreAsNewAs(*held)) Replace(*std::move(bundle));
  }
}

void TrustWatch::Replace(TrustBundle bundle) {
  std::vector<TrustBundle> bundles;
  for (const std::string& domain : held_.trust.trust_domains()) {
    bundles.push_back(domain == bundle.trust_domain() ? bundle : *held_.trust.Find(domain));
  }
  held_.trust = *TrustStore::Create(std::move(bundles));
}

std::set<std::string> TrustWatch::HeldBack() const {
  std::set<std::string> held_back;
  for (const std::string& region : parts_.linked_regions) {
    if (!parts_.is_open(LinkId(region))) held_back.insert(LinkId(region));
  }
  for (const std::string& domain : held_.trust.trust_domains()) {
    for (const Certificate& root : held_.trust.Find(domain)->roots()) {
      if (!parts_.is_open(RootId(domain, root))) held_back.insert(RootId(domain, root));
    }
  }
  return held_back;
}

void TrustWatch::PutInForce() {
  const std::set<std::string> before = std::exchange(held_back_, HeldBack());
  std::vector<TrustBundle> bundles;
  for (const std::string& domain : held_.trust.trust_domains()) {
    if (held_back_.contains(LinkId(domain))) continue;
    auto open = held_.trust.Find(domain)->WithRoots([this, &domain](const Certificate& root) {
      mutex_.AssertHeld();
      return !held_back_.contains(RootId(domain, root));
    });
    if (open.has_value()) bundles.push_back(*std::move(open));
  }
  parts_.trust.Replace(*TrustStore::Create(std::move(bundles)));
  for (const std::string& id : held_back_) {
    if (before.contains(id)) continue;
    parts_.log.Write(LogLevel::kWarning, "waits_for_approval", {{"approval", id}});
  }
}

void TrustWatch::NoteGrace() {
  const absl::Time now = parts_.clock.Now();
  for (const std::string& domain : held_.trust.trust_domains()) {
    const TrustBundle& bundle = *held_.trust.Find(domain);
    const absl::Time run_out = bundle.crls_expire() - bundle.limits().crl_grace;
    if (!bundle.has_crls() || now < run_out || now >= bundle.crls_expire()) {
      in_grace_.erase(domain);
    } else if (in_grace_.insert(domain).second) {
      parts_.log.Write(LogLevel::kWarning, "crl_in_grace", {{"region", domain}});
      parts_.audit(domain, "crl in grace");
    }
  }
}

}  // namespace corridor
