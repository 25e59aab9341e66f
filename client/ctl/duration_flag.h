#ifndef CORRIDOR_CLIENT_CTL_DURATION_FLAG_H_
#define CORRIDOR_CLIENT_CTL_DURATION_FLAG_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/time/time.h"

namespace corridor {

// Adds a flag that takes a duration: "10s", "5m", "1h30m". Anything else is a usage
// error.
inline CLI::Option* AddDurationFlag(CLI::App& command, const std::string& name,
                                    absl::Duration& value, const std::string& help) {
  return command
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { absl::ParseDuration(text, &value); }, help)
      ->check(CLI::Validator(
          [](const std::string& text) {
            absl::Duration parsed;
            return absl::ParseDuration(text, &parsed) ? std::string()
                                                      : "write a duration such as 10s or 5m";
          },
          "DURATION"))
      ->type_name("");
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_DURATION_FLAG_H_
