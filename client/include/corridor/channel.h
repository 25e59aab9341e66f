#ifndef CORRIDOR_CLIENT_CHANNEL_H_
#define CORRIDOR_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "corridor/options.h"

namespace corridor {

// One connection to one broker, shared by the connections made from it. It is
// dialled when first used and again after every loss, and anew when the files of its
// credentials were replaced (ConnectionOptions::credential_files). Thread-safe.
class Channel {
 public:
  // Checks the options and prepares the connection; does not dial.
  // kInvalidArgument: a part is missing or malformed, the key is not the
  // certificate's, or the certificate has no SPIFFE ID of a principal.
  //
  // The first call in a process restricts the process's OpenSSL to TLS 1.3, so it
  // should come before other uses of TLS.
  static absl::StatusOr<std::shared_ptr<Channel>> Open(ConnectionOptions options);

  virtual ~Channel() = default;

  // As given to Open().
  virtual const ConnectionOptions& options() const = 0;
  // SPIFFE ID of the certificate: who the broker will take us for.
  virtual const std::string& principal() const = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CHANNEL_H_
