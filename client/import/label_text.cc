#include "client/import/label_text.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

// Bytes of the code point that `lead` begins; 0 where none does.
size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

// The second byte rules out overlong forms, surrogates and what is beyond U+10FFFF.
bool SecondByteFits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second < 0xA0;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second < 0x90;
    default:
      return true;
  }
}

bool IsSequence(std::string_view bytes) {
  for (size_t i = 1; i < bytes.size(); ++i) {
    if ((static_cast<unsigned char>(bytes[i]) & 0xC0) != 0x80) return false;
  }
  return bytes.size() < 2 ||
         SecondByteFits(static_cast<unsigned char>(bytes[0]), static_cast<unsigned char>(bytes[1]));
}

}  // namespace

std::string Folded(std::string_view label) { return absl::AsciiStrToLower(A(Stripped(label))); }

std::string_view Stripped(std::string_view text) { return S(absl::StripAsciiWhitespace(A(text))); }

std::vector<std::string_view> Labels(std::string_view cell, std::string_view split) {
  std::vector<std::string_view> labels;
  const auto add = [&labels](std::string_view part) {
    if (part = Stripped(part); !part.empty()) labels.push_back(part);
  };
  if (split.empty()) {
    add(cell);
    return labels;
  }
  for (absl::string_view part : absl::StrSplit(A(cell), A(split))) add(S(part));
  return labels;
}

bool IsCleanUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = SequenceLength(static_cast<unsigned char>(bytes.front()));
    if (length == 0 || length > bytes.size() || bytes.front() == '\0') return false;
    if (!IsSequence(bytes.substr(0, length))) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace corridor
