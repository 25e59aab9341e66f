#ifndef CORRIDOR_SERVER_BROKER_RECALL_NOTIFIER_H_
#define CORRIDOR_SERVER_BROKER_RECALL_NOTIFIER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/base/executor.h"
#include "core/model/principal.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/broker/recalls.h"
#include "server/broker/session_hub.h"

namespace corridor {

// Tells sessions what their principals must erase: first thing when one begins, whatever
// its filter and windows, and at once when there is more. At most Recalls::kNoticesMax
// are told and not confirmed on one session; each is told once on each session. Lives on
// the flow executor.
class RecallNotifier {
 public:
  // Both must outlive this.
  RecallNotifier(Recalls& recalls, Executor& flow);
  ~RecallNotifier();

  // `tell` sends to the session, behind all that was handed to it before: content never
  // comes after the notice that it must go. Not called once End was.
  using Tell = std::function<void(v1::AttachResponse)>;
  void Begin(SessionHub::SessionId id, const Principal& principal, Tell tell);
  void End(SessionHub::SessionId id);
  // The client confirms. `refused` hears, on the flow executor, when it may not.
  void OnConfirmations(SessionHub::SessionId id, const v1::RecallConfirmations& confirmations,
                       absl::AnyInvocable<void(absl::Status)> refused);

  // There may be new notices.
  void Offer();

 private:
  struct Session {
    Principal principal;
    Tell tell;
    uint64_t told_through = 0;  // The last notice told.
    size_t open = 0;            // Told and not confirmed.
  };

  void TellNew(Session& session);
  void Confirmed(SessionHub::SessionId id, const v1::RecallConfirmations& confirmations);

  Recalls& recalls_;
  Executor& flow_;
  std::map<SessionHub::SessionId, Session> sessions_;
  std::shared_ptr<RecallNotifier*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_RECALL_NOTIFIER_H_
