#ifndef CORRIDOR_TESTS_CLIENT_FAKE_BROKER_H_
#define CORRIDOR_TESTS_CLIENT_FAKE_BROKER_H_

#include <memory>
#include <string>

#include "core/crypto/certificate_authority.h"
#include "corridor/options.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/subscriber.pb.h"
#include "tests/support/test_certs.h"

namespace corridor {

// A receipt, as a broker of `region` would give it, for one statement alone.
v1::Receipt ReceiptFor(const v1::SignedStatement& statement, uint64_t offset);
// The same statement as it would be delivered.
v1::Delivery DeliveryOf(const v1::SignedStatement& statement, uint64_t offset,
                        const std::string& lease);

// A broker's stand-in on a port of this machine, with real mutual TLS and the real
// services, which answer as little as the SDK needs: it accepts every statement,
// delivers what it accepted to every session, and keeps members in memory.
class FakeBroker {
 public:
  // Serves with `certificate` (a broker's, or what a test of refusals gives).
  FakeBroker(const TestPki& pki, const IssuedCertificate& certificate);
  ~FakeBroker();

  // Options to call it with, as `client`.
  ConnectionOptions OptionsFor(const IssuedCertificate& client) const;
  const std::string& endpoint() const { return endpoint_; }

  // The next statements published are refused with this, with its details.
  void RefuseWith(const absl::Status& refusal);

 private:
  struct Impl;
  const TestPki& pki_;
  std::string endpoint_;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CLIENT_FAKE_BROKER_H_
