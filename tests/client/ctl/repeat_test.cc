// What is shown again and again: until it is interrupted, with a mark before each sample in a file,
// painted over the one before on a terminal; a broker that is away for a while ends nothing.
#include "client/ctl/repeat.h"

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "client/ctl/commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RepeatTest : public testing::Test {
 protected:
  // Runs `show` by a command line; the third pause is interrupted.
  int Run(std::vector<std::string> arguments, std::function<int(Context&)> show) {
    Context context(in_, out_, err_, clock_);
    context.screen = [this] { return screen_; };
    context.pause = [this](absl::Duration time) {
      clock_.Advance(time);
      return ++pauses_ < 3;
    };
    CLI::App app("", "corridorctl");
    app.fallthrough();
    context.AddFlags(app);
    CLI::App* list = app.add_subcommand("list", "");
    OnShow(context, *list, [&context, &show] { return show(context); });
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return app.exit(error, err_, err_) == 0 ? kExitOk : kExitUsage;
    }
    return context.exit_code;
  }
  int RunCounting(std::vector<std::string> arguments) {
    return Run(std::move(arguments), [this](Context& context) {
      context.out << "sample " << ++samples_ << "\n";
      return kExitOk;
    });
  }

  FakeClock clock_;
  Screen screen_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  int pauses_ = 0;
  int samples_ = 0;
};

TEST_F(RepeatTest, WithoutTheFlagItIsShownOnce) {
  EXPECT_EQ(RunCounting({"list"}), kExitOk);
  EXPECT_EQ(out_.str(), "sample 1\n");
  EXPECT_EQ(pauses_, 0);
}

TEST_F(RepeatTest, InAFileEachSampleSaysWhenItWasTaken) {
  EXPECT_EQ(RunCounting({"--utc", "list", "--watch=5"}), kExitOk) << "also when interrupted";
  EXPECT_EQ(out_.str(),
            "--- 2026-03-02 08:00:00\nsample 1\n"
            "--- 2026-03-02 08:00:05\nsample 2\n"
            "--- 2026-03-02 08:00:10\nsample 3\n");
}

TEST_F(RepeatTest, ProgramsReadTheMarkToo) {
  EXPECT_EQ(RunCounting({"--format=json", "list", "--watch"}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("{\"sampled_at\":\"2026-03-02T08:00:00Z\"}\nsample 1\n"
                                     "{\"sampled_at\":\"2026-03-02T08:00:02Z\"}\n"));
}

TEST_F(RepeatTest, OnATerminalEachSampleIsPaintedOverTheOneBefore) {
  screen_ = {.terminal = true, .columns = 80, .rows = 24};
  EXPECT_EQ(RunCounting({"--utc", "list", "--watch"}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("\x1b[2J\x1b[H2026-03-02 08:00:00, every 2s; Ctrl-C ends"));
  EXPECT_THAT(out_.str(), HasSubstr("sample 1\x1b[K\n\x1b[J\x1b[H2026-03-02 08:00:02"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("---")));
}

TEST_F(RepeatTest, WhatFailsAtOnceEndsWithItsCode) {
  EXPECT_EQ(
      Run({"list", "--watch"}, [](Context& context) { return context.Fail(UsageError("which?")); }),
      kExitUsage);
  EXPECT_EQ(pauses_, 0);
}

TEST_F(RepeatTest, ABrokerThatIsAwayForAWhileIsShownAndComesBack) {
  screen_ = {.terminal = true, .columns = 80, .rows = 24};
  EXPECT_EQ(Run({"list", "--watch"},
                [this](Context& context) {
                  if (++samples_ == 2) return context.Fail(absl::UnavailableError("no answer"));
                  context.out << "sample " << samples_ << "\n";
                  return static_cast<int>(kExitOk);
                }),
            kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("UNAVAILABLE: no answer"));
  EXPECT_THAT(out_.str(), HasSubstr("sample 3"));
  EXPECT_THAT(err_.str(), IsEmpty()) << "it would tear the picture";
}

TEST_F(RepeatTest, TheTimeIsWithinBounds) {
  for (const char* flag : {"--watch=0", "--watch=3601", "--watch=often"}) {
    EXPECT_EQ(RunCounting({"list", flag}), kExitUsage) << flag;
  }
  EXPECT_EQ(samples_, 0);
}

// Every command of these that shows how something stands can be watched.
TEST_F(RepeatTest, WhateverListsOrShowsCanBeWatched) {
  Context context(in_, out_, err_, clock_);
  CLI::App app("", "corridorctl");
  AddAdminCommand(app, context);
  AddSubscriptionsCommand(app, context);
  const std::function<void(const CLI::App&)> expect_watch = [&](const CLI::App& command) {
    const std::string name = command.get_name();
    if (name == "list" || name == "show" || name == "status" || name == "recalls" ||
        name == "links" || name == "refused" || name == "expiring") {
      EXPECT_NE(command.get_option_no_throw("--watch"), nullptr)
          << command.get_parent()->get_name() << " " << name;
    }
    for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) {
      expect_watch(*below);
    }
  };
  expect_watch(app);
}

}  // namespace
}  // namespace corridor
