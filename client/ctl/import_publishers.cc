#include "client/ctl/import_publishers.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

// The profile files that `path` means, in the order of their names.
absl::StatusOr<std::vector<std::string>> ProfileFiles(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::filesystem::path extension = entry.path().extension();
    if (extension == ".profile" || extension == ".textproto")
      files.push_back(entry.path().string());
  }
  if (files.empty()) {
    return UsageError(absl::StrCat(path, " holds no profile; they end in .profile or .textproto"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportPublishers>> ImportPublishers::Open(
    Context& context, const std::vector<std::string>& paths, const ctl::ImportMapping& mapping,
    absl::Duration retry_for) {
  std::set<std::string> wanted;
  for (const ctl::ImportPublisher& publisher : mapping.publishers()) {
    wanted.insert(publisher.spiffe_id());
  }
  std::unique_ptr<ImportPublishers> out(new ImportPublishers());
  if (paths.empty()) {
    RETURN_IF_ERROR(out->Add(context, "the profile", wanted, retry_for));
    return out;
  }
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::vector<std::string> files, ProfileFiles(path));
    for (const std::string& file : files) {
      const std::unique_ptr<Context> profile = context.WithProfile(file);
      RETURN_IF_ERROR(out->Add(*profile, file, wanted, retry_for));
    }
  }
  return out;
}

absl::Status ImportPublishers::Add(Context& context, const std::string& file,
                                   const std::set<std::string>& wanted, absl::Duration retry_for) {
  const auto named = [&file](const absl::Status& status) {
    return UsageError(absl::StrCat(file, ": ", status.message()));
  };
  auto channel = context.OpenChannel();
  if (!channel.ok()) return named(channel.status());
  auto options = context.PublisherDefaults();
  if (!options.ok()) return named(options.status());
  if (!wanted.contains(options->publisher)) return absl::OkStatus();
  if (publishers_.contains(options->publisher)) {
    return UsageError(absl::StrCat(file, ": there is another profile of ", options->publisher));
  }
  auto key = context.ReadSigningKey();
  if (!key.ok()) return named(key.status());
  options->retry_for = retry_for;
  const std::string member = options->publisher;
  publishers_[member] = std::make_unique<Publisher>(MakePublisherConnection(*std::move(channel)),
                                                    *std::move(key), *std::move(options));
  return absl::OkStatus();
}

std::set<std::string> ImportPublishers::members() const {
  std::set<std::string> members;
  for (const auto& [member, publisher] : publishers_) members.insert(member);
  return members;
}

void ImportPublishers::Send(OutgoingStatement statement, Done done) {
  Publisher& publisher = *publishers_.at(statement.body.publisher());
  absl::StatusOr<v1::SignedStatement> bytes =
      publisher.Sign({.body = std::move(statement.body),
                      .routing = std::move(statement.routing),
                      .routing_salt = std::move(statement.routing_salt),
                      .body_salt = std::move(statement.body_salt)});
  if (!bytes.ok()) return done(bytes.status());
  publisher.PublishAsync(*std::move(bytes), std::move(done));
}

void ImportPublishers::Flush() {
  for (const auto& [member, publisher] : publishers_) publisher->Flush();
}

}  // namespace corridor
