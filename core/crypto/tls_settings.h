#ifndef CORRIDOR_CORE_CRYPTO_TLS_SETTINGS_H_
#define CORRIDOR_CORE_CRYPTO_TLS_SETTINGS_H_

#include "absl/status/status.h"

namespace corridor {

// Restricts every TLS connection that this process makes or takes from now on to
// TLS 1.3 with AES-GCM, without session tickets (a resumed session would pass over
// revocation). gRPC offers no such setting of its own, so it is OpenSSL's default
// that changes. Call it before the first gRPC object. Thread-safe; later calls
// answer as the first did. kInternal: OpenSSL refused the settings.
absl::Status RestrictTlsOfProcess();

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_TLS_SETTINGS_H_
