#include "core/model/statement.h"

#include <utility>

namespace corridor {

v1::StatementKind KindOf(const v1::StatementBody& body) {
  switch (body.kind_case()) {
    case v1::StatementBody::kIssue:
      return v1::STATEMENT_KIND_ISSUE;
    case v1::StatementBody::kRevise:
      return v1::STATEMENT_KIND_REVISE;
    case v1::StatementBody::kCancel:
      return v1::STATEMENT_KIND_CANCEL;
    case v1::StatementBody::kRecall:
      return v1::STATEMENT_KIND_RECALL;
    case v1::StatementBody::kSighting:
      return v1::STATEMENT_KIND_SIGHTING;
    case v1::StatementBody::kResponse:
      return v1::STATEMENT_KIND_RESPONSE;
    case v1::StatementBody::KIND_NOT_SET:
      break;
  }
  return v1::STATEMENT_KIND_UNSPECIFIED;
}

v1::StatementKind ParsedStatement::kind() const { return KindOf(body); }

const v1::AlertContent* ParsedStatement::content() const {
  if (body.has_issue()) return &body.issue().content();
  if (body.has_revise()) return &body.revise().content();
  return nullptr;
}

v1::Lane ParsedStatement::lane() const {
  const bool urgent = body.urgency() == v1::URGENCY_IMMEDIATE || body.has_recall();
  return urgent ? v1::LANE_URGENT : v1::LANE_ROUTINE;
}

const std::string& AlertOwnerOf(const v1::StatementBody& body) {
  const std::string& other = body.recall().on_behalf_of();
  return other.empty() ? body.publisher() : other;
}

bool IsRemark(const v1::StatementBody& body) { return body.has_sighting() || body.has_response(); }

const v1::AlertReference* TargetOf(const v1::StatementBody& body) {
  if (body.has_sighting()) return &body.sighting().target();
  if (body.has_response()) return &body.response().target();
  return nullptr;
}

v1::ReaderStatement ReaderPartOf(const v1::SignedStatement& statement, std::string routing_hash) {
  v1::ReaderStatement reader;
  reader.set_body(statement.body());
  reader.set_body_salt(statement.body_salt());
  reader.set_routing_hash(std::move(routing_hash));
  *reader.mutable_proof() = statement.proof();
  return reader;
}

}  // namespace corridor
