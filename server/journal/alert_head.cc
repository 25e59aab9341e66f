#include "server/journal/alert_head.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

absl::Status Conflict(const AlertHead& head, std::string_view what) {
  return Error(v1::ERROR_REASON_REVISION_CONFLICT, what, "revision",
               absl::StrCat(head.highest_revision));
}

absl::Status Closed(std::string_view what) { return Error(v1::ERROR_REASON_ALERT_CLOSED, what); }

absl::Status CheckRevise(const AlertHead& head, uint32_t revision) {
  if (head.state != v1::ALERT_STATE_ACTIVE) {
    return Closed("the alert was cancelled or recalled; issue a new one that refers to it");
  }
  if (revision <= head.highest_revision) {
    return Conflict(head, "a revision must be above the highest known; read the alert again");
  }
  return absl::OkStatus();
}

absl::Status CheckClosing(const AlertHead& head, v1::StatementKind kind, uint32_t revision) {
  if (head.state == v1::ALERT_STATE_RECALLED) return Closed("the alert was recalled; it is final");
  if (head.state == v1::ALERT_STATE_CANCELLED && kind == v1::STATEMENT_KIND_CANCEL) {
    return Closed("the alert is cancelled already");
  }
  if (revision != head.highest_revision + 1) {
    return Conflict(head, "a cancellation or recall takes the alert's next revision");
  }
  return absl::OkStatus();
}

void TakeContent(AlertHead& head, const v1::AlertContent& content, const v1::StatementBody& body,
                 AlertHead::Place place) {
  if (content.has_affected_group() && head.groups.size() < kGroupsMax) head.groups.push_back(place);
  if (body.revision() <= head.current_revision) return;
  head.current = place;
  head.current_revision = body.revision();
  head.current_statement_id = body.statement_id();
  head.valid_until_ms = body.valid_until().seconds() * 1000 + body.valid_until().nanos() / 1000000;
  head.tlp = body.tlp();
}

void TakeCancel(AlertHead& head, AlertHead::Place place) {
  if (head.state != v1::ALERT_STATE_ACTIVE) return;
  head.state = v1::ALERT_STATE_CANCELLED;
  head.closing = place;
}

void TakeRecall(AlertHead& head, const v1::Recall& recall, AlertHead::Place place) {
  const std::string& target = recall.target_statement_id();
  if (!target.empty()) {
    if (!head.recalled(target)) head.recalled_statement_ids.push_back(target);
    return;
  }
  if (head.state == v1::ALERT_STATE_RECALLED) return;
  head.state = v1::ALERT_STATE_RECALLED;
  head.closing = place;
}

}  // namespace

bool AlertHead::recalled(std::string_view statement_id) const {
  return state == v1::ALERT_STATE_RECALLED ||
         std::find(recalled_statement_ids.begin(), recalled_statement_ids.end(), statement_id) !=
             recalled_statement_ids.end();
}

absl::Status CheckFollows(const AlertHead* head, const ParsedStatement& statement) {
  const v1::StatementKind kind = statement.kind();
  const uint32_t revision = statement.body.revision();
  switch (kind) {
    case v1::STATEMENT_KIND_ISSUE:
      if (head == nullptr) return absl::OkStatus();
      return Conflict(*head, "the alert exists; revise it, or issue one with a new id");
    case v1::STATEMENT_KIND_REVISE:
    case v1::STATEMENT_KIND_CANCEL:
    case v1::STATEMENT_KIND_RECALL:
      if (head == nullptr) {
        return Error(v1::ERROR_REASON_ALERT_UNKNOWN,
                     "this publisher has issued no alert of that id here");
      }
      if (head->is_remark && kind != v1::STATEMENT_KIND_RECALL) {
        return Error(v1::ERROR_REASON_ALERT_UNKNOWN,
                     "that is a sighting or response; it can only be recalled");
      }
      if (kind == v1::STATEMENT_KIND_REVISE) return CheckRevise(*head, revision);
      return CheckClosing(*head, kind, revision);
    default:
      return absl::OkStatus();
  }
}

AlertHead Advance(const AlertHead* head, const ParsedStatement& statement, AlertHead::Place place) {
  const v1::StatementBody& body = statement.body;
  AlertHead next = AdvanceHeld(head, statement);
  if (statement.content() != nullptr) {
    TakeContent(next, *statement.content(), body, place);
  } else if (IsRemark(body)) {
    next.current = place;
    next.current_revision = body.revision();
    next.current_statement_id = body.statement_id();
    next.tlp = body.tlp();
  } else if (body.has_cancel()) {
    TakeCancel(next, place);
  } else {
    TakeRecall(next, body.recall(), place);
  }
  // A recall of one statement says nothing about the others.
  if (body.recall().target_statement_id().empty()) {
    next.standing_revision = std::max(next.standing_revision, body.revision());
  }
  return next;
}

AlertHead AdvanceHeld(const AlertHead* head, const ParsedStatement& statement) {
  const v1::StatementBody& body = statement.body;
  AlertHead next;
  if (head != nullptr) {
    next = *head;
  } else {
    next.publisher = AlertOwnerOf(body);
    next.alert_id = body.alert_id();
    next.is_remark = IsRemark(body);
  }
  next.highest_revision = std::max(next.highest_revision, body.revision());
  return next;
}

}  // namespace corridor
