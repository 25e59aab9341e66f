#ifndef CORRIDOR_CORE_CRYPTO_REVOCATION_LISTS_H_
#define CORRIDOR_CORE_CRYPTO_REVOCATION_LISTS_H_

// For the sources of this folder only: the CRLs of one trust domain.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {

enum class Freshness {
  kCurrent,
  kInGrace,  // past a list's next update, within the grace that was configured
};

class RevocationLists {
 public:
  // A whole list: version 2, with a next update and a number (RFC 5280 section 5.2.3), signed with
  // an allowed algorithm, without a critical extension (none is understood here, so neither a part
  // of a list nor an indirect one passes), no serial twice. A list in the name of one of `roots`
  // must be signed by it. kInvalidArgument says what is wrong.
  absl::Status Add(const std::string& der, const std::vector<Certificate>& roots);

  bool empty() const { return lists_.empty(); }
  // Whether for each issuer that `other` has a list of there is one here which was issued no
  // earlier than its latest.
  bool AreAsNewAs(const RevocationLists& other) const;
  // The earliest next update. InfiniteFuture() without lists.
  absl::Time next_update() const;

  // `certificate` is on none of `issuer`'s lists, of which the latest counts: it must not be past
  // its next update by more than `grace`. kUnauthenticated: a RefusePeer() status.
  absl::StatusOr<Freshness> Check(const Certificate& certificate, const Certificate& issuer,
                                  absl::Time time, absl::Duration grace) const;

 private:
  struct List {
    CrlPtr crl;
    absl::Time this_update;
    absl::Time next_update;
  };

  static bool IsOf(const List& list, const Certificate& issuer);
  static bool AreOfOneIssuer(const List& list, const List& other);

  std::vector<List> lists_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_REVOCATION_LISTS_H_
