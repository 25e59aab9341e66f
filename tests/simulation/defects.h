#ifndef CORRIDOR_TESTS_SIMULATION_DEFECTS_H_
#define CORRIDOR_TESTS_SIMULATION_DEFECTS_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/simulation/defect.h"

namespace corridor {

// A mistake, by name, and the promise under which it is to be caught.
struct NamedDefect {
  std::string name;
  // The promises of which one is broken, as messages begin: "P1", "P6".
  std::vector<std::string> breaks;
  std::function<std::unique_ptr<Defect>()> make;
};

// How a test names it.
inline void PrintTo(const NamedDefect& defect, std::ostream* out) { *out << defect.name; }

// Mistakes that a broker of this kind might have; each must be noticed by the promises.
const std::vector<NamedDefect>& AllDefects();

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_DEFECTS_H_
