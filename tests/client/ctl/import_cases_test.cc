// `corridorctl import` of cases as from a shell: an identifying value that stands in every
// column of HTCDS, and in the header, is in none of what the command prints or writes.

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::Not;

// The fields of HTCDS 2.0, and two columns of an agency's own.
const std::vector<std::string> kColumns = {"case_id",
                                           "org_Name",
                                           "org_ShippingCity",
                                           "org_ShippingCountry",
                                           "org_ShippingState",
                                           "org_ShippingStreet",
                                           "org_ShippingPostalCode",
                                           "org_ShippingLongitude",
                                           "org_ShippingLatitude",
                                           "org_Phone",
                                           "org_Type",
                                           "prs_Salutation",
                                           "prs_FirstName",
                                           "prs_MiddleName",
                                           "prs_SecondName",
                                           "prs_Birthdate",
                                           "prs_Gender",
                                           "prs_Deceased",
                                           "prs_MaritalStatus",
                                           "prs_NumberOfChildren",
                                           "prs_PrimaryLanguage",
                                           "prs_SecondaryLanguage",
                                           "prs_HighestLevelOfEducation",
                                           "prs_Citizenship",
                                           "prs_IdentityNumber",
                                           "prs_Title",
                                           "prs_Email",
                                           "prs_HomePhone",
                                           "prs_MobilePhone",
                                           "prs_MailingCity",
                                           "prs_MailingCountry",
                                           "prs_MailingState",
                                           "prs_MailingStreet",
                                           "prs_MailingPostalCode",
                                           "prs_MailingLongitude",
                                           "prs_MailingLatitude",
                                           "vic_AgreementToManagePersonalData",
                                           "vic_TraffickingStatus",
                                           "vic_TraffickingStatusDecisionMakingOrg",
                                           "vic_RelationshipToTrafficker",
                                           "vic_AgeWhenTrafficked",
                                           "vic_RecruitmentWebsitesAndApps",
                                           "vic_MethodOfRecruitment",
                                           "vic_LocationOfRecruitment",
                                           "vic_MethodsOfControl",
                                           "vic_TypeOfExploitation",
                                           "vic_ForcedLabourIndustry",
                                           "vic_TypeOfSexExploitation",
                                           "vic_LocationOfExploitation",
                                           "vic_ExploitationWebsitesAndApps",
                                           "vic_Vulnerabilities",
                                           "vic_DetailsOfVulnerabilities",
                                           "per_RoleInProcess",
                                           "per_RoleDetails",
                                           "cas_Status",
                                           "cas_ReasonForCaseClosure",
                                           "cas_CaseOwner",
                                           "cas_ReferringOrganisation",
                                           "cas_IncomingReferralDate",
                                           "cas_ReferringPrimaryCaseWorker",
                                           "cas_ReasonForIncomingReferral",
                                           "cas_IncomingReferralDetails",
                                           "cas_ReferredOrganisation",
                                           "cas_ReferredPrimaryCaseWorker",
                                           "cas_ReasonForOutgoingReferral",
                                           "cas_OutgoingReferralDate",
                                           "cas_OutgoingReferralDetails",
                                           "cco_CaseComment",
                                           "hte_Longitude",
                                           "hte_Latitude",
                                           "hte_City",
                                           "hte_Country",
                                           "hte_State",
                                           "hte_Street",
                                           "hte_PostalCode",
                                           "hte_Date",
                                           "hte_Type",
                                           "hte_Description",
                                           "spl_Objectives",
                                           "spl_ActionPlan",
                                           "spl_PlannedEndDate",
                                           "spl_ActualEndDate",
                                           "spl_Type",
                                           "con_Consent",
                                           "another"};
constexpr char kPlanted[] = "Zzinvented Person +254 700 000 001 zzinvented@mail.example";

class ImportCasesTest : public testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out, err;
    Context context(in, out, err, clock_);
    CLI::App app("", "corridorctl");
    app.fallthrough();
    context.AddFlags(app);
    AddImportCommand(app, context);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return app.exit(error, out, err) == 0 ? kExitOk : kExitUsage;
    }
    out_ = out.str();
    err_ = err.str();
    return context.exit_code;
  }
  int Import(const std::vector<std::string>& header, const std::vector<std::string>& rows,
             std::vector<std::string> more = {}) {
    std::ofstream(dir_.File("cases.csv")) << absl::StrJoin(header, ",") << "\n"
                                          << absl::StrJoin(rows, "\n") << "\n";
    std::vector<std::string> arguments = {"import",
                                          "--mapping",
                                          "client/import/mappings/htcds.textproto",
                                          dir_.File("cases.csv"),
                                          "--dry-run",
                                          "--report",
                                          dir_.File("report")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  std::string Said() const {
    std::ifstream file(dir_.File("report"));
    return out_ + err_ + std::string(std::istreambuf_iterator<char>(file), {});
  }

  FakeClock clock_;
  const TempDir dir_;
  std::string out_;
  std::string err_;
};

TEST_F(ImportCasesTest, AValueInEveryColumnIsInNoOutput) {
  const std::vector<std::string> planted(kColumns.size(), kPlanted);
  const std::string row = absl::StrJoin(planted, ",");
  for (const char* format : {"text", "json"}) {
    Import(kColumns, std::vector<std::string>(12, row), {"--format", format});
    EXPECT_THAT(Said(), HasSubstr("prs_FirstName"));
    EXPECT_THAT(Said(), Not(HasSubstr("Zzinvented")));
    EXPECT_THAT(Said(), Not(HasSubstr("zzinvented")));
    EXPECT_THAT(Said(), Not(HasSubstr("700")));
  }
}

TEST_F(ImportCasesTest, ABrokenFileAndAMissingHeaderRepeatNothing) {
  std::vector<std::string> header = kColumns;
  header.back() = "Zzinvented";
  EXPECT_EQ(Import(header, {std::string(kPlanted) + ",\"" + kPlanted, "\"x\"y"}), kExitFailed);
  EXPECT_THAT(Said(), Not(HasSubstr("Zzinvented")));
  EXPECT_EQ(Import({"Zzinvented", "Person"}, {"a,b"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("case_id"));
  EXPECT_THAT(Said(), Not(HasSubstr("Zzinvented")));
  EXPECT_EQ(Import({"Zzinvented", "Zzinvented"}, {"a,b"}), kExitUsage);
  EXPECT_THAT(Said(), Not(HasSubstr("Zzinvented")));
}

TEST_F(ImportCasesTest, TheExampleIsShownAlertByAlert) {
  EXPECT_EQ(Run({"import", "--mapping", "client/import/mappings/htcds.textproto",
                 "tests/testdata/cases/htcds_events.csv", "--dry-run"}),
            kExitOk)
      << err_;
  EXPECT_THAT(out_, HasSubstr("29 rows (1 left out), 14 cases, 3 alerts"));
  EXPECT_THAT(out_, HasSubstr("column 2, prs_FirstName: names a person"));
  EXPECT_THAT(out_, HasSubstr("column 17: the mapping does not name it"));
  EXPECT_THAT(out_, HasSubstr("Recruitment Kenya, Exploitation Myanmar; Q1 2025"));
  std::istringstream lines(out_);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST_F(ImportCasesTest, ThePageShowsWhatTheCommandSays) {
  Run({"import", "--mapping", "client/import/mappings/htcds.textproto",
       "tests/testdata/cases/htcds_events.csv", "--dry-run"});
  std::ifstream file("docs/anonymising.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const size_t begin = page.find("29 rows (1 left out)");
  ASSERT_NE(begin, std::string::npos);
  std::istringstream lines(page.substr(begin, page.find("```", begin) - begin));
  for (std::string line; std::getline(lines, line);) {
    if (line == "...") continue;
    EXPECT_THAT(out_, HasSubstr(line + "\n"));
  }
}

TEST_F(ImportCasesTest, AnAlertThatIsNotSentIsNamedInTextAndJson) {
  const std::vector<std::string> header = {"case_id", "vic_TypeOfExploitation", "hte_Date"};
  EXPECT_EQ(Import(header, {"1,,2025-01-05"}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("alert 1  GATE  body.issue.content: says neither"));
  EXPECT_EQ(Import(header, {"1,ForcedLabour,"}, {"--format", "json"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr(R"("not_sent":[{"alert":1,"reason":"HELD")"));
}

TEST_F(ImportCasesTest, FlagsThatMeanNothingForCasesAreUsageErrors) {
  EXPECT_EQ(Import(kColumns, {}, {"--rows", "1-3"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("whole file"));
}

}  // namespace
}  // namespace corridor
