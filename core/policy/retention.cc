#include "core/policy/retention.h"

#include <algorithm>

namespace corridor {
namespace {

bool Fits(const RetentionRule& rule, const Retained& record) {
  return (rule.tlp == v1::TLP_UNSPECIFIED || rule.tlp == record.tlp) &&
         (rule.kind == v1::STATEMENT_KIND_UNSPECIFIED || rule.kind == record.kind) &&
         (rule.origin.empty() || rule.origin == record.origin);
}

}  // namespace

RetentionTimes TimesOf(const RetentionPolicy& policy, const Retained& record) {
  const auto found = std::find_if(policy.rules.begin(), policy.rules.end(),
                                  [&](const RetentionRule& rule) { return Fits(rule, record); });
  const RetentionRule rule = found == policy.rules.end() ? RetentionRule() : *found;
  const int64_t end_ms = record.valid_until_ms == 0 ? record.append_ms : record.valid_until_ms;
  return {.may_go = absl::FromUnixMillis(record.append_ms) + rule.after_append,
          .must_go = absl::FromUnixMillis(end_ms) + rule.after_end};
}

}  // namespace corridor
