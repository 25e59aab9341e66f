#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/ctl/commands.h"
#include "client/ctl/delivery_output.h"
#include "client/ctl/duration_flag.h"
#include "client/ctl/interrupt.h"
#include "client/ctl/output.h"
#include "client/ctl/subscription_name.h"
#include "core/base/strings.h"
#include "corridor/session.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "Shows each statement as it arrives. What was shown is acknowledged and does not come again,\n"
    "unless --no-ack is given: then everything comes again to the next session. Ends by --count,\n"
    "--for, or Ctrl-C, all with exit code 0; also when another session takes the subscription "
    "over,\n"
    "with exit code 1.\n\n"
    "Examples:\n"
    "  corridorctl watch all\n"
    "  corridorctl watch urgent --create --count 10 --for 30s --format=json\n";

struct WatchFlags {
  std::string subscription;
  bool create = false;
  bool acknowledge = true;
  size_t count = 0;  // 0: no bound
  absl::Duration limit = absl::InfiniteDuration();
};

// Shows deliveries and events. Its methods run on the session's handler thread, all but
// Finished() and Drop().
class View {
 public:
  View(Context& context, const WatchFlags& flags) : context_(context), flags_(flags) {}

  void Show(const Delivery& delivery, AckHandle handle) {
    absl::MutexLock lock(&mutex_);
    // Beyond the bound nothing is shown, and what is not shown is released.
    if (flags_.count > 0 && shown_ >= flags_.count) return handle.Release();
    ++shown_;
    ShowDelivery(context_, delivery);
    if (flags_.acknowledge) return handle.Acknowledge();
    kept_.push_back(std::move(handle));
  }

  void Show(const SessionEvent& event) {
    switch (event.kind) {
      case SessionEvent::Kind::kAttached:
        context_.err << "attached to " << flags_.subscription << ", " << Backlog(event.progress)
                     << " waiting\n";
        break;
      case SessionEvent::Kind::kDetached:
        context_.err << "connection lost (" << Printable(S(event.status.message()))
                     << "); trying again\n";
        break;
      case SessionEvent::Kind::kRefusedDelivery:
        context_.err << "a delivery was refused: " << event.status.message() << "\n";
        break;
      case SessionEvent::Kind::kStandby:
        context_.err << "another session gets the deliveries; standing by\n";
        break;
      case SessionEvent::Kind::kActive:
        context_.err << "going on in place of a session that is gone\n";
        break;
      case SessionEvent::Kind::kProgress:
      case SessionEvent::Kind::kEnded:
        break;
    }
  }

  bool Finished() const {
    absl::MutexLock lock(&mutex_);
    return flags_.count > 0 && shown_ >= flags_.count;
  }
  // Gives back what was only looked at.
  void Drop() {
    absl::MutexLock lock(&mutex_);
    kept_.clear();
  }

 private:
  static uint64_t Backlog(const v1::SubscriptionStatus& status) {
    uint64_t backlog = 0;
    for (const v1::LaneProgress& lane : status.lanes()) backlog += lane.backlog();
    return backlog;
  }

  Context& context_;
  const WatchFlags& flags_;
  mutable absl::Mutex mutex_;
  size_t shown_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<AckHandle> kept_ ABSL_GUARDED_BY(mutex_);
};

int Run(Context& context, const WatchFlags& flags) {
  absl::StatusOr<std::unique_ptr<Subscriber>> subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  if (flags.create) {
    v1::Subscription subscription;
    subscription.set_name(flags.subscription);
    const auto created = (*subscriber)->CreateSubscription(std::move(subscription));
    // One of that name with a filter of its own is what is wanted too.
    if (!created.ok() && !absl::IsAlreadyExists(created.status())) {
      return context.Fail(created.status());
    }
  }
  View view(context, flags);
  SessionOptions options{.subscription = flags.subscription, .client_name = "corridorctl/0.1"};
  options.on_event = [&view](const SessionEvent& event) { view.Show(event); };
  const std::unique_ptr<Session> session =
      (*subscriber)->Start(std::move(options), [&view](const Delivery& delivery, AckHandle handle) {
        view.Show(delivery, std::move(handle));
      });

  HoldInterrupts();
  const absl::Time end = context.clock.Now() + flags.limit;
  std::optional<absl::Status> ended;
  while (!ended && !Interrupted() && !view.Finished() && context.clock.Now() < end) {
    ended = session->WaitFor(std::min(absl::Milliseconds(100), end - context.clock.Now()));
  }
  if (!ended) {
    view.Drop();
    session->Shutdown();
    ended = session->Wait();
  }
  return ended->ok() ? kExitOk : context.Fail(*ended);
}

}  // namespace

void AddWatchCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<WatchFlags>();
  CLI::App* command =
      app.add_subcommand("watch", "Show statements live as a subscription gets them");
  command->add_option("SUBSCRIPTION", flags->subscription, "its name")->required();
  command->add_flag("--create", flags->create, "create it, for everything, when it is not there");
  command->add_flag("--ack,!--no-ack", flags->acknowledge,
                    "acknowledge what was shown (the default), or leave it unread");
  command->add_option("--count", flags->count, "end after this many statements");
  AddDurationFlag(*command, "--for", flags->limit, "end after this time");
  command->footer(kFooter);
  context.OnRun(*command, [&context, flags] {
    flags->subscription = FullName(flags->subscription);
    return Run(context, *flags);
  });
}

}  // namespace corridor
