#include "client/internal/rejection_note.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"

namespace corridor {
namespace {

constexpr size_t kNoteBytesMax = 256;

bool BeginsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

}  // namespace

std::string RejectionNote(std::string note) {
  if (note.size() > kNoteBytesMax) {
    size_t end = kNoteBytesMax;
    while (end > 0 && !BeginsCharacter(note[end])) --end;
    note.resize(end);
  }
  std::replace_if(
      note.begin(), note.end(), [](char c) { return absl::ascii_iscntrl(c); }, ' ');
  return note;
}

}  // namespace corridor
