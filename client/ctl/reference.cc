#include "client/ctl/reference.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/ctl/templates.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

std::vector<const CLI::App*> Commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

// Options of `app` itself, and where `inherited` those of all above it too: the flags for all
// commands may stand anywhere.
std::vector<const CLI::Option*> Options(const CLI::App& app, bool inherited) {
  std::vector<const CLI::Option*> options = app.get_options();
  if (inherited && app.get_parent() != nullptr) {
    for (const CLI::Option* option : Options(*app.get_parent(), true)) {
      if (!option->get_lnames().empty() && option->get_lnames().front() != "help") {
        options.push_back(option);
      }
    }
  }
  return options;
}

// "text", "json" where a type says {text,json}.
std::vector<std::string> Choices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t open = type.find('{');
  const size_t close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  return absl::StrSplit(type.substr(open + 1, close - open - 1), ',');
}

// Words that may follow, of one command: its commands, long flags, and what an argument takes.
std::string WordsOf(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : Commands(app)) words.push_back(command->get_name());
  for (const CLI::Option* option : Options(app, true)) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    if (!option->get_positional()) continue;
    for (std::string& value : Choices(*option)) words.push_back(std::move(value));
  }
  return absl::StrJoin(words, " ");
}

// One line of the script's table for each command below `app`, and its choices.
void AddCases(const CLI::App& app, const std::string& path, std::string& commands,
              std::string& choices) {
  absl::StrAppend(&commands, "    '", path, "') words='", WordsOf(app), "' ;;\n");
  for (const CLI::Option* option : Options(app, false)) {
    const std::vector<std::string> values = Choices(*option);
    if (values.empty() || option->get_lnames().empty()) continue;
    // What the program itself takes may stand behind every command.
    absl::StrAppend(&choices, "    '", path, "'", app.get_parent() == nullptr ? "*" : "", "' --",
                    option->get_lnames().front(), "') values='", absl::StrJoin(values, " "),
                    "' ;;\n");
  }
  for (const CLI::App* command : Commands(app)) {
    AddCases(*command, absl::StrCat(path, " ", command->get_name()), commands, choices);
  }
}

// Text for roff: a backslash, a hyphen and a leading dot or quote mean something there.
std::string Roff(std::string_view text) {
  std::string safe = absl::StrReplaceAll(A(text), {{"\\", "\\e"}, {"-", "\\-"}});
  if (!safe.empty() && (safe[0] == '.' || safe[0] == '\'')) safe.insert(0, "\\&");
  return safe;
}

std::string FlagsText(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("\\-" + Roff(name));
  for (const std::string& name : option.get_lnames()) names.push_back("\\-\\-" + Roff(name));
  if (names.empty()) return absl::StrCat("\\fI", Roff(option.get_name(true)), "\\fR");
  std::string text = absl::StrCat("\\fB", absl::StrJoin(names, "\\fR, \\fB"), "\\fR");
  if (option.get_items_expected_max() > 0) {
    absl::StrAppend(&text, " \\fI", Roff(option.get_type_name()), "\\fR");
  }
  return text;
}

void AddOptions(const CLI::App& app, std::string& page) {
  for (const CLI::Option* option : Options(app, false)) {
    absl::StrAppend(&page, ".TP\n", FlagsText(*option), "\n", Roff(option->get_description()));
    if (option->get_required()) absl::StrAppend(&page, " (required)");
    if (!option->get_default_str().empty()) {
      absl::StrAppend(&page, " (default: ", Roff(option->get_default_str()), ")");
    }
    absl::StrAppend(&page, "\n");
  }
}

void AddFooter(const CLI::App& app, std::string& page) {
  const std::string footer = app.get_footer();
  if (footer.empty()) return;
  absl::StrAppend(&page, ".PP\n.nf\n");
  for (const absl::string_view line :
       absl::StrSplit(absl::StripTrailingAsciiWhitespace(footer), '\n')) {
    absl::StrAppend(&page, Roff(S(line)), "\n");
  }
  absl::StrAppend(&page, ".fi\n");
}

void AddCommand(const CLI::App& command, const std::string& path, std::string& page) {
  absl::StrAppend(&page, ".SS \"", Roff(path), "\"\n", Roff(command.get_description()), "\n");
  AddOptions(command, page);
  AddFooter(command, page);
  for (const CLI::App* below : Commands(command)) {
    AddCommand(*below, absl::StrCat(path, " ", below->get_name()), page);
  }
}

std::string Script(const CLI::App& app) {
  std::string commands;
  std::string choices;
  AddCases(app, app.get_name(), commands, choices);
  return absl::StrReplaceAll(
      kCompletionScript,
      {{"@NAME@", app.get_name()}, {"@COMMANDS@", commands}, {"@CHOICES@", choices}});
}

}  // namespace

std::string BashCompletion(const CLI::App& app) { return Script(app); }

std::string ZshCompletion(const CLI::App& app) {
  return absl::StrCat("#compdef ", app.get_name(),
                      "\nautoload -U +X bashcompinit && bashcompinit\n", Script(app));
}

std::string ManPage(const CLI::App& command, const std::string& parent) {
  const std::string name =
      parent.empty() ? command.get_name() : absl::StrCat(parent, "-", command.get_name());
  const std::string typed = absl::StrReplaceAll(name, {{"-", " "}});
  std::string page =
      absl::StrCat(".TH ", absl::AsciiStrToUpper(name), " 1 \"\" Corridor\n.SH NAME\n", Roff(name),
                   " \\- ", Roff(command.get_description()), "\n.SH SYNOPSIS\n.B ", Roff(typed),
                   Commands(command).empty() ? "\n" : "\n.I COMMAND\n", "[\\fIOPTIONS\\fR]\n");
  absl::StrAppend(&page, ".SH OPTIONS\n");
  AddOptions(command, page);
  if (!Commands(command).empty()) absl::StrAppend(&page, ".SH COMMANDS\n");
  for (const CLI::App* below : Commands(command)) {
    if (parent.empty()) {
      absl::StrAppend(&page, ".TP\n\\fB", Roff(below->get_name()), "\\fR\n",
                      Roff(below->get_description()), "; see ", Roff(name), "\\-",
                      Roff(below->get_name()), "(1)\n");
    } else {
      AddCommand(*below, absl::StrCat(typed, " ", below->get_name()), page);
    }
  }
  if (!command.get_footer().empty()) absl::StrAppend(&page, ".SH NOTES\n");
  AddFooter(command, page);
  return page;
}

}  // namespace corridor
