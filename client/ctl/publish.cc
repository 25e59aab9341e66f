#include <deque>
#include <fstream>
#include <future>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/alert_file.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "core/base/status_macros.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "FILE holds one statement in protobuf's text format, or JSON: one object, several, or one a\n"
    "line (client/ctl/alert_file.proto). The answers come in the order of the statements, each "
    "when\n"
    "its statement is on the broker's stable storage. A refused statement does not stop the "
    "others;\n"
    "the exit code is then 1.\n\n"
    "Examples:\n"
    "  corridorctl publish alert.json\n"
    "  generate-alerts | corridorctl publish - --format=json\n";

// Answers outstanding at once: bounds memory, and keeps the output close to the input.
constexpr size_t kOutstandingMax = 512;

class Publication {
 public:
  Publication(Context& context, Publisher& publisher) : context_(context), publisher_(publisher) {}

  // Sends one statement; shows answers that are due.
  absl::Status Send(const ctl::AlertFile& file) {
    ASSIGN_OR_RETURN(StatementDraft draft, DraftOf(file, context_.clock.Now()));
    ASSIGN_OR_RETURN(v1::SignedStatement statement, publisher_.Sign(std::move(draft)));
    auto promise = std::make_shared<std::promise<absl::StatusOr<v1::Receipt>>>();
    outstanding_.push_back({statement, promise->get_future()});
    publisher_.PublishAsync(std::move(statement), [promise](absl::StatusOr<v1::Receipt> outcome) {
      promise->set_value(std::move(outcome));
    });
    if (outstanding_.size() >= kOutstandingMax) ShowNext();
    return absl::OkStatus();
  }

  // Shows what is left and answers with the exit code.
  int Finish() {
    publisher_.Flush();
    while (!outstanding_.empty()) ShowNext();
    if (shown_ > 1 && !context_.json()) {
      context_.err << shown_ - refused_ << " accepted, " << refused_ << " refused\n";
    }
    return exit_code_;
  }

 private:
  struct Outstanding {
    v1::SignedStatement statement;
    std::future<absl::StatusOr<v1::Receipt>> answer;
  };

  void ShowNext() {
    Outstanding next = std::move(outstanding_.front());
    outstanding_.pop_front();
    const absl::StatusOr<v1::Receipt> receipt = next.answer.get();
    ++shown_;
    if (!receipt.ok()) {
      ++refused_;
      exit_code_ = context_.Fail(receipt.status());
    } else {
      ShowReceipt(next.statement, *receipt);
    }
    context_.out.flush();
  }

  void ShowReceipt(const v1::SignedStatement& statement, const v1::Receipt& receipt) {
    v1::StatementBody body;
    body.ParseFromString(statement.body());
    if (context_.json()) {
      Json json = {{"alert_id", IdText(body.alert_id())}, {"revision", body.revision()}};
      json["receipt"] = MessageToJson(receipt);
      context_.out << json.dump() << "\n";
      return;
    }
    const v1::Acceptance& acceptance = receipt.acceptance();
    context_.out << (receipt.repeated() ? "accepted before" : "accepted") << "  "
                 << TimeText(absl::FromUnixMillis(acceptance.accept_time_ms()),
                             context_.time_zone())
                 << "  alert " << IdText(body.alert_id()) << " revision " << body.revision()
                 << "  statement " << IdText(body.statement_id()) << "  "
                 << acceptance.position().region() << " " << acceptance.position().offset()
                 << (acceptance.lane() == v1::LANE_URGENT ? " urgent" : "") << "\n";
  }

  Context& context_;
  Publisher& publisher_;
  std::deque<Outstanding> outstanding_;
  size_t shown_ = 0;
  size_t refused_ = 0;
  int exit_code_ = kExitOk;
};

int PublishAll(Context& context, std::istream& in, const std::string& name) {
  absl::StatusOr<std::unique_ptr<Publisher>> publisher = context.OpenPublisher();
  if (!publisher.ok()) return context.Fail(publisher.status());
  AlertFileReader reader(in, name);
  Publication publication(context, **publisher);
  while (true) {
    absl::StatusOr<std::optional<ctl::AlertFile>> file = reader.Next();
    absl::Status status = file.status();
    if (status.ok() && !file->has_value()) return publication.Finish();
    if (status.ok()) status = publication.Send(**file);
    if (!status.ok()) {
      publication.Finish();
      return context.Fail(status);
    }
  }
}

int Run(Context& context, const std::string& path) {
  if (path == "-") return PublishAll(context, context.in, "standard input");
  std::ifstream file(path);
  if (!file) return context.Fail(UsageError(absl::StrCat("cannot read ", path)));
  return PublishAll(context, file, path);
}

}  // namespace

void AddPublishCommand(CLI::App& app, Context& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("publish", "Publish statements: alerts, revisions, ...");
  command->add_option("FILE", *path, "the statements, or - for standard input")->required();
  command->footer(kFooter);
  context.OnRun(*command, [&context, path] { return Run(context, *path); });
}

}  // namespace corridor
