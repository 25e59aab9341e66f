#ifndef CORRIDOR_CLIENT_INTERNAL_REJECTION_NOTE_H_
#define CORRIDOR_CLIENT_INTERNAL_REJECTION_NOTE_H_

#include <string>

namespace corridor {

// `note` as the broker takes it (RejectedDelivery.note): control characters are spaces, and
// it is cut to 256 bytes between two characters. REQUIRES: UTF-8.
std::string RejectionNote(std::string note);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_REJECTION_NOTE_H_
