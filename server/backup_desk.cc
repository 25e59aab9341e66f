#include "server/backup_desk.h"

#include <utility>
#include <vector>

#include "core/model/errors.h"

namespace corridor {
namespace {

// A broker that has just started has other things to do, and may be about to be stopped again.
constexpr absl::Duration kFirstLook = absl::Minutes(5);
constexpr absl::Duration kLookEvery = absl::Minutes(1);
constexpr absl::Duration kRetryAfter = absl::Seconds(30);

}  // namespace

BackupDesk::BackupDesk(Parts parts)
    : parts_(std::move(parts)), maker_([this] {
        BackupMaker::Parts maker = parts_.maker;
        maker.go_on = [this] {
          return stopping_ ? absl::CancelledError("the broker stops") : absl::OkStatus();
        };
        return maker;
      }()) {}

void BackupDesk::Start() {
  const std::vector<v1::Backup> backups = maker_.List();
  parts_.on_made(backups.empty()
                     ? absl::UnixEpoch()
                     : absl::FromUnixSeconds(backups.front().manifest().create_time().seconds()));
  parts_.executor.PostAfter(kFirstLook, [this] { Look(); });
}

void BackupDesk::Look() {
  const absl::StatusOr<size_t> expired = maker_.ExpireKeys();
  if (!expired.ok()) parts_.on_failed(expired.status());
  if (expired.ok() && *expired > 0) parts_.on_keys_expired(*expired);
  const std::vector<v1::Backup> backups = maker_.List();
  const bool due =
      backups.empty() ||
      absl::FromUnixSeconds(backups.front().manifest().create_time().seconds()) + parts_.every <=
          parts_.maker.clock.Now();
  if (due) Create(parts_.actor, [](const absl::StatusOr<v1::Backup>&) {});
  parts_.executor.PostAfter(kLookEvery, [this] { Look(); });
}

void BackupDesk::Create(const std::string& actor, Done done) {
  if (busy_.exchange(true)) {
    return done(WithRetry(Error(v1::ERROR_REASON_QUOTA, "a backup is being made"), kRetryAfter));
  }
  parts_.executor.Post(
      [this, actor, done = std::move(done)]() mutable { Make(actor, std::move(done)); });
}

void BackupDesk::Make(const std::string& actor, Done done) {
  absl::StatusOr<v1::Backup> made = maker_.Make();
  busy_ = false;
  if (absl::IsAlreadyExists(made.status())) {
    return done(WithRetry(Error(v1::ERROR_REASON_QUOTA, "a backup was made in this second"),
                          absl::Seconds(1)));
  }
  if (!made.ok()) {
    parts_.on_failed(made.status());
    return done(made.status());
  }
  parts_.on_made(absl::FromUnixSeconds(made->manifest().create_time().seconds()));
  Audit(actor, *std::move(made), std::move(done));
}

void BackupDesk::Audit(const std::string& actor, v1::Backup made, Done done) {
  v1::AuditEntry entry;
  entry.set_actor(actor);
  entry.set_act(v1::AUDIT_ACT_BACKUP);
  entry.set_object(made.manifest().backup_id());
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.commits.Commit(std::move(parts), [made = std::move(made), done = std::move(done)](
                                              const absl::Status& written) mutable {
    if (!written.ok()) return done(written);
    done(std::move(made));
  });
}

v1::ListBackupsResponse BackupDesk::List() const {
  v1::ListBackupsResponse response;
  for (v1::Backup& backup : maker_.List()) *response.add_backups() = std::move(backup);
  return response;
}

}  // namespace corridor
