#ifndef CORRIDOR_CLIENT_CTL_DRY_RUN_H_
#define CORRIDOR_CLIENT_CTL_DRY_RUN_H_

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/ctl/context.h"
#include "client/ctl/output.h"
#include "corridor/v1/administration.pb.h"

namespace corridor {

// What an act that takes something away would change, found out by reading alone.
class DryRun {
 public:
  // `would` completes "Would ...": "suspend th-desk@sea.example".
  explicit DryRun(std::string would) : would_(std::move(would)) {}

  // One thing that would change, under a name of one or two words.
  void Say(const std::string& name, std::string change);
  // How many of a kind, and which; the text names the first ten.
  void Count(const std::string& name, std::vector<std::string> which);
  // Nothing would change, and why.
  void Nothing(std::string why);

  // Writes it: text, or one object with "dry_run": true. The exit code.
  int Show(Context& context) const;

 private:
  struct Change {
    std::string name;
    std::string text;
    Json json;
  };
  const std::string would_;
  std::vector<Change> changes_;
  std::string nothing_;
};

// The exit code of an act's dry run: what it found, or why it could not.
int ShowDryRun(Context& context, const absl::StatusOr<DryRun>& found);

// Adds --dry-run to a command that takes something away.
void AddDryRunFlag(CLI::App& command, bool& dry_run);

// Names of the subscriptions, with how far each is behind, of a member and its
// integrations, or of one principal alone.
std::vector<std::string> SubscriptionsOfMember(const v1::GetStatusResponse& status,
                                               const std::string& member);
std::vector<std::string> SubscriptionsOfPrincipal(const v1::GetStatusResponse& status,
                                                  const std::string& principal);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_DRY_RUN_H_
