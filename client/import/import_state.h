#ifndef CORRIDOR_CLIENT_IMPORT_IMPORT_STATE_H_
#define CORRIDOR_CLIENT_IMPORT_IMPORT_STATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/random.h"

namespace corridor {

// What an import remembers from run to run, in a small file of its own: the secret that
// salts come from, and for each row that was sent the time it says and whether it was
// accepted. With it, an import that was killed anywhere and runs again sends the very
// same bytes, and the broker answers with the first receipt. Thread-safe.
//
// The file is text, a line for each event, written in order; a last line that is not
// whole is passed over. It is readable by its owner alone, because of the secret.
//
//   corridor-import 1 <mapping id> <data set> <salt key>      (the latter two in hexadecimal)
//   sent <row> <Unix seconds> <fingerprint>
//   done <row>      accepted: never sent again
//   drop <row>      refused: a later run may say something else
class ImportState {
 public:
  // Opens the file, or makes it. kFailedPrecondition: another import holds it, or it is of
  // another mapping or data set. kInvalidArgument: no such file as above. kUnavailable: it
  // cannot be read or written.
  static absl::StatusOr<std::unique_ptr<ImportState>> Open(const std::string& path,
                                                           std::string_view mapping_id,
                                                           std::string_view dataset,
                                                           Random& random);
  // Remembers nothing: for a dry run.
  static std::unique_ptr<ImportState> Forgetful(Random& random);

  ~ImportState();
  ImportState(const ImportState&) = delete;
  ImportState& operator=(const ImportState&) = delete;

  // 32 bytes. Constant.
  const std::string& salt_key() const { return salt_key_; }

  struct Row {
    absl::Time sent;
    std::string fingerprint;
    bool done = false;
  };
  // What is known of a row; `sent` is InfinitePast for one that was never sent.
  Row Find(uint64_t row) const;

  struct Sent {
    uint64_t row = 0;
    absl::Time time;
    std::string fingerprint;
  };
  // Before rows leave. On stable storage when it returns OK.
  absl::Status MarkSent(const std::vector<Sent>& rows);
  // After the answer. Handed to the system at once, so that a killed import loses none; a
  // power cut may lose some, which are then sent again and not doubled.
  absl::Status MarkDone(uint64_t row);
  absl::Status MarkDropped(uint64_t row);

 private:
  explicit ImportState(std::string salt_key) : salt_key_(std::move(salt_key)) {}

  absl::Status ReadLines(std::string_view text);
  absl::Status ReadLine(std::string_view line);
  absl::Status Write(std::string_view lines) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::string salt_key_;  // Constant after opening.
  int file_ = -1;         // Constant after opening; -1 for a dry run.
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<uint64_t, Row> rows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_IMPORT_STATE_H_
