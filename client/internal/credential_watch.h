#ifndef CORRIDOR_CLIENT_INTERNAL_CREDENTIAL_WATCH_H_
#define CORRIDOR_CLIENT_INTERNAL_CREDENTIAL_WATCH_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "corridor/options.h"

namespace corridor {

// Looks whether the files behind a channel's credentials were replaced by sound
// ones. Not thread-safe.
class CredentialWatch {
 public:
  // `held` is what is in force; nothing is ever found where it has no files.
  explicit CredentialWatch(const ConnectionOptions& held);

  // What to use from now on in place of `held`; absent where nothing changed, or what
  // is there cannot be used: a file was written to within the last second (it may be
  // half of one), does not parse, key and certificate are of two pairs, the
  // certificate is another principal's or outside its dates. What cannot be used is
  // looked at again.
  std::optional<ConnectionOptions> Look(const ConnectionOptions& held, absl::Time now);

 private:
  std::string seen_;  // What tells the files that are in force from others.
};

// kInvalidArgument: a part is missing or malformed, the key is not the certificate's,
// or the certificate has no SPIFFE ID of a principal. Answers with that ID.
absl::StatusOr<std::string> CheckCredentials(const ConnectionOptions& options);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_CREDENTIAL_WATCH_H_
