// The broker is asked to stop, by a signal or by its own storage.

#include "server/ops/stop_request.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace corridor {
namespace {

TEST(StopRequestTest, ASignalIsTaken) {
  StopRequest stop;
  kill(getpid(), SIGTERM);
  EXPECT_EQ(stop.Wait(), StopReason::kSignal);
}

TEST(StopRequestTest, FailedStorageIsToldApart) {
  StopRequest stop;
  stop.Ask(StopReason::kStorageFailed);
  EXPECT_EQ(stop.Wait(), StopReason::kStorageFailed);
}

}  // namespace
}  // namespace corridor
