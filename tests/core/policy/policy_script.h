#ifndef CORRIDOR_TESTS_CORE_POLICY_POLICY_SCRIPT_H_
#define CORRIDOR_TESTS_CORE_POLICY_POLICY_SCRIPT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/model/facts.h"
#include "core/model/statement.h"
#include "core/policy/policy.h"

namespace corridor {

// Runs the commands of tests/testdata/policies/*.txt; its README says what they mean.
// Facts and the statement last made hold until the end of the file.
class PolicyScript {
 public:
  // The answer of one command; "ok" where it has nothing to say, "error: ..." where the
  // command cannot be understood.
  std::string Run(const std::string& command);

 private:
  struct Words {
    std::vector<std::string> plain;            // In order; the first is the command.
    std::map<std::string, std::string> named;  // name=value
    std::string operator[](const std::string& name) const;
    bool has(const std::string& word) const;
  };
  static Words Split(const std::string& command);

  std::string AddMember(const Words& words);
  std::string AddGrant(const Words& words);
  std::string AddAgreement(const Words& words);
  std::string MakeStatement(const Words& words);
  std::string Region(const Words& words) const;
  std::string Explained() const;
  std::string Publish(const Words& words) const;

  Flow CurrentFlow() const;

  Facts facts_;
  ParsedStatement statement_;
  std::optional<ParsedStatement> target_;
  int64_t accept_day_ = 10;
  int64_t now_day_ = 20;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CORE_POLICY_POLICY_SCRIPT_H_
