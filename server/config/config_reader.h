#ifndef CORRIDOR_SERVER_CONFIG_CONFIG_READER_H_
#define CORRIDOR_SERVER_CONFIG_CONFIG_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/errors.h"
#include "google/protobuf/message.h"

namespace corridor {

// Collects the mistakes of one configuration, and reads the files it names. Not
// thread-safe.
class ConfigReader {
 public:
  enum class Secrecy { kPublic, kSecret };

  // Relative paths are taken from `folder`.
  explicit ConfigReader(std::string folder) : folder_(std::move(folder)) {}

  // Parses the text of a configuration into `out`. False: what is wrong has
  // been noted, with line and column.
  bool ParseText(std::string_view field, const std::string& text, google::protobuf::Message& out);

  void Note(std::string_view field, std::string_view description);
  // Notes a status that is not OK; true when it is OK.
  bool Check(std::string_view field, const absl::Status& status);

  // The value, or a note of why there is none.
  template <typename T>
  std::optional<T> Take(std::string_view field, absl::StatusOr<T> value) {
    if (!Check(field, value.status())) return std::nullopt;
    return *std::move(value);
  }

  // What the file holds; a note and nothing where `path` is empty, it cannot be
  // read, is over 1 MiB, or a secret is open to others.
  std::optional<std::string> ReadFile(std::string_view field, std::string_view path,
                                      Secrecy secrecy = Secrecy::kPublic);

  std::string Absolute(std::string_view path) const;

  // OK, or all mistakes.
  absl::Status Verdict() const;

 private:
  std::string folder_;
  std::vector<FieldViolation> mistakes_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CONFIG_CONFIG_READER_H_
