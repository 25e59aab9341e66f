#include "server/trust_watch.h"

#include <map>
#include <utility>

#include "core/crypto/certificate.h"

namespace corridor {

TrustWatch::TrustWatch(Parts parts, BrokerConfig::Tls held, BrokerConfig::TlsFiles files)
    : parts_(std::move(parts)), held_(std::move(held)), files_(std::move(files)) {}

void TrustWatch::Look() {
  absl::MutexLock lock(&mutex_);
  const bool changed = files_.Changed();
  // What was unsound may become sound by its dates alone.
  if (changed || (!mistakes_.empty() && files_.Settled())) Read(changed);
}

std::vector<FieldViolation> TrustWatch::Reload() {
  absl::MutexLock lock(&mutex_);
  files_.Changed();
  Read(true);
  return mistakes_;
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
  parts_.trust.Replace(held_.trust);
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

}  // namespace corridor
