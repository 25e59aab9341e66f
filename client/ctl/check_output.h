#ifndef CORRIDOR_CLIENT_CTL_CHECK_OUTPUT_H_
#define CORRIDOR_CLIENT_CTL_CHECK_OUTPUT_H_

#include <iosfwd>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "corridor/v1/publisher.pb.h"

namespace corridor {

// How `corridorctl check` shows a verdict to people. No part of the statement's text is
// repeated, and no line is wider than 100 columns but for a name that is.

// Where a fault stands in the file that was checked (client/ctl/alert_file.proto):
// "issue.legs[1].admin1" for "body.issue.content.legs[1].admin1".
std::string FieldInFile(std::string_view path);

// "own-statement" and the like, with those whom each rule lets have it or not.
void PrintRecipientsByRule(
    const google::protobuf::RepeatedPtrField<v1::RecipientDecision>& recipients, std::ostream& out);

// Each field that is at fault, why, and what would pass. `judge` is who refuses it, such as "the
// gate on this machine".
void PrintRefusal(const absl::Status& refusal, std::string_view judge, std::ostream& out);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_CHECK_OUTPUT_H_
