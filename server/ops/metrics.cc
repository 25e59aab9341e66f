#include "server/ops/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <cassert>
#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

// A scrape is short: one thread answers it while the other listens on.
constexpr size_t kListenerThreads = 2;

prometheus::Labels LabelsOf(Metric metric, std::initializer_list<std::string_view> values) {
  const std::vector<std::string> names =
      absl::StrSplit(std::string(TextOf(metric).labels), ',', absl::SkipEmpty());
  assert(names.size() == values.size());
  prometheus::Labels labels;
  auto name = names.begin();
  for (std::string_view value : values) labels.emplace(*name++, value);
  return labels;
}

}  // namespace

std::string MetricsTable() {
  std::string table = "| Metric | Kind | Labels | What it says |\n|---|---|---|---|\n";
  for (const MetricText& text : kMetrics) {
    absl::StrAppend(&table, "| `", A(text.name), "` | ", text.gauge ? "gauge" : "counter", " | ",
                    absl::StrReplaceAll(A(text.labels), {{",", ", "}}), " | ", A(text.help),
                    " |\n");
  }
  return table;
}

struct Metrics::Shelf {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::array<prometheus::Family<prometheus::Counter>*, kMetrics.size()> counters = {};
  std::array<prometheus::Family<prometheus::Gauge>*, kMetrics.size()> gauges = {};
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics() : shelf_(std::make_unique<Shelf>()) {
  for (size_t i = 0; i < kMetrics.size(); ++i) {
    const std::string name(kMetrics[i].name);
    const std::string help(kMetrics[i].help);
    if (kMetrics[i].gauge) {
      shelf_->gauges[i] =
          &prometheus::BuildGauge().Name(name).Help(help).Register(*shelf_->registry);
    } else {
      shelf_->counters[i] =
          &prometheus::BuildCounter().Name(name).Help(help).Register(*shelf_->registry);
    }
  }
}

Metrics::~Metrics() = default;

void Metrics::Count(Metric metric, std::initializer_list<std::string_view> label_values) {
  shelf_->counters[static_cast<size_t>(metric)]->Add(LabelsOf(metric, label_values)).Increment();
}

void Metrics::Set(Metric metric, std::initializer_list<std::string_view> label_values,
                  double value) {
  shelf_->gauges[static_cast<size_t>(metric)]->Add(LabelsOf(metric, label_values)).Set(value);
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(shelf_->registry->Collect());
}

absl::StatusOr<int> Metrics::Listen(const std::string& address) {
  try {
    shelf_->exposer = std::make_unique<prometheus::Exposer>(address, kListenerThreads);
  } catch (const std::exception&) {
    return absl::UnavailableError(absl::StrCat("cannot listen for metrics on ", address));
  }
  shelf_->exposer->RegisterCollectable(shelf_->registry);
  return shelf_->exposer->GetListeningPorts().front();
}

}  // namespace corridor
