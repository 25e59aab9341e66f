#include "corridor/publisher.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "client/internal/publish_pipeline.h"
#include "client/internal/retry.h"
#include "client/internal/uuid.h"
#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/gate.h"
#include "core/gate/gate_policy.h"
#include "core/model/errors.h"
#include "core/model/statement.h"

namespace corridor {
namespace {

bool OpensAThread(const v1::StatementBody& body) {
  return body.has_issue() || body.has_sighting() || body.has_response();
}

absl::Status CheckLength(const std::string& bytes, const char* field) {
  if (bytes.size() == kIdBytes) return absl::OkStatus();
  return InvalidFields({{.field = field,
                         .reason = v1::ERROR_REASON_STATEMENT_MALFORMED,
                         .description = "must be 16 bytes"}});
}

// The one canonical encoding. Text that is not UTF-8 would be written and then not
// be readable, so it is read once here.
absl::StatusOr<std::string> Serialise(const google::protobuf::Message& message, const char* part) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  const std::unique_ptr<google::protobuf::Message> again(message.New());
  if (!again->ParseFromString(bytes)) {
    return Error(v1::ERROR_REASON_TEXT_FORBIDDEN,
                 absl::StrCat("the ", part, " holds text that is not UTF-8"));
  }
  return bytes;
}

}  // namespace

Publisher::Publisher(std::shared_ptr<PublisherConnection> connection, SigningKey key,
                     PublisherOptions options, Environment environment)
    : connection_(std::move(connection)),
      key_(std::move(key)),
      options_(std::move(options)),
      environment_(environment),
      pipeline_(std::make_shared<PublishPipeline>(connection_, options_, environment_)) {}

Publisher::~Publisher() { pipeline_->Stop(); }

absl::StatusOr<v1::SignedStatement> Publisher::Sign(StatementDraft draft) const {
  v1::StatementBody& body = draft.body;
  Random& random = *environment_.random;
  const absl::Time now = environment_.clock->Now();
  const bool embargoed = draft.routing.has_release_not_before();

  if (body.schema_version().empty()) body.set_schema_version("1");
  if (body.vocabulary_version().empty()) body.set_vocabulary_version("1");
  if (body.publisher().empty()) body.set_publisher(options_.publisher);
  if (body.publisher_country().empty()) body.set_publisher_country(options_.publisher_country);
  if (body.publisher_type() == v1::PUBLISHER_TYPE_UNSPECIFIED) {
    body.set_publisher_type(options_.publisher_type);
  }
  if (body.attribution() == v1::ATTRIBUTION_UNSPECIFIED) {
    body.set_attribution(v1::ATTRIBUTION_NAMED);
  }
  if (body.statement_id().empty()) {
    body.set_statement_id(embargoed ? MakeUuidV4(random) : MakeUuidV7(now, random));
  }
  if (OpensAThread(body)) {
    if (body.alert_id().empty()) body.set_alert_id(MakeUuidV4(random));
    if (body.revision() == 0) body.set_revision(1);
  }
  if (!body.has_published_at() && !embargoed) {
    body.mutable_published_at()->set_seconds(absl::ToUnixSeconds(now));
  }
  if (draft.routing_salt.empty()) draft.routing_salt = random.Bytes(kIdBytes);
  if (draft.body_salt.empty()) draft.body_salt = random.Bytes(kIdBytes);

  RETURN_IF_ERROR(CheckLength(body.statement_id(), "body.statement_id"));
  RETURN_IF_ERROR(CheckLength(body.alert_id(), "body.alert_id"));
  RETURN_IF_ERROR(CheckLength(draft.routing_salt, "routing_salt"));
  RETURN_IF_ERROR(CheckLength(draft.body_salt, "body_salt"));

  v1::SignedStatement statement;
  ASSIGN_OR_RETURN(*statement.mutable_routing(), Serialise(draft.routing, "routing part"));
  ASSIGN_OR_RETURN(*statement.mutable_body(), Serialise(body, "body"));
  if (statement.routing().size() + statement.body().size() > kStatementBytesMax) {
    return Error(v1::ERROR_REASON_STATEMENT_TOO_LARGE, "a statement has at most 64 KiB");
  }
  statement.set_routing_salt(std::move(draft.routing_salt));
  statement.set_body_salt(std::move(draft.body_salt));
  SignStatement(key_, statement);
  return statement;
}

absl::StatusOr<v1::Receipt> Publisher::Publish(StatementDraft draft) {
  ASSIGN_OR_RETURN(v1::SignedStatement statement, Sign(std::move(draft)));
  return Publish(std::move(statement));
}

absl::StatusOr<v1::Receipt> Publisher::Publish(v1::SignedStatement statement) {
  absl::StatusOr<v1::Receipt> outcome;
  absl::Notification decided;
  pipeline_->Send(std::move(statement), [&](absl::StatusOr<v1::Receipt> answer) {
    outcome = std::move(answer);
    decided.Notify();
  });
  decided.WaitForNotification();
  return outcome;
}

void Publisher::PublishAsync(v1::SignedStatement statement, Done done) {
  pipeline_->Send(std::move(statement), std::move(done));
}

std::future<absl::StatusOr<v1::Receipt>> Publisher::PublishAsync(StatementDraft draft) {
  std::promise<absl::StatusOr<v1::Receipt>> promise;
  auto future = promise.get_future();
  absl::StatusOr<v1::SignedStatement> statement = Sign(std::move(draft));
  if (!statement.ok()) {
    promise.set_value(statement.status());
    return future;
  }
  pipeline_->Send(*std::move(statement),
                  [promise = std::move(promise)](absl::StatusOr<v1::Receipt> outcome) mutable {
                    promise.set_value(std::move(outcome));
                  });
  return future;
}

void Publisher::Flush() { pipeline_->Flush(); }

absl::Status Publisher::CheckLocally(StatementDraft draft) const {
  static const Gate* const gate = new Gate(DefaultGatePolicy());
  ASSIGN_OR_RETURN(v1::SignedStatement statement, Sign(std::move(draft)));
  return gate->Examine(std::move(statement), GateSide::kPublisher).status();
}

absl::StatusOr<v1::DeliveryReport> Publisher::GetDeliveryReport(
    const v1::DeliveryReportRequest& request) const {
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->GetDeliveryReport(request); });
}

absl::StatusOr<v1::CheckStatementResponse> Publisher::Check(StatementDraft draft) const {
  ASSIGN_OR_RETURN(v1::SignedStatement statement, Sign(std::move(draft)));
  return Retrying(environment_, kUnaryRetryFor, [&] {
    PublisherConnection::CheckParams params;
    *params.request.mutable_statement() = statement;
    return connection_->Check(std::move(params));
  });
}

}  // namespace corridor
