#include "server/identity/served_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr unsigned int kRefreshSeconds = 1;

absl::Status Failed(const std::string& what) {
  return absl::InternalError(absl::StrCat(what, ": the folder of the served certificate"));
}

// gRPC tells by whole seconds of the time of modification whether key and
// certificate belong together, so each generation has a second of its own.
absl::Status WriteFile(const std::string& path, const std::string& content, uint64_t generation) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("cannot write in");
  const bool written =
      write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  const timespec time = {.tv_sec = static_cast<time_t>(generation), .tv_nsec = 0};
  const timespec times[] = {time, time};
  const bool dated = futimens(fd, times) == 0;
  close(fd);
  return written && dated ? absl::OkStatus() : Failed("cannot write in");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServedIdentity>> ServedIdentity::Open(std::string folder,
                                                                     TransportIdentity identity) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (mkdir(folder.c_str(), 0700) != 0) return Failed("cannot make");
  auto served = std::unique_ptr<ServedIdentity>(new ServedIdentity(std::move(folder)));
  RETURN_IF_ERROR(served->Replace(std::move(identity)));
  served->provider_ = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      served->folder_ + "/now/key.pem", served->folder_ + "/now/chain.pem", kRefreshSeconds);
  return served;
}

absl::Status ServedIdentity::Replace(TransportIdentity identity) {
  absl::MutexLock lock(&mutex_);
  const uint64_t generation = generation_ + 1;
  const std::string name = absl::StrCat("generation-", generation);
  const std::string path = absl::StrCat(folder_, "/", name);
  if (mkdir(path.c_str(), 0700) != 0) return Failed("cannot make");
  RETURN_IF_ERROR(WriteFile(path + "/key.pem", identity.private_key_pem, generation));
  RETURN_IF_ERROR(WriteFile(path + "/chain.pem", identity.certificate_chain_pem, generation));
  const std::string next = folder_ + "/next";
  const std::string now = folder_ + "/now";
  if (symlink(name.c_str(), next.c_str()) != 0 || rename(next.c_str(), now.c_str()) != 0) {
    return Failed("cannot move on in");
  }
  // The one before may just be being read; the one before that is not.
  std::error_code error;
  if (generation > 2) {
    std::filesystem::remove_all(absl::StrCat(folder_, "/generation-", generation - 2), error);
  }
  generation_ = generation;
  identity_ = std::move(identity);
  return absl::OkStatus();
}

TransportIdentity ServedIdentity::Now() const {
  absl::MutexLock lock(&mutex_);
  return identity_;
}

}  // namespace corridor
