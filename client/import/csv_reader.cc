#include "client/import/csv_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/import/label_text.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsUtf16(std::string_view text) {
  return text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF";
}

}  // namespace

absl::StatusOr<CsvReader> CsvReader::Open(std::string text, char delimiter) {
  if (text.size() > kCsvFileBytesMax) {
    return absl::InvalidArgumentError("the file is over 256 MiB; split it into several data sets");
  }
  if (IsUtf16(text)) {
    return absl::InvalidArgumentError("the file is UTF-16; save it as CSV in UTF-8");
  }
  CsvReader reader(std::move(text), delimiter);
  if (std::string_view(reader.text_).substr(0, 3) == kByteOrderMark) reader.position_ = 3;
  RETURN_IF_ERROR(reader.ReadHeader());
  return reader;
}

absl::Status CsvReader::ReadHeader() {
  SkipEmptyLines();
  if (position_ == text_.size()) {
    return absl::InvalidArgumentError("the file is empty; its first record names the columns");
  }
  const uint64_t line = line_;
  const std::string fault = ReadRecord(header_);
  if (!fault.empty()) return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", fault));
  std::set<std::string> seen;
  for (std::string& name : header_) {
    name = std::string(Stripped(name));
    if (name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", line, ": a column has no name"));
    }
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", line, ": two columns have the same name"));
    }
  }
  return absl::OkStatus();
}

bool CsvReader::Next(CsvRecord& record) {
  SkipEmptyLines();
  if (position_ == text_.size()) return false;
  record.row = ++row_;
  record.line = line_;
  record.cells.clear();
  const size_t begin = position_;
  record.fault = ReadRecord(record.cells);
  if (!record.fault.empty()) {
    position_ = begin;
    line_ = record.line;
    SkipRestOfLine();
  } else if (record.cells.size() != header_.size()) {
    record.fault =
        absl::StrCat("has ", record.cells.size(), " cells where the header has ", header_.size());
  }
  return true;
}

std::string CsvReader::ReadRecord(std::vector<std::string>& cells) {
  while (true) {
    if (cells.size() == kCsvColumnsMax) return absl::StrCat("has over ", kCsvColumnsMax, " cells");
    std::string fault = ReadCell(cells.emplace_back());
    if (!fault.empty()) return fault;
    if (!IsCleanUtf8(cells.back())) return "holds bytes that are not UTF-8 text";
    if (position_ == text_.size()) return {};
    if (AtLineEnd()) {
      SkipLineEnd();
      return {};
    }
    if (text_[position_] != delimiter_) return "has text behind a closing quote";
    ++position_;
  }
}

std::string CsvReader::ReadCell(std::string& cell) {
  const bool quoted = position_ < text_.size() && text_[position_] == '"';
  return quoted ? ReadQuoted(cell) : ReadPlain(cell);
}

std::string CsvReader::ReadQuoted(std::string& cell) {
  while (++position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '"') {
      const bool doubled = position_ + 1 < text_.size() && text_[position_ + 1] == '"';
      ++position_;
      if (!doubled) return {};
    }
    if (c == '\n') ++line_;
    if (cell.size() == kCsvCellBytesMax) return "has a cell over 8 KiB, or an unclosed quote";
    cell.push_back(c);
  }
  return "has an unclosed quote";
}

std::string CsvReader::ReadPlain(std::string& cell) {
  for (; position_ < text_.size() && text_[position_] != delimiter_ && !AtLineEnd(); ++position_) {
    if (text_[position_] == '"') return "has a quote inside a cell that does not begin with one";
    if (cell.size() == kCsvCellBytesMax) return "has a cell over 8 KiB";
    cell.push_back(text_[position_]);
  }
  return {};
}

bool CsvReader::AtLineEnd() const {
  return text_[position_] == '\n' || text_.compare(position_, 2, "\r\n") == 0;
}

void CsvReader::SkipLineEnd() {
  position_ += text_[position_] == '\r' ? 2 : 1;
  ++line_;
}

void CsvReader::SkipEmptyLines() {
  while (position_ < text_.size() && AtLineEnd()) SkipLineEnd();
}

void CsvReader::SkipRestOfLine() {
  position_ = std::min(text_.find('\n', position_), text_.size());
  if (position_ < text_.size()) SkipLineEnd();
}

}  // namespace corridor
