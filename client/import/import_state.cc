#include "client/import/import_state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

constexpr size_t kSaltKeyBytes = 32;
constexpr char kMagic[] = "corridor-import 1 ";

absl::Status Failed(std::string_view what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", A(what), " ", path, ": ", absl::ErrnoToStatus(errno, "").ToString()));
}

absl::StatusOr<std::string> ReadWhole(int file, const std::string& path) {
  std::string text;
  std::string chunk(64 * 1024, '\0');
  while (true) {
    const ssize_t count = read(file, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed("read", path);
    if (count == 0) return text;
    text.append(chunk, 0, static_cast<size_t>(count));
  }
}

absl::Status WriteWhole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot write the state file");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

std::string FirstLineStart(std::string_view mapping_id, std::string_view dataset) {
  return absl::StrCat(kMagic, A(mapping_id), " ", HexEncode(dataset), " ");
}

// Without a last line that a crash has cut.
std::string_view WholeLines(std::string_view text) {
  const size_t end = text.rfind('\n');
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportState>> ImportState::Open(const std::string& path,
                                                               std::string_view mapping_id,
                                                               std::string_view dataset,
                                                               Random& random) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed("open", path);
  std::unique_ptr<ImportState> state(new ImportState(""));
  state->file_ = file;
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("another import holds ", path, "; wait for it, or end it"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadWhole(file, path));
  const std::string_view lines = WholeLines(text);
  const std::string start = FirstLineStart(mapping_id, dataset);
  if (lines.empty()) {
    if (text.rfind(kMagic, 0) != 0 && !text.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(path, " is no state file of an import"));
    }
    state->salt_key_ = random.Bytes(kSaltKeyBytes);
    if (ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) < 0) return Failed("write", path);
    RETURN_IF_ERROR(WriteWhole(file, absl::StrCat(start, HexEncode(state->salt_key_), "\n")));
    if (fsync(file) != 0) return Failed("sync", path);
    return state;
  }
  if (lines.rfind(kMagic, 0) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no state file of an import"));
  }
  if (lines.rfind(start, 0) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is of another mapping or data set; give another --state"));
  }
  const size_t end = lines.find('\n');
  const auto key = HexDecode(lines.substr(start.size(), end - start.size()));
  if (!key.ok() || key->size() != kSaltKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":1: the salt key is damaged"));
  }
  state->salt_key_ = *key;
  const absl::Status read = state->ReadLines(lines.substr(end + 1));
  if (!read.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", read.message()));
  // What comes is written behind the last whole line.
  const auto size = static_cast<off_t>(lines.size());
  if (ftruncate(file, size) != 0 || lseek(file, size, SEEK_SET) < 0) return Failed("write", path);
  return state;
}

std::unique_ptr<ImportState> ImportState::Forgetful(Random& random) {
  return std::unique_ptr<ImportState>(new ImportState(random.Bytes(kSaltKeyBytes)));
}

ImportState::~ImportState() {
  if (file_ >= 0) close(file_);
}

absl::Status ImportState::ReadLines(std::string_view text) {
  int number = 1;
  for (absl::string_view line : absl::StrSplit(A(text), '\n', absl::SkipEmpty())) {
    ++number;
    if (!ReadLine(S(line)).ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, " is damaged"));
    }
  }
  return absl::OkStatus();
}

absl::Status ImportState::ReadLine(std::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(A(line), ' ');
  absl::Status damaged = absl::InvalidArgumentError("damaged");
  uint64_t row = 0;
  if (words.size() < 2 || !absl::SimpleAtoi(words[1], &row)) return damaged;
  absl::MutexLock lock(&mutex_);
  if (words[0] == "sent" && words.size() == 4) {
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(words[2], &seconds)) return damaged;
    rows_[row] = {.sent = absl::FromUnixSeconds(seconds), .fingerprint = words[3]};
  } else if (words[0] == "done" && words.size() == 2) {
    rows_[row].done = true;
  } else if (words[0] == "drop" && words.size() == 2) {
    rows_.erase(row);
  } else {
    return damaged;
  }
  return absl::OkStatus();
}

ImportState::Row ImportState::Find(uint64_t row) const {
  absl::MutexLock lock(&mutex_);
  const auto found = rows_.find(row);
  return found == rows_.end() ? Row{.sent = absl::InfinitePast(), .fingerprint = {}}
                              : found->second;
}

absl::Status ImportState::MarkSent(const std::vector<Sent>& rows) {
  absl::MutexLock lock(&mutex_);
  std::string lines;
  for (const Sent& sent : rows) {
    Row& row = rows_[sent.row];
    if (row.sent == sent.time && row.fingerprint == sent.fingerprint) continue;
    row = {.sent = sent.time, .fingerprint = sent.fingerprint};
    absl::StrAppend(&lines, "sent ", sent.row, " ", absl::ToUnixSeconds(sent.time), " ",
                    sent.fingerprint, "\n");
  }
  if (lines.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Write(lines));
  if (file_ >= 0 && fdatasync(file_) != 0) {
    return absl::ErrnoToStatus(errno, "cannot sync the state file");
  }
  return absl::OkStatus();
}

absl::Status ImportState::MarkDone(uint64_t row) {
  absl::MutexLock lock(&mutex_);
  rows_[row].done = true;
  return Write(absl::StrCat("done ", row, "\n"));
}

absl::Status ImportState::MarkDropped(uint64_t row) {
  absl::MutexLock lock(&mutex_);
  rows_.erase(row);
  return Write(absl::StrCat("drop ", row, "\n"));
}

absl::Status ImportState::Write(std::string_view lines) {
  return file_ >= 0 ? WriteWhole(file_, lines) : absl::OkStatus();
}

}  // namespace corridor
