#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

struct KeyFlags {
  std::string file;
  std::string member;
  std::string key_id;
  std::string compromised_at;
  bool dry_run = false;
  size_t limit = 0;
};

int ShowResult(Context& context, const absl::StatusOr<v1::SigningKey>& key) {
  if (!key.ok()) return context.Fail(key.status());
  if (context.json()) {
    context.out << MessageToJson(*key).dump() << "\n";
  } else {
    context.out << HexEncode(key->key_id()) << "  " << ShortMember(key->member()) << "  "
                << ShortName(key->state()) << ", signs until "
                << TimeText(key->not_after(), context.time_zone()) << "\n";
  }
  return kExitOk;
}

int Register(Context& context, const KeyFlags& flags) {
  const auto pem = ReadAll(flags.file, context.in);
  if (!pem.ok()) return context.Fail(pem.status());
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->RegisterSigningKey(*pem));
}

absl::StatusOr<v1::SigningKey> FindKey(AdminClient& admin, const std::string& key_id) {
  ASSIGN_OR_RETURN(const std::vector<v1::SigningKey> keys, admin.ListSigningKeys());
  for (const v1::SigningKey& key : keys) {
    if (key.key_id() == key_id) return key;
  }
  return absl::NotFoundError("there is no such signing key in this region");
}

// What its member has left to sign with.
absl::Status SayOthers(AdminClient& admin, const v1::SigningKey& key, DryRun& found) {
  ASSIGN_OR_RETURN(const std::vector<v1::SigningKey> keys, admin.ListSigningKeys(key.member()));
  std::vector<std::string> others;
  for (const v1::SigningKey& other : keys) {
    if (other.key_id() != key.key_id() && other.state() == v1::SIGNING_KEY_STATE_ACTIVE) {
      others.push_back(HexEncode(other.key_id()));
    }
  }
  found.Say("member", ShortMember(key.member()));
  found.Count("keys left to it", std::move(others));
  return absl::OkStatus();
}

absl::StatusOr<DryRun> WouldRetire(Context& context, const std::string& key_id) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::SigningKey key, FindKey(*admin, key_id));
  DryRun found("retire the key " + HexEncode(key_id));
  if (key.state() != v1::SIGNING_KEY_STATE_ACTIVE) {
    found.Nothing("it is " + ShortName(key.state()) + " already");
    return found;
  }
  found.Say("signs until", TimeText(context.clock.Now(), context.time_zone()) + " in place of " +
                               TimeText(key.not_after(), context.time_zone()));
  RETURN_IF_ERROR(SayOthers(*admin, key, found));
  return found;
}

absl::StatusOr<DryRun> WouldRevoke(Context& context, const std::string& key_id,
                                   absl::Time compromised) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::SigningKey key, FindKey(*admin, key_id));
  const absl::Time since = std::min(compromised, context.clock.Now());
  DryRun found("revoke the key " + HexEncode(key_id));
  const bool revoked = key.state() == v1::SIGNING_KEY_STATE_REVOKED;
  if (revoked && since >= TimeOf(key.compromised_at())) {
    found.Nothing("it is revoked from " + TimeText(key.compromised_at(), context.time_zone()) +
                  " on already, and that can only be moved back");
    return found;
  }
  found.Say("state", ShortName(key.state()) + ", then revoked");
  found.Say("withdrawn", "all that it signed and that was accepted from " +
                             TimeText(since, context.time_zone()) + " on");
  RETURN_IF_ERROR(SayOthers(*admin, key, found));
  return found;
}

int Retire(Context& context, const KeyFlags& flags) {
  const auto key_id = IdFromText(flags.key_id);
  if (!key_id.ok()) return context.Fail(key_id.status());
  if (flags.dry_run) return ShowDryRun(context, WouldRetire(context, *key_id));
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->RetireSigningKey(*key_id));
}

int Revoke(Context& context, const KeyFlags& flags) {
  const auto key_id = IdFromText(flags.key_id);
  if (!key_id.ok()) return context.Fail(key_id.status());
  absl::StatusOr<absl::Time> compromised = absl::InfiniteFuture();
  if (!flags.compromised_at.empty()) {
    compromised = ParseWhen(flags.compromised_at, context.clock.Now(), false);
    if (!compromised.ok()) return context.Fail(compromised.status());
  }
  if (flags.dry_run) return ShowDryRun(context, WouldRevoke(context, *key_id, *compromised));
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->RevokeSigningKey(*key_id, *compromised));
}

int List(Context& context, const KeyFlags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto keys = (*admin)->ListSigningKeys(MemberFromShort(flags.member), flags.limit);
  if (!keys.ok()) return context.Fail(keys.status());
  Table table({"KEY ID", "STATE", "SIGNS UNTIL", "MEMBER"});
  for (const v1::SigningKey& key : *keys) {
    if (context.json()) context.out << MessageToJson(key).dump() << "\n";
    table.Add({HexEncode(key.key_id()), ShortName(key.state()),
               TimeText(key.not_after(), context.time_zone()), ShortMember(key.member())});
  }
  if (!context.json()) table.Print(context.out, "No signing key.");
  return kExitOk;
}

}  // namespace

void AddAdminKeys(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<KeyFlags>();
  CLI::App* group = admin.add_subcommand("keys", "Members' signing keys");
  group->require_subcommand(1);

  CLI::App* add = group->add_subcommand("register", "Register a key by its signing certificate");
  add->add_option("FILE", flags->file, "the certificate and its intermediates, PEM, leaf first")
      ->required();
  add->footer(
      "Registering the same again is no error.\n\nExamples:\n"
      "  corridorctl admin keys register ke-desk-signing.pem\n");
  context.OnRun(*add, [&context, flags] { return Register(context, *flags); });

  CLI::App* list = group->add_subcommand("list", "List signing keys");
  list->add_option("--member", flags->member, "only of this member");
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl admin keys list --member ke-desk@eastafrica.example\n");
  OnShow(context, *list, [&context, flags] { return List(context, *flags); });

  CLI::App* retire = group->add_subcommand("retire", "Let a key sign nothing from now on");
  retire->add_option("KEY_ID", flags->key_id, "as list shows it")->required();
  AddDryRunFlag(*retire, flags->dry_run);
  retire->footer(
      "What it signed before stays valid.\n\nExamples:\n"
      "  corridorctl admin keys retire 6f1d0c9ab2e34857a1c05d8e7f902b34\n");
  CLI::App* revoke = group->add_subcommand("revoke", "A key is or was in wrong hands");
  revoke->add_option("KEY_ID", flags->key_id, "as list shows it")->required();
  AddDryRunFlag(*revoke, flags->dry_run);
  revoke->add_option("--compromised-at", flags->compromised_at,
                     "since when it may have been: 2026-03-31, or a time in RFC 3339; else now");
  revoke->footer(
      "What was accepted before that time stays valid; what came later is withdrawn from all\n"
      "who may have it.\n\nExamples:\n"
      "  corridorctl admin keys revoke 6f1d0c9ab2e34857a1c05d8e7f902b34 \\\n"
      "      --compromised-at 2026-03-02T10:00:00Z\n");
  context.OnRun(*revoke, [&context, flags] { return Revoke(context, *flags); });

  context.OnRun(*retire, [&context, flags] { return Retire(context, *flags); });
}

}  // namespace corridor
