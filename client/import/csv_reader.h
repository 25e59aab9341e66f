#ifndef CORRIDOR_CLIENT_IMPORT_CSV_READER_H_
#define CORRIDOR_CLIENT_IMPORT_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace corridor {

inline constexpr size_t kCsvFileBytesMax = 256 * 1024 * 1024;
inline constexpr size_t kCsvCellBytesMax = 8 * 1024;
inline constexpr size_t kCsvColumnsMax = 256;

// One record below the header.
struct CsvRecord {
  uint64_t row = 0;   // Number among the records below the header, from 1.
  uint64_t line = 0;  // Line of the file where it begins, from 1.
  // As many as the header has, where `fault` is empty.
  std::vector<std::string> cells;
  // Why it cannot be read; no part of it is repeated. Empty: it can.
  std::string fault;
};

// Reads a table in CSV (RFC 4180): quoted cells may hold separators, line breaks and doubled
// quotes; lines end in LF or CRLF. The first record names the columns. Empty lines are
// passed over and have no number. Not thread-safe.
//
// A record that cannot be read (a stray or unclosed quote, another number of cells, a cell
// that is too long or not UTF-8) is answered with its fault, and reading goes on: behind
// the record, or on the next line where its end cannot be told. So one slip costs one
// line, and rows keep their numbers as long as nothing before them changes.
class CsvReader {
 public:
  // `text` is the whole file, with or without a byte order mark. kInvalidArgument: too
  // large, UTF-16, no header, a column without a name or with that of another.
  static absl::StatusOr<CsvReader> Open(std::string text, char delimiter);

  const std::vector<std::string>& header() const { return header_; }

  // The next record; false at the end.
  bool Next(CsvRecord& record);

  // How far it is, in bytes.
  size_t position() const { return position_; }
  size_t size() const { return text_.size(); }

 private:
  CsvReader(std::string text, char delimiter) : text_(std::move(text)), delimiter_(delimiter) {}

  // Each answers with a fault, or with nothing.
  std::string ReadRecord(std::vector<std::string>& cells);
  std::string ReadCell(std::string& cell);
  std::string ReadQuoted(std::string& cell);
  std::string ReadPlain(std::string& cell);
  bool AtLineEnd() const;
  void SkipLineEnd();
  void SkipEmptyLines();
  void SkipRestOfLine();
  absl::Status ReadHeader();

  std::string text_;
  char delimiter_;
  std::vector<std::string> header_;
  size_t position_ = 0;
  uint64_t line_ = 1;
  uint64_t row_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_CSV_READER_H_
