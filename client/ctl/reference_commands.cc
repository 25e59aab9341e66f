#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/reference.h"
#include "client/ctl/secret_file.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr char kCompletionFooter[] =
    "Examples:\n"
    "  source <(corridorctl completion bash)\n"
    "  corridorctl completion zsh > ~/.zfunc/_corridorctl\n";
constexpr char kManualFooter[] =
    "Writes corridorctl.1, and corridorctl-COMMAND.1 for each command, for man(1).\n\n"
    "Examples:\n"
    "  corridorctl manual --out ~/.local/share/man/man1\n";

absl::Status WriteManual(const CLI::App& app, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError(absl::StrCat("cannot make ", folder));
  const std::string prefix = absl::StrCat(folder, "/", app.get_name());
  RETURN_IF_ERROR(WriteWhole(prefix + ".1", ManPage(app, ""), FileAccess::kPublic));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    RETURN_IF_ERROR(WriteWhole(absl::StrCat(prefix, "-", command->get_name(), ".1"),
                               ManPage(*command, app.get_name()), FileAccess::kPublic));
  }
  return absl::OkStatus();
}

}  // namespace

void AddReferenceCommands(CLI::App& app, Context& context) {
  CLI::App* completion = app.add_subcommand("completion", "Write what a shell completes with");
  completion->footer(kCompletionFooter);
  auto shell = std::make_shared<std::string>();
  completion->add_option("SHELL", *shell, "which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  context.OnRun(*completion, [&app, &context, shell] {
    context.out << (*shell == "zsh" ? ZshCompletion(app) : BashCompletion(app));
    return kExitOk;
  });

  CLI::App* manual = app.add_subcommand("manual", "Write the pages for man(1)");
  manual->footer(kManualFooter);
  auto folder = std::make_shared<std::string>();
  manual->add_option("--out", *folder, "folder for the pages")->required();
  context.OnRun(*manual, [&app, &context, folder] {
    const absl::Status written = WriteManual(app, *folder);
    return written.ok() ? kExitOk : context.Fail(written);
  });
}

}  // namespace corridor
