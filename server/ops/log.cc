#include "server/ops/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/time/time.h"

namespace corridor {
namespace {

constexpr size_t kLinesWaitingMax = 8192;

// spdlog's own formatting is not used: a line comes whole. One thread writes, so it needs no lock.
class SinkAdapter final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit SinkAdapter(std::unique_ptr<LogSink> sink) : sink_(std::move(sink)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    sink_->Line(std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  const std::unique_ptr<LogSink> sink_;
};

spdlog::sink_ptr SinkFor(std::unique_ptr<LogSink> sink) {
  if (sink != nullptr) return std::make_shared<SinkAdapter>(std::move(sink));
  auto standard_error = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  standard_error->set_pattern("%v");
  return standard_error;
}

const char* NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

}  // namespace

class Log::Impl {
 public:
  Impl(LogLevel least, const Clock& clock, std::unique_ptr<LogSink> sink)
      : least_(least),
        clock_(clock),
        thread_(std::make_shared<spdlog::details::thread_pool>(kLinesWaitingMax, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "corridor", SinkFor(std::move(sink)), thread_,
            spdlog::async_overflow_policy::overrun_oldest)) {}

  void SetLevel(LogLevel least) { least_ = least; }

  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (level < least_.load(std::memory_order_relaxed)) return;
    nlohmann::ordered_json line;
    line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", clock_.Now(), absl::UTCTimeZone());
    line["level"] = NameOf(level);
    line["event"] = std::string(event);
    for (const LogField& field : fields) {
      std::visit([&](const auto& value) { line[std::string(field.name)] = value; }, field.value);
    }
    constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
    const std::string text = line.dump(-1, ' ', false, kReplace);
    logger_->log(spdlog::level::critical, spdlog::string_view_t(text.data(), text.size()));
  }

 private:
  std::atomic<LogLevel> least_;
  const Clock& clock_;
  const std::shared_ptr<spdlog::details::thread_pool> thread_;
  const std::shared_ptr<spdlog::async_logger> logger_;
};

Log::Log(LogLevel least, const Clock& clock, std::unique_ptr<LogSink> sink)
    : impl_(std::make_unique<Impl>(least, clock, std::move(sink))) {}
Log::~Log() = default;

void Log::SetLevel(LogLevel least) { impl_->SetLevel(least); }

void Log::Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  impl_->Write(level, event, fields);
}

}  // namespace corridor
