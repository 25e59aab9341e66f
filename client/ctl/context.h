#ifndef CORRIDOR_CLIENT_CTL_CONTEXT_H_
#define CORRIDOR_CLIENT_CTL_CONTEXT_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ctl/interrupt.h"
#include "client/ctl/profile.pb.h"
#include "client/ctl/screen.h"
#include "core/base/clock.h"
#include "core/crypto/signature.h"
#include "corridor/admin_client.h"
#include "corridor/audit_client.h"
#include "corridor/channel.h"
#include "corridor/federation_client.h"
#include "corridor/publisher.h"
#include "corridor/subscriber.h"

namespace corridor {

// What a program may rely on.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,       // refused by gate, policy or broker, or failed
  kExitUsage = 2,        // the command line or an input file is wrong
  kExitUnreachable = 3,  // no broker answered
};

// Usage errors are kInvalidArgument without a reason; this tells them apart from a
// refusal.
absl::Status UsageError(std::string_view message);

// What every command of corridorctl shares: the flags that hold for all, the streams,
// and the way to a broker. One per run; used on the main thread, but for `out`, which
// watch writes under its own lock.
class Context {
 public:
  Context(std::istream& in_stream, std::ostream& out_stream, std::ostream& err_stream,
          const Clock& clock_now)
      : in(in_stream), out(out_stream), err(err_stream), clock(clock_now) {}

  // Adds the flags that hold for every command.
  void AddFlags(CLI::App& app);
  // Makes `command` call `run` when it is chosen; its answer is the exit code.
  void OnRun(CLI::App& command, absl::AnyInvocable<int()> run);

  // The profile with the flags laid over it. Reads the profile file at the first call.
  absl::StatusOr<ctl::Profile> Profile();
  // The same streams with the profile in `file`, and none of the flags: for commands that
  // act for several members.
  std::unique_ptr<Context> WithProfile(std::string file) const;
  // One channel for the run.
  absl::StatusOr<std::shared_ptr<Channel>> OpenChannel();
  absl::StatusOr<std::unique_ptr<AdminClient>> OpenAdmin();
  absl::StatusOr<std::unique_ptr<AuditClient>> OpenAudit();
  absl::StatusOr<std::unique_ptr<FederationClient>> OpenFederation();
  absl::StatusOr<std::unique_ptr<Subscriber>> OpenSubscriber();
  // A publisher that signs with the profile's signing key and speaks for the profile's
  // member, or that of the certificate.
  absl::StatusOr<std::unique_ptr<Publisher>> OpenPublisher();
  // How OpenPublisher() fills statements in; without a broker or a certificate it is
  // the profile alone.
  absl::StatusOr<PublisherOptions> PublisherDefaults();
  absl::StatusOr<SigningKey> ReadSigningKey();

  bool json() const { return format_ == "json"; }
  absl::TimeZone time_zone() const { return utc_ ? absl::UTCTimeZone() : absl::LocalTimeZone(); }

  // Says what went wrong, as text on `err` or as one JSON object on `out`, and answers
  // with the exit code for it.
  int Fail(const absl::Status& status);

  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  const Clock& clock;
  int exit_code = kExitOk;
  // What `out` is; a file unless somebody says otherwise.
  std::function<Screen()> screen = [] { return Screen{}; };
  // Waits between two samples of what is shown again and again. False: no more of them.
  std::function<bool(absl::Duration)> pause = PauseUnlessInterrupted;

 private:
  ctl::Profile flags_;
  std::string profile_file_;
  std::string format_ = "text";
  bool utc_ = false;
  std::shared_ptr<Channel> channel_;
};

// Reads a whole file, or `in` for "-". kNotFound.
absl::StatusOr<std::string> ReadAll(const std::string& path, std::istream& in);

// The exit code that belongs to a status.
int ExitCodeOf(const absl::Status& status);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_CONTEXT_H_
