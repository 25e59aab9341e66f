#ifndef CORRIDOR_FUZZ_GATE_CHECKS_H_
#define CORRIDOR_FUZZ_GATE_CHECKS_H_

#include <string_view>

namespace corridor {

// What must hold of the gate for any bytes at all. Each aborts where it does not; the fuzz targets
// call one each, and the test run calls both over the kept corpus.

// The bytes as free text: findings lie in order within the text, on the edges of code points; views
// lead back to it; what is ill-formed is refused as such; and reading the text twice says the same.
void CheckTextScan(std::string_view bytes);

// The bytes as a signed statement, from a member and over a link: what is accepted has the very
// bytes that were given, and a refusal says why.
void CheckStatement(std::string_view bytes);

}  // namespace corridor

#endif  // CORRIDOR_FUZZ_GATE_CHECKS_H_
