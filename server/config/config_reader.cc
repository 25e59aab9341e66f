#include "server/config/config_reader.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace corridor {
namespace {

constexpr off_t kFileBytesMax = 1 << 20;

class ParseMistakes final : public google::protobuf::io::ErrorCollector {
 public:
  ParseMistakes(ConfigReader& reader, std::string_view field) : reader_(reader), field_(field) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    reader_.Note(field_, absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message));
  }

 private:
  ConfigReader& reader_;
  const std::string_view field_;
};

}  // namespace

bool ConfigReader::ParseText(std::string_view field, const std::string& text,
                             google::protobuf::Message& out) {
  ParseMistakes mistakes(*this, field);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&mistakes);
  return parser.ParseFromString(text, &out);
}

void ConfigReader::Note(std::string_view field, std::string_view description) {
  mistakes_.push_back(
      {std::string(field), v1::ERROR_REASON_REQUEST_INVALID, std::string(description)});
}

bool ConfigReader::Check(std::string_view field, const absl::Status& status) {
  if (!status.ok()) Note(field, S(status.message()));
  return status.ok();
}

std::optional<std::string> ConfigReader::ReadFile(std::string_view field, std::string_view path,
                                                  Secrecy secrecy) {
  if (path.empty()) {
    Note(field, "is required");
    return std::nullopt;
  }
  const std::string absolute = Absolute(path);
  struct stat about = {};
  if (stat(absolute.c_str(), &about) != 0) {
    Note(field, absl::StrCat(absolute, ": ", std::strerror(errno)));
    return std::nullopt;
  }
  if (!S_ISREG(about.st_mode) || about.st_size > kFileBytesMax) {
    Note(field, absl::StrCat(absolute, ": not a regular file of at most 1 MiB"));
    return std::nullopt;
  }
  if (secrecy == Secrecy::kSecret && (about.st_mode & 0027) != 0) {
    Note(field, absl::StrCat(absolute, ": a private key that others can reach; chmod 0600"));
    return std::nullopt;
  }
  std::ifstream file(absolute, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) {
    Note(field, absl::StrCat(absolute, ": cannot be read"));
    return std::nullopt;
  }
  return content.str();
}

std::string ConfigReader::Absolute(std::string_view path) const {
  return (std::filesystem::path(folder_) / std::filesystem::path(path)).lexically_normal();
}

absl::Status ConfigReader::Verdict() const {
  return mistakes_.empty() ? absl::OkStatus() : InvalidFields(mistakes_);
}

}  // namespace corridor
