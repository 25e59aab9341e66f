// A member's key is registered and retired; the peer region is told, and tells us of its
// own. A directory speaks for its own region and for no other.

#include "core/crypto/digest.h"
#include "gmock/gmock.h"
#include "tests/server/catalog/catalog_fixture.h"

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string ChainOf(const std::string& id, char seed) { return id + " " + seed; }
std::string RawKey(char seed) { return std::string(32, seed); }
std::string KeyIdOfSeed(char seed) { return ToString(Sha256(RawKey(seed))).substr(0, 16); }

class KeyAndDirectoryActsTest : public CatalogFixture {
 protected:
  // What Kenya's region says of itself.
  static v1::Directory PeerDirectory(uint64_t generation) {
    v1::Directory directory;
    directory.set_region("ea.example");
    directory.set_generation(generation);
    *directory.add_members() = ExampleMember(kKenyan, "KEN");
    v1::SigningKey& key = *directory.add_signing_keys();
    key.set_key_id(KeyIdOfSeed('k'));
    key.set_member(kKenyan);
    return directory;
  }
  static DirectoryKeys PeerKeys() {
    return {.signing = {{KeyIdOfSeed('k'), RawKey('k')}},
            .brokers = {{KeyIdOfSeed('b'), RawKey('b')}}};
  }
};

TEST_F(KeyAndDirectoryActsTest, AKeyIsRegisteredByItsCertificate) {
  EXPECT_EQ(ReasonOf(RegisterKey(ChainOf(kThai, 't')).status()), v1::ERROR_REASON_NOT_FOUND);
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  const auto key = RegisterKey(ChainOf(kThai, 't'));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->key_id(), KeyIdOfSeed('t'));
  EXPECT_EQ(key->member(), kThai);
  EXPECT_EQ(key->state(), v1::SIGNING_KEY_STATE_ACTIVE);
  EXPECT_EQ(catalog_->facts()->signing_public_keys.at(KeyIdOfSeed('t')), RawKey('t'));
  EXPECT_TRUE(RegisterKey(ChainOf(kThai, 't')).ok()) << "a retry is safe";
  EXPECT_THAT(audited_, SizeIs(4)) << "a refusal, the member, the key, and the retry";
}

TEST_F(KeyAndDirectoryActsTest, AKeyBelongsToOneMember) {
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  ASSERT_TRUE(Create(ExampleMember(kIndonesian, "IDN")).ok());
  ASSERT_TRUE(RegisterKey(ChainOf(kThai, 't')).ok());
  EXPECT_EQ(ReasonOf(RegisterKey(ChainOf(kIndonesian, 't')).status()),
            v1::ERROR_REASON_ALREADY_EXISTS);
  for (const std::string& chain :
       {std::string("garbage"), std::string(), std::string(17000, 'x'), ChainOf(kKenyan, 'k'),
        ChainOf("spiffe://sea.example/operator/first", 'o')}) {
    EXPECT_THAT(FaultsOf(RegisterKey(chain).status()), ElementsAre("certificate_chain_pem"));
  }
}

TEST_F(KeyAndDirectoryActsTest, ARetiredKeyStaysKnown) {
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  ASSERT_TRUE(RegisterKey(ChainOf(kThai, 't')).ok());
  const auto retired = RetireKey(KeyIdOfSeed('t'));
  ASSERT_TRUE(retired.ok()) << retired.status();
  EXPECT_EQ(retired->retired_at().seconds(), absl::ToUnixSeconds(clock_.Now()));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(RetireKey(KeyIdOfSeed('t'))->retired_at().seconds(), retired->retired_at().seconds());
  EXPECT_EQ(RegisterKey(ChainOf(kThai, 't'))->state(), v1::SIGNING_KEY_STATE_RETIRED);
  Reopen();
  EXPECT_EQ(catalog_->facts()->signing_keys.at(KeyIdOfSeed('t')).state(),
            v1::SIGNING_KEY_STATE_RETIRED);
  EXPECT_EQ(catalog_->facts()->signing_public_keys.at(KeyIdOfSeed('t')), RawKey('t'));
  EXPECT_EQ(ReasonOf(RetireKey(KeyIdOfSeed('x')).status()), v1::ERROR_REASON_NOT_FOUND);
  EXPECT_THAT(FaultsOf(RetireKey("short").status()), ElementsAre("key_id"));
}

TEST_F(KeyAndDirectoryActsTest, TheDirectoryChangesWithWhatIsInIt) {
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  ASSERT_TRUE(RegisterKey(ChainOf(kThai, 't')).ok());
  ASSERT_TRUE(RegisterBrokerKey(ChainOf(broker_.spiffe_id, 'b')).ok());
  const v1::Directory directory = catalog_->BuildDirectory();
  EXPECT_EQ(directory.region(), "sea.example");
  EXPECT_EQ(directory.generation(), 3u);
  ASSERT_THAT(directory.members(), SizeIs(1));
  EXPECT_EQ(directory.members(0).etag(), "");
  EXPECT_THAT(directory.signing_keys(), SizeIs(1));
  EXPECT_THAT(directory.broker_certificate_chains_pem(),
              ElementsAre(ChainOf(broker_.spiffe_id, 'b')));
  // An agreement is nobody's business but ours.
  ASSERT_TRUE(Create(ExampleAgreement("sea-to-ea")).ok());
  EXPECT_EQ(catalog_->BuildDirectory().generation(), 3u);
  EXPECT_EQ(catalog_->facts()->generation, 4u);
  Reopen();
  EXPECT_EQ(catalog_->BuildDirectory().SerializeAsString(), directory.SerializeAsString());
}

TEST_F(KeyAndDirectoryActsTest, BrokerKeysAreAddedAndNeverLost) {
  ASSERT_TRUE(RegisterBrokerKey(ChainOf(broker_.spiffe_id, 'b')).ok());
  ASSERT_TRUE(RegisterBrokerKey(ChainOf(broker_.spiffe_id, 'b')).ok());
  ASSERT_TRUE(RegisterBrokerKey(ChainOf(broker_.spiffe_id, 'c')).ok());
  EXPECT_FALSE(RegisterBrokerKey(ChainOf("spiffe://sea.example/broker/other", 'd')).ok());
  EXPECT_EQ(catalog_->facts()->generation, 2u) << "the same key at each start changes nothing";
  Reopen();
  const auto facts = catalog_->facts();
  ASSERT_THAT(facts->broker_keys, SizeIs(2));
  EXPECT_EQ(facts->broker_keys.at(KeyIdOfSeed('b')).region, "sea.example");
  EXPECT_EQ(facts->broker_keys.at(KeyIdOfSeed('c')).public_key, RawKey('c'));
}

TEST_F(KeyAndDirectoryActsTest, APeersDirectoryReplacesTheOneBefore) {
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  ASSERT_TRUE(Apply("ea.example", PeerDirectory(7), PeerKeys()).ok());
  auto facts = catalog_->facts();
  EXPECT_NE(facts->FindMember(kKenyan), nullptr);
  EXPECT_EQ(facts->signing_public_keys.at(KeyIdOfSeed('k')), RawKey('k'));
  EXPECT_EQ(facts->broker_keys.at(KeyIdOfSeed('b')).region, "ea.example");
  EXPECT_EQ(facts->directory_generations.at("ea.example"), 7u);
  EXPECT_EQ(catalog_->BuildDirectory().generation(), 1u) << "ours has not changed";
  EXPECT_THAT(catalog_->ListMembers({})->members(), SizeIs(1));
  v1::ListMembersRequest all;
  all.set_include_linked_regions(true);
  EXPECT_THAT(catalog_->ListMembers(all)->members(), SizeIs(2));

  v1::Directory empty;
  empty.set_region("ea.example");
  empty.set_generation(7);
  EXPECT_TRUE(Apply("ea.example", empty, {}).ok());
  EXPECT_NE(catalog_->facts()->FindMember(kKenyan), nullptr) << "not newer: ignored";
  empty.set_generation(8);
  EXPECT_TRUE(Apply("ea.example", empty, {}).ok());
  Reopen();
  facts = catalog_->facts();
  EXPECT_EQ(facts->FindMember(kKenyan), nullptr);
  EXPECT_NE(facts->FindMember(kThai), nullptr);
  EXPECT_THAT(facts->signing_public_keys, IsEmpty());
  EXPECT_THAT(facts->broker_keys, IsEmpty());
  EXPECT_EQ(facts->directory_generations.at("ea.example"), 8u);
}

// A peer judges its members' names itself; what fails here is left out, and the member stays.
TEST_F(KeyAndDirectoryActsTest, APeersNameThatFailsHereIsLeftOut) {
  v1::Directory directory = PeerDirectory(1);
  directory.mutable_members(0)->set_display_name("Desk 0712345678");
  ASSERT_TRUE(Apply("ea.example", directory, PeerKeys()).ok());
  const v1::Member* member = catalog_->facts()->FindMember(kKenyan);
  ASSERT_NE(member, nullptr);
  EXPECT_EQ(member->display_name(), "");
  Reopen();
  EXPECT_EQ(catalog_->facts()->FindMember(kKenyan)->display_name(), "");
}

TEST_F(KeyAndDirectoryActsTest, APeerCannotSpeakForAnother) {
  ASSERT_TRUE(Create(ExampleMember(kThai, "THA")).ok());
  ASSERT_TRUE(RegisterKey(ChainOf(kThai, 't')).ok());
  ASSERT_TRUE(RegisterBrokerKey(ChainOf(broker_.spiffe_id, 'a')).ok());
  const uint64_t generation = catalog_->facts()->generation;

  v1::Directory foreign_member = PeerDirectory(1);
  *foreign_member.add_members() = ExampleMember(kThai, "KEN");
  v1::Directory foreign_key = PeerDirectory(1);
  foreign_key.mutable_signing_keys(0)->set_member(kThai);
  v1::Directory unproved = PeerDirectory(1);
  unproved.mutable_signing_keys(0)->set_key_id(KeyIdOfSeed('u'));
  v1::Directory stolen = PeerDirectory(1);
  stolen.mutable_signing_keys(0)->set_key_id(KeyIdOfSeed('t'));
  DirectoryKeys stolen_keys = PeerKeys();
  stolen_keys.signing[KeyIdOfSeed('t')] = RawKey('t');
  DirectoryKeys stolen_broker_keys = PeerKeys();
  stolen_broker_keys.brokers[KeyIdOfSeed('a')] = RawKey('a');
  v1::Directory ours = PeerDirectory(1);
  ours.set_region("sea.example");

  EXPECT_EQ(ReasonOf(Apply("ea.example", foreign_member, PeerKeys())),
            v1::ERROR_REASON_ORIGIN_INVALID);
  for (const v1::Directory& directory : {foreign_key, unproved}) {
    EXPECT_EQ(ReasonOf(Apply("ea.example", directory, PeerKeys())),
              v1::ERROR_REASON_ORIGIN_INVALID);
  }
  EXPECT_EQ(ReasonOf(Apply("ea.example", stolen, stolen_keys)), v1::ERROR_REASON_ORIGIN_INVALID);
  EXPECT_EQ(ReasonOf(Apply("ea.example", PeerDirectory(1), stolen_broker_keys)),
            v1::ERROR_REASON_ORIGIN_INVALID);
  EXPECT_EQ(ReasonOf(Apply("wa.example", PeerDirectory(1), PeerKeys())),
            v1::ERROR_REASON_ORIGIN_INVALID);
  EXPECT_EQ(ReasonOf(Apply("sea.example", ours, PeerKeys())), v1::ERROR_REASON_ORIGIN_INVALID);
  EXPECT_EQ(catalog_->facts()->generation, generation);
  EXPECT_EQ(audited_.back().refusal(), v1::ERROR_REASON_ORIGIN_INVALID);
}

}  // namespace
}  // namespace corridor
