#include "client/ctl/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace corridor {
namespace {

bool WriteTo(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(file) == 0;
}

}  // namespace

absl::Status WriteWhole(const std::string& path, std::string_view content, FileAccess access) {
  const std::string draft = path + ".new";
  unlink(draft.c_str());  // what an interrupted run left
  const mode_t mode = access == FileAccess::kOwnerOnly ? 0600 : 0644;
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool written = file >= 0 && WriteTo(file, content);
  const bool closed = file >= 0 && close(file) == 0;
  if (written && closed && std::rename(draft.c_str(), path.c_str()) == 0) return absl::OkStatus();
  unlink(draft.c_str());
  return absl::InternalError(absl::StrCat("cannot write ", path));
}

}  // namespace corridor
