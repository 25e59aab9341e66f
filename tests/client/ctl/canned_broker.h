#ifndef CORRIDOR_TESTS_CLIENT_CTL_CANNED_BROKER_H_
#define CORRIDOR_TESTS_CLIENT_CTL_CANNED_BROKER_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "core/crypto/certificate_authority.h"
#include "tests/support/test_certs.h"

namespace corridor {

// A broker's stand-in on a port of this machine, with real mutual TLS, that notes every call
// and gives the answer it was told to; an empty one where it was told none.
class CannedBroker {
 public:
  CannedBroker(const TestPki& pki, const IssuedCertificate& certificate);
  ~CannedBroker();

  const std::string& endpoint() const { return endpoint_; }
  // From now on `method`, "/corridor.v1.Administration/GetMember", is answered with this.
  void Answer(const std::string& method, const google::protobuf::Message& answer);
  // The methods called since it was asked last, in their order.
  std::vector<std::string> Called();

 private:
  struct Impl;
  std::string endpoint_;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CLIENT_CTL_CANNED_BROKER_H_
