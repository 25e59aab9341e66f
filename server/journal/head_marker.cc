#include "server/journal/head_marker.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "server/journal/record_codec.h"

namespace corridor {
namespace {

constexpr char kChecksumKey[] = "head marker";

absl::Status SystemError(std::string_view what) {
  return absl::ErrnoToStatus(errno, absl::StrCat("head marker: ", A(what)));
}

class FileDescriptor {
 public:
  FileDescriptor(const std::string& path, int flags) : fd_(open(path.c_str(), flags, 0640)) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  const int fd_;
};

absl::Status WriteSynced(const std::string& path, std::string_view bytes) {
  const FileDescriptor file(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  if (!file.ok()) return SystemError("cannot create");
  const ssize_t written = write(file.get(), bytes.data(), bytes.size());
  if (written != static_cast<ssize_t>(bytes.size())) return SystemError("cannot write");
  if (fsync(file.get()) != 0) return SystemError("cannot sync");
  return absl::OkStatus();
}

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const FileDescriptor directory(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!directory.ok() || fsync(directory.get()) != 0) return SystemError("cannot sync folder");
  return absl::OkStatus();
}

class FileHeadMarker final : public HeadMarker {
 public:
  explicit FileHeadMarker(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::optional<HeadMark>> Read() const override {
    const FileDescriptor file(path_, O_RDONLY | O_CLOEXEC);
    if (!file.ok() && errno == ENOENT) return std::nullopt;
    if (!file.ok()) return SystemError("cannot open");
    std::array<char, 128> bytes;
    const ssize_t size = read(file.get(), bytes.data(), bytes.size());
    if (size < 0) return SystemError("cannot read");
    stored::StoredHeadMark stored;
    const std::string_view value(bytes.data(), static_cast<size_t>(size));
    if (!DecodeValue(kChecksumKey, value, stored).ok()) {
      return absl::DataLossError("head marker: the file is not one that was written whole");
    }
    return HeadMark{stored.epoch(), stored.offset()};
  }

  absl::Status Write(const HeadMark& mark) override {
    stored::StoredHeadMark stored;
    stored.set_epoch(mark.epoch);
    stored.set_offset(mark.offset);
    const std::string fresh = path_ + ".new";
    RETURN_IF_ERROR(WriteSynced(fresh, EncodeValue(kChecksumKey, stored)));
    if (rename(fresh.c_str(), path_.c_str()) != 0) return SystemError("cannot replace");
    return SyncDirectoryOf(path_);
  }

 private:
  const std::string path_;
};

}  // namespace

std::unique_ptr<HeadMarker> MakeFileHeadMarker(std::string path) {
  return std::make_unique<FileHeadMarker>(std::move(path));
}

}  // namespace corridor
