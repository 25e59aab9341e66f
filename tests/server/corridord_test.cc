// The program itself, as an operator meets it: its command line, its exit codes, its log.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::HasSubstr;

// A running corridord, with what it writes.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) abort();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      std::vector<char*> argv = {const_cast<char*>(CORRIDORD_PATH)};
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      execv(CORRIDORD_PATH, argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_fd_ = ends[0];
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(output_fd_);
  }

  // Reads on until `text` has been written; false when the program ends or is
  // silent for long.
  bool WaitFor(const std::string& text) {
    while (output_.find(text) == std::string::npos) {
      if (!ReadSome()) return false;
    }
    return true;
  }

  void Signal(int signal) const { kill(pid_, signal); }

  // Waits for the end: the exit code, or -1 when a signal ended it.
  int Wait() {
    while (ReadSome()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  const std::string& output() const { return output_; }

 private:
  bool ReadSome() {
    pollfd wait = {output_fd_, POLLIN, 0};
    if (poll(&wait, 1, 60'000) <= 0) return false;
    char buffer[4096];
    const ssize_t size = read(output_fd_, buffer, sizeof buffer);
    if (size <= 0) return false;
    output_.append(buffer, static_cast<size_t>(size));
    return true;
  }

  pid_t pid_;
  int output_fd_;
  std::string output_;
};

class CorridordTest : public testing::Test {
 protected:
  CorridordTest() {
    const auto broker = pki_.Broker("b1");
    const auto signer = pki_.Signer("/broker/b1");
    Write("broker.pem", broker.certificate_pem);
    Write("broker.key", broker.private_key_pem, 0600);
    Write("signing.pem", signer.certificate_pem);
    Write("signing.key", signer.key.ToPkcs8Pem(), 0600);
    Write("roots.pem", pki_.root_pem());
    Write("broker.textproto", kConfig);
  }

  static constexpr char kConfig[] = R"(
    region: "sea.example"
    data_dir: "data"
    listeners { address: "127.0.0.1:0" }
    tls {
      certificate_chain_file: "broker.pem"
      private_key_file: "broker.key"
      trust_domains { name: "sea.example" roots_file: "roots.pem" }
    }
    acceptance_signing { key_file: "signing.key" certificate_chain_file: "signing.pem" }
    operators: "spiffe://sea.example/operator/ops"
  )";

  std::string Path(const std::string& name) { return absl::StrCat(folder_.path(), "/", name); }
  void Write(const std::string& name, const std::string& content, mode_t mode = 0644) {
    std::ofstream(Path(name), std::ios::binary) << content;
    chmod(Path(name).c_str(), mode);
  }
  std::vector<std::string> WithConfig(std::vector<std::string> more = {}) {
    more.emplace_back("--config");
    more.push_back(Path("broker.textproto"));
    return more;
  }

  const TestPki pki_{"sea.example"};
  TempDir folder_;
};

TEST_F(CorridordTest, ServesUntilItIsAskedToStopAndAgain) {
  for (int i = 0; i < 2; ++i) {
    Process broker(WithConfig());
    ASSERT_TRUE(broker.WaitFor("\"event\":\"serving\"")) << broker.output();
    broker.Signal(SIGTERM);
    EXPECT_EQ(broker.Wait(), 0) << broker.output();
    EXPECT_THAT(broker.output(), HasSubstr("\"event\":\"stopped\""));
  }
}

TEST_F(CorridordTest, ComesBackAfterAKill) {
  Process broker(WithConfig());
  ASSERT_TRUE(broker.WaitFor("\"event\":\"serving\"")) << broker.output();
  broker.Signal(SIGKILL);
  EXPECT_EQ(broker.Wait(), -1);
  Process again(WithConfig());
  EXPECT_TRUE(again.WaitFor("\"event\":\"serving\"")) << again.output();
}

TEST_F(CorridordTest, DataServeOneBrokerAtATime) {
  Process broker(WithConfig());
  ASSERT_TRUE(broker.WaitFor("\"event\":\"serving\"")) << broker.output();
  Process second(WithConfig());
  EXPECT_EQ(second.Wait(), 4) << second.output();
}

TEST_F(CorridordTest, CheckConfigOnlyChecks) {
  Process check(WithConfig({"--check-config"}));
  EXPECT_EQ(check.Wait(), 0) << check.output();
  EXPECT_NE(access(Path("data").c_str(), F_OK), 0) << "nothing may be written";
}

TEST_F(CorridordTest, MistakesAreNamedOneByOne) {
  Write("broker.textproto", absl::StrReplaceAll(kConfig, {{"127.0.0.1:0", "nowhere"},
                                                          {"/operator/ops", "/agency/ops"}}));
  Process broker(WithConfig());
  EXPECT_EQ(broker.Wait(), 3);
  EXPECT_THAT(broker.output(), HasSubstr("broker.textproto: listeners[0].address: "));
  EXPECT_THAT(broker.output(), HasSubstr("broker.textproto: operators[0]: "));
}

TEST_F(CorridordTest, AWrongCommandLineAndHelp) {
  Process nothing({});
  EXPECT_EQ(nothing.Wait(), 2);
  EXPECT_THAT(nothing.output(), HasSubstr("--config is required"));
  Process help({"--help"});
  EXPECT_EQ(help.Wait(), 0);
  EXPECT_THAT(help.output(), HasSubstr("Exit codes:"));
}

}  // namespace
}  // namespace corridor
