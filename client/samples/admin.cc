// Registers a member, lets its desk read, and lists who is there. May run again.
//
//   admin ENDPOINT REGION CERTIFICATE KEY TRUST MEMBER
#include <iostream>
#include <utility>

#include "core/base/status_macros.h"
#include "corridor/admin_client.h"
#include "corridor/channel.h"
#include "corridor/options.h"

namespace {

absl::Status Run(char** argv) {
  corridor::ConnectionOptions options{.endpoint = argv[1], .region = argv[2]};
  RETURN_IF_ERROR(corridor::ReadCredentialFiles(
      {.certificate_chain = argv[3], .private_key = argv[4], .trust_bundle = argv[5]}, options));
  ASSIGN_OR_RETURN(auto channel, corridor::Channel::Open(std::move(options)));
  corridor::AdminClient admin(corridor::MakeAdminConnection(std::move(channel)));

  corridor::v1::Member member;
  member.set_spiffe_id(argv[6]);
  member.set_display_name("Example desk");
  member.add_countries("THA");
  member.set_type(corridor::v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT);
  RETURN_IF_ERROR(admin.CreateMember(member).status());

  corridor::v1::Grant grant;
  grant.set_principal(argv[6]);
  grant.add_roles(corridor::v1::ROLE_READER);
  RETURN_IF_ERROR(admin.SetGrant(grant).status());

  ASSIGN_OR_RETURN(const auto members, admin.ListMembers());
  for (const auto& known : members) std::cout << known.spiffe_id() << "\n";
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "admin ENDPOINT REGION CERTIFICATE KEY TRUST MEMBER\n";
    return 2;
  }
  const absl::Status status = Run(argv);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
