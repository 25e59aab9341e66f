// An operator names an agency and titles an agreement; a handler says why it could not take a
// delivery. None of these may identify a person, and organisations may bear persons' names.

#include "core/gate/words_for_people.h"

#include <gtest/gtest.h>

namespace corridor {
namespace {

TEST(WordsForPeopleTest, ATitleMayHoldAnOrganisationsName) {
  for (const char* title :
       {"Jomo Kenyatta Centre", "Maria Fatima Shelter", "East Africa warns South-East Asia",
        "Desk of Region 9, since 2024", "Members of ea.example warn one another", ""}) {
    EXPECT_EQ(IdentifierInTitle(title), "") << title;
  }
}

TEST(WordsForPeopleTest, ATitleMayNotIdentifySomebody) {
  EXPECT_EQ(IdentifierInTitle("Ask for Mr Baraka Otieno"), "person-name");
  EXPECT_EQ(IdentifierInTitle("Desk 0712 345 678"), "phone");
  EXPECT_EQ(IdentifierInTitle("desk@agency.example"), "email");
  EXPECT_EQ(IdentifierInTitle("see https://agency.example"), "url");
  EXPECT_EQ(IdentifierInTitle("Desk, passport AK0123456"), "identity-document");
}

TEST(WordsForPeopleTest, ARemarkIsJudgedLikeANote) {
  EXPECT_EQ(IdentifierInRemark("no column for it"), "");
  EXPECT_EQ(IdentifierInRemark("cannot store +254 712 345 678"), "phone");
  EXPECT_EQ(IdentifierInRemark("unknown user jobs@mail.example"), "email");
  EXPECT_EQ(IdentifierInRemark("no such person: Baraka Otieno"), "person-name");
}

}  // namespace
}  // namespace corridor
