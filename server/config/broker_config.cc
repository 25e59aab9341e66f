#include "server/config/broker_config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/peer_refusal.h"
#include "core/crypto/private_key.h"
#include "core/gate/gate_policy.pb.h"
#include "server/config/config_reader.h"

namespace corridor {
namespace {

using config::BrokerConfigFile;

constexpr int kMiB = 1024 * 1024;
constexpr std::string_view kTlsChainField = "tls.certificate_chain_file";
constexpr std::string_view kTlsKeyField = "tls.private_key_file";

// "host:port" or "[ipv6]:port", with a port of at least `port_min`.
bool IsAddress(std::string_view text, int port_min) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = text.substr(0, colon);
  int port = 0;
  if (!absl::SimpleAtoi(A(text.substr(colon + 1)), &port)) return false;
  if (port < port_min || port > 65535) return false;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (host.find(':') != std::string_view::npos) return bracketed;
  return host.find_first_of(" /[]") == std::string_view::npos;
}

// An address of this machine itself, in numbers: a name may be made to mean another.
bool IsLoopback(std::string_view address) {
  const bool loopback = address.starts_with("127.0.0.1:") || address.starts_with("[::1]:");
  return loopback && IsAddress(address, 0);
}

std::string Indexed(std::string_view list, int index, std::string_view field = "") {
  std::string path = absl::StrCat(A(list), "[", index, "]");
  if (!field.empty()) absl::StrAppend(&path, ".", A(field));
  return path;
}

// One reading of one file: each step reads one part of it, and notes what is
// wrong there.
class Loader {
 public:
  // `held`: where a trust domain cannot be read, it stays as it is there.
  Loader(const BrokerConfigFile& file, ConfigReader& reader, absl::Time now,
         const TrustStore* held = nullptr)
      : file_(file), reader_(reader), now_(now), held_(held) {}

  std::optional<BrokerConfig> Load();
  std::optional<BrokerConfig::Tls> ReadTls();

 private:
  bool LacksListOfOurs(const TrustStore& trust, const std::string& chain_pem) const;
  void CheckRegion();
  void CheckDataDir();
  void CheckCount(std::string_view field, int count, int min, int max);
  void ReadListeners();
  void CheckSandbox();
  void CheckMetricsAddress();
  void ReadTrust(BrokerConfig::Tls& tls);
  std::optional<TrustBundle> ReadTrustDomain(int index, std::string& roots_pem);
  // Checks that a chain is this broker's own; its leaf, and who it is.
  struct OwnChain {
    Certificate leaf;
    Principal self;
  };
  std::optional<OwnChain> CheckOwnChain(std::string_view field, const std::string& chain_pem,
                                        std::initializer_list<PeerPurpose> purposes,
                                        const TrustStore& trust);
  std::optional<BrokerConfig::AcceptanceSigning> ReadSigning(const TrustStore& trust);
  void ReadOperators();
  void ReadOperatorRoles();
  BrokerConfig::Approvals ReadApprovals();
  void ReadLinks(const TrustStore& trust);
  std::optional<GatePolicy> ReadGatePolicy();
  int Bounded(std::string_view field, uint32_t value, int otherwise, int min, int max);
  void ReadLimits();
  void ReadValidityCaps();
  BrokerConfig::Disk ReadDisk();
  std::optional<BrokerConfig::Backup> ReadBackup();
  void CheckBackupFolder(std::string_view field, const std::string& folder);
  RetentionPolicy ReadRetention();
  RetentionRule ReadRetentionRule(int index);

  const BrokerConfigFile& file_;
  ConfigReader& reader_;
  const absl::Time now_;
  const TrustStore* const held_;
  std::vector<std::string> listen_addresses_;
  std::map<std::string, std::set<v1::OperatorRole>, std::less<>> operators_;
  std::vector<BrokerConfig::Link> links_;
  BrokerConfig::Limits limits_;
  std::map<v1::Tlp, absl::Duration> validity_caps_;
};

void Loader::CheckCount(std::string_view field, int count, int min, int max) {
  if (count >= min && count <= max) return;
  reader_.Note(field, absl::StrCat("needs ", min, " to ", max, " entries, has ", count));
}

void Loader::CheckRegion() {
  if (!IsRegionId(file_.region())) {
    reader_.Note("region", "is not a region id: 1 to 255 of a-z 0-9 . - _");
  }
}

void Loader::CheckDataDir() {
  if (file_.data_dir().empty()) return reader_.Note("data_dir", "is required");
  const std::filesystem::path path = reader_.Absolute(file_.data_dir());
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (exists && !std::filesystem::is_directory(path, error)) {
    return reader_.Note("data_dir", absl::StrCat(path.string(), " is not a folder"));
  }
  const std::filesystem::path place = exists ? path : path.parent_path();
  if (access(place.c_str(), W_OK | X_OK) != 0) {
    reader_.Note("data_dir", absl::StrCat(place.string(), " is absent or may not be written"));
  }
}

void Loader::ReadListeners() {
  CheckCount("listeners", file_.listeners_size(), 1, 16);
  std::set<std::string> seen;
  for (int i = 0; i < file_.listeners_size(); ++i) {
    const std::string& address = file_.listeners(i).address();
    const std::string field = Indexed("listeners", i, "address");
    if (!IsAddress(address, 0)) {
      reader_.Note(field, "is not host:port or [ipv6]:port");
    } else if (!seen.insert(address).second) {
      reader_.Note(field, "is named twice");
    }
    listen_addresses_.push_back(address);
  }
}

// A sandbox is for its own machine and meets nobody else's region.
void Loader::CheckSandbox() {
  if (!file_.sandbox()) return;
  for (int i = 0; i < file_.listeners_size(); ++i) {
    if (IsLoopback(file_.listeners(i).address())) continue;
    reader_.Note(Indexed("listeners", i, "address"),
                 "is not 127.0.0.1:port or [::1]:port; a sandbox serves its own machine only");
  }
  if (file_.links_size() > 0) reader_.Note("links", "must be absent: a sandbox has no peers");
}

// The figures are served without TLS: only to this machine.
void Loader::CheckMetricsAddress() {
  const std::string& address = file_.metrics_address();
  if (address.empty()) return;
  if (!IsLoopback(address)) {
    reader_.Note("metrics_address",
                 "is not 127.0.0.1:port or [::1]:port; figures are served to this machine only, "
                 "a proxy may pass them on");
  }
}

std::optional<TrustBundle> Loader::ReadTrustDomain(int index, std::string& roots_pem) {
  const auto& domain = file_.tls().trust_domains(index);
  const auto field = [index](std::string_view name) {
    return Indexed("tls.trust_domains", index, name);
  };
  if (!IsRegionId(domain.name())) {
    reader_.Note(field("name"), "is not a region id");
    return std::nullopt;
  }
  auto roots = reader_.ReadFile(field("roots_file"), domain.roots_file());
  std::optional<std::string> crls = "";
  if (!domain.crl_file().empty()) crls = reader_.ReadFile(field("crl_file"), domain.crl_file());
  if (!roots.has_value() || !crls.has_value()) return std::nullopt;
  TrustLimits limits;
  limits.crl_grace =
      absl::Hours(Bounded(field("crl_grace_hours"), domain.crl_grace_hours(), 0, 0, 168));
  if (domain.lifetime_days_max() != 0) {
    limits.leaf_lifetime_max = absl::Hours(24) * Bounded(field("lifetime_days_max"),
                                                         domain.lifetime_days_max(), 3650, 1, 3650);
  }
  auto without_crls =
      reader_.Take(field("roots_file"), TrustBundle::Create(domain.name(), *roots, "", limits));
  if (!without_crls.has_value()) return std::nullopt;
  absl::StrAppend(&roots_pem, *roots, "\n");
  if (domain.crl_file().empty()) return without_crls;
  if (crls->empty()) {
    reader_.Note(field("crl_file"), "holds no list; leave the field out where there is none");
    return std::nullopt;
  }
  return reader_.Take(field("crl_file"), TrustBundle::Create(domain.name(), *roots, *crls, limits));
}

void Loader::ReadTrust(BrokerConfig::Tls& tls) {
  CheckCount("tls.trust_domains", file_.tls().trust_domains_size(), 1, 65);
  std::vector<TrustBundle> bundles;
  std::set<std::string> seen;
  for (int i = 0; i < file_.tls().trust_domains_size(); ++i) {
    if (!seen.insert(file_.tls().trust_domains(i).name()).second) {
      reader_.Note(Indexed("tls.trust_domains", i, "name"), "is named twice");
      continue;
    }
    auto bundle = ReadTrustDomain(i, tls.roots_pem);
    if (!bundle.has_value() && held_ != nullptr) {
      const TrustBundle* held = held_->Find(file_.tls().trust_domains(i).name());
      if (held != nullptr) bundle = *held;
    }
    if (bundle.has_value()) bundles.push_back(*std::move(bundle));
  }
  if (!seen.contains(file_.region())) {
    reader_.Note("tls.trust_domains", "does not name this region's own trust domain");
  }
  if (auto trust = reader_.Take("tls.trust_domains", TrustStore::Create(std::move(bundles)))) {
    tls.trust = *std::move(trust);
  }
}

std::optional<Loader::OwnChain> Loader::CheckOwnChain(std::string_view field,
                                                      const std::string& chain_pem,
                                                      std::initializer_list<PeerPurpose> purposes,
                                                      const TrustStore& trust) {
  auto chain = reader_.Take(field, CertificateChain::FromPem(chain_pem));
  if (!chain.has_value()) return std::nullopt;
  OwnChain own{chain->leaf, {}};
  if (trust.Find(file_.region()) == nullptr) return own;  // Noted where it is missing.
  for (PeerPurpose purpose : purposes) {
    auto identity = reader_.Take(field, trust.Verify(*chain, purpose, now_));
    if (!identity.has_value()) return std::nullopt;
    auto principal = ParsePrincipal(identity->spiffe_id.ToString());
    if (!principal.ok() || principal->kind != PrincipalKind::kBroker ||
        principal->region != file_.region()) {
      reader_.Note(field, absl::StrCat("is not for spiffe://", file_.region(), "/broker/<name>"));
      return std::nullopt;
    }
    own.self = *std::move(principal);
  }
  return own;
}

// A file of lists that was cut between two of them looks whole. With one less than it needs
// nobody could be let in any more.
bool Loader::LacksListOfOurs(const TrustStore& trust, const std::string& chain_pem) const {
  const auto chain = CertificateChain::FromPem(chain_pem);
  if (!chain.ok() || trust.Find(file_.region()) == nullptr) return false;
  const absl::Status verified = trust.Verify(*chain, PeerPurpose::kTlsServer, now_).status();
  return PeerRefusalOf(verified) == PeerRefusal::kRevocationUnknown;
}

std::optional<BrokerConfig::Tls> Loader::ReadTls() {
  constexpr std::string_view kChain = kTlsChainField;
  constexpr std::string_view kKey = kTlsKeyField;
  if (!file_.has_tls()) {
    reader_.Note("tls", "is required");
    return std::nullopt;
  }
  BrokerConfig::Tls tls;
  ReadTrust(tls);
  auto chain = reader_.ReadFile(kChain, file_.tls().certificate_chain_file());
  auto key = reader_.ReadFile(kKey, file_.tls().private_key_file(), ConfigReader::Secrecy::kSecret);
  if (!chain.has_value()) return tls;
  if (held_ != nullptr && LacksListOfOurs(tls.trust, *chain)) {
    reader_.Note("tls.trust_domains",
                 "lacks the list of an issuer of this broker's own certificate: what was there "
                 "before goes on to hold");
    tls.trust = *held_;
  }
  auto own =
      CheckOwnChain(kChain, *chain, {PeerPurpose::kTlsServer, PeerPurpose::kTlsClient}, tls.trust);
  if (own.has_value() && key.has_value()) {
    reader_.Check(kKey, CheckPrivateKey(*key, own->leaf));
    tls.private_key_pem = *std::move(key);
    tls.self = std::move(own->self);
  }
  tls.certificate_chain_pem = *std::move(chain);
  return tls;
}

std::optional<BrokerConfig::AcceptanceSigning> Loader::ReadSigning(const TrustStore& trust) {
  constexpr std::string_view kChain = "acceptance_signing.certificate_chain_file";
  constexpr std::string_view kKey = "acceptance_signing.key_file";
  const auto& signing = file_.acceptance_signing();
  auto chain = reader_.ReadFile(kChain, signing.certificate_chain_file());
  auto key_pem = reader_.ReadFile(kKey, signing.key_file(), ConfigReader::Secrecy::kSecret);
  std::optional<OwnChain> own;
  if (chain.has_value()) own = CheckOwnChain(kChain, *chain, {PeerPurpose::kSigning}, trust);
  if (!key_pem.has_value()) return std::nullopt;
  auto key = reader_.Take(kKey, SigningKey::FromPkcs8Pem(*key_pem));
  if (!key.has_value() || !own.has_value()) return std::nullopt;
  if (own->leaf.ed25519_public_key() != key->public_key()) {
    reader_.Note(kKey, "the key does not belong to the certificate");
  }
  return BrokerConfig::AcceptanceSigning{*std::move(key), *std::move(chain)};
}

void Loader::ReadOperators() {
  CheckCount("operators", file_.operators_size(), 1, 256);
  for (int i = 0; i < file_.operators_size(); ++i) {
    auto principal = ParsePrincipal(file_.operators(i));
    if (!principal.ok() || principal->kind != PrincipalKind::kOperator ||
        principal->region != file_.region()) {
      reader_.Note(Indexed("operators", i),
                   absl::StrCat("is not spiffe://", file_.region(), "/operator/<name>"));
    } else if (operators_.contains(file_.operators(i))) {
      reader_.Note(Indexed("operators", i), "is named twice");
    }
    operators_[file_.operators(i)] = {v1::OPERATOR_ROLE_MEMBERSHIP, v1::OPERATOR_ROLE_POLICY,
                                      v1::OPERATOR_ROLE_TRUST, v1::OPERATOR_ROLE_OPERATIONS,
                                      v1::OPERATOR_ROLE_AUDIT_READ};
  }
  ReadOperatorRoles();
}

void Loader::ReadOperatorRoles() {
  CheckCount("operator_roles", file_.operator_roles_size(), 0, 256);
  std::set<std::string> seen;
  for (int i = 0; i < file_.operator_roles_size(); ++i) {
    const config::OperatorRoles& given = file_.operator_roles(i);
    if (!operators_.contains(given.principal())) {
      reader_.Note(Indexed("operator_roles", i, "principal"), "is none of `operators`");
    } else if (!seen.insert(given.principal()).second) {
      reader_.Note(Indexed("operator_roles", i, "principal"), "is named twice");
    }
    std::set<v1::OperatorRole>& roles = operators_[given.principal()];
    roles.clear();
    for (const int role : given.roles()) {
      const bool stated = role != v1::OPERATOR_ROLE_UNSPECIFIED && v1::OperatorRole_IsValid(role);
      if (!stated || !roles.insert(static_cast<v1::OperatorRole>(role)).second) {
        reader_.Note(Indexed("operator_roles", i, "roles"), "give roles of the list, each once");
      }
    }
    if (given.roles().empty()) {
      reader_.Note(Indexed("operator_roles", i, "roles"), "give at least one role");
    }
  }
}

BrokerConfig::Approvals Loader::ReadApprovals() {
  BrokerConfig::Approvals approvals;
  if (!file_.has_approvals()) return approvals;
  const config::Approvals& given = file_.approvals();
  approvals.needed = true;
  const int expire = Bounded("approvals.expire_hours", given.expire_hours(), 168, 1, 8760);
  const int delay = Bounded("approvals.delay_hours", given.delay_hours(), 24, 1, 720);
  approvals.expires_after = absl::Hours(expire);
  if (given.mode() == config::APPROVAL_MODE_DELAYED) {
    approvals.takes_effect_after = absl::Hours(delay);
    if (expire <= delay) reader_.Note("approvals.expire_hours", "must be more than delay_hours");
  } else if (given.mode() != config::APPROVAL_MODE_TWO_PERSONS) {
    reader_.Note("approvals.mode", "give TWO_PERSONS or DELAYED");
  } else if (given.delay_hours() != 0) {
    reader_.Note("approvals.delay_hours", "is for DELAYED");
  }
  return approvals;
}

void Loader::ReadLinks(const TrustStore& trust) {
  CheckCount("links", file_.links_size(), 0, 64);
  std::set<std::string> seen;
  for (int i = 0; i < file_.links_size(); ++i) {
    const auto& link = file_.links(i);
    const std::string field = Indexed("links", i, "peer_region");
    if (!IsRegionId(link.peer_region())) {
      reader_.Note(field, "is not a region id");
    } else if (link.peer_region() == file_.region()) {
      reader_.Note(field, "is this region itself");
    } else if (!seen.insert(link.peer_region()).second) {
      reader_.Note(field, "is named twice");
    } else if (trust.Find(link.peer_region()) == nullptr) {
      reader_.Note(field, "tls.trust_domains has no roots for it");
    }
    if (!link.dial_address().empty() && !IsAddress(link.dial_address(), 1)) {
      reader_.Note(Indexed("links", i, "dial_address"), "is not host:port or [ipv6]:port");
    }
    links_.push_back({link.peer_region(), link.dial_address()});
  }
}

int Loader::Bounded(std::string_view field, uint32_t value, int otherwise, int min, int max) {
  if (value == 0) return otherwise;
  if (value < static_cast<uint32_t>(min) || value > static_cast<uint32_t>(max)) {
    reader_.Note(field, absl::StrCat("is outside ", min, " to ", max));
    return otherwise;
  }
  return static_cast<int>(value);
}

void Loader::ReadLimits() {
  const auto& limits = file_.limits();
  limits_.streams_per_connection =
      Bounded("limits.streams_per_connection", limits.streams_per_connection(), 256, 1, 10'000);
  limits_.handshake_timeout = absl::Seconds(
      Bounded("limits.handshake_timeout_seconds", limits.handshake_timeout_seconds(), 10, 1, 120));
  limits_.message_bytes =
      Bounded("limits.message_bytes", limits.message_bytes(), 17 * kMiB, kMiB, 64 * kMiB);
  limits_.connections =
      Bounded("limits.connections", limits.connections(), limits_.connections, 16, 100'000);
  limits_.connections_per_address =
      Bounded("limits.connections_per_address", limits.connections_per_address(),
              limits_.connections_per_address, 1, 100'000);
  limits_.unproven_connections =
      Bounded("limits.unproven_connections", limits.unproven_connections(),
              limits_.unproven_connections, 1, 100'000);
  limits_.accepts_per_second = Bounded("limits.accepts_per_second", limits.accepts_per_second(),
                                       limits_.accepts_per_second, 1, 100'000);
  limits_.waiting_connections = Bounded("limits.waiting_connections", limits.waiting_connections(),
                                        limits_.waiting_connections, 1, 100'000);
  limits_.first_call =
      absl::Seconds(Bounded("limits.first_call_seconds", limits.first_call_seconds(), 60, 5, 3600));
  limits_.metadata_bytes = Bounded("limits.metadata_bytes", limits.metadata_bytes(),
                                   limits_.metadata_bytes, 1024, 64 * 1024);
  limits_.resets_per_second = Bounded("limits.resets_per_second", limits.resets_per_second(),
                                      limits_.resets_per_second, 1, 100'000);
  limits_.first_call_bytes = Bounded("limits.first_call_bytes", limits.first_call_bytes(),
                                     limits_.first_call_bytes, 128 * 1024, 1024 * kMiB);
  limits_.drain =
      absl::Seconds(Bounded("limits.drain_seconds", limits.drain_seconds(), 10, 1, 300));
}

void Loader::ReadValidityCaps() {
  constexpr absl::Duration kDay = absl::Hours(24);
  validity_caps_ = {{v1::TLP_CLEAR, 732 * kDay},
                    {v1::TLP_GREEN, 732 * kDay},
                    {v1::TLP_AMBER, 366 * kDay},
                    {v1::TLP_AMBER_STRICT, 366 * kDay},
                    {v1::TLP_RED, 92 * kDay}};
  std::set<v1::Tlp> seen;
  for (int i = 0; i < file_.validity_caps_size(); ++i) {
    const auto& cap = file_.validity_caps(i);
    if (!validity_caps_.contains(cap.tlp())) {
      reader_.Note(Indexed("validity_caps", i, "tlp"), "is required");
    } else if (!seen.insert(cap.tlp()).second) {
      reader_.Note(Indexed("validity_caps", i, "tlp"), "is named twice");
    }
    if (cap.days() < 1 || cap.days() > 3650) {
      reader_.Note(Indexed("validity_caps", i, "days"), "is outside 1 to 3650");
    }
    validity_caps_[cap.tlp()] = cap.days() * kDay;
  }
}

void Loader::CheckBackupFolder(std::string_view field, const std::string& folder) {
  if (folder.empty()) return reader_.Note(field, "is required");
  const std::string path = reader_.Absolute(folder);
  std::error_code error;
  if (!std::filesystem::is_directory(path, error) || access(path.c_str(), W_OK | X_OK) != 0) {
    reader_.Note(field, absl::StrCat(path, " is no folder, or may not be written"));
  }
}

std::optional<BrokerConfig::Backup> Loader::ReadBackup() {
  if (!file_.has_backup()) return std::nullopt;
  const config::Backup& given = file_.backup();
  CheckBackupFolder("backup.dir", given.dir());
  CheckBackupFolder("backup.keys_dir", given.keys_dir());
  BrokerConfig::Backup backup{
      .dir = reader_.Absolute(given.dir()),
      .keys_dir = reader_.Absolute(given.keys_dir()),
      .keep_keys = absl::Hours(24) * Bounded("backup.keys_days", given.keys_days(), 7, 1, 7),
      .every = absl::Hours(Bounded("backup.every_hours", given.every_hours(), 24, 1, 168))};
  if (!given.dir().empty() && backup.dir == backup.keys_dir) {
    reader_.Note("backup.keys_dir", "must be another folder than dir");
  }
  constexpr std::string_view kKeyField = "backup.public_key_file";
  if (const auto text = reader_.ReadFile(kKeyField, given.public_key_file()); text.has_value()) {
    const auto key = reader_.Take(kKeyField, BackupKey::PublicFromText(*text));
    backup.recipient = key.value_or(BackupPublicKey{});
  }
  return backup;
}

BrokerConfig::Disk Loader::ReadDisk() {
  constexpr int kMiBMax = 16'777'216;
  const config::Disk& given = file_.disk();
  const auto mib = [this](std::string_view field, uint32_t value) {
    return static_cast<uint32_t>(Bounded(field, value, 0, 1, kMiBMax));
  };
  const BrokerConfig::Disk disk{
      .warn_free_mib = mib("disk.warn_free_mib", given.warn_free_mib()),
      .refuse_free_mib = mib("disk.refuse_free_mib", given.refuse_free_mib())};
  if (disk.warn_free_mib != 0 && disk.refuse_free_mib > disk.warn_free_mib) {
    reader_.Note("disk.refuse_free_mib", "must be at most warn_free_mib");
  }
  return disk;
}

RetentionPolicy Loader::ReadRetention() {
  constexpr int kRulesMax = 64;
  RetentionPolicy policy;
  const config::Retention& given = file_.retention();
  CheckCount("retention.rules", given.rules_size(), 0, kRulesMax);
  for (int i = 0; i < given.rules_size(); ++i) policy.rules.push_back(ReadRetentionRule(i));
  policy.peer_records_max =
      static_cast<size_t>(Bounded("retention.peer_records", given.peer_records(),
                                  static_cast<int>(policy.peer_records_max), 1, 100'000'000));
  return policy;
}

RetentionRule Loader::ReadRetentionRule(int index) {
  constexpr int kDaysMax = 36'500;
  constexpr absl::Duration kDay = absl::Hours(24);
  const config::RetentionRule& given = file_.retention().rules(index);
  const auto days = [&](std::string_view field, uint32_t value, int otherwise) {
    return Bounded(Indexed("retention.rules", index, field), value, otherwise, 1, kDaysMax) * kDay;
  };
  RetentionRule rule{.tlp = given.tlp(), .kind = given.kind(), .origin = given.origin()};
  if (given.kind() == v1::STATEMENT_KIND_RECALL) {
    reader_.Note(Indexed("retention.rules", index, "kind"), "is RECALL, which is kept for good");
  }
  if (given.days_after_append() != 0) {
    rule.after_append = days("days_after_append", given.days_after_append(), 1);
  }
  rule.after_end = days("days_after_end", given.days_after_end(), 366);
  return rule;
}

std::optional<GatePolicy> Loader::ReadGatePolicy() {
  constexpr std::string_view kField = "gate_policy_file";
  if (file_.gate_policy_file().empty()) return DefaultGatePolicy();
  auto text = reader_.ReadFile(kField, file_.gate_policy_file());
  config::GatePolicy proto;
  if (!text.has_value() || !reader_.ParseText(kField, *text, proto)) return std::nullopt;
  return reader_.Take(kField, GatePolicyFromProto(proto));
}

std::optional<BrokerConfig> Loader::Load() {
  CheckRegion();
  CheckDataDir();
  ReadListeners();
  CheckMetricsAddress();
  CheckSandbox();
  auto tls = ReadTls();
  auto signing = ReadSigning(tls.has_value() ? tls->trust : TrustStore());
  ReadOperators();
  ReadLinks(tls.has_value() ? tls->trust : TrustStore());
  auto gate_policy = ReadGatePolicy();
  ReadLimits();
  ReadValidityCaps();
  const BrokerConfig::Approvals approvals = ReadApprovals();
  const RetentionPolicy retention = ReadRetention();
  const BrokerConfig::Disk disk = ReadDisk();
  std::optional<BrokerConfig::Backup> backup = ReadBackup();
  if (!tls.has_value() || !signing.has_value() || !gate_policy.has_value()) return std::nullopt;
  const bool level_given = file_.log().level() != config::LOG_LEVEL_UNSPECIFIED;
  return BrokerConfig{file_.region(),
                      reader_.Absolute(file_.data_dir()),
                      std::move(listen_addresses_),
                      *std::move(tls),
                      *std::move(signing),
                      std::move(operators_),
                      std::move(links_),
                      *std::move(gate_policy),
                      limits_,
                      approvals,
                      std::move(validity_caps_),
                      retention,
                      file_.only_what_is_subscribed(),
                      disk,
                      std::move(backup),
                      file_.metrics_address(),
                      file_.sandbox(),
                      level_given ? file_.log().level() : config::LOG_LEVEL_INFO,
                      {}};
}

// Changes whenever the file is written or another takes its place.
std::string Stamp(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return "absent;";
  return absl::StrCat(file.st_ino, " ", file.st_size, " ", file.st_mtim.tv_sec, " ",
                      file.st_mtim.tv_nsec, " ", file.st_ctim.tv_sec, " ", file.st_ctim.tv_nsec,
                      ";");
}

}  // namespace

BrokerConfig::TlsFiles::TlsFiles(BrokerConfigFile file, std::string folder)
    : folder_(std::move(folder)) {
  file_.set_region(file.region());
  *file_.mutable_tls() = std::move(*file.mutable_tls());
}

std::string BrokerConfig::TlsFiles::Fingerprint() const {
  const ConfigReader reader(folder_);
  std::string fingerprint = Stamp(reader.Absolute(file_.tls().certificate_chain_file()));
  fingerprint += Stamp(reader.Absolute(file_.tls().private_key_file()));
  for (const auto& domain : file_.tls().trust_domains()) {
    fingerprint += Stamp(reader.Absolute(domain.roots_file()));
    if (!domain.crl_file().empty()) fingerprint += Stamp(reader.Absolute(domain.crl_file()));
  }
  return fingerprint;
}

bool BrokerConfig::TlsFiles::Changed() {
  std::string fingerprint = Fingerprint();
  const bool settled = fingerprint == looked_at_;
  looked_at_ = std::move(fingerprint);
  if (!settled || looked_at_ == taken_) return false;
  taken_ = looked_at_;
  return true;
}

BrokerConfig::TlsFiles::Reading BrokerConfig::TlsFiles::Read(const Tls& held,
                                                             absl::Time now) const {
  ConfigReader reader(folder_);
  Reading reading{.tls = held, .mistakes = {}};
  auto tls = Loader(file_, reader, now, &held.trust).ReadTls();
  reading.mistakes = ViolationsOf(reader.Verdict());
  if (!tls.has_value()) return reading;
  const bool identity_is_sound =
      std::none_of(reading.mistakes.begin(), reading.mistakes.end(), [](const auto& mistake) {
        return mistake.field == kTlsChainField || mistake.field == kTlsKeyField;
      });
  reading.tls.trust = tls->trust;
  if (!identity_is_sound) return reading;
  reading.tls.certificate_chain_pem = std::move(tls->certificate_chain_pem);
  reading.tls.private_key_pem = std::move(tls->private_key_pem);
  return reading;
}

absl::StatusOr<BrokerConfig> LoadBrokerConfig(std::string_view path, absl::Time now) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(std::filesystem::path(path), error);
  ConfigReader reader(absolute.parent_path());
  BrokerConfigFile file;
  auto text = reader.ReadFile("", absolute.string());
  if (!text.has_value() || !reader.ParseText("", *text, file)) return reader.Verdict();
  auto config = Loader(file, reader, now).Load();
  absl::Status verdict = reader.Verdict();
  if (!verdict.ok()) return verdict;
  config->tls_files = BrokerConfig::TlsFiles(std::move(file), absolute.parent_path());
  return *std::move(config);
}

}  // namespace corridor
