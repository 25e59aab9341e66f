#ifndef CORRIDOR_FUZZ_PROOF_CHECKS_H_
#define CORRIDOR_FUZZ_PROOF_CHECKS_H_

#include <string_view>

namespace corridor {

// What must hold of the proofs of batches for any bytes at all; aborts where it does not. The bytes
// are read as a StatementProof, which is put to every statement of a batch that is signed, and to
// one that is not in it: nobody without the key proves anything but what was signed, by the one
// path that there is, whether or not the root has verified before. Its walk is compared with the
// tree as RFC 9162 defines it.
void CheckBatchProof(std::string_view bytes);

}  // namespace corridor

#endif  // CORRIDOR_FUZZ_PROOF_CHECKS_H_
