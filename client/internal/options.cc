#include "corridor/options.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

absl::Status ReadInto(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path));
  }
  text = std::move(content).str();
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadCredentialFiles(const CredentialFiles& files, ConnectionOptions& options) {
  RETURN_IF_ERROR(ReadInto(files.certificate_chain, options.certificate_chain_pem));
  RETURN_IF_ERROR(ReadInto(files.private_key, options.private_key_pem));
  RETURN_IF_ERROR(ReadInto(files.trust_bundle, options.trust_bundle_pem));
  options.credential_files = files;
  return absl::OkStatus();
}

}  // namespace corridor
