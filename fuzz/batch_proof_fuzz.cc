#include <cstddef>
#include <cstdint>

#include "fuzz/proof_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  corridor::CheckBatchProof({reinterpret_cast<const char*>(data), size});
  return 0;
}
