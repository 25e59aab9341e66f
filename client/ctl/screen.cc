#include "client/ctl/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

// What a column takes beside its cells.
constexpr size_t kGap = 2;

constexpr char kHome[] = "\x1b[H";
constexpr char kClearLine[] = "\x1b[K\n";
constexpr char kClearBelow[] = "\x1b[J";

bool BeginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), BeginsCharacter));
}

std::string Padded(const std::string& cell, size_t width, bool right) {
  const std::string blank(width - std::min(width, WidthOf(cell)), ' ');
  return right ? blank + cell : cell + blank;
}

std::vector<size_t> Widths(const std::vector<FittedColumn>& heads,
                           const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < heads.size(); ++i) {
    size_t width = WidthOf(heads[i].title);
    for (const auto& row : rows) width = std::max(width, WidthOf(row[i]));
    widths.push_back(width);
  }
  return widths;
}

size_t Total(const std::vector<size_t>& widths) {
  size_t total = 0;
  for (const size_t width : widths) total += width + kGap;
  return total - kGap;
}

template <typename T>
void EraseAt(std::vector<T>& items, size_t at) {
  items.erase(std::next(items.begin(), static_cast<std::ptrdiff_t>(at)));
}

std::string LineOf(const std::vector<FittedColumn>& heads, const std::vector<size_t>& widths,
                   const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < heads.size(); ++i) {
    absl::StrAppend(&line, i > 0 ? std::string(kGap, ' ') : "",
                    Padded(cells[i], widths[i], heads[i].number));
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

Screen StandardScreen() {
  if (isatty(STDOUT_FILENO) != 1) return {};
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) size = {};
  return {.terminal = true, .columns = size.ws_col, .rows = size.ws_row};
}

std::string Clipped(std::string_view line, size_t columns) {
  if (columns == 0) return std::string(line);
  size_t end = 0;
  for (size_t taken = 0; end < line.size(); ++end) {
    if (BeginsCharacter(line[end]) && taken++ == columns) break;
  }
  return std::string(line.substr(0, end));
}

std::vector<std::string> FittedTable(std::vector<FittedColumn> heads,
                                     std::vector<std::vector<std::string>> rows, size_t columns) {
  std::vector<size_t> widths = Widths(heads, rows);
  while (columns > 0 && heads.size() > 1 && Total(widths) > columns) {
    const auto least = std::min_element(
        heads.rbegin(), heads.rend(),
        [](const FittedColumn& a, const FittedColumn& b) { return a.importance < b.importance; });
    const auto at = static_cast<size_t>(std::distance(least, heads.rend()) - 1);
    EraseAt(heads, at);
    EraseAt(widths, at);
    for (auto& row : rows) EraseAt(row, at);
  }
  std::vector<std::string> titles;
  for (const FittedColumn& head : heads) titles.push_back(head.title);
  std::vector<std::string> lines = {Clipped(LineOf(heads, widths, titles), columns)};
  for (const auto& row : rows) lines.push_back(Clipped(LineOf(heads, widths, row), columns));
  return lines;
}

std::string Painted(std::string_view text, const Screen& screen) {
  absl::string_view whole = A(text);
  absl::ConsumeSuffix(&whole, "\n");
  std::vector<absl::string_view> lines = absl::StrSplit(whole, '\n');
  // The last line stays free for the cursor.
  const size_t room = screen.rows > 2 ? screen.rows - 1 : lines.size();
  const size_t shown = lines.size() > room ? room - 1 : lines.size();
  std::string painted = kHome;
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&painted, Clipped(S(lines[i]), screen.columns), kClearLine);
  }
  if (shown < lines.size()) {
    const std::string more = absl::StrCat("... ", lines.size() - shown, " lines more");
    absl::StrAppend(&painted, Clipped(more, screen.columns), kClearLine);
  }
  return painted + kClearBelow;
}

}  // namespace corridor
