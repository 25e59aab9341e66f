#ifndef CORRIDOR_TESTS_CORE_GATE_GOLDEN_STATEMENTS_H_
#define CORRIDOR_TESTS_CORE_GATE_GOLDEN_STATEMENTS_H_

#include <string>
#include <vector>

#include "core/crypto/signature.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// One statement of each kind whose bytes are kept in tests/testdata/formats/v1:
// as long as version 1 is spoken, every version of the code must make and take
// exactly these. Agencies and alerts are invented examples.
struct GoldenStatement {
  std::string name;  // "issue": the name of its files.
  v1::StatementRouting routing;
  v1::StatementBody body;
  v1::SignedStatement statement;
};

// Made anew from what is written in golden_statements.cc, always the same.
std::vector<GoldenStatement> GoldenStatements();

// The key that signs them: its seed is public, the bytes 0 to 31.
SigningKey GoldenKey();

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CORE_GATE_GOLDEN_STATEMENTS_H_
