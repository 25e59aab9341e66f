#include "server/journal/record.h"

#include <utility>

namespace corridor {

std::shared_ptr<const ParsedStatement> ErasedStatement(std::string publisher, std::string alert_id,
                                                       std::string statement_id,
                                                       std::string digest) {
  auto erased = std::make_shared<ParsedStatement>();
  erased->body.set_publisher(std::move(publisher));
  erased->body.set_alert_id(std::move(alert_id));
  erased->body.set_statement_id(std::move(statement_id));
  erased->digest = std::move(digest);
  return erased;
}

RecordPtr ErasedCopyOf(const Record& record) {
  auto erased = std::make_shared<Record>(record);
  const v1::StatementBody& body = record.statement->body;
  erased->statement = ErasedStatement(body.publisher(), body.alert_id(), body.statement_id(),
                                      record.statement->digest);
  erased->erased = true;
  return erased;
}

v1::Receipt ReceiptFor(const Record& record, bool repeated) {
  v1::Receipt receipt;
  receipt.set_statement_id(record.statement->body.statement_id());
  receipt.set_digest(record.statement->digest);
  *receipt.mutable_acceptance() = record.acceptance;
  *receipt.mutable_gate() = record.gate;
  receipt.set_repeated(repeated);
  return receipt;
}

v1::Receipt HeldReceiptFor(const Record& record, bool repeated) {
  v1::Receipt receipt = ReceiptFor(record, repeated);
  receipt.set_held(true);
  return receipt;
}

}  // namespace corridor
