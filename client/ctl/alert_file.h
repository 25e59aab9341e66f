#ifndef CORRIDOR_CLIENT_CTL_ALERT_FILE_H_
#define CORRIDOR_CLIENT_CTL_ALERT_FILE_H_

#include <iosfwd>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ctl/alert_file.pb.h"
#include "corridor/publisher.h"

namespace corridor {

// Reads statements that people wrote (alert_file.proto), one after another: JSON
// objects (one, several, one a line, or in an array), or one in protobuf's text format.
class AlertFileReader {
 public:
  // `name` is for messages. `in` must outlive this.
  AlertFileReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  // The next one; nothing at the end. After an error there is no next one.
  absl::StatusOr<std::optional<ctl::AlertFile>> Next();

 private:
  absl::StatusOr<std::optional<ctl::AlertFile>> NextJson();
  absl::StatusOr<std::optional<ctl::AlertFile>> WholeTextproto();

  std::istream& in_;
  const std::string name_;
  bool in_array_ = false;
  int count_ = 0;
};

// What the file says, as a draft. `now` is what days are counted from. A usage error
// names a date or id that cannot be read.
absl::StatusOr<StatementDraft> DraftOf(const ctl::AlertFile& file, absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_ALERT_FILE_H_
