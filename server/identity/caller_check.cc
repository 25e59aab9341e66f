#include "server/identity/caller_check.h"

#include <utility>
#include <vector>

namespace corridor {
namespace {

constexpr size_t kMethodBytesMax = 128;

absl::StatusOr<Principal> PrincipalOf(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> ids = context.FindPropertyValues("peer_spiffe_id");
  if (ids.size() != 1) return ParsePrincipal("");
  return ParsePrincipal({ids.front().data(), ids.front().size()});
}

class CallerCheck final : public grpc::AuthMetadataProcessor {
 public:
  CallerCheck(FactsSource facts, Parties parties, CallRefusalObserver observer)
      : facts_(std::move(facts)), parties_(std::move(parties)), observer_(std::move(observer)) {}

  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    const auto path = metadata.find(":path");
    const std::string method = path == metadata.end()
                                   ? std::string()
                                   : std::string(path->second.data(), path->second.size());
    auto caller = PrincipalOf(*context);
    const absl::Status verdict =
        caller.ok() ? Authorise(method, *caller, *facts_(), parties_) : caller.status();
    if (verdict.ok()) return grpc::Status::OK;
    observer_({caller.ok() ? caller->spiffe_id : "", method.substr(0, kMethodBytesMax), verdict});
    return {static_cast<grpc::StatusCode>(verdict.raw_code()), std::string(verdict.message())};
  }

 private:
  const FactsSource facts_;
  const Parties parties_;
  const CallRefusalObserver observer_;
};

}  // namespace

std::shared_ptr<grpc::AuthMetadataProcessor> MakeCallerCheck(FactsSource facts, Parties parties,
                                                             CallRefusalObserver observer) {
  return std::make_shared<CallerCheck>(std::move(facts), std::move(parties), std::move(observer));
}

absl::StatusOr<Principal> CallerOf(const grpc::ServerContextBase& context) {
  return PrincipalOf(*context.auth_context());
}

}  // namespace corridor
