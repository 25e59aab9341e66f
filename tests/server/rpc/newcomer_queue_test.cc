// Everybody comes to the door at once, most of them from one address.

#include "server/rpc/newcomer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace corridor {
namespace {

using testing::ElementsAre;

std::vector<int> TakeAll(NewcomerQueue& queue) {
  std::vector<int> fds;
  while (auto next = queue.Pop()) fds.push_back(next->fd);
  return fds;
}

TEST(NewcomerQueueTest, AddressesTakeTurns) {
  NewcomerQueue queue(100);
  for (int fd : {1, 2, 3}) queue.Push({.fd = fd, .address = "crowd"});
  queue.Push({.fd = 10, .address = "a"});
  queue.Push({.fd = 20, .address = "b"});
  queue.Push({.fd = 21, .address = "b"});
  EXPECT_THAT(TakeAll(queue), ElementsAre(1, 10, 20, 2, 21, 3));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(NewcomerQueueTest, WhereAllIsFullTheCrowdTurnsItselfAway) {
  NewcomerQueue queue(3);
  for (int fd : {1, 2, 3}) EXPECT_FALSE(queue.Push({.fd = fd, .address = "crowd"}).has_value());
  EXPECT_EQ(queue.Push({.fd = 4, .address = "crowd"})->fd, 4) << "its own last";
  EXPECT_EQ(queue.Push({.fd = 10, .address = "a"})->fd, 3) << "and for others too";
  EXPECT_THAT(TakeAll(queue), ElementsAre(1, 10, 2));
}

TEST(NewcomerQueueTest, OneOfManyAddressesIsTurnedAwayWhereEachHasOne) {
  NewcomerQueue queue(2);
  queue.Push({.fd = 1, .address = "a"});
  queue.Push({.fd = 2, .address = "b"});
  EXPECT_TRUE(queue.Push({.fd = 3, .address = "c"}).has_value());
  EXPECT_EQ(TakeAll(queue).size(), 2u);
}

}  // namespace
}  // namespace corridor
