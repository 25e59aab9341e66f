// The state file: what an import remembers when it was killed anywhere.

#include "client/import/import_state.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using ::testing::HasSubstr;

class ImportStateTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<ImportState>> Open(const std::string& dataset = "data") {
    return ImportState::Open(path_, "example", dataset, random_);
  }
  std::string Text() {
    std::ifstream file(path_);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  void Write(const std::string& text) { std::ofstream(path_) << text; }

  TempDir dir_;
  std::string path_ = dir_.File("state");
  SeededRandom random_{1};
  const absl::Time then_ = absl::FromUnixSeconds(1767225600);
};

TEST_F(ImportStateTest, RemembersWhatWasSentAndDone) {
  std::string key;
  {
    auto state = Open();
    ASSERT_TRUE(state.ok()) << state.status();
    key = (*state)->salt_key();
    EXPECT_EQ(key.size(), 32u);
    ASSERT_TRUE((*state)->MarkSent({{3, then_, "aa"}, {4, then_, "bb"}, {5, then_, "cc"}}).ok());
    ASSERT_TRUE((*state)->MarkDone(3).ok());
    ASSERT_TRUE((*state)->MarkDropped(5).ok());
  }
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);

  auto again = Open();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->salt_key(), key);
  EXPECT_TRUE((*again)->Find(3).done);
  EXPECT_EQ((*again)->Find(3).fingerprint, "aa");
  EXPECT_FALSE((*again)->Find(4).done);
  EXPECT_EQ((*again)->Find(4).sent, then_);
  EXPECT_EQ((*again)->Find(5).sent, absl::InfinitePast());
  EXPECT_EQ((*again)->Find(6).sent, absl::InfinitePast());
}

TEST_F(ImportStateTest, ALineThatWasCutIsPassedOver) {
  { ASSERT_TRUE((*Open())->MarkSent({{3, then_, "aa"}}).ok()); }
  Write(Text() + "done 3");
  {
    auto state = Open();
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_FALSE((*state)->Find(3).done);
    ASSERT_TRUE((*state)->MarkDone(3).ok());
  }
  EXPECT_TRUE((*Open())->Find(3).done);
}

TEST_F(ImportStateTest, AFirstLineThatWasCutIsBegunAnew) {
  { ASSERT_TRUE(Open().ok()); }
  Write(Text().substr(0, 30));
  EXPECT_TRUE(Open().ok());
}

TEST_F(ImportStateTest, TwoImportsDoNotShareIt) {
  auto first = Open();
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Open().status()));
}

TEST_F(ImportStateTest, RefusesWhatIsNotItsOwn) {
  { ASSERT_TRUE(Open().ok()); }
  EXPECT_TRUE(absl::IsFailedPrecondition(Open("other").status()));
  const std::string own = Text();
  Write(own + "said 3\n");
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("line 2 is damaged"));
  for (const char* foreign : {"name,year\n1,2\n", "hello"}) {
    Write(foreign);
    EXPECT_TRUE(absl::IsInvalidArgument(Open().status()));
    EXPECT_EQ(Text(), foreign);
  }
}

}  // namespace
}  // namespace corridor
