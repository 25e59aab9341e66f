#ifndef CORRIDOR_CLIENT_CTL_OUTPUT_H_
#define CORRIDOR_CLIENT_CTL_OUTPUT_H_

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "corridor/v1/publisher.pb.h"

namespace corridor {

// How corridorctl shows things. Pure functions.

using Json = nlohmann::ordered_json;

// Every field that is set, under its name in the proto: enums by name, ids as UUIDs,
// other bytes in hexadecimal, times in RFC 3339 (UTC). A reader's statement is shown
// with its body opened.
Json MessageToJson(const google::protobuf::Message& message);

// {"error": {"code", "reason", "message", "violations": [...]}}
Json StatusToJson(const absl::Status& status);
// The same for people: a line, and one for each field.
std::string StatusToText(const absl::Status& status);

// Columns as wide as their widest cell, the last as it is.
class Table {
 public:
  explicit Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  size_t size() const { return rows_.size() - 1; }
  // With its header; nothing but `empty` where there is no row.
  void Print(std::ostream& out, std::string_view empty) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Control characters, which could drive a terminal, are replaced.
std::string Printable(std::string_view text);
// "ke-desk@eastafrica.example" for spiffe://eastafrica.example/agency/ke-desk; others
// as they are. And back.
std::string ShortMember(std::string_view spiffe_id);
std::string MemberFromShort(std::string_view text);
// "0190c6f1-..." for 16 bytes, else hexadecimal. And back, with or without hyphens: a
// usage error unless it is 16 bytes.
std::string IdText(std::string_view bytes);
absl::StatusOr<std::string> IdFromText(std::string_view text);
// "2026-03-02 11:00:04".
std::string TimeText(absl::Time time, absl::TimeZone zone);
std::string TimeText(const google::protobuf::Timestamp& time, absl::TimeZone zone);
absl::Time TimeOf(const google::protobuf::Timestamp& time);
google::protobuf::Timestamp TimestampOf(absl::Time time);

// "2026-03-31" (its end in UTC with `end_of_day`, else its beginning), a time in RFC
// 3339, or "60 days" (or "60d") from `now`. A usage error otherwise.
absl::StatusOr<absl::Time> ParseWhen(std::string_view text, absl::Time now, bool end_of_day);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_OUTPUT_H_
