#ifndef CORRIDOR_CLIENT_CTL_SCREEN_H_
#define CORRIDOR_CLIENT_CTL_SCREEN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corridor {

// Where output goes. 0 columns or rows: as many as it takes, as in a file.
struct Screen {
  bool terminal = false;
  size_t columns = 0;
  size_t rows = 0;
};

// What standard output is now; a window may change its size.
Screen StandardScreen();

// The first `columns` characters; 0: all. Characters are code points, so that UTF-8 is
// never cut within one; a wide one counts once. Pure.
std::string Clipped(std::string_view line, size_t columns);

// One column of a table that fits.
struct FittedColumn {
  std::string title;
  int importance = 0;  // The least important columns go first where there is no room.
  bool number = false;
};

// A line of titles and one for each row, no wider than `columns`; 0: as wide as they are.
// REQUIRES: every row has a cell for each column. Pure.
std::vector<std::string> FittedTable(std::vector<FittedColumn> heads,
                                     std::vector<std::vector<std::string>> rows, size_t columns);

// `text` as it is painted over what the terminal shows, cut to the screen: what does not fit
// below is counted in the last line. Pure.
std::string Painted(std::string_view text, const Screen& screen);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_SCREEN_H_
