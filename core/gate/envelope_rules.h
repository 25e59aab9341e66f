#ifndef CORRIDOR_CORE_GATE_ENVELOPE_RULES_H_
#define CORRIDOR_CORE_GATE_ENVELOPE_RULES_H_

#include <vector>

#include "core/model/errors.h"
#include "core/model/structure_rules.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// What statement.proto says beside each field, but for alert content: presence,
// form, count and range. Pure; each fault is added to `violations`.

// Whether codes that we do not know may stay: only where the statement's
// vocabulary is newer than ours, and only on the way in from a peer region.
UnknownCodes UnknownCodesOf(const v1::StatementBody& body, bool from_link);

// Everything in the body that is outside `content`; paths begin with "body".
void CheckEnvelope(const v1::StatementBody& body, UnknownCodes unknown,
                   std::vector<FieldViolation>& violations);

// The routing part of a statement with this body; paths begin with "routing".
void CheckRouting(const v1::StatementRouting& routing, const v1::StatementBody& body,
                  std::vector<FieldViolation>& violations);

// The shape of the proof, where there is one; paths begin with "proof".
void CheckProofShape(const v1::StatementProof& proof, std::vector<FieldViolation>& violations);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_ENVELOPE_RULES_H_
