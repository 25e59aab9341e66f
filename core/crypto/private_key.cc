#include "core/crypto/private_key.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "core/base/status_macros.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {

absl::Status CheckPrivateKey(std::string_view private_key_pem, const Certificate& certificate) {
  ASSIGN_OR_RETURN(const KeyPtr key, PrivateKeyFromPem(private_key_pem));
  const int matches = X509_check_private_key(certificate.x509(), key.get());
  ERR_clear_error();
  if (matches == 1) return absl::OkStatus();
  return absl::InvalidArgumentError("the private key does not belong to the certificate");
}

}  // namespace corridor
