#include "server/backup_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

namespace fs = std::filesystem;

absl::Status SystemError(const std::string& path) {
  return absl::InternalError(absl::ErrnoToStatus(errno, path).message());
}

class File {
 public:
  File(std::string path, int flags)
      : path_(std::move(path)), fd_(open(path_.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  absl::Status Opened() const {
    if (fd_ >= 0) return absl::OkStatus();
    return errno == ENOENT ? absl::NotFoundError(path_ + " is not there") : SystemError(path_);
  }

  absl::Status Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return SystemError(path_);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }

  // Fewer bytes than asked for at the end alone.
  absl::StatusOr<std::string> Read(size_t size) {
    std::string bytes(size, '\0');
    size_t have = 0;
    while (have < size) {
      const ssize_t got = read(fd_, bytes.data() + have, size - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return SystemError(path_);
      if (got == 0) break;
      have += static_cast<size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }

  absl::Status Sync() { return fsync(fd_) == 0 ? absl::OkStatus() : SystemError(path_); }

 private:
  const std::string path_;
  const int fd_;
};

absl::Status SealFile(const std::string& path, ArchiveSealer& sealer) {
  File file(path, O_RDONLY);
  RETURN_IF_ERROR(file.Opened());
  for (;;) {
    ASSIGN_OR_RETURN(const std::string bytes, file.Read(kArchivePartMax));
    if (bytes.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(sealer.Data(bytes));
  }
}

// Writes what an archive holds into a folder.
class FolderWriter final : public ArchiveVisitor {
 public:
  explicit FolderWriter(std::string folder) : folder_(std::move(folder)) {}

  absl::Status OnFile(std::string_view name) override {
    RETURN_IF_ERROR(Done());
    file_.emplace(folder_ + "/" + std::string(name), O_WRONLY | O_CREAT | O_EXCL);
    return file_->Opened();
  }
  absl::Status OnData(std::string_view bytes) override {
    if (!file_.has_value()) return absl::DataLossError("archive: bytes before the first file");
    return file_->Write(bytes);
  }
  // The last file is whole.
  absl::Status Done() {
    if (file_.has_value()) RETURN_IF_ERROR(file_->Sync());
    file_.reset();
    return absl::OkStatus();
  }

 private:
  const std::string folder_;
  std::optional<File> file_;
};

}  // namespace

absl::Status WriteSynced(const std::string& path, std::string_view bytes) {
  File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  RETURN_IF_ERROR(file.Opened());
  RETURN_IF_ERROR(file.Write(bytes));
  return file.Sync();
}

absl::Status SyncFolder(const std::string& path) {
  File folder(path, O_RDONLY | O_DIRECTORY);
  RETURN_IF_ERROR(folder.Opened());
  return folder.Sync();
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  File file(path, O_RDONLY);
  RETURN_IF_ERROR(file.Opened());
  std::string all;
  for (;;) {
    ASSIGN_OR_RETURN(const std::string bytes, file.Read(kArchivePartMax));
    if (bytes.empty()) return all;
    all.append(bytes);
  }
}

absl::Status MakeFolder(const std::string& path) {
  return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST ? absl::OkStatus() : SystemError(path);
}

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return absl::InternalError(absl::StrCat(path, ": ", error.message()));
  return absl::OkStatus();
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<v1::BackupPart> SealFolder(const std::string& folder, const std::string& file,
                                          const BackupPublicKey& recipient,
                                          const std::string& context,
                                          const std::function<absl::Status()>& go_on) {
  File sealed(file, O_WRONLY | O_CREAT | O_EXCL);
  RETURN_IF_ERROR(sealed.Opened());
  Sha256Hasher hasher;
  v1::BackupPart part;
  ArchiveSealer sealer(recipient, context, [&](std::string_view bytes) {
    RETURN_IF_ERROR(go_on());
    hasher.Update(bytes);
    part.set_size(part.size() + bytes.size());
    return sealed.Write(bytes);
  });
  for (const std::string& name : NamesIn(folder)) {
    const std::string path = folder + "/" + name;
    std::error_code error;
    // The engine's lock says nothing; it has no folders of its own.
    if (name == "LOCK" || !fs::is_regular_file(path, error)) continue;
    RETURN_IF_ERROR(sealer.File(name));
    RETURN_IF_ERROR(SealFile(path, sealer));
  }
  RETURN_IF_ERROR(sealer.Finish());
  RETURN_IF_ERROR(sealed.Sync());
  part.set_sha256(ToString(hasher.Finish()));
  return part;
}

absl::Status OpenIntoFolder(const std::string& file, const v1::BackupPart& part,
                            const BackupKey& key, const std::string& context,
                            const std::string& folder) {
  RETURN_IF_ERROR(MakeFolder(folder));
  File sealed(file, O_RDONLY);
  RETURN_IF_ERROR(sealed.Opened());
  Sha256Hasher hasher;
  FolderWriter writer(folder);
  RETURN_IF_ERROR(OpenArchive(
      key, context,
      [&](size_t size) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(std::string bytes, sealed.Read(size));
        hasher.Update(bytes);
        return bytes;
      },
      writer));
  RETURN_IF_ERROR(writer.Done());
  if (ToString(hasher.Finish()) != part.sha256()) {
    return absl::DataLossError(absl::StrCat(file, " is not the file that the manifest describes"));
  }
  return SyncFolder(folder);
}

}  // namespace corridor
