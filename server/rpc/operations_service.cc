#include "server/rpc/operations_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"
#include "server/rpc/unary_answer.h"

namespace corridor {

void OperationsService::Audit(const Principal& actor, const std::string& object,
                              absl::AnyInvocable<void(absl::Status)> done) {
  v1::AuditEntry entry;
  entry.set_actor(actor.spiffe_id);
  entry.set_act(v1::AUDIT_ACT_SESSION);
  entry.set_object(object);
  std::vector<BatchPart> parts;
  parts.push_back(region_.audit().Entry(std::move(entry)));
  region_.journal().Commit(std::move(parts), std::move(done));
}

grpc::ServerUnaryReactor* OperationsService::Drain(grpc::CallbackServerContext* context,
                                                   const v1::DrainRequest* request,
                                                   v1::DrainResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const v1::DrainRequest& request, auto answer) {
                   v1::DrainResponse ended;
                   ended.set_streams(static_cast<uint32_t>(door_.streams()));
                   if (request.dry_run()) return answer(std::move(ended));
                   const bool then_stop = request.then_stop();
                   Audit(caller, then_stop ? "drain and stop" : "drain",
                         [this, then_stop, ended = std::move(ended),
                          answer = std::move(answer)](const absl::Status& written) mutable {
                           if (!written.ok()) return answer(written);
                           door_.drain(then_stop);
                           answer(std::move(ended));
                         });
                 });
}

grpc::ServerUnaryReactor* OperationsService::Undrain(grpc::CallbackServerContext* context,
                                                     const v1::UndrainRequest* request,
                                                     v1::UndrainResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const v1::UndrainRequest&, auto answer) {
                   Audit(caller, "undrain",
                         [this, answer = std::move(answer)](const absl::Status& written) mutable {
                           if (!written.ok()) return answer(written);
                           const absl::Status serves = door_.undrain();
                           if (!serves.ok()) return answer(serves);
                           answer(v1::UndrainResponse());
                         });
                 });
}

grpc::ServerUnaryReactor* OperationsService::SetLogLevel(grpc::CallbackServerContext* context,
                                                         const v1::SetLogLevelRequest* request,
                                                         v1::SetLogLevelResponse* response) {
  return ServeOn(
      executor_, context, request, response,
      [this](const Principal& caller, const v1::SetLogLevelRequest& request, auto answer) {
        const v1::LogLevel level = request.level();
        if (level == v1::LOG_LEVEL_UNSPECIFIED || !v1::LogLevel_IsValid(level)) {
          return answer(InvalidFields(
              {{"level", v1::ERROR_REASON_REQUEST_INVALID, "one of the levels must be named"}}));
        }
        Audit(caller, absl::StrCat("log-level ", v1::LogLevel_Name(level)),
              [this, level, answer = std::move(answer)](const absl::Status& written) mutable {
                if (!written.ok()) return answer(written);
                door_.log_level(level);
                answer(v1::SetLogLevelResponse());
              });
      });
}

}  // namespace corridor
