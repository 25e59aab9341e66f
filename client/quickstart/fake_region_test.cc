// A test of a program that publishes, without a broker: the smallest that uses corridor::testing.
#include <corridor/testing/fake_region.h>

#include <iostream>

int main() {
  const auto region = corridor::FakeRegion::Start();
  if (!region.ok() || !(*region)->AddMember({.id = "ken-desk", .country = "KEN"}).ok()) return 1;
  // A statement that says nothing: the gate's own refusal.
  const auto receipt = (*region)->NewPublisher("ken-desk")->Publish(corridor::StatementDraft());
  std::cout << receipt.status().message() << "\n";
  return receipt.status().code() == absl::StatusCode::kInvalidArgument ? 0 : 1;
}
