#include "server/broker/recall_notifier.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace corridor {

RecallNotifier::RecallNotifier(Recalls& recalls, Executor& flow)
    : recalls_(recalls), flow_(flow), self_(std::make_shared<RecallNotifier*>(this)) {}

RecallNotifier::~RecallNotifier() { *self_ = nullptr; }

void RecallNotifier::Begin(SessionHub::SessionId id, const Principal& principal, Tell tell) {
  Session& session = sessions_[id];
  session.principal = principal;
  session.tell = std::move(tell);
  TellNew(session);
}

void RecallNotifier::End(SessionHub::SessionId id) { sessions_.erase(id); }

void RecallNotifier::Offer() {
  for (auto& [id, session] : sessions_) TellNew(session);
}

// What cannot be read now is offered again at the next change, or to the next session.
void RecallNotifier::TellNew(Session& session) {
  if (session.open >= Recalls::kNoticesMax) return;
  auto notices = recalls_.NoticesFor(session.principal, session.told_through,
                                     Recalls::kNoticesMax - session.open);
  if (!notices.ok() || notices->empty()) return;
  session.told_through = notices->back().notice_id();
  session.open += notices->size();
  v1::AttachResponse response;
  for (v1::RecallNotice& notice : *notices) {
    *response.mutable_recall_notices()->add_notices() = std::move(notice);
  }
  session.tell(std::move(response));
}

void RecallNotifier::OnConfirmations(SessionHub::SessionId id,
                                     const v1::RecallConfirmations& confirmations,
                                     absl::AnyInvocable<void(absl::Status)> refused) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  recalls_.Confirm(found->second.principal, confirmations,
                   [&flow = flow_, self = self_, id, confirmations,
                    refused = std::move(refused)](absl::Status status) mutable {
                     flow.Post([self, id, confirmations, status = std::move(status),
                                refused = std::move(refused)]() mutable {
                       if (*self == nullptr) return;
                       status.ok() ? (*self)->Confirmed(id, confirmations)
                                   : refused(std::move(status));
                     });
                   });
}

void RecallNotifier::Confirmed(SessionHub::SessionId id,
                               const v1::RecallConfirmations& confirmations) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  v1::AttachResponse response;
  for (const v1::RecallConfirmation& confirmation : confirmations.confirmations()) {
    response.mutable_recalls_confirmed()->add_notice_ids(confirmation.notice_id());
  }
  session.tell(std::move(response));
  const size_t confirmed = static_cast<size_t>(confirmations.confirmations_size());
  session.open -= std::min(session.open, confirmed);
  TellNew(session);
}

}  // namespace corridor
