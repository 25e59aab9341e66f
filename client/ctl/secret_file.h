#ifndef CORRIDOR_CLIENT_CTL_SECRET_FILE_H_
#define CORRIDOR_CLIENT_CTL_SECRET_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace corridor {

enum class FileAccess { kPublic, kOwnerOnly };

// Writes a file whole: under another name first (owner alone may read a secret from
// its first byte on), then renamed over `path`, so that nobody sees half of it.
// kInternal names the path that could not be written.
absl::Status WriteWhole(const std::string& path, std::string_view content, FileAccess access);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_SECRET_FILE_H_
