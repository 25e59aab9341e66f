#include "client/ctl/context.h"

#include <google/protobuf/text_format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/output.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "core/model/principal.h"

namespace corridor {
namespace {

constexpr char kUsageUrl[] = "corridorctl/usage";

// Paths in a profile are relative to its folder.
void MakeAbsolute(const std::filesystem::path& folder, std::string& path) {
  if (!path.empty() && std::filesystem::path(path).is_relative()) path = (folder / path).string();
}

absl::StatusOr<ctl::Profile> ReadProfile(const std::string& file, std::istream& in) {
  ctl::Profile profile;
  if (file.empty()) return profile;
  ASSIGN_OR_RETURN(const std::string text, ReadAll(file, in));
  RETURN_IF_ERROR(ParseTextproto(text, file, profile));
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  MakeAbsolute(folder, *profile.mutable_certificate());
  MakeAbsolute(folder, *profile.mutable_key());
  MakeAbsolute(folder, *profile.mutable_trust());
  MakeAbsolute(folder, *profile.mutable_signing_key());
  return profile;
}

}  // namespace

absl::Status UsageError(std::string_view message) {
  absl::Status status = absl::InvalidArgumentError(A(message));
  status.SetPayload(kUsageUrl, absl::Cord());
  return status;
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (status.GetPayload(kUsageUrl).has_value()) return kExitUsage;
  const bool unreached = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (unreached && ReasonOf(status) == v1::ERROR_REASON_UNSPECIFIED) return kExitUnreachable;
  return kExitFailed;
}

absl::StatusOr<std::string> ReadAll(const std::string& path, std::istream& in) {
  std::ostringstream content;
  if (path == "-") {
    content << in.rdbuf();
    return std::move(content).str();
  }
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    return UsageError(absl::StrCat("cannot read ", path));
  }
  content << file.rdbuf();
  return std::move(content).str();
}

void Context::AddFlags(CLI::App& app) {
  const std::string group = "Connection";
  app.add_option("--profile", profile_file_,
                 "file with the values below (client/ctl/profile.proto)")
      ->envname("CORRIDOR_PROFILE")
      ->group(group);
  app.add_option("--endpoint", *flags_.mutable_endpoint(), "host:port of the broker")->group(group);
  app.add_option("--region", *flags_.mutable_region(), "region id that the broker must prove")
      ->group(group);
  app.add_option("--cert", *flags_.mutable_certificate(), "certificate to connect with, PEM")
      ->group(group);
  app.add_option("--key", *flags_.mutable_key(), "key of that certificate, PEM")->group(group);
  app.add_option("--trust", *flags_.mutable_trust(), "roots of the region, PEM")->group(group);
  app.add_option("--signing-key", *flags_.mutable_signing_key(), "key that signs statements, PEM")
      ->group(group);
  app.add_option("--publisher", *flags_.mutable_publisher(),
                 "SPIFFE ID of the member that speaks (default: of the certificate)")
      ->group(group);
  app.add_option("--publisher-country", *flags_.mutable_publisher_country(),
                 "its country, ISO 3166-1 alpha-3")
      ->group(group);
  app.add_option("--format", format_, "text for people, json for programs")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->group("Output");
  app.add_flag("--utc", utc_, "times in UTC instead of local time")->group("Output");
}

void Context::OnRun(CLI::App& command, absl::AnyInvocable<int()> run) {
  // CLI11 copies callbacks, ours is shared.
  auto shared = std::make_shared<absl::AnyInvocable<int()>>(std::move(run));
  command.callback([this, shared] { exit_code = (*shared)(); });
}

absl::StatusOr<ctl::Profile> Context::Profile() {
  ASSIGN_OR_RETURN(ctl::Profile profile, ReadProfile(profile_file_, in));
  // Singular fields that are set win.
  profile.MergeFrom(flags_);
  return profile;
}

std::unique_ptr<Context> Context::WithProfile(std::string file) const {
  auto other = std::make_unique<Context>(in, out, err, clock);
  other->profile_file_ = std::move(file);
  return other;
}

absl::StatusOr<std::shared_ptr<Channel>> Context::OpenChannel() {
  if (channel_) return channel_;
  ASSIGN_OR_RETURN(const ctl::Profile profile, Profile());
  const std::pair<const std::string&, const char*> needed[] = {{profile.endpoint(), "--endpoint"},
                                                               {profile.region(), "--region"},
                                                               {profile.certificate(), "--cert"},
                                                               {profile.key(), "--key"},
                                                               {profile.trust(), "--trust"}};
  for (const auto& [value, flag] : needed) {
    if (value.empty()) return UsageError(absl::StrCat(flag, " is needed, or a --profile with it"));
  }
  ConnectionOptions options{
      .endpoint = profile.endpoint(), .region = profile.region(), .client_name = "corridorctl/0.1"};
  const absl::Status read = ReadCredentialFiles({.certificate_chain = profile.certificate(),
                                                 .private_key = profile.key(),
                                                 .trust_bundle = profile.trust()},
                                                options);
  if (!read.ok()) return UsageError(S(read.message()));
  absl::StatusOr<std::shared_ptr<Channel>> channel = Channel::Open(std::move(options));
  if (!channel.ok()) return UsageError(S(channel.status().message()));
  channel_ = *channel;
  return channel_;
}

absl::StatusOr<std::unique_ptr<AdminClient>> Context::OpenAdmin() {
  ASSIGN_OR_RETURN(auto channel, OpenChannel());
  return std::make_unique<AdminClient>(MakeAdminConnection(std::move(channel)));
}

absl::StatusOr<std::unique_ptr<AuditClient>> Context::OpenAudit() {
  ASSIGN_OR_RETURN(auto channel, OpenChannel());
  return std::make_unique<AuditClient>(MakeAuditConnection(std::move(channel)));
}

absl::StatusOr<std::unique_ptr<FederationClient>> Context::OpenFederation() {
  ASSIGN_OR_RETURN(auto channel, OpenChannel());
  return std::make_unique<FederationClient>(std::move(channel));
}

absl::StatusOr<std::unique_ptr<Subscriber>> Context::OpenSubscriber() {
  ASSIGN_OR_RETURN(auto channel, OpenChannel());
  return std::make_unique<Subscriber>(MakeSubscriberConnection(std::move(channel)));
}

absl::StatusOr<PublisherOptions> Context::PublisherDefaults() {
  ASSIGN_OR_RETURN(const ctl::Profile profile, Profile());
  PublisherOptions options{.publisher = MemberFromShort(profile.publisher()),
                           .publisher_country = profile.publisher_country(),
                           .publisher_type = profile.publisher_type(),
                           .retry_for = absl::Seconds(20)};
  if (options.publisher.empty() && channel_) {
    ASSIGN_OR_RETURN(const Principal principal, ParsePrincipal(channel_->principal()));
    options.publisher = principal.member;
  }
  return options;
}

absl::StatusOr<SigningKey> Context::ReadSigningKey() {
  ASSIGN_OR_RETURN(const ctl::Profile profile, Profile());
  if (profile.signing_key().empty()) {
    return UsageError("--signing-key is needed, or a --profile with it");
  }
  ASSIGN_OR_RETURN(const std::string pem, ReadAll(profile.signing_key(), in));
  absl::StatusOr<SigningKey> key = SigningKey::FromPkcs8Pem(pem);
  if (!key.ok()) return UsageError(absl::StrCat(profile.signing_key(), ": no Ed25519 key in PEM"));
  return key;
}

absl::StatusOr<std::unique_ptr<Publisher>> Context::OpenPublisher() {
  ASSIGN_OR_RETURN(auto channel, OpenChannel());
  ASSIGN_OR_RETURN(SigningKey key, ReadSigningKey());
  ASSIGN_OR_RETURN(PublisherOptions options, PublisherDefaults());
  return std::make_unique<Publisher>(MakePublisherConnection(std::move(channel)), std::move(key),
                                     std::move(options));
}

int Context::Fail(const absl::Status& status) {
  if (json()) {
    out << StatusToJson(status).dump() << "\n";
  } else {
    err << StatusToText(status);
  }
  return ExitCodeOf(status);
}

}  // namespace corridor
