#ifndef CORRIDOR_CORE_MODEL_DESCRIBE_H_
#define CORRIDOR_CORE_MODEL_DESCRIBE_H_

#include <string>

#include "corridor/v1/alert.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// One line for people, in English, made from codes only: headlines and notes are
// never in it. Pure; never fails; what is absent is left out. It is alert content
// all the same: for readers, not for logs.

// "Forced criminality (job or task scam): Kenya > Thailand > Myanmar (guarded
// compound); customer service said to be in Thailand; severe, observed, 2025-01 to 2025-03"
std::string Describe(const v1::AlertContent& content);

// "Issue, TLP:AMBER, immediate, from Kenya: " and the line above; for the other
// kinds what they say: "Sighting, TLP:GREEN, from Thailand: seen, Thailand, 2025-03".
std::string Describe(const v1::StatementBody& body);

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_DESCRIBE_H_
