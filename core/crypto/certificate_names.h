#ifndef CORRIDOR_CORE_CRYPTO_CERTIFICATE_NAMES_H_
#define CORRIDOR_CORE_CRYPTO_CERTIFICATE_NAMES_H_

// For the sources of this folder only: the names in a certificate, apart from what they are worth.

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {

// Every subject alternative name is well formed: DNS names of letters, digits and hyphens (in a
// peer's certificate a wildcard may stand for the whole first label, above two others that are no
// public suffix), absolute URIs, mailboxes, addresses of 4 or 16 bytes. In a peer's certificate a
// common name that looks like a host or an address is one of them. kUnauthenticated: a
// RefusePeer() status.
absl::Status CheckNames(const Certificate& certificate, bool is_peer);

// What name constraints apply to: the alternative names, the subject where it is not empty, and the
// mailboxes in it.
GeneralNamesPtr NamesOf(const Certificate& certificate);

// Without a wildcard, in any case.
bool IsDnsName(std::string_view text);

// The host in a URI's authority, without user and port. None where there is no authority.
std::optional<std::string_view> HostOfUri(std::string_view uri);
}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_CERTIFICATE_NAMES_H_
