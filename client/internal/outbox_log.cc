#include "client/internal/outbox_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

constexpr std::string_view kMagic = "corridor-outbox 1\n";
constexpr std::string_view kKeyDomain = "corridor/outbox/v1";
constexpr std::string_view kSuffix = ".outbox";
constexpr size_t kSaltBytes = 16;
constexpr size_t kHeaderBytes = kMagic.size() + kSaltBytes + kSealOverhead;
constexpr size_t kLengthBytes = 4;
constexpr size_t kFrameBytes = 2 * kLengthBytes;
constexpr size_t kSequenceBytes = 8;
// A statement, its proof and what surrounds it.
constexpr size_t kRecordBytesMax = 1024 * 1024;
constexpr uint64_t kSegmentBytes = 8 * 1024 * 1024;
constexpr char kStatement = 1;
constexpr char kDecided = 2;

absl::Status Failed(std::string_view what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", A(what), " ", path, ": ", absl::ErrnoToStatus(errno, "").ToString()));
}

absl::Status Broken() {
  return absl::FailedPreconditionError(
      "a write or sync of the outbox failed: what is on disk is unknown; open it anew");
}

std::string BigEndian(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  for (size_t i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

uint64_t FromBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

absl::Status WriteWhole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot write to the outbox");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadAt(int file, uint64_t offset, size_t size) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(file, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot read the outbox");
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

absl::Status SyncDirectory(const std::string& path) {
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return Failed("open", path);
  const bool synced = fsync(directory) == 0;
  close(directory);
  return synced ? absl::OkStatus() : Failed("sync", path);
}

std::string AlertOf(const v1::SignedStatement& statement) {
  v1::StatementBody body;
  body.ParseFromString(statement.body());
  return body.publisher() + body.alert_id();
}

// The number that a segment's file name gives.
std::optional<uint64_t> SegmentNumber(std::string_view name) {
  uint64_t number = 0;
  if (!absl::EndsWith(A(name), A(kSuffix))) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  if (!absl::SimpleAtoi(A(name), &number)) return std::nullopt;
  return number;
}

}  // namespace

struct OutboxLog::Segment {
  int file = -1;
  std::string salt;
  uint64_t end = 0;      // Bytes.
  uint32_t records = 0;  // Numbers given.
  size_t undecided = 0;

  ~Segment() {
    if (file >= 0) close(file);
  }
};

OutboxLog::OutboxLog(std::string directory, const std::string& key, Random& random)
    : directory_(std::move(directory)), key_(key), random_(random) {}

OutboxLog::~OutboxLog() {
  if (lock_ >= 0) close(lock_);
}

std::string OutboxLog::PathOf(uint64_t segment) const {
  return absl::StrCat(directory_, "/", absl::StrFormat("%020d", segment), A(kSuffix));
}

PayloadKey OutboxLog::KeyOf(std::string_view salt, uint32_t number) const {
  const Digest digest =
      Sha256(kKeyDomain, std::string_view(key_), salt, std::string_view(BigEndian(number, 4)));
  return *PayloadKey::FromBytes(BytesOf(digest));
}

absl::StatusOr<OutboxLog::Opened> OutboxLog::Open(const std::string& directory,
                                                  const std::string& key, Random& random) {
  if (key.size() != PayloadKey::kSize) {
    return absl::InvalidArgumentError("the key of an outbox has 32 bytes");
  }
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return Failed("make", directory);
  Opened opened{.log = std::unique_ptr<OutboxLog>(new OutboxLog(directory, key, random)),
                .undecided = {}};
  OutboxLog& log = *opened.log;
  RETURN_IF_ERROR(SyncDirectory(directory + "/.."));
  RETURN_IF_ERROR(log.Lock());
  std::vector<uint64_t> numbers;
  DIR* const listing = opendir(directory.c_str());
  if (listing == nullptr) return Failed("read", directory);
  while (const dirent* entry = readdir(listing)) {
    if (const auto number = SegmentNumber(entry->d_name)) numbers.push_back(*number);
  }
  closedir(listing);
  std::sort(numbers.begin(), numbers.end());
  std::map<uint64_t, Kept> undecided;
  for (const uint64_t number : numbers) {
    RETURN_IF_ERROR(log.ReadSegment(number, undecided));
    log.next_segment_ = number + 1;
  }
  for (auto& [sequence, kept] : undecided) {
    ++log.segments_.at(kept.place.segment)->undecided;
    opened.undecided.push_back(std::move(kept));
  }
  RETURN_IF_ERROR(log.Begin());
  log.DropDecided();
  return opened;
}

absl::Status OutboxLog::Lock() {
  const std::string path = directory_ + "/lock";
  lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return Failed("open", path);
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("another process has ", directory_, " open"));
}

// Up to the first record that is not whole: what follows was not synced.
absl::Status OutboxLog::ReadSegment(uint64_t number, std::map<uint64_t, Kept>& undecided) {
  auto segment = std::make_shared<Segment>();
  const std::string path = PathOf(number);
  segment->file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (segment->file < 0) return Failed("open", path);
  segments_[number] = segment;
  ASSIGN_OR_RETURN(const std::string header, ReadAt(segment->file, 0, kHeaderBytes));
  if (header.size() < kHeaderBytes) return absl::OkStatus();  // Cut off as it was begun.
  segment->salt = header.substr(kMagic.size(), kSaltBytes);
  if (header.substr(0, kMagic.size()) != kMagic ||
      !corridor::Open(KeyOf(segment->salt, 0), "", header.substr(kMagic.size() + kSaltBytes))
           .ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " was written under another key"));
  }
  segment->end = kHeaderBytes;
  while (true) {
    ASSIGN_OR_RETURN(const std::string frame, ReadAt(segment->file, segment->end, kFrameBytes));
    if (frame.size() < kFrameBytes) return absl::OkStatus();
    const Place place{.segment = number,
                      .offset = segment->end + kFrameBytes,
                      .size = static_cast<uint32_t>(FromBigEndian(frame.substr(0, kLengthBytes))),
                      .number = static_cast<uint32_t>(FromBigEndian(frame.substr(kLengthBytes)))};
    if (place.size > kRecordBytesMax) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string sealed, ReadAt(segment->file, place.offset, place.size));
    const auto opened = corridor::Open(KeyOf(segment->salt, place.number), "", sealed);
    if (!opened.ok() || opened->size() < 1 + kSequenceBytes) return absl::OkStatus();
    const uint64_t sequence = FromBigEndian(std::string_view(*opened).substr(1, kSequenceBytes));
    next_sequence_ = std::max(next_sequence_, sequence + 1);
    if (opened->front() == kDecided) {
      undecided.erase(sequence);
    } else {
      v1::SignedStatement statement;
      statement.ParseFromString(opened->substr(1 + kSequenceBytes));
      undecided[sequence] = {sequence, AlertOf(statement), place};
    }
    segment->end = place.offset + place.size;
  }
}

absl::Status OutboxLog::Begin() {
  if (current_ != nullptr && !Sync(*current_).ok()) {
    broken_ = true;
    return Broken();
  }
  auto segment = std::make_shared<Segment>();
  const std::string path = PathOf(next_segment_);
  segment->file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (segment->file < 0) return Failed("make", path);
  segment->salt = random_.Bytes(kSaltBytes);
  const std::string header =
      absl::StrCat(A(kMagic), segment->salt, Seal(KeyOf(segment->salt, 0), "", ""));
  absl::Status written = WriteWhole(segment->file, header);
  if (written.ok() && fsync(segment->file) != 0) written = Failed("sync", path);
  if (written.ok()) written = SyncDirectory(directory_);
  if (!written.ok()) {
    unlink(path.c_str());
    return written;
  }
  segment->end = header.size();
  segment->records = 1;
  segments_[next_segment_++] = segment;
  current_ = std::move(segment);
  return absl::OkStatus();
}

absl::Status OutboxLog::Sync(const Segment& target) {
  return fdatasync(target.file) == 0 ? absl::OkStatus() : Broken();
}

absl::StatusOr<OutboxLog::Place> OutboxLog::Write(std::string_view record) {
  if (broken_) return Broken();
  if (current_->end >= kSegmentBytes) {
    if (const absl::Status begun = Begin(); !begun.ok()) {
      return broken_ ? begun : absl::ResourceExhaustedError(begun.message());
    }
    DropDecided();
  }
  Segment& segment = *current_;
  const uint32_t number = segment.records++;
  const std::string sealed = Seal(KeyOf(segment.salt, number), "", record);
  const absl::Status written =
      WriteWhole(segment.file,
                 BigEndian(sealed.size(), kLengthBytes) + BigEndian(number, kLengthBytes) + sealed);
  if (!written.ok()) {
    broken_ = ftruncate(segment.file, static_cast<off_t>(segment.end)) != 0;
    return absl::ResourceExhaustedError(absl::StrCat("the disk took it not: ", written.message()));
  }
  const Place place{.segment = next_segment_ - 1,
                    .offset = segment.end + kFrameBytes,
                    .size = static_cast<uint32_t>(sealed.size()),
                    .number = number};
  segment.end = place.offset + place.size;
  return place;
}

absl::StatusOr<OutboxLog::Kept> OutboxLog::Append(const v1::SignedStatement& statement) {
  const uint64_t sequence = next_sequence_;
  std::string record(1, kStatement);
  record += BigEndian(sequence, kSequenceBytes);
  statement.AppendToString(&record);
  ASSIGN_OR_RETURN(const Place place, Write(record));
  ++next_sequence_;
  ++segments_.at(place.segment)->undecided;
  return Kept{sequence, AlertOf(statement), place};
}

void OutboxLog::NoteDecided(uint64_t sequence, const Place& place) {
  // A note that cannot be written costs one more attempt after a restart.
  Write(std::string(1, kDecided) + BigEndian(sequence, kSequenceBytes)).IgnoreError();
  --segments_.at(place.segment)->undecided;
  DropDecided();
}

// From the first on: notes about a segment lie in it or behind it.
void OutboxLog::DropDecided() {
  while (!segments_.empty()) {
    const auto first = segments_.begin();
    if (first->second == current_ || first->second->undecided > 0) return;
    unlink(PathOf(first->first).c_str());
    segments_.erase(first);
  }
}

absl::StatusOr<v1::SignedStatement> OutboxLog::Read(const Place& place) const {
  const Segment& segment = *segments_.at(place.segment);
  ASSIGN_OR_RETURN(const std::string sealed, ReadAt(segment.file, place.offset, place.size));
  ASSIGN_OR_RETURN(const std::string record,
                   corridor::Open(KeyOf(segment.salt, place.number), "", sealed));
  v1::SignedStatement statement;
  if (record.size() < 1 + kSequenceBytes ||
      !statement.ParseFromString(record.substr(1 + kSequenceBytes))) {
    return absl::DataLossError("a statement in the outbox cannot be read back");
  }
  return statement;
}

}  // namespace corridor
