#ifndef CORRIDOR_CLIENT_CTL_REFERENCE_H_
#define CORRIDOR_CLIENT_CTL_REFERENCE_H_

#include <CLI/CLI.hpp>
#include <string>

namespace corridor {

// What follows from the declared commands alone, as --help does, so that the three
// cannot differ. Pure.

// A script that bash, or zsh with `bashcompinit`, reads to complete the words of a
// command line: commands, long flags, values where a flag takes one of a few, else files.
std::string BashCompletion(const CLI::App& app);
std::string ZshCompletion(const CLI::App& app);

// A page for man(1), section 1. That of `app` itself names its commands; that of one of
// its commands holds everything below it. `parent` is the name of the program, or empty.
std::string ManPage(const CLI::App& command, const std::string& parent);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_REFERENCE_H_
