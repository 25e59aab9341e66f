// Whatever is written, each line is one JSON object that a program can read.

#include "server/ops/log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tests/support/fake_clock.h"

namespace corridor {
namespace {

class Lines final : public LogSink {
 public:
  explicit Lines(std::vector<std::string>& lines) : lines_(lines) {}
  void Line(const std::string& line) override { lines_.push_back(line); }

 private:
  std::vector<std::string>& lines_;
};

class LogTest : public testing::Test {
 protected:
  // Starts a log, lets `write` use it, and returns what came out.
  template <typename F>
  std::vector<std::string> Written(LogLevel least, F write) {
    std::vector<std::string> lines;
    {
      Log log(least, clock_, std::make_unique<Lines>(lines));
      write(log);
    }
    return lines;
  }

  FakeClock clock_;
};

TEST_F(LogTest, ALineHasTimeLevelEventAndItsFields) {
  const auto lines = Written(LogLevel::kInfo, [](Log& log) {
    log.Write(LogLevel::kWarning, "call",
              {{"code", std::string("OK")}, {"duration_us", int64_t{7}}});
  });
  ASSERT_EQ(lines.size(), 1u);
  const auto line = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["event"], "call");
  EXPECT_EQ(line["code"], "OK");
  EXPECT_EQ(line["duration_us"], 7);
  EXPECT_EQ(line["time"].get<std::string>().back(), 'Z');
}

TEST_F(LogTest, WhatAStrangerSentCannotBreakALine) {
  const std::string hostile = "a\n\"b\" {x}\xff\x01";
  const auto lines = Written(LogLevel::kInfo, [&hostile](Log& log) {
    log.Write(LogLevel::kInfo, "event", {{"method", hostile}});
  });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].find('\n'), std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(lines[0])) << lines[0];
}

TEST_F(LogTest, LessSeriousLinesAreLeftOut) {
  EXPECT_TRUE(
      Written(LogLevel::kWarning, [](Log& log) { log.Write(LogLevel::kInfo, "event"); }).empty());
}

}  // namespace
}  // namespace corridor
