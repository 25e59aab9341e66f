#ifndef CORRIDOR_CORE_GATE_DIGIT_READER_H_
#define CORRIDOR_CORE_GATE_DIGIT_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corridor {

// One unbroken group of digits, however it is written.
struct DigitGroup {
  enum class Form {
    kNumeral,    // "0712"
    kLookalike,  // "O7I2"
    kSpelled,    // "seven", "double two"
    kLetters,    // "O", "ll": digits only where numbers stand on both sides
  };

  size_t begin = 0;  // Bytes of the text.
  size_t end = 0;
  std::string digits;
  Form form = Form::kNumeral;
  bool plus = false;     // A "+", or its word, stands right before it.
  bool follows = false;  // No letter parts it from the group before; separators read out ("dash",
                         // "then") do not count as letters.
  bool and_before = false;  // "and" stands between it and the group before.
};

// The groups of digits in a folded text, in order. Linear time.
std::vector<DigitGroup> ReadDigits(std::string_view folded);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_DIGIT_READER_H_
