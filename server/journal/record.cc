#include "server/journal/record.h"

namespace corridor {

v1::Receipt ReceiptFor(const Record& record, bool repeated) {
  v1::Receipt receipt;
  receipt.set_statement_id(record.statement->body.statement_id());
  receipt.set_digest(record.statement->digest);
  *receipt.mutable_acceptance() = record.acceptance;
  *receipt.mutable_gate() = record.gate;
  receipt.set_repeated(repeated);
  return receipt;
}

}  // namespace corridor
