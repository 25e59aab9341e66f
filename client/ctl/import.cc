#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/ctl/case_output.h"
#include "client/ctl/commands.h"
#include "client/ctl/duration_flag.h"
#include "client/ctl/import_output.h"
#include "client/ctl/import_publishers.h"
#include "client/ctl/output.h"
#include "client/ctl/textproto.h"
#include "client/import/csv_reader.h"
#include "client/import/import_state.h"
#include "client/import/importer.h"
#include "client/import/row_mapper.h"
#include "core/base/status_macros.h"
#include "core/crypto/system_random.h"
#include "core/gate/gate.h"
#include "core/gate/gate_policy.h"
#include "core/model/errors.h"
#include "corridor/case_anonymizer.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "The mapping says which rows become alerts of whom (docs/import.md; mappings that come with\n"
    "Corridor lie in share/corridor/mappings). A row is known by its mapping, data set and "
    "number,\n"
    "not by what it says: an import that was interrupted, or killed, runs again and doubles\n"
    "nothing. What it remembers lies in the state file; keep it beside the data.\n\n"
    "Rows about persons: a mapping with `cases` reads only the columns that it names, puts cases\n"
    "together, and makes alerts of patterns (docs/anonymising.md). Start with --dry-run: it shows\n"
    "each alert, what was left out or said more coarsely and why, and when to release it. An\n"
    "alert that should wait is held (HELD); run the import again on that day, or --release-now.\n"
    "Nothing that is shown or written repeats a cell.\n\n"
    "Exit code 0 means that every row was imported or left out as the mapping says.\n\n"
    "Examples:\n"
    "  corridorctl import --mapping routes.textproto routes.csv --dry-run --report left-out.jsonl\n"
    "  corridorctl import --mapping routes.textproto routes.csv --publisher-profiles profiles/\n"
    "  corridorctl import --mapping htcds.textproto cases.csv --dry-run --report notes.jsonl\n"
    "  corridorctl import --mapping routes.textproto routes.csv --only-mine --rows 1-100\n";

struct ImportFlags {
  std::string file;
  std::string mapping;
  std::vector<std::string> profiles;
  bool only_mine = false;
  bool dry_run = false;
  bool release_now = false;
  std::string state;
  std::string report;
  std::string rows;
  uint64_t limit = std::numeric_limits<uint64_t>::max();
  absl::Duration retry_for = absl::Minutes(2);
};

std::atomic<bool> interrupted = false;
// The first asks the import to end, the next ends the program.
void Interrupt(int signal) {
  interrupted = true;
  std::signal(signal, SIG_DFL);
}

// "12-40", "12-", "12".
absl::Status ParseRows(const std::string& text, ImportOptions& options) {
  if (text.empty()) return absl::OkStatus();
  const std::vector<std::string> ends = absl::StrSplit(text, absl::MaxSplits('-', 1));
  const bool open = ends.size() == 2 && ends[1].empty();
  bool read = absl::SimpleAtoi(ends[0], &options.first_row) && options.first_row > 0;
  if (!open) read = read && absl::SimpleAtoi(ends.back(), &options.last_row);
  if (read && options.first_row <= options.last_row) return absl::OkStatus();
  return UsageError("--rows: write 12-40, 12- or 12; the first row below the header is 1");
}

// One import, from the flags to the report.
class ImportCommand {
 public:
  ImportCommand(Context& context, const ImportFlags& flags) : context_(context), flags_(flags) {}

  int Run();

 private:
  absl::Status Prepare();
  absl::Status ReadMapping();
  absl::Status OpenTable();
  absl::Status OpenPublishers();
  absl::Status OpenState();
  absl::Status OpenReport();
  int Import();
  absl::Status ImportRows(Importer& importer);
  absl::Status ImportCases(Importer& importer);
  int Report(const absl::Status& status, const ImportCounts& counts);

  Context& context_;
  const ImportFlags& flags_;
  SystemRandom random_;
  std::string mapping_text_;
  ctl::ImportMapping mapping_;
  std::optional<CsvReader> reader_;
  std::optional<RowMapper> mapper_;           // Of rows that are alerts each.
  std::optional<CaseAnonymizer> anonymizer_;  // Of rows that are cases.
  CaseOutcome outcome_;
  std::vector<AlertFault> not_sent_;
  std::unique_ptr<ImportPublishers> publishers_;
  std::shared_ptr<ImportState> state_;
  std::ofstream report_;
  ImportOptions options_;
};

// For a dry run: nothing is sent.
class NoOutlet final : public StatementOutlet {
 public:
  void Send(OutgoingStatement /*statement*/, Done done) override {
    done(absl::InternalError("a dry run sends nothing"));
  }
  void Flush() override {}
};

int ImportCommand::Run() {
  if (const absl::Status status = Prepare(); !status.ok()) {
    context_.Fail(status);
    return kExitUsage;
  }
  return Import();
}

absl::Status ImportCommand::Prepare() {
  options_.limit = flags_.limit;
  options_.dry_run = flags_.dry_run;
  options_.release_now = flags_.release_now;
  options_.now = context_.clock.Now();
  RETURN_IF_ERROR(ParseRows(flags_.rows, options_));
  RETURN_IF_ERROR(ReadMapping());
  RETURN_IF_ERROR(OpenTable());
  if (!flags_.dry_run) RETURN_IF_ERROR(OpenPublishers());
  RETURN_IF_ERROR(OpenState());
  return OpenReport();
}

absl::Status ImportCommand::ReadMapping() {
  ASSIGN_OR_RETURN(mapping_text_, ReadAll(flags_.mapping, context_.in));
  RETURN_IF_ERROR(ParseTextproto(mapping_text_, flags_.mapping, mapping_));
  if (mapping_.has_cases() && !flags_.rows.empty()) {
    return UsageError("--rows: cases are put together from the whole file");
  }
  if (!mapping_.has_cases() && flags_.release_now) {
    return UsageError("--release-now: this mapping is not of cases");
  }
  return absl::OkStatus();
}

absl::Status ImportCommand::OpenTable() {
  ASSIGN_OR_RETURN(std::string text, ReadAll(flags_.file, context_.in));
  const std::string& delimiter = mapping_.csv().delimiter();
  auto reader = CsvReader::Open(std::move(text), delimiter.empty() ? ',' : delimiter[0]);
  if (!reader.ok()) {
    return UsageError(absl::StrCat(flags_.file, ": ", reader.status().message()));
  }
  reader_ = *std::move(reader);
  if (mapping_.has_cases()) {
    ASSIGN_OR_RETURN(anonymizer_,
                     CaseAnonymizer::Make(mapping_text_, reader_->header(), {.now = options_.now}));
  } else {
    ASSIGN_OR_RETURN(mapper_, RowMapper::Make(mapping_, reader_->header()));
  }
  return absl::OkStatus();
}

absl::Status ImportCommand::OpenPublishers() {
  ASSIGN_OR_RETURN(publishers_,
                   ImportPublishers::Open(context_, flags_.profiles, mapping_, flags_.retry_for));
  options_.publishers = publishers_->members();
  std::vector<std::string> missing;
  for (const ctl::ImportPublisher& publisher : mapping_.publishers()) {
    if (!options_.publishers.contains(publisher.spiffe_id())) {
      missing.push_back(publisher.spiffe_id());
    }
  }
  if (options_.publishers.empty()) {
    return UsageError("no profile is of a publisher that the mapping names");
  }
  if (missing.empty() || flags_.only_mine) return absl::OkStatus();
  return UsageError(
      absl::StrCat("no profile for ", absl::StrJoin(missing, ", "),
                   "; give --publisher-profiles, or --only-mine to leave their rows"));
}

absl::Status ImportCommand::OpenState() {
  if (flags_.dry_run) {
    state_ = ImportState::Forgetful(random_);
    return absl::OkStatus();
  }
  std::string path = flags_.state;
  if (path.empty()) {
    if (flags_.file == "-") return UsageError("--state is needed when the rows come from -");
    path = absl::StrCat(flags_.file, ".", mapping_.id(), ".corridor-import");
  }
  auto state = ImportState::Open(path, mapping_.id(), mapping_.dataset(), random_);
  if (!state.ok()) return UsageError(std::string(state.status().message()));
  state_ = *std::move(state);
  return absl::OkStatus();
}

absl::Status ImportCommand::OpenReport() {
  if (flags_.report.empty()) return absl::OkStatus();
  report_.open(flags_.report, std::ios::trunc);
  if (!report_) return UsageError(absl::StrCat("cannot write ", flags_.report));
  return absl::OkStatus();
}

int ImportCommand::Import() {
  interrupted = false;
  std::signal(SIGINT, Interrupt);
  std::signal(SIGTERM, Interrupt);
  const Gate gate(DefaultGatePolicy());
  NoOutlet no_outlet;
  StatementOutlet& outlet =
      flags_.dry_run ? static_cast<StatementOutlet&>(no_outlet) : *publishers_;
  Importer importer(mapping_, gate, state_, outlet, options_);
  const absl::Status status = anonymizer_ ? ImportCases(importer) : ImportRows(importer);
  report_.close();
  return Report(status, importer.counts());
}

absl::Status ImportCommand::ImportRows(Importer& importer) {
  ImportProgress progress(context_.err, context_.clock, reader_->size(),
                          !context_.json() && isatty(STDERR_FILENO) == 1);
  absl::Status status = importer.Run(
      *reader_, *mapper_, interrupted,
      [this](uint64_t row, uint64_t line, const RowFault& fault) {
        if (report_.is_open()) report_ << FaultToJson(row, line, fault).dump() << "\n";
      },
      [&](const ImportCounts& counts) { progress.Show(counts, reader_->position()); });
  progress.Clear();
  return status;
}

absl::Status ImportCommand::ImportCases(Importer& importer) {
  CsvRecord record;
  while (!interrupted && reader_->Next(record)) {
    if (record.fault.empty()) {
      anonymizer_->Add(record.cells);
    } else {
      anonymizer_->AddUnreadable();
    }
  }
  if (interrupted) return absl::CancelledError("interrupted; nothing was sent");
  outcome_ = anonymizer_->Finish();
  for (const CaseNote& note : outcome_.notes) {
    if (report_.is_open()) report_ << NoteToJson(note).dump() << "\n";
  }
  return importer.RunCases(outcome_.alerts, interrupted,
                           [this](uint64_t number, uint64_t /*line*/, const RowFault& fault) {
                             not_sent_.push_back({number, fault});
                             if (report_.is_open()) {
                               report_ << AlertFaultToJson(not_sent_.back()).dump() << "\n";
                             }
                           });
}

int ImportCommand::Report(const absl::Status& status, const ImportCounts& counts) {
  if (context_.json()) {
    Json json = CountsToJson(counts);
    if (anonymizer_) json["cases"] = OutcomeToJson(outcome_, not_sent_);
    json["complete"] = status.ok();
    if (!status.ok()) json["error"] = StatusToJson(status)["error"];
    context_.out << json.dump() << "\n";
  } else {
    if (anonymizer_) PrintOutcome(outcome_, not_sent_, context_.out);
    PrintCounts(counts, anonymizer_ ? "alerts" : "rows", context_.out);
    if (!status.ok()) context_.err << StatusToText(status);
  }
  if (!flags_.report.empty() && report_.fail()) {
    return context_.Fail(absl::UnavailableError(absl::StrCat("cannot write ", flags_.report)));
  }
  if (absl::IsInvalidArgument(status)) return kExitUsage;
  if (!status.ok()) return ExitCodeOf(status);
  if (outcome_.rows_unreadable > 0) return kExitFailed;
  // What the mapping leaves out was meant to be left out; the rest was not.
  for (const ImportReason reason :
       {ImportReason::kBadRow, ImportReason::kGate, ImportReason::kRefused,
        ImportReason::kOtherContent, ImportReason::kRowChanged, ImportReason::kConflict,
        ImportReason::kValue}) {
    if (counts.not_imported.contains(std::string(ReasonText(reason)))) return kExitFailed;
  }
  return kExitOk;
}

}  // namespace

void AddImportCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<ImportFlags>();
  CLI::App* command = app.add_subcommand("import", "Turn the rows of a CSV file into alerts");
  command->add_option("FILE", flags->file, "the rows, or - for standard input")->required();
  command
      ->add_option("--mapping", flags->mapping,
                   "what the rows mean (client/import/import_mapping.proto)")
      ->required();
  command
      ->add_option("--publisher-profiles", flags->profiles,
                   "profile file, or folder of them, one for each publisher of the mapping; may be "
                   "repeated (default: --profile)")
      ->allow_extra_args(false);
  command->add_flag("--only-mine", flags->only_mine,
                    "leave the rows of publishers without a profile");
  command->add_flag("--dry-run", flags->dry_run, "map and check every row, send nothing");
  command->add_flag("--release-now", flags->release_now,
                    "of cases: send also the alerts that should wait");
  command->add_option(
      "--report", flags->report,
      "write every row that is not imported there, one JSON object a line; of cases "
      "each thing left out or said more coarsely");
  command->add_option("--state", flags->state,
                      "what the import remembers (default: FILE.<mapping id>.corridor-import)");
  command->add_option("--rows", flags->rows, "only these rows: 12-40, 12- or 12");
  command->add_option("--limit", flags->limit, "send at most this many");
  AddDurationFlag(*command, "--retry-for", flags->retry_for,
                  "try again for this long when no broker answers (default 2m)");
  command->footer(kFooter);
  context.OnRun(*command, [&context, flags] { return ImportCommand(context, *flags).Run(); });
}

}  // namespace corridor
