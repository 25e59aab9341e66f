#ifndef CORRIDOR_CLIENT_INTERNAL_OUTBOX_LOG_H_
#define CORRIDOR_CLIENT_INTERNAL_OUTBOX_LOG_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/crypto/payload_cipher.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// Where an outbox keeps its statements: a directory of segments, each written from its
// beginning to its end and never again after a restart, and deleted once all that it and
// those before it hold is decided.
//
//   segment `<number, 20 digits>.outbox`
//     "corridor-outbox 1\n"  salt (16)  nothing, sealed (16)
//     any number of:  length of the sealed record (4, big-endian)  its number (4)  record, sealed
//   record
//     1  sequence (8, big-endian)  a SignedStatement
//     2  sequence (8, big-endian)                           that statement is decided
//
// Each record is sealed under a key of its own, SHA-256 over a domain string, the outbox's
// key, the segment's salt and the record's number, which rises and is never used again, not
// even for what could not be written: so that no key seals twice. What a
// crash has cut off at the end of a segment is passed over: nobody was told that it is kept.
//
// Thread-compatible; Sync alone may run beside the rest.
class OutboxLog {
 public:
  struct Segment;  // An open file.
  // Where a statement lies.
  struct Place {
    uint64_t segment = 0;
    uint64_t offset = 0;  // Of the sealed record.
    uint32_t size = 0;    // Of the sealed record.
    uint32_t number = 0;  // Of the record, in its segment.
  };
  struct Kept {
    uint64_t sequence = 0;
    std::string alert;  // Publisher and id of the alert: what keeps order among themselves.
    Place place;
  };

  // Opens the directory and answers what it holds that is not decided, by sequence. Errors
  // are those of Outbox::Open.
  struct Opened;
  static absl::StatusOr<Opened> Open(const std::string& directory, const std::string& key,
                                     Random& random);
  ~OutboxLog();

  // Writes a statement; it is not durable before Sync. kResourceExhausted: no space;
  // nothing is kept. kFailedPrecondition: what is on disk is unknown.
  absl::StatusOr<Kept> Append(const v1::SignedStatement& statement);
  // What was appended before Target() was called is durable once it is synced. An error
  // means that what is on disk is unknown: give it to Break(), and append nothing more.
  std::shared_ptr<Segment> Target() const { return current_; }
  static absl::Status Sync(const Segment& target);
  void Break() { broken_ = true; }
  // Notes that a statement is decided; where a crash takes the note, it is sent again.
  void NoteDecided(uint64_t sequence, const Place& place);
  // kDataLoss: it cannot be read back.
  absl::StatusOr<v1::SignedStatement> Read(const Place& place) const;

 private:
  OutboxLog(std::string directory, const std::string& key, Random& random);
  PayloadKey KeyOf(std::string_view salt, uint32_t number) const;
  absl::Status Lock();
  absl::Status ReadSegment(uint64_t number, std::map<uint64_t, Kept>& undecided);
  absl::Status Begin();  // A new segment.
  absl::StatusOr<Place> Write(std::string_view record);
  void DropDecided();
  std::string PathOf(uint64_t segment) const;

  const std::string directory_;
  const std::string key_;
  Random& random_;
  int lock_ = -1;
  uint64_t next_sequence_ = 1;
  uint64_t next_segment_ = 1;
  std::map<uint64_t, std::shared_ptr<Segment>> segments_;
  std::shared_ptr<Segment> current_;
  bool broken_ = false;
};

struct OutboxLog::Opened {
  std::unique_ptr<OutboxLog> log;
  std::vector<Kept> undecided;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_OUTBOX_LOG_H_
