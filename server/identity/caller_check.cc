#include "server/identity/caller_check.h"

#include <grpc/grpc_security_constants.h>

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

void Append(std::string& text, const grpc::AuthContext& context, const char* property) {
  for (const grpc::string_ref& value : context.FindPropertyValues(property)) {
    text.append(value.data(), value.size()).append("\n");
  }
}

class CallerCheck final : public grpc::AuthMetadataProcessor {
 public:
  CallerCheck(const CallJudge& judge, CallFlood& flood, CallRefusalObserver observer,
              std::string remark)
      : judge_(judge), flood_(flood), observer_(std::move(observer)), remark_(std::move(remark)) {}

  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    const std::string chain = ChainOf(*context);
    if (!flood_.Begin(chain)) {
      return {grpc::StatusCode::RESOURCE_EXHAUSTED,
              "QUOTA: too many calls without a message" + remark_};
    }
    const auto path = metadata.find(":path");
    const std::string method = path == metadata.end()
                                   ? std::string()
                                   : std::string(path->second.data(), path->second.size());
    const absl::Status verdict = judge_.Judge(method, chain).status();
    if (verdict.ok()) return grpc::Status::OK;
    auto caller = PrincipalOf(*context);
    observer_({caller.ok() ? caller->spiffe_id : "", method.substr(0, kMethodBytesMax), verdict});
    return {static_cast<grpc::StatusCode>(verdict.raw_code()), RefusalMessage(verdict) + remark_};
  }

 private:
  const CallJudge& judge_;
  CallFlood& flood_;
  const CallRefusalObserver observer_;
  const std::string remark_;
};

}  // namespace

std::shared_ptr<grpc::AuthMetadataProcessor> MakeCallerCheck(const CallJudge& judge,
                                                             CallFlood& flood,
                                                             CallRefusalObserver observer,
                                                             std::string remark) {
  return std::make_shared<CallerCheck>(judge, flood, std::move(observer), std::move(remark));
}

std::string ChainOf(const grpc::AuthContext& context) {
  // On a server the chain lacks its leaf.
  std::string chain;
  Append(chain, context, GRPC_X509_PEM_CERT_PROPERTY_NAME);
  Append(chain, context, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME);
  return chain;
}

absl::StatusOr<Principal> CallerOf(const grpc::ServerContextBase& context) {
  return PrincipalOf(*context.auth_context());
}

}  // namespace corridor
