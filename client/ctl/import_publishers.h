#ifndef CORRIDOR_CLIENT_CTL_IMPORT_PUBLISHERS_H_
#define CORRIDOR_CLIENT_CTL_IMPORT_PUBLISHERS_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ctl/context.h"
#include "client/import/import_mapping.pb.h"
#include "client/import/importer.h"
#include "corridor/publisher.h"

namespace corridor {

// The members that an import speaks for: one SDK publisher for each, so that each signs
// with its own key and sends to its own broker, in batches and with a bound on what is
// under way.
class ImportPublishers final : public StatementOutlet {
 public:
  // Opens the publishers of `mapping` for which there is a profile. `paths` are files, or
  // folders of which every file *.profile and *.textproto counts; none means the profile of
  // the run. A usage error names a profile that does not work, or two of one member. Does
  // not dial.
  static absl::StatusOr<std::unique_ptr<ImportPublishers>> Open(
      Context& context, const std::vector<std::string>& paths, const ctl::ImportMapping& mapping,
      absl::Duration retry_for);

  // SPIFFE IDs of those that were opened.
  std::set<std::string> members() const;

  // REQUIRES: the statement's publisher is one of members().
  void Send(OutgoingStatement statement, Done done) override;
  void Flush() override;

 private:
  ImportPublishers() = default;
  absl::Status Add(Context& context, const std::string& file, const std::set<std::string>& wanted,
                   absl::Duration retry_for);

  std::map<std::string, std::unique_ptr<Publisher>> publishers_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_IMPORT_PUBLISHERS_H_
