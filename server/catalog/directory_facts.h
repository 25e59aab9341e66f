#ifndef CORRIDOR_SERVER_CATALOG_DIRECTORY_FACTS_H_
#define CORRIDOR_SERVER_CATALOG_DIRECTORY_FACTS_H_

#include "absl/status/status.h"
#include "core/model/facts.h"
#include "server/catalog/stored_catalog.pb.h"

namespace corridor {

// What a region's directory adds to the facts. Pure.

// ORIGIN_INVALID unless a peer's directory speaks only for itself: its members and keys
// are of its own region, each key has its public key, none is one of another region.
absl::Status CheckDirectory(const stored::StoredDirectory& stored, const Facts& facts);

// Puts members, signing keys, broker keys and generation of that region in place of
// those that `facts` held of it.
void PutDirectory(const stored::StoredDirectory& stored, Facts& facts);

// Only the broker keys.
void PutBrokerKeys(const stored::StoredDirectory& stored, Facts& facts);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_DIRECTORY_FACTS_H_
