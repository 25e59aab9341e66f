#ifndef CORRIDOR_SERVER_CONFIG_BROKER_CONFIG_H_
#define CORRIDOR_SERVER_CONFIG_BROKER_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/sealed_archive.h"
#include "core/crypto/signature.h"
#include "core/gate/gate_policy.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "core/policy/retention.h"
#include "corridor/v1/alert.pb.h"
#include "corridor/v1/operator.pb.h"
#include "server/config/broker_config.pb.h"

namespace corridor {

// What `corridord` runs on: the configuration file (broker_config.proto says
// what each field means), read and checked, with the files it names. Move-only,
// because it holds keys.
struct BrokerConfig {
  struct Tls {
    std::string certificate_chain_pem;
    std::string private_key_pem;  // Secret.
    Principal self;               // kBroker.
    std::string roots_pem;        // Of all trust domains, one after the other.
    TrustStore trust;
  };
  struct AcceptanceSigning {
    SigningKey key;
    std::string certificate_chain_pem;
  };
  struct Link {
    std::string peer_region;
    std::string dial_address;  // Empty: the peer dials.
  };
  struct Approvals {
    bool needed = false;
    absl::Duration takes_effect_after = absl::InfiniteDuration();
    absl::Duration expires_after = absl::Hours(168);
  };
  struct Backup {
    std::string dir;  // Absolute, and keys_dir too.
    std::string keys_dir;
    BackupPublicKey recipient{};
    absl::Duration keep_keys = absl::Hours(7 * 24);
    absl::Duration every = absl::Hours(24);
  };
  // Free MiB; 0: the default, which depends on the disk.
  struct Disk {
    uint32_t warn_free_mib = 0;
    uint32_t refuse_free_mib = 0;
  };
  struct Limits {
    int streams_per_connection = 256;
    absl::Duration handshake_timeout = absl::Seconds(10);
    int message_bytes = 17 * 1024 * 1024;
    absl::Duration drain = absl::Seconds(10);
    int connections = 4096;
    int connections_per_address = 1024;
    int unproven_connections = 1024;
    int accepts_per_second = 500;
    int waiting_connections = 1024;
    absl::Duration first_call = absl::Seconds(60);
    int metadata_bytes = 8 * 1024;
    int resets_per_second = 200;
    int first_call_bytes = 256 * 1024;
  };

  // The files behind `tls`, which may be replaced while the broker runs: by new ones
  // put in their place (rename), or by writing them anew.
  class TlsFiles {
   public:
    TlsFiles() = default;
    TlsFiles(config::BrokerConfigFile file, std::string folder);

    // Whether any of them was replaced or written since this last said so, and all are
    // as they were when this was last asked: a file that is just being written, of
    // which half may look whole, waits for the next time. True the second time,
    // because they may have changed since they were read.
    bool Changed();
    // Whether they are, as last looked at, what Changed() last said so of.
    bool Settled() const { return looked_at_ == taken_; }

    // What they hold now. What is sound is taken, the rest is as in `held`: each
    // trust domain by itself, certificate and key together. So half a file is
    // never taken, nor a key without its certificate, and a mistake in one region's
    // files holds up no other's. `mistakes` lists what was not taken.
    struct Reading {
      Tls tls;
      std::vector<FieldViolation> mistakes;
    };
    Reading Read(const Tls& held, absl::Time now) const;

   private:
    std::string Fingerprint() const;

    config::BrokerConfigFile file_;  // Region and tls alone.
    std::string folder_;
    std::string looked_at_;
    std::string taken_;
  };

  std::string region;
  std::string data_dir;  // Absolute.
  std::vector<std::string> listen_addresses;
  Tls tls;
  AcceptanceSigning acceptance_signing;
  std::map<std::string, std::set<v1::OperatorRole>, std::less<>> operators;  // By SPIFFE ID.
  std::vector<Link> links;
  GatePolicy gate_policy;
  Limits limits;
  Approvals approvals;
  std::map<v1::Tlp, absl::Duration> validity_caps;  // Every marking.
  RetentionPolicy retention;
  bool only_what_is_subscribed = false;
  Disk disk;
  std::optional<Backup> backup;
  std::string metrics_address;  // Loopback, or empty.
  bool sandbox = false;         // Then it listens on loopback addresses only.
  config::LogLevel log_level = config::LOG_LEVEL_INFO;
  TlsFiles tls_files;
};

// Reads and checks the file at `path`; `now` is what certificates are judged
// at. Opens no port and writes nothing.
// kInvalidArgument: something is wrong. ViolationsOf() lists every mistake with
// its field path ("tls.trust_domains[1].roots_file"); a file that cannot be
// read or parsed at all is one mistake, of the field "".
absl::StatusOr<BrokerConfig> LoadBrokerConfig(std::string_view path, absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CONFIG_BROKER_CONFIG_H_
