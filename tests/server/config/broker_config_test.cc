// An operator writes a configuration file, with mistakes. The broker must find every one of them
// before it opens anything, and name the field.

#include "server/config/broker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/model/errors.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);  // 2026-01-01

constexpr char kGood[] = R"(
  region: "sea.example"
  data_dir: "data"
  listeners { address: "127.0.0.1:0" }
  tls {
    certificate_chain_file: "broker.pem"
    private_key_file: "broker.key"
    trust_domains { name: "sea.example" roots_file: "sea-roots.pem" }
    trust_domains { name: "eastafrica.example" roots_file: "eastafrica-roots.pem" }
  }
  acceptance_signing { key_file: "signing.key" certificate_chain_file: "signing.pem" }
  operators: "spiffe://sea.example/operator/ops"
  links { peer_region: "eastafrica.example" dial_address: "broker.eastafrica.example:7443" }
  validity_caps { tlp: TLP_RED days: 30 }
  retention { rules { tlp: TLP_CLEAR days_after_append: 30 } peer_records: 500 }
)";

class BrokerConfigTest : public testing::Test {
 protected:
  BrokerConfigTest() {
    std::string folder = testing::TempDir() + "corridor_config_XXXXXX";
    folder_ = mkdtemp(folder.data());
    const auto broker = sea_.Broker("b1");
    const auto signer = sea_.Signer("/broker/b1");
    Write("broker.pem", broker.certificate_pem);
    Write("broker.key", broker.private_key_pem, 0600);
    Write("signing.pem", signer.certificate_pem);
    Write("signing.key", signer.key.ToPkcs8Pem(), 0600);
    Write("sea-roots.pem", sea_.root_pem());
    Write("eastafrica-roots.pem", eastafrica_.root_pem());
  }
  ~BrokerConfigTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& content, mode_t mode = 0644) {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    chmod(path.c_str(), mode);
  }

  absl::StatusOr<BrokerConfig> Load(const std::string& text) {
    Write("broker.textproto", text);
    return LoadBrokerConfig((folder_ / "broker.textproto").string(), kNow);
  }

  // "field: description" of each mistake.
  std::vector<std::string> Mistakes(const std::string& text) {
    std::vector<std::string> mistakes;
    for (const auto& violation : ViolationsOf(Load(text).status())) {
      mistakes.push_back(absl::StrCat(violation.field, ": ", violation.description));
    }
    return mistakes;
  }

  // The good file with one passage replaced.
  std::vector<std::string> MistakesWith(const std::string& passage, const std::string& other) {
    EXPECT_THAT(std::string(kGood), HasSubstr(passage));
    return Mistakes(absl::StrReplaceAll(kGood, {{passage, other}}));
  }

  const TestPki sea_{"sea.example"};
  const TestPki eastafrica_{"eastafrica.example"};
  std::filesystem::path folder_;
};

TEST_F(BrokerConfigTest, ReadsAGoodFileAndResolvesPathsFromItsFolder) {
  auto config = Load(kGood);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->region, "sea.example");
  EXPECT_EQ(config->data_dir, (folder_ / "data").string());
  EXPECT_EQ(config->tls.self.spiffe_id, "spiffe://sea.example/broker/b1");
  EXPECT_THAT(config->tls.trust.trust_domains(), ElementsAre("eastafrica.example", "sea.example"));
  EXPECT_EQ(config->links.front().dial_address, "broker.eastafrica.example:7443");
  EXPECT_EQ(config->validity_caps.at(v1::TLP_RED), 30 * absl::Hours(24));
  EXPECT_EQ(config->validity_caps.at(v1::TLP_CLEAR), 732 * absl::Hours(24));
  ASSERT_EQ(config->retention.rules.size(), 1u);
  EXPECT_EQ(config->retention.rules[0].after_append, 30 * absl::Hours(24));
  EXPECT_EQ(config->retention.rules[0].after_end, 366 * absl::Hours(24));
  EXPECT_EQ(config->retention.peer_records_max, 500u);
  EXPECT_EQ(config->limits.message_bytes, 17 * 1024 * 1024);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data")) << "checking must write nothing";
}

TEST_F(BrokerConfigTest, AFileThatIsNotThereOrDoesNotParseSaysWhere) {
  EXPECT_FALSE(LoadBrokerConfig((folder_ / "absent").string(), kNow).ok());
  EXPECT_THAT(Mistakes("region: \"a\"\nlisten: 1\n"), Contains(HasSubstr("line 2, column")));
}

// Somebody marks a region as a sandbox though others reach it, and links it to a real one.
TEST_F(BrokerConfigTest, ASandboxIsForItsOwnMachineAndHasNoPeers) {
  const std::string sandbox = absl::StrCat(kGood, "sandbox: true\n");
  EXPECT_THAT(Mistakes(sandbox), ElementsAre(HasSubstr("links: must be absent")));
  for (const char* open : {"0.0.0.0:7443", "[::]:7443", "localhost:7443", "127.0.0.1.example:1"}) {
    EXPECT_THAT(Mistakes(absl::StrReplaceAll(sandbox, {{"127.0.0.1:0", open}})),
                Contains(HasSubstr("listeners[0].address: is not 127.0.0.1:port")))
        << open;
  }
  EXPECT_FALSE(Load(kGood)->sandbox);
}

TEST_F(BrokerConfigTest, AnEmptyFileNamesEverythingThatIsRequired) {
  const auto mistakes = Mistakes("");
  for (const char* field :
       {"region:", "data_dir:", "listeners:", "tls:", "acceptance_signing.key_file:",
        "acceptance_signing.certificate_chain_file:", "operators:"}) {
    EXPECT_THAT(mistakes, Contains(HasSubstr(field)));
  }
}

TEST_F(BrokerConfigTest, FiguresAreServedToThisMachineOnly) {
  const std::string line = "data_dir: \"data\"";
  for (const std::string address : {"0.0.0.0:9464", "10.1.2.3:9464", "127.0.0.1", "localhost:1"}) {
    EXPECT_THAT(MistakesWith(line, absl::StrCat(line, " metrics_address: \"", address, "\"")),
                ElementsAre(HasSubstr("metrics_address: is not 127.0.0.1:port")));
  }
  for (const std::string address : {"127.0.0.1:9464", "[::1]:0"}) {
    EXPECT_THAT(MistakesWith(line, absl::StrCat(line, " metrics_address: \"", address, "\"")),
                IsEmpty());
  }
}

TEST_F(BrokerConfigTest, ADiskRefusesNoEarlierThanItWarns) {
  const std::string line = "region: \"sea.example\"";
  const auto with = [&](const std::string& disk) {
    return MistakesWith(line, absl::StrCat(line, " disk { ", disk, " }"));
  };
  EXPECT_THAT(with("warn_free_mib: 400 refuse_free_mib: 400"), ElementsAre());
  EXPECT_THAT(with("refuse_free_mib: 400"), ElementsAre());
  EXPECT_THAT(with("warn_free_mib: 400 refuse_free_mib: 401"),
              ElementsAre(HasSubstr("disk.refuse_free_mib")));
  EXPECT_THAT(with("warn_free_mib: 16777217"), ElementsAre(HasSubstr("disk.warn_free_mib")));
}

TEST_F(BrokerConfigTest, ABackupHasTwoFoldersThatAreThereAndAPublicKey) {
  const std::string line = "region: \"sea.example\"";
  const auto with = [&](const std::string& backup) {
    return MistakesWith(line, absl::StrCat(line, " backup { ", backup, " }"));
  };
  EXPECT_THAT(with(""), UnorderedElementsAre(HasSubstr("backup.dir"), HasSubstr("backup.keys_dir"),
                                             HasSubstr("backup.public_key_file")));
  EXPECT_THAT(with("dir: \".\" keys_dir: \"..\" public_key_file: \"sea-roots.pem\""),
              ElementsAre(HasSubstr("backup.public_key_file")));
  EXPECT_THAT(with("dir: \".\" keys_dir: \".\" public_key_file: \"sea-roots.pem\""),
              Contains(HasSubstr("backup.keys_dir: must be another folder")));
  EXPECT_THAT(with("dir: \".\" keys_dir: \"..\" public_key_file: \"sea-roots.pem\" keys_days: 8"),
              Contains(HasSubstr("backup.keys_days")));
}

TEST_F(BrokerConfigTest, AnOperatorHasTheRolesGivenOrAllButTheDataProtectionOfficers) {
  const std::string line = "operators: \"spiffe://sea.example/operator/ops\"";
  const std::string roles = R"(
    operators: "spiffe://sea.example/operator/dpo"
    operator_roles {
      principal: "spiffe://sea.example/operator/dpo" roles: OPERATOR_ROLE_DATA_PROTECTION
    })";
  const auto config = Load(absl::StrReplaceAll(kGood, {{line, line + roles}}));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->operators.at("spiffe://sea.example/operator/ops").size(), 5u);
  EXPECT_FALSE(config->operators.at("spiffe://sea.example/operator/ops")
                   .contains(v1::OPERATOR_ROLE_DATA_PROTECTION));
  EXPECT_THAT(config->operators.at("spiffe://sea.example/operator/dpo"),
              ElementsAre(v1::OPERATOR_ROLE_DATA_PROTECTION));
}

TEST_F(BrokerConfigTest, RolesAreGivenOnceToOperators) {
  const std::string line = "operators: \"spiffe://sea.example/operator/ops\"";
  const auto with = [&](const std::string& principal, const std::string& roles) {
    return MistakesWith(
        line, absl::StrCat(line, " operator_roles { principal: \"", principal, "\" ", roles, " }"));
  };
  EXPECT_THAT(with("spiffe://sea.example/operator/x", "roles: OPERATOR_ROLE_TRUST"),
              ElementsAre(HasSubstr("operator_roles[0].principal: is none of")));
  EXPECT_THAT(with("spiffe://sea.example/operator/ops", ""),
              ElementsAre(HasSubstr("operator_roles[0].roles: give at least one")));
  EXPECT_THAT(with("spiffe://sea.example/operator/ops",
                   "roles: OPERATOR_ROLE_TRUST roles: OPERATOR_ROLE_TRUST"),
              ElementsAre(HasSubstr("operator_roles[0].roles: give roles of the list")));
}

TEST_F(BrokerConfigTest, EachMistakeIsReportedWithItsFieldPath) {
  EXPECT_THAT(MistakesWith("127.0.0.1:0", "127.0.0.1"),
              ElementsAre(HasSubstr("listeners[0].address: is not host:port")));
  EXPECT_THAT(MistakesWith("127.0.0.1:0", "127.0.0.1:70000"),
              ElementsAre(HasSubstr("listeners[0].address")));
  EXPECT_THAT(MistakesWith("data_dir: \"data\"", "data_dir: \"absent/data\""),
              ElementsAre(HasSubstr("data_dir: ")));
  EXPECT_THAT(MistakesWith("sea.example/operator/ops", "sea.example/agency/ops"),
              ElementsAre(HasSubstr("operators[0]: is not spiffe://sea.example/operator/")));
  EXPECT_THAT(MistakesWith("peer_region: \"eastafrica.example\"", "peer_region: \"x.example\""),
              ElementsAre(HasSubstr("links[0].peer_region: tls.trust_domains has no roots")));
  EXPECT_THAT(MistakesWith("roots_file: \"eastafrica-roots.pem\"", "roots_file: \"nothing.pem\""),
              Contains(HasSubstr("tls.trust_domains[1].roots_file: ")));
  EXPECT_THAT(MistakesWith("days: 30", "days: 4000"),
              ElementsAre(HasSubstr("validity_caps[0].days")));
}

TEST_F(BrokerConfigTest, SeveralMistakesAreReportedTogether) {
  EXPECT_THAT(Mistakes(absl::StrReplaceAll(kGood, {{"127.0.0.1:0", "x"}, {"days: 30", "days: 0"}})),
              ElementsAre(HasSubstr("listeners[0].address"), HasSubstr("validity_caps[0].days")));
}

TEST_F(BrokerConfigTest, KeysMustBelongToTheirCertificatesAndBePrivate) {
  Write("broker.key", sea_.Broker("other").private_key_pem, 0600);
  Write("signing.key", sea_.Signer("/broker/b1").key.ToPkcs8Pem(), 0600);
  EXPECT_THAT(Mistakes(kGood), ElementsAre(HasSubstr("tls.private_key_file: "),
                                           HasSubstr("acceptance_signing.key_file: ")));
  chmod((folder_ / "broker.key").c_str(), 0644);
  EXPECT_THAT(Mistakes(kGood), Contains(HasSubstr("a private key that others can reach")));
}

TEST_F(BrokerConfigTest, TheBrokersOwnCertificateMustBeOfThisRegionAndInDate) {
  const auto foreign = eastafrica_.Broker("b1");
  Write("broker.pem", foreign.certificate_pem);
  Write("broker.key", foreign.private_key_pem, 0600);
  EXPECT_THAT(Mistakes(kGood), ElementsAre(HasSubstr("tls.certificate_chain_file: is not for "
                                                     "spiffe://sea.example/broker/")));
  const auto expired = sea_.Issue(CertificateProfile::kBroker, "/broker/b1",
                                  {kNow - absl::Hours(48), kNow - absl::Hours(1)});
  Write("broker.pem", expired.certificate_pem);
  Write("broker.key", expired.private_key_pem, 0600);
  EXPECT_THAT(Mistakes(kGood), ElementsAre(HasSubstr("CERTIFICATE_EXPIRED")));
}

TEST_F(BrokerConfigTest, ACertificateForConnectingCannotSign) {
  Write("signing.pem", sea_.Broker("b1").certificate_pem);
  EXPECT_THAT(Mistakes(kGood),
              Contains(HasSubstr("acceptance_signing.certificate_chain_file: WRONG_KEY_USAGE")));
}

TEST_F(BrokerConfigTest, AGatePolicyIsReadAndChecked) {
  Write("gate.textproto", "version: 'not a version'");
  const std::string with_policy = absl::StrCat(kGood, "gate_policy_file: \"gate.textproto\"");
  EXPECT_THAT(Mistakes(with_policy), ElementsAre(HasSubstr("gate_policy_file: ")));
  Write("gate.textproto", "version: '7'");
  auto config = Load(with_policy);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->gate_policy.version, "7");
}

TEST_F(BrokerConfigTest, RevocationListsAreChecked) {
  Write("sea.crl", "garbage");
  EXPECT_THAT(MistakesWith("roots_file: \"sea-roots.pem\"",
                           "roots_file: \"sea-roots.pem\" crl_file: \"sea.crl\""),
              Contains(HasSubstr("tls.trust_domains[0].crl_file: ")));
}

TEST_F(BrokerConfigTest, ATrustDomainMaySayHowLongListsAndCertificatesCount) {
  const auto with = [](const std::string& more) {
    return absl::StrReplaceAll(
        kGood, {{"roots_file: \"sea-roots.pem\"", "roots_file: \"sea-roots.pem\" " + more}});
  };
  const auto config = Load(with("crl_grace_hours: 24 lifetime_days_max: 12000"));
  EXPECT_FALSE(config.ok());
  EXPECT_THAT(Mistakes(with("crl_grace_hours: 200")),
              Contains(HasSubstr("tls.trust_domains[0].crl_grace_hours: ")));
  const auto lenient = Load(with("crl_grace_hours: 24"));
  ASSERT_TRUE(lenient.ok()) << lenient.status();
  EXPECT_EQ(lenient->tls.trust.Find("sea.example")->limits().crl_grace, absl::Hours(24));
  const auto strict = Load(with("lifetime_days_max: 1"));
  EXPECT_FALSE(strict.ok()) << "this broker's own certificate is valid for longer";
}

class TlsFilesTest : public BrokerConfigTest {
 protected:
  TlsFilesTest() {
    Write("sea.crl", sea_.Crl({}));
    auto config =
        Load(absl::StrReplaceAll(kGood, {{"roots_file: \"sea-roots.pem\"",
                                          "roots_file: \"sea-roots.pem\" crl_file: \"sea.crl\""}}));
    EXPECT_TRUE(config.ok()) << config.status();
    held_ = config->tls;
    files_ = config->tls_files;
    EXPECT_FALSE(files_.Changed());
    EXPECT_TRUE(files_.Changed()) << "once, in any case";
  }

  // As tools do that care: written aside, then put in its place.
  void Replace(const std::string& name, const std::string& content, mode_t mode = 0644) {
    Write(name + ".new", content, mode);
    std::filesystem::rename(folder_ / (name + ".new"), folder_ / name);
  }

  // The fields of what was not taken.
  std::vector<std::string> Read() {
    auto reading = files_.Read(held_, kNow);
    held_ = std::move(reading.tls);
    std::vector<std::string> fields;
    for (const auto& mistake : reading.mistakes) fields.push_back(mistake.field);
    return fields;
  }

  bool Trusts(const IssuedCertificate& certificate) const {
    return held_.trust.VerifyPem(certificate.certificate_pem, PeerPurpose::kTlsClient, kNow).ok();
  }

  BrokerConfig::Tls held_;
  BrokerConfig::TlsFiles files_;
};

TEST_F(TlsFilesTest, AReplacedFileIsNoticedOnce) {
  EXPECT_FALSE(files_.Changed());
  Replace("sea.crl", sea_.Crl({}));
  EXPECT_FALSE(files_.Changed()) << "it may not be whole";
  EXPECT_TRUE(files_.Changed());
  EXPECT_FALSE(files_.Changed());
}

TEST_F(TlsFilesTest, AFileThatIsStillBeingWrittenIsWaitedFor) {
  std::string written;
  for (const std::string& root : {sea_.root_pem(), eastafrica_.root_pem(), sea_.root_pem()}) {
    written += root;  // At each of these moments it looks whole.
    Write("sea-roots.pem", written);
    EXPECT_FALSE(files_.Changed());
  }
  EXPECT_TRUE(files_.Changed());
}

TEST_F(TlsFilesTest, ACertificateIsTakenWithItsKeyOrNotAtAll) {
  const std::string before = held_.certificate_chain_pem;
  const auto next = sea_.Broker("b1");
  Replace("broker.pem", next.certificate_pem);
  EXPECT_THAT(Read(), ElementsAre("tls.private_key_file")) << "the key is still the old one";
  EXPECT_EQ(held_.certificate_chain_pem, before);
  Replace("broker.key", next.private_key_pem, 0600);
  EXPECT_THAT(Read(), IsEmpty());
  EXPECT_EQ(held_.certificate_chain_pem, next.certificate_pem);
  EXPECT_EQ(held_.private_key_pem, next.private_key_pem);
}

TEST_F(TlsFilesTest, HalfAFileIsNeverTaken) {
  const auto next = sea_.Broker("b1");
  const std::string before = held_.certificate_chain_pem;
  for (size_t cut = 0; cut < next.certificate_pem.size(); cut += 97) {
    Write("broker.pem", next.certificate_pem.substr(0, cut));
    Write("broker.key", next.private_key_pem, 0600);
    EXPECT_THAT(Read(), Not(IsEmpty())) << cut << " bytes";
    EXPECT_EQ(held_.certificate_chain_pem, before);
  }
  const std::string crl = sea_.Crl({next.serial});
  for (size_t cut = 0; cut + 30 < crl.size(); cut += 97) {
    Write("sea.crl", crl.substr(0, cut));
    Read();
    EXPECT_TRUE(Trusts(sea_.Agency("th-desk"))) << "the list that was held stays";
  }
}

TEST_F(TlsFilesTest, ListsThatAreGoneAreHeldOnTo) {
  const auto revoked = sea_.Agency("id-desk");
  Write("sea.crl", sea_.Crl({revoked.serial}));
  EXPECT_THAT(Read(), IsEmpty());
  // Cut down to nothing, and before the list of the issuer that counts.
  for (const std::string& cut : {std::string(), eastafrica_.Crl({})}) {
    Write("sea.crl", cut);
    EXPECT_THAT(Read(), Not(IsEmpty()));
    EXPECT_FALSE(Trusts(revoked));
    EXPECT_TRUE(Trusts(sea_.Agency("th-desk")));
  }
}

TEST_F(TlsFilesTest, AMistakeInOneRegionsFilesHoldsUpNoOthers) {
  const auto agency = sea_.Agency("th-desk");
  ASSERT_TRUE(Trusts(agency));
  Write("eastafrica-roots.pem", "garbage");
  Write("sea.crl", sea_.Crl({agency.serial}));
  EXPECT_THAT(Read(), ElementsAre("tls.trust_domains[1].roots_file"));
  EXPECT_FALSE(Trusts(agency)) << "the revocation is in force";
  EXPECT_TRUE(Trusts(eastafrica_.Broker("b1"))) << "the old roots are held";
}

TEST_F(TlsFilesTest, ABrokenCertificateOfOurOwnDoesNotHoldUpARevocation) {
  const auto agency = sea_.Agency("th-desk");
  Write("broker.pem", "garbage");
  Write("sea.crl", sea_.Crl({agency.serial}));
  EXPECT_THAT(Read(), ElementsAre("tls.certificate_chain_file"));
  EXPECT_FALSE(Trusts(agency));
}

TEST_F(TlsFilesTest, TwoRootsOverlapWhileOneReplacesTheOther) {
  const TestPki next("sea.example");
  Replace("sea.crl", sea_.Crl({}) + next.Crl({}));
  EXPECT_THAT(Read(), Not(IsEmpty())) << "a list of an authority that is not trusted yet";
  Replace("sea-roots.pem", sea_.root_pem() + next.root_pem());
  EXPECT_THAT(Read(), IsEmpty());
  EXPECT_TRUE(Trusts(sea_.Agency("th-desk")));
  EXPECT_TRUE(Trusts(next.Agency("th-desk")));
}

}  // namespace
}  // namespace corridor
