// What is counted can be read in Prometheus' format, at the listener too, and the page
// for people says the same as the code.

#include "server/ops/metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace corridor {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The answer of an HTTP server on this machine.
std::string Get(int port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const std::string request = absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n");
  EXPECT_EQ(write(socket, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(socket, buffer, sizeof(buffer))) > 0;) answer.append(buffer, n);
  close(socket);
  return answer;
}

TEST(MetricsTest, CountsBySeries) {
  Metrics metrics;
  metrics.Count(Metric::kGateFaults, {"publisher", "phone"});
  metrics.Count(Metric::kGateFaults, {"publisher", "phone"});
  metrics.Count(Metric::kGateFaults, {"peer", "FORM"});
  const std::string text = metrics.Text();
  EXPECT_THAT(text,
              HasSubstr("corridor_gate_faults_total{category=\"phone\",source=\"publisher\"} 2"));
  EXPECT_THAT(text, HasSubstr("corridor_gate_faults_total{category=\"FORM\",source=\"peer\"} 1"));
}

TEST(MetricsTest, AGaugeHoldsItsLastValue) {
  Metrics metrics;
  metrics.Set(Metric::kBuild, {"1.0", "east-africa.example"}, 7);
  metrics.Set(Metric::kBuild, {"1.0", "east-africa.example"}, 1);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("corridor_build_info{region=\"east-africa.example\",version=\"1.0\"} 1\n"));
}

TEST(MetricsTest, AScraperReadsThemAndNothingElse) {
  Metrics metrics;
  metrics.Count(Metric::kCallsRefused, {"POLICY_DENIED"});
  const auto port = metrics.Listen("127.0.0.1:0");
  ASSERT_TRUE(port.ok()) << port.status();
  const std::string page = Get(*port, "/metrics");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(page, HasSubstr("corridor_calls_refused_total{reason=\"POLICY_DENIED\"} 1"));
  EXPECT_THAT(Get(*port, "/"), HasSubstr(" 404 Not Found\r\n"));
}

TEST(MetricsTest, ATakenAddressIsSaid) {
  Metrics first;
  const auto port = first.Listen("127.0.0.1:0");
  ASSERT_TRUE(port.ok()) << port.status();
  Metrics second;
  const auto again = second.Listen(absl::StrCat("127.0.0.1:", *port));
  EXPECT_EQ(again.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(again.status().message()), HasSubstr(absl::StrCat(*port)));
}

TEST(MetricsTest, AFigureMayHaveNoLabel) {
  Metrics metrics;
  metrics.Count(Metric::kDamage, {});
  metrics.Set(Metric::kReady, {}, 1);
  EXPECT_THAT(metrics.Text(), HasSubstr("corridor_damage_total 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("corridor_ready 1\n"));
}

TEST(MetricsTest, ThePageForPeopleHoldsTheTableAsItIsWritten) {
  std::ifstream file("docs/operations/metrics.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_THAT(page.str(), HasSubstr(absl::StrCat("\n\n", MetricsTable(), "\n")))
      << "put what `corridord --metrics-table` writes in the place of the page's table";
}

}  // namespace
}  // namespace corridor
