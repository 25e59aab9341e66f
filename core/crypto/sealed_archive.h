#ifndef CORRIDOR_CORE_CRYPTO_SEALED_ARCHIVE_H_
#define CORRIDOR_CORE_CRYPTO_SEALED_ARCHIVE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/secret_bytes.h"

namespace corridor {

// Files one after another, sealed for whoever holds one secret key: what a backup lies on disk as.
// Who makes one needs the public key alone, so that a broker cannot open its own backups.
//
//   "corridor-archive-1\n"  key of the stream, sealed for the recipient (80)  header (24)
//   frame*                  length (4, big-endian)  sealed part
//
// A part is 'F' and the name of a file, 'D' and some of its bytes, or 'Z' at the end. X25519 and
// XSalsa20-Poly1305 seal the key, XChaCha20-Poly1305 the parts, in order: none can be changed, left
// out, moved, or cut off at the end unseen. No I/O here: bytes come and go through functions.

using BackupPublicKey = std::array<uint8_t, 32>;

// The secret half. Move-only; overwritten on destruction.
class BackupKey {
 public:
  static BackupKey Generate();

  const BackupPublicKey& public_key() const { return public_key_; }

  // One line of text each, for files. The first is secret.
  std::string ToText() const;
  static std::string PublicText(const BackupPublicKey& key);
  // kInvalidArgument: not such a text.
  static absl::StatusOr<BackupKey> FromText(std::string_view text);
  static absl::StatusOr<BackupPublicKey> PublicFromText(std::string_view text);

  // Opens what was sealed for this key, into `opened`; false where it was not.
  bool OpenSealed(std::string_view sealed, std::span<uint8_t> opened) const;

 private:
  BackupKey() = default;
  SecretBytes<32> secret_;
  BackupPublicKey public_key_{};
};

// At most so many bytes in one part.
inline constexpr size_t kArchivePartMax = 1 << 16;

class ArchiveSealer {
 public:
  // Takes the archive's bytes in order; its error ends the sealing.
  using Sink = std::function<absl::Status(std::string_view bytes)>;

  // `context` is bound to every part: the archive opens under the same context alone.
  ArchiveSealer(const BackupPublicKey& recipient, std::string context, Sink sink);
  ~ArchiveSealer();

  // Errors are those of the sink. REQUIRES: File before its Data; Finish once, at the end.
  absl::Status File(std::string_view name);
  absl::Status Data(std::string_view bytes);
  absl::Status Finish();

 private:
  struct State;
  absl::Status Part(char kind, std::string_view bytes, bool last);

  const std::string context_;
  const Sink sink_;
  const std::unique_ptr<State> state_;
  std::string begin_;  // Not written yet.
};

// What is found in an archive, in order. An error ends the opening.
class ArchiveVisitor {
 public:
  virtual ~ArchiveVisitor() = default;
  // Names have no '/' and are not "." or "..".
  virtual absl::Status OnFile(std::string_view name) = 0;
  virtual absl::Status OnData(std::string_view bytes) = 0;
};

// Reads up to `size` bytes; fewer at the end alone.
using ArchiveSource = std::function<absl::StatusOr<std::string>(size_t size)>;

// Opens an archive to its end. kDataLoss: it was changed or cut off, is of another context, or for
// another key; what the visitor got before is as it was sealed.
absl::Status OpenArchive(const BackupKey& key, std::string_view context,
                         const ArchiveSource& source, ArchiveVisitor& visitor);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_SEALED_ARCHIVE_H_
