#include "core/crypto/tls_settings.h"

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/ssl.h>

#include <memory>

namespace corridor {
namespace {

// gRPC sets the versions of each context, and applies this afterwards: a lower bound
// would be reset, an exclusion is not.
constexpr char kSettings[] =
    "openssl_conf = corridor\n"
    "[corridor]\n"
    "ssl_conf = tls\n"
    "[tls]\n"
    "system_default = defaults\n"
    "[defaults]\n"
    "Protocol = ALL,-TLSv1.2\n"
    "NumTickets = 0\n"
    "Ciphersuites = TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256\n";

absl::Status Restrict() {
  // First, so that the machine's own configuration cannot be loaded over ours later.
  if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, nullptr) != 1) {
    return absl::InternalError("OpenSSL did not start");
  }
  const std::unique_ptr<BIO, int (*)(BIO*)> text(BIO_new_mem_buf(kSettings, sizeof(kSettings) - 1),
                                                 BIO_free);
  const std::unique_ptr<CONF, void (*)(CONF*)> settings(NCONF_new(nullptr), NCONF_free);
  long line = 0;  // OpenSSL's interface wants a long
  if (!text || !settings || NCONF_load_bio(settings.get(), text.get(), &line) != 1 ||
      CONF_modules_load(settings.get(), nullptr, 0) != 1) {
    return absl::InternalError("OpenSSL refused the TLS settings");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RestrictTlsOfProcess() {
  static const absl::Status result = Restrict();
  return result;
}

}  // namespace corridor
