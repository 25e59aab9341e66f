#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

struct KeyFlags {
  std::string file;
  std::string member;
  std::string key_id;
  std::string compromised_at;
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

int Retire(Context& context, const KeyFlags& flags) {
  const auto key_id = IdFromText(flags.key_id);
  if (!key_id.ok()) return context.Fail(key_id.status());
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
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->RevokeSigningKey(*key_id, *compromised));
}

int List(Context& context, const KeyFlags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto keys = (*admin)->ListSigningKeys(MemberFromShort(flags.member));
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
  list->footer("Examples:\n  corridorctl admin keys list --member ke-desk@eastafrica.example\n");
  OnShow(context, *list, [&context, flags] { return List(context, *flags); });

  CLI::App* retire = group->add_subcommand("retire", "Let a key sign nothing from now on");
  retire->add_option("KEY_ID", flags->key_id, "as list shows it")->required();
  retire->footer(
      "What it signed before stays valid.\n\nExamples:\n"
      "  corridorctl admin keys retire 6f1d0c9ab2e34857a1c05d8e7f902b34\n");
  CLI::App* revoke = group->add_subcommand("revoke", "A key is or was in wrong hands");
  revoke->add_option("KEY_ID", flags->key_id, "as list shows it")->required();
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
