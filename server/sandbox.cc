#include "server/sandbox.h"

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_authority.h"
#include "core/model/principal.h"
#include "server/backup_files.h"

namespace corridor {
namespace {

constexpr char kRegion[] = "sandbox.example";

struct ExampleMember {
  std::string desk;
  std::string country;
};
const ExampleMember kMembers[] = {{"ken-desk", "KEN"}, {"phl-desk", "PHL"}, {"tha-desk", "THA"}};

constexpr char kConfig[] = R"(# Written by corridord --sandbox, anew at each start.
sandbox: true
region: "REGION"
data_dir: "data"
listeners { address: "ADDRESS" }
tls {
  certificate_chain_file: "broker.pem"
  private_key_file: "broker.key"
  trust_domains { name: "REGION" roots_file: "root.pem" }
}
acceptance_signing { key_file: "broker-signing.key" certificate_chain_file: "broker-signing.pem" }
operators: "spiffe://REGION/operator/ops"
log { level: LOG_LEVEL_WARNING }
)";

constexpr char kProfile[] = R"(endpoint: "ENDPOINT"
region: "REGION"
certificate: "NAME.pem"
key: "NAME.key"
trust: "root.pem"
)";

constexpr char kMemberProfile[] = R"(signing_key: "NAME-signing.key"
publisher_country: "COUNTRY"
publisher_type: PUBLISHER_TYPE_CENTRAL_GOVERNMENT
)";

constexpr char kExampleAlert[] = R"(# An example; nothing of it has happened.
tlp: TLP_GREEN
urgency: URGENCY_EXPECTED
valid_until: "60 days"
audience { all_members {} }
issue {
  severity: SEVERITY_SEVERE
  certainty: CERTAINTY_OBSERVED
  observed_period { start { year: 2025 month: 1 } end { year: 2025 month: 6 } }
  legs { stage: ROUTE_STAGE_RECRUITMENT area: "014" }
  legs { stage: ROUTE_STAGE_EXPLOITATION area: "035" venue: VENUE_GUARDED_COMPOUND }
  pattern {
    acts: TRAFFICKING_ACT_RECRUITMENT
    means: TRAFFICKING_MEANS_DECEPTION
    purposes: TRAFFICKING_PURPOSE_FORCED_CRIMINALITY
    forced_criminality_kinds: FORCED_CRIMINALITY_KIND_ROMANCE_INVESTMENT_SCAM
  }
  recruitment {
    recruitment_methods: RECRUITMENT_METHOD_ONLINE_SOCIAL_NETWORK
    lures: LURE_CUSTOMER_SERVICE
  }
  basis: BASIS_OTHER_GOVERNMENT
  verification: VERIFICATION_CONFIRMED
  headlines { language: "en" text: "Office jobs offered online end in guarded scam compounds" }
}
)";

constexpr char kHowToUse[] =
    R"(SANDBOX: a region of examples on this machine alone. Every answer says corridor-sandbox: true.
Certificates and keys are made for it and end after 30 days: FOLDERFATE

In one terminal, receive as the desk of Thailand:
  export CORRIDOR_PROFILE=FOLDER/tha-desk.profile
  corridorctl subscriptions create all
  corridorctl watch all
In another, publish as the desk of Kenya:
  export CORRIDOR_PROFILE=FOLDER/ken-desk.profile
  corridorctl check FOLDER/example-alert.textproto
  corridorctl publish FOLDER/example-alert.textproto
And administer:
  corridorctl --profile FOLDER/ops.profile admin status
End it with Ctrl-C.
)";

std::string IdOf(std::string_view path) { return absl::StrCat("spiffe://", kRegion, "/", A(path)); }

// The key reaches the disk before the certificate that names it does.
absl::Status WriteCertified(const CertificateAuthority& root, const std::string& prefix,
                            LeafRequest request) {
  ASSIGN_OR_RETURN(const IssuedCertificate issued, root.Issue(request));
  RETURN_IF_ERROR(WriteSynced(prefix + ".key", issued.private_key_pem));
  return WriteSynced(prefix + ".pem", issued.certificate_pem);
}

absl::StatusOr<std::string> TemporaryFolder() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  std::string name = (parent / "corridor-sandbox-XXXXXX").string();
  if (error || mkdtemp(name.data()) == nullptr) {
    return absl::InternalError("no temporary folder can be made; name one with --directory");
  }
  return name;
}

absl::StatusOr<std::string> NamedFolder(const std::string& folder) {
  std::error_code error;
  const std::string path = std::filesystem::absolute(folder, error).lexically_normal().string();
  if (error) return absl::InternalError(folder + " cannot be reached");
  RETURN_IF_ERROR(MakeFolder(path));
  return path;
}

// Runs `act(done)` and waits for what `done` is called with.
template <typename Act>
absl::Status Await(Act act) {
  absl::Notification called;
  absl::Status result;
  act([&called, &result](const auto& answer) {
    result = answer.status();
    called.Notify();
  });
  called.WaitForNotification();
  return result;
}

v1::Member MemberOf(const ExampleMember& example) {
  v1::Member member;
  member.set_spiffe_id(IdOf("agency/" + example.desk));
  member.set_display_name(absl::StrCat("Example desk of ", example.country));
  member.add_countries(example.country);
  member.set_type(v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT);
  return member;
}

v1::Grant GrantOf(const ExampleMember& example) {
  v1::Grant grant;
  grant.set_principal(IdOf("agency/" + example.desk));
  for (const v1::Role role : {v1::ROLE_PUBLISHER, v1::ROLE_IMMEDIATE_PUBLISHER, v1::ROLE_READER}) {
    grant.add_roles(role);
  }
  grant.set_publish_tlp_max(v1::TLP_RED);
  return grant;
}

v1::Agreement WithinRegion() {
  v1::Agreement agreement;
  agreement.set_agreement_id("within-sandbox");
  agreement.set_title("The members of the sandbox warn one another");
  agreement.mutable_from()->set_region(kRegion);
  agreement.mutable_to()->set_region(kRegion);
  agreement.set_tlp_max(v1::TLP_RED);
  agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
  return agreement;
}

}  // namespace

Sandbox::Sandbox(Sandbox&& other) noexcept
    : folder_(std::move(other.folder_)),
      host_(std::move(other.host_)),
      temporary_(std::exchange(other.temporary_, false)) {}

Sandbox::~Sandbox() {
  if (temporary_) RemoveTree(folder_).IgnoreError();  // Nobody is left to be told.
}

absl::StatusOr<Sandbox> Sandbox::Open(const std::string& folder, const std::string& listen_address,
                                      absl::Time now) {
  ASSIGN_OR_RETURN(const std::string path,
                   folder.empty() ? TemporaryFolder() : NamedFolder(folder));
  Sandbox sandbox(path, listen_address.substr(0, listen_address.rfind(':')), folder.empty());
  if (!std::filesystem::exists(sandbox.config_path())) {
    if (!NamesIn(path).empty()) {
      return absl::AlreadyExistsError(path + " holds something, and no sandbox; name another");
    }
    std::error_code error;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (error) return absl::InternalError(path + " cannot be kept from others");
    RETURN_IF_ERROR(sandbox.MakeCertificates(now));
  }
  RETURN_IF_ERROR(sandbox.WriteConfig(listen_address));
  return sandbox;
}

// The root's key is never written: nobody can certify anybody else later.
absl::Status Sandbox::MakeCertificates(absl::Time now) const {
  // Whole seconds, as certificates have them: no leaf may outlive the root.
  const absl::Time start = absl::FromUnixSeconds(absl::ToUnixSeconds(now)) - absl::Minutes(1);
  const Validity validity{start, start + kLifetime};
  ASSIGN_OR_RETURN(const CertificateAuthority root,
                   CertificateAuthority::CreateRoot(kRegion, validity));
  RETURN_IF_ERROR(WriteSynced(File("root.pem"), root.certificate_pem()));
  const auto certify = [&](CertificateProfile profile, const std::string& path,
                           const std::string& name) -> absl::Status {
    ASSIGN_OR_RETURN(const SpiffeId id, SpiffeId::Parse(IdOf(path)));
    LeafRequest request{.profile = profile, .spiffe_id = id, .validity = validity};
    if (profile == CertificateProfile::kBroker) {
      request.dns_names = {"localhost"};
      request.ip_addresses = {"127.0.0.1", "::1"};
    }
    return WriteCertified(root, File(name), std::move(request));
  };
  RETURN_IF_ERROR(certify(CertificateProfile::kBroker, "broker/b1", "broker"));
  RETURN_IF_ERROR(certify(CertificateProfile::kSigning, "broker/b1", "broker-signing"));
  RETURN_IF_ERROR(certify(CertificateProfile::kOperator, "operator/ops", "ops"));
  for (const ExampleMember& member : kMembers) {
    const std::string path = "agency/" + member.desk;
    RETURN_IF_ERROR(certify(CertificateProfile::kAgency, path, member.desk));
    RETURN_IF_ERROR(certify(CertificateProfile::kSigning, path, member.desk + "-signing"));
  }
  return absl::OkStatus();
}

absl::Status Sandbox::WriteConfig(const std::string& listen_address) const {
  return WriteSynced(config_path(), absl::StrReplaceAll(kConfig, {{"REGION", kRegion},
                                                                  {"ADDRESS", listen_address}}));
}

// The agreement comes last: where it is there, all is, and what was changed since stays so.
absl::Status Sandbox::Register(Catalog& catalog) const {
  const v1::Agreement agreement = WithinRegion();
  if (catalog.GetAgreement(agreement.agreement_id()).ok()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Principal ops, ParsePrincipal(IdOf("operator/ops")));
  for (const ExampleMember& member : kMembers) {
    ASSIGN_OR_RETURN(const std::string key, ReadWhole(File(member.desk + "-signing.pem")));
    RETURN_IF_ERROR(
        Await([&](auto done) { catalog.CreateMember(ops, MemberOf(member), std::move(done)); }));
    RETURN_IF_ERROR(
        Await([&](auto done) { catalog.SetGrant(ops, GrantOf(member), std::move(done)); }));
    RETURN_IF_ERROR(
        Await([&](auto done) { catalog.RegisterSigningKey(ops, key, std::move(done)); }));
  }
  return Await([&](auto done) { catalog.CreateAgreement(ops, agreement, std::move(done)); });
}

absl::Status Sandbox::WriteProfiles(int port) const {
  const auto write = [&](const std::string& name, std::string_view text, std::string_view country) {
    return WriteSynced(File(name + ".profile"),
                       absl::StrReplaceAll(A(text), {{"ENDPOINT", absl::StrCat(host_, ":", port)},
                                                     {"REGION", kRegion},
                                                     {"COUNTRY", A(country)},
                                                     {"NAME", name}}));
  };
  RETURN_IF_ERROR(write("ops", kProfile, ""));
  for (const ExampleMember& member : kMembers) {
    RETURN_IF_ERROR(write(member.desk, absl::StrCat(kProfile, kMemberProfile), member.country));
  }
  return WriteSynced(File("example-alert.textproto"), kExampleAlert);
}

std::string Sandbox::HowToUse() const {
  return absl::StrReplaceAll(
      kHowToUse, {{"FOLDERFATE",
                   temporary_ ? "the folder goes when this ends." : "begin another folder then."},
                  {"FOLDER", folder_}});
}

}  // namespace corridor
