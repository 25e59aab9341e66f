#include "bench/bare_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <deque>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "bench/statement_source.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/canonical_bytes.h"

namespace corridor {
namespace {

constexpr char kStoredPrefix[] = "subscriptions/stored-";
constexpr int kDeliveriesPerBatch = 64;
constexpr int kReceiveBytesMax = 32 * 1024 * 1024;

// Reads what comes, writes what it is told to, one after another, and ends when the client does.
template <typename Request, typename Response>
class BareCall : public grpc::ServerBidiReactor<Request, Response> {
 protected:
  virtual void OnRequest(const Request& request) = 0;
  void Begin() { this->StartRead(&request_); }

  void Push(Response response) {
    absl::MutexLock lock(&mutex_);
    queue_.push_back(std::move(response));
    if (queue_.size() == 1) this->StartWrite(&queue_.front());
  }

 private:
  void OnReadDone(bool ok) override {
    if (ok) {
      OnRequest(request_);
      this->StartRead(&request_);
      return;
    }
    absl::ReleasableMutexLock lock(&mutex_);
    closed_ = true;
    const bool over = queue_.empty();
    lock.Release();  // What ends may be gone before Finish() returns.
    if (over) this->Finish(grpc::Status::OK);
  }

  void OnWriteDone(bool ok) override {
    absl::ReleasableMutexLock lock(&mutex_);
    queue_.pop_front();
    if (!ok) queue_.clear();
    if (!queue_.empty()) return this->StartWrite(&queue_.front());
    const bool over = closed_;
    lock.Release();
    if (over) this->Finish(grpc::Status::OK);
  }

  void OnDone() override { delete this; }

  Request request_;
  absl::Mutex mutex_;
  std::deque<Response> queue_ ABSL_GUARDED_BY(mutex_);  // The first is being written.
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

class BarePublishStream final : public BareCall<v1::PublishRequest, v1::PublishResponse> {
 public:
  BarePublishStream() { Begin(); }

 private:
  void OnRequest(const v1::PublishRequest& request) override {
    v1::PublishResponse response;
    response.set_request_sequence(request.request_sequence());
    for (const v1::SignedStatement& statement : request.statements()) {
      // As long as a receipt's digest; nothing is computed.
      response.add_results()->mutable_receipt()->set_digest(statement.body_salt() +
                                                            statement.routing_salt());
    }
    Push(std::move(response));
  }
};

v1::Delivery ExampleDelivery() {
  v1::SignedStatement statement;
  statement.set_routing(CanonicalBytes(ToAllMembers()));
  statement.set_routing_salt(std::string(16, 'r'));
  v1::StatementBody body = ExampleAlert(Payload::kCoded);
  body.set_publisher("spiffe://sea.example/agency/th-desk");
  body.set_statement_id(std::string(16, 's'));
  body.set_alert_id(std::string(16, 'a'));
  statement.set_body(CanonicalBytes(body));
  statement.set_body_salt(std::string(16, 'b'));
  SignStatement(SigningKey::Generate(), statement);
  v1::Delivery delivery;
  delivery.set_lease(std::string(48, 'l'));
  delivery.set_attempt(1);
  delivery.set_lane(v1::LANE_ROUTINE);
  v1::StoredStatement& stored = *delivery.mutable_statement();
  *stored.mutable_statement() = ReaderPartOf(statement, ToString(RoutingHash(statement)));
  stored.set_kind(v1::STATEMENT_KIND_ISSUE);
  return delivery;
}

class BareAttach final : public BareCall<v1::AttachRequest, v1::AttachResponse> {
 public:
  BareAttach() { Begin(); }

 private:
  void OnRequest(const v1::AttachRequest& request) override {
    if (!request.has_start()) return;
    v1::AttachResponse started;
    started.mutable_started()->set_heartbeat_interval_ms(5000);
    Push(std::move(started));
    absl::string_view rest = request.start().subscription();
    int count = 0;
    if (!absl::ConsumePrefix(&rest, kStoredPrefix) || !absl::SimpleAtoi(rest, &count)) return;
    static const v1::Delivery& delivery = *new v1::Delivery(ExampleDelivery());
    for (; count > 0; count -= kDeliveriesPerBatch) {
      v1::AttachResponse batch;
      for (int i = 0; i < std::min(count, kDeliveriesPerBatch); ++i) {
        *batch.mutable_deliveries()->add_deliveries() = delivery;
      }
      Push(std::move(batch));
    }
  }
};

}  // namespace

std::string BareServer::Stored(int count) { return absl::StrCat(kStoredPrefix, count); }

grpc::ServerUnaryReactor* BareServer::PublisherService::Publish(
    grpc::CallbackServerContext* context, const v1::PublishRequest* request,
    v1::PublishResponse* response) {
  // The SDK takes no other digest than the statement's own.
  for (const v1::SignedStatement& statement : request->statements()) {
    response->add_results()->mutable_receipt()->set_digest(ToString(StatementDigest(statement)));
  }
  auto* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerBidiReactor<v1::PublishRequest, v1::PublishResponse>*
BareServer::PublisherService::PublishStream(grpc::CallbackServerContext* /*context*/) {
  return new BarePublishStream();
}

grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>*
BareServer::SubscriberService::Attach(grpc::CallbackServerContext* /*context*/) {
  return new BareAttach();
}

absl::StatusOr<std::unique_ptr<BareServer>> BareServer::Start(const BrokerAccess& access) {
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  ASSIGN_OR_RETURN(tls.pem_root_certs, ReadWhole(absl::StrCat(access.folder, "/roots.pem")));
  ASSIGN_OR_RETURN(std::string key, ReadWhole(absl::StrCat(access.folder, "/broker.key")));
  ASSIGN_OR_RETURN(std::string chain, ReadWhole(absl::StrCat(access.folder, "/broker.pem")));
  tls.pem_key_cert_pairs.push_back({std::move(key), std::move(chain)});
  auto server = std::unique_ptr<BareServer>(new BareServer());
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &server->port_);
  builder.RegisterService(&server->publisher_);
  builder.RegisterService(&server->subscriber_);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) return absl::UnavailableError("gRPC does not start");
  return server;
}

}  // namespace corridor
