// Every method called by every role over real TLS, with an empty request, as a client written from
// the protos alone would: who may not call it is refused before any service sees the call, and who
// may is answered by the service itself.

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "tests/server/identity/role_table.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

constexpr char kUngranted[] = "spiffe://sea.example/agency/mm-desk";
constexpr char kSuspended[] = "spiffe://sea.example/agency/la-desk";

class RoleTableTest : public BrokerFixture {
 protected:
  RoleTableTest() {
    Register(kThailand);
    Register(kUngranted);
    Register(kSuspended);
    Grant(kThailand, {v1::ROLE_PUBLISHER});
    Grant(absl::StrCat(kThailand, "/integration/feed"), {v1::ROLE_READER});
    Grant(kSuspended, {v1::ROLE_PUBLISHER, v1::ROLE_READER});
    Suspend(kSuspended);
  }

  IssuedCertificate CertificateOf(char caller) {
    switch (caller) {
      case 'P':
        return sea_.Agency("th-desk");
      case 'R':
        return sea_.Integration("th-desk", "feed");
      case 'O':
        return sea_.Operator("ops");
      case 'B':
        return eastafrica_.Broker("b1");
      case 'U':
        return sea_.Agency("mm-desk");
      case 'N':
        return sea_.Agency("nobody");
      case 'S':
        return sea_.Agency("la-desk");
      case 'X':
        return sea_.Operator("other");
      case 'F':
        return sea_.Broker("b2");
      default:
        for (const RoleTableOperator& one : kOneRoleOperators) {
          if (one.letter == caller) return sea_.Operator(one.name);
        }
        return {};
    }
  }

  // Calls and waits for the end; a stream that stays open is answered with "open" and left.
  std::string Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
    grpc::GenericStub stub(channel);
    grpc::CompletionQueue queue;
    auto context = Context();
    auto call = stub.PrepareCall(context.get(), method, &queue);
    call->StartCall(Tag(1));
    Await(queue, 1);
    call->Write(grpc::ByteBuffer(nullptr, 0), Tag(2));
    Await(queue, 2);
    call->WritesDone(Tag(3));
    Await(queue, 3);
    // A watch answers for ever: its first message is proof enough.
    grpc::ByteBuffer response;
    call->Read(&response, Tag(4));
    const bool answered = Await(queue, 4);
    if (answered) context->TryCancel();
    grpc::Status status;
    call->Finish(&status, Tag(5));
    Await(queue, 5);
    if (answered || status.ok()) return "answered";
    return absl::StrCat(status.error_code(), " ", status.error_message());
  }

 private:
  // NOLINTNEXTLINE(performance-no-int-to-ptr): gRPC's tags are pointers.
  static void* Tag(intptr_t tag) { return reinterpret_cast<void*>(tag); }
  static bool Await(grpc::CompletionQueue& queue, intptr_t expected) {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    EXPECT_EQ(tag, Tag(expected));
    return ok;
  }
};

// What the connection check says begins with one of these; a service says other things.
bool IsRefusalOfTheTable(const std::string& told) {
  for (const char* refusal : {"7 POLICY_DENIED: ", "7 MEMBER_UNKNOWN: ", "16 MEMBER_SUSPENDED: "}) {
    if (told.starts_with(refusal)) return true;
  }
  return false;
}

TEST_F(RoleTableTest, EveryMethodAnswersTheRolesOfItsLineAndRefusesAllOthers) {
  size_t refused = 0;
  for (char caller : kEveryCaller) {
    auto channel = ChannelWith(CertificateOf(caller));
    for (const RoleTableLine& line : kRoleTable) {
      const std::string told = Call(channel, std::string(line.method));
      const bool may = line.callers.find(caller) != line.callers.npos;
      EXPECT_EQ(IsRefusalOfTheTable(told), !may)
          << caller << " calls " << line.method << ": " << told;
      if (!may) ++refused;
    }
  }
  EXPECT_EQ(refused_calls().size(), refused) << "the broker notes each refusal once";
}

}  // namespace
}  // namespace corridor
