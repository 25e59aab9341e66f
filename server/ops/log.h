#ifndef CORRIDOR_SERVER_OPS_LOG_H_
#define CORRIDOR_SERVER_OPS_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/clock.h"

namespace corridor {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One fact of a log line. Never content, secrets or names of persons.
struct LogField {
  std::string_view name;
  std::variant<std::string, int64_t, double> value;
};

// Where log lines go.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // Takes one line, without its end. Called on one thread at a time.
  virtual void Line(const std::string& line) = 0;
};

// The broker's log: one JSON object a line, on standard error unless a sink is
// given. Each has "time" (UTC), "level", "event" and the fields of the event.
// Thread-safe; never waits for whoever reads the log: lines wait in a bounded
// queue, and at the bound the oldest are lost.
class Log {
 public:
  // `clock` must outlive this.
  Log(LogLevel least, const Clock& clock, std::unique_ptr<LogSink> sink = nullptr);
  ~Log();  // Writes out what waits.

  // The least serious level that is written from now on.
  void SetLevel(LogLevel least);

  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_OPS_LOG_H_
