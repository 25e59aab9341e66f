#ifndef CORRIDOR_CORE_GATE_FAULTS_H_
#define CORRIDOR_CORE_GATE_FAULTS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/errors.h"

namespace corridor {

// Collects the faults of one statement. A path is spelled out only where there
// is a fault, so that a sound statement pays nothing for it.
class Faults {
 public:
  explicit Faults(std::vector<FieldViolation>& out) : out_(out) {}

  void Add(v1::ErrorReason reason, std::string path, std::string_view what) {
    out_.push_back({std::move(path), reason, std::string(what)});
  }
  void Malformed(std::string path, std::string_view what) {
    Add(v1::ERROR_REASON_STATEMENT_MALFORMED, std::move(path), what);
  }
  void Vocabulary(std::string path, std::string_view what) {
    Add(v1::ERROR_REASON_VOCABULARY, std::move(path), what);
  }
  void OutOfBounds(std::string path, std::string_view what) {
    Add(v1::ERROR_REASON_OUT_OF_BOUNDS, std::move(path), what);
  }

  // A fault that a named rule found. The part of `rule` before its dot is the category;
  // `passes` is the one value that would do, where there is one.
  void ByRule(v1::ErrorReason reason, std::string_view rule, std::string path,
              std::string_view what, std::string_view passes = "") {
    out_.push_back({std::move(path), reason, std::string(what),
                    std::string(rule.substr(0, rule.find('.'))), std::string(rule),
                    std::string(passes)});
  }
  void TooPrecise(std::string_view rule, std::string path, std::string_view what,
                  std::string_view passes = "") {
    ByRule(v1::ERROR_REASON_TOO_PRECISE, rule, std::move(path), what, passes);
  }

 private:
  std::vector<FieldViolation>& out_;
};

// "body.references" and "target" give "body.references.target".
inline std::string Path(std::string_view parent, std::string_view field) {
  return absl::StrCat(A(parent), ".", A(field));
}
// "body.references[2]"
inline std::string Element(std::string_view list, int index) {
  return absl::StrCat(A(list), "[", index, "]");
}

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_FAULTS_H_
