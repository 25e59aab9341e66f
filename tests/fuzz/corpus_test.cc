// Whatever libFuzzer once made of a text, a statement or a proof is read again in every test run:
// each kept input goes through the checks of its target, which abort where one fails.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/gate_checks.h"
#include "fuzz/proof_checks.h"

namespace corridor {
namespace {

// Tests run in the root of the source tree.
std::vector<std::string> Corpus(const std::string& target) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator("fuzz/corpus/" + target)) {
    std::ifstream in(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

TEST(FuzzCorpusTest, EveryKeptTextHolds) {
  const std::vector<std::string> inputs = Corpus("text_scan");
  EXPECT_FALSE(inputs.empty());
  for (const std::string& input : inputs) CheckTextScan(input);
}

TEST(FuzzCorpusTest, EveryKeptStatementHolds) {
  const std::vector<std::string> inputs = Corpus("statement");
  EXPECT_FALSE(inputs.empty());
  for (const std::string& input : inputs) CheckStatement(input);
}

TEST(FuzzCorpusTest, EveryKeptProofHolds) {
  const std::vector<std::string> inputs = Corpus("batch_proof");
  EXPECT_FALSE(inputs.empty());
  for (const std::string& input : inputs) CheckBatchProof(input);
}

}  // namespace
}  // namespace corridor
