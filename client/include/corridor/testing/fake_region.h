#ifndef CORRIDOR_CLIENT_TESTING_FAKE_REGION_H_
#define CORRIDOR_CLIENT_TESTING_FAKE_REGION_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/signature.h"
#include "corridor/publisher.h"
#include "corridor/publisher_connection.h"
#include "corridor/subscriber.h"
#include "corridor/subscriber_connection.h"
#include "corridor/v1/agreement.pb.h"
#include "corridor/v1/member.pb.h"

namespace corridor {

// A region inside the process of a unit test: what a broker decides with (gate, policy, rights,
// journal, leases, dead letters, recalls), as it is, on a store in memory; no port, no certificate
// files, no disk. What a program under test is given in place of a connection to a broker:
//
//   auto region = FakeRegion::Start();
//   region->AddMember({.id = "ken-desk", .country = "KEN"});
//   region->AddMember({.id = "tha-desk", .country = "THA"});
//   auto publisher = region->NewPublisher("ken-desk");
//   auto subscriber = region->NewSubscriber("tha-desk");
//
// It leaves out what only a network has: TLS, quotas of calls, limits of connections, other
// regions. Link with corridor::testing.
//
// Thread-safe. Once it is destroyed, every call on its connections is answered with kUnavailable,
// and its sessions have lost their connection; what was published is gone.
//
// Example: client/samples/test_with_fake_region.cc.
class FakeRegion {
 public:
  // A member, with a signing key and every right that a desk can have.
  struct Desk {
    // The last part of its SPIFFE ID: 1 to 63 of a-z 0-9 and hyphen.
    std::string id;
    // ISO 3166-1 alpha-3.
    std::string country;
    v1::PublisherType type = v1::PUBLISHER_TYPE_CENTRAL_GOVERNMENT;
  };

  // A region without members, in which an agreement ("within-region") lets everything flow between
  // those to come. Runs on three threads of its own.
  // kInvalidArgument: not a region id.
  static absl::StatusOr<std::unique_ptr<FakeRegion>> Start(
      const std::string& region = "test.example");
  ~FakeRegion();
  FakeRegion(const FakeRegion&) = delete;
  FakeRegion& operator=(const FakeRegion&) = delete;

  // What an operator does. Each waits until it holds; errors are those of the Administration
  // service.
  absl::Status AddMember(const Desk& desk);
  // For less, or for an integration: `principal` is a SPIFFE ID.
  absl::Status SetGrant(const v1::Grant& grant);
  // A suspended member may do nothing; its sessions end.
  absl::Status SetMemberState(std::string_view desk, v1::MemberState state);
  absl::Status AddAgreement(const v1::Agreement& agreement);
  absl::Status EndAgreement(std::string_view agreement_id);

  // "spiffe://<region>/agency/<desk>".
  std::string SpiffeIdOf(std::string_view desk) const;

  // Clients of the desk `desk`, which may outlive this. REQUIRES, for the publisher: AddMember()
  // was OK for it.
  std::unique_ptr<Publisher> NewPublisher(std::string_view desk);
  std::unique_ptr<Subscriber> NewSubscriber(std::string_view desk);

  // The parts of these, for a program that puts its own together. `principal` is the SPIFFE ID of
  // who calls, also one without any right: it is refused as a broker refuses it.
  std::shared_ptr<PublisherConnection> PublisherConnectionOf(const std::string& principal);
  std::shared_ptr<SubscriberConnection> SubscriberConnectionOf(const std::string& principal);
  // kNotFound: no such member.
  absl::StatusOr<SigningKey> SigningKeyOf(std::string_view desk) const;
  // What SessionOptions::publisher_trust wants, to prove publishers of this region.
  TrustStore Trust() const;

  // The network, failing: while it is not reachable every call is answered with kUnavailable, and
  // sessions that are open lose their connection. The region itself goes on.
  void SetReachable(bool reachable);

  // Lets time pass at once: leases, delays, validity and deadlines of recalls run by the region's
  // clock, which is ahead of the machine's from now on by `by` more. What was due in between
  // happens within a second of the machine's. `by` is not negative.
  void Advance(absl::Duration by);

 private:
  class Impl;
  explicit FakeRegion(std::shared_ptr<Impl> impl);
  const std::shared_ptr<Impl> impl_;  // Shared with the connections.
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_TESTING_FAKE_REGION_H_
