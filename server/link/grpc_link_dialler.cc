#include "server/link/grpc_link_dialler.h"

#include <grpc/support/time.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "core/model/errors.h"
#include "corridor/v1/region_link.grpc.pb.h"

namespace corridor {
namespace {

// A frame of records holds one statement at least, and 64 KiB of them at most;
// a directory is what may be larger.
constexpr int kFrameBytesMax = 16 * 1024 * 1024;
// A dead peer is noticed after the sum of these.
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
// Also how long one attempt to connect may take.
constexpr int kConnectTimeoutMs = 10'000;

absl::Status StatusOf(const grpc::Status& status) {
  v1::RpcStatus details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
    return FromRpcStatus(details);
  }
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

// One dialled stream. It keeps itself alive until gRPC is done with it, and
// beyond for the link: then what is sent is dropped. gRPC runs no reaction
// inside Start*, so these are called under the lock, which keeps them in order.
class DialledStream final : public grpc::ClientBidiReactor<v1::LinkFrame, v1::LinkFrame>,
                            public LinkStream,
                            public std::enable_shared_from_this<DialledStream> {
 public:
  explicit DialledStream(std::shared_ptr<LinkStreamEvents> events)
      : context_(std::make_unique<grpc::ClientContext>()), events_(std::move(events)) {}

  // `done` is called last, when everything has been told and nothing in here
  // refers to `channel` any more.
  void Begin(const std::shared_ptr<grpc::Channel>& channel, absl::AnyInvocable<void()> done) {
    done_ = std::move(done);
    self_ = shared_from_this();
    absl::MutexLock lock(&mutex_);
    over_ = false;
    stub_ = v1::RegionLink::NewStub(channel);
    stub_->async()->Link(context_.get(), this);
    // For Send and Close, which come from outside of reactions; until it is over.
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void Send(v1::LinkFrame frame) override {
    absl::MutexLock lock(&mutex_);
    if (over_) return;
    queue_.push_back(std::move(frame));
    WriteNext();
  }

  void Close(absl::Status) override {
    absl::MutexLock lock(&mutex_);
    if (over_) return;
    context_->TryCancel();
    OverLocked();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) {
      absl::MutexLock lock(&mutex_);
      return OverLocked();
    }
    v1::LinkFrame frame;
    frame.Swap(&incoming_);
    events_->OnFrame(std::move(frame));
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    ok ? WriteNext() : OverLocked();
  }

  void OnDone(const grpc::Status& status) override {
    {
      absl::MutexLock lock(&mutex_);
      over_ = true;
    }
    events_->OnClosed(status.ok() ? absl::UnavailableError("the peer closed the stream")
                                  : StatusOf(status));
    events_.reset();
    context_.reset();
    stub_.reset();
    done_();
    self_.reset();
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (over_ || writing_ || queue_.empty()) return;
    outgoing_ = std::move(queue_.front());
    queue_.pop_front();
    writing_ = true;
    StartWrite(&outgoing_);
  }

  // Nothing is sent any more; once what is under way has come back, OnDone.
  void OverLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (over_) return;
    over_ = true;
    queue_.clear();
    RemoveHold();
  }

  std::unique_ptr<grpc::ClientContext> context_;  // Until OnDone, as the next two.
  std::unique_ptr<v1::RegionLink::Stub> stub_;
  std::shared_ptr<LinkStreamEvents> events_;
  absl::AnyInvocable<void()> done_;
  std::shared_ptr<DialledStream> self_;  // From Begin to OnDone.
  v1::LinkFrame incoming_;
  v1::LinkFrame outgoing_;  // gRPC's while writing_.
  absl::Mutex mutex_;
  std::deque<v1::LinkFrame> queue_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = true;  // Until Begin, and from its end.
};

std::shared_ptr<grpc::Channel> ChannelTo(const DialTarget& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // A connection of its own.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetMaxReceiveMessageSize(kFrameBytesMax);
  return grpc::CreateCustomChannel(target.address, target.credentials(), arguments);
}

}  // namespace

absl::StatusOr<std::string> ExchangeRevocations(const DialTarget& target,
                                                const std::string& crls_pem,
                                                absl::Duration timeout) {
  const auto stub = v1::RegionLink::NewStub(ChannelTo(target));
  grpc::ClientContext context;
  context.set_deadline(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                   gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN)));
  v1::RevocationLists ours;
  v1::RevocationLists theirs;
  ours.set_crls_pem(crls_pem);
  const grpc::Status status = stub->ExchangeRevocations(&context, ours, &theirs);
  if (!status.ok()) return StatusOf(status);
  return theirs.crls_pem();
}

// The streams that are under way, with their connections. Outlives the dialler
// where a stream does.
//
// gRPC 1.51 stops its callback threads when the last channel goes, and dies when
// it is one of these threads that lets go. So channels that are done with wait
// here for a thread of ours.
class GrpcLinkDialler::Streams : public std::enable_shared_from_this<Streams> {
 public:
  // Not any more once they were stopped.
  void Begin(const std::shared_ptr<DialledStream>& stream, const std::string& region,
             const DialTarget& target) {
    std::vector<std::shared_ptr<grpc::Channel>> done_with;
    absl::MutexLock lock(&mutex_);
    done_with.swap(done_with_);
    if (stopped_) return;
    auto channel = ChannelTo(target);
    live_[stream] = {region, channel};
    stream->Begin(channel,
                  [streams = shared_from_this(), key = stream.get()] { streams->Remove(key); });
  }

  void Cut(const std::string& region) {
    Live live;
    {
      absl::MutexLock lock(&mutex_);
      live = live_;
    }
    for (const auto& [stream, connection] : live) {
      if (connection.region == region) stream->Close(absl::OkStatus());
    }
  }

  void Stop() {
    Live live;
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
      live = live_;
    }
    for (const auto& [stream, connection] : live) stream->Close(absl::OkStatus());
    std::vector<std::shared_ptr<grpc::Channel>> done_with;
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Live* waiting) { return waiting->empty(); }, &live_));
    done_with.swap(done_with_);
  }

 private:
  struct Connection {
    std::string region;
    std::shared_ptr<grpc::Channel> channel;
  };
  using Live = std::map<std::shared_ptr<DialledStream>, Connection>;

  void Remove(const DialledStream* stream) {
    absl::MutexLock lock(&mutex_);
    auto found = std::find_if(live_.begin(), live_.end(),
                              [stream](const auto& live) { return live.first.get() == stream; });
    done_with_.push_back(std::move(found->second.channel));
    live_.erase(found);
  }

  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  Live live_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<grpc::Channel>> done_with_ ABSL_GUARDED_BY(mutex_);
};

GrpcLinkDialler::GrpcLinkDialler(std::map<std::string, DialTarget> peers)
    : peers_(std::move(peers)), streams_(std::make_shared<Streams>()) {}

GrpcLinkDialler::~GrpcLinkDialler() { Stop(); }

void GrpcLinkDialler::Cut(const std::string& peer_region) { streams_->Cut(peer_region); }

void GrpcLinkDialler::Stop() { streams_->Stop(); }

std::shared_ptr<LinkStream> GrpcLinkDialler::Dial(const std::string& peer_region, v1::Lane,
                                                  std::shared_ptr<LinkStreamEvents> events) {
  auto stream = std::make_shared<DialledStream>(std::move(events));
  streams_->Begin(stream, peer_region, peers_.at(peer_region));
  return stream;
}

}  // namespace corridor
