#include "server/audit/refusal_audit.h"

#include <utility>

namespace corridor {

RefusalFold::Kind& RefusalFold::KindOf(v1::AuditEntry entry) {
  std::string key = entry.SerializeAsString();
  const auto known = kinds_.find(key);
  if (known != kinds_.end()) return known->second;
  if (kinds_.size() >= kKindsMax) {
    v1::AuditEntry of_any_kind;
    of_any_kind.set_act(entry.act());
    of_any_kind.set_refusal(entry.refusal());
    key = of_any_kind.SerializeAsString();
    entry = std::move(of_any_kind);
  }
  return kinds_.try_emplace(std::move(key), Kind{.entry = std::move(entry)}).first->second;
}

std::optional<v1::AuditEntry> RefusalFold::Add(v1::AuditEntry entry) {
  Kind& kind = KindOf(entry);
  if (single_ < kSingleMax && kind.single < kSingleAlikeMax) {
    ++single_;
    ++kind.single;
    return entry;
  }
  ++kind.counted;
  return std::nullopt;
}

std::vector<v1::AuditEntry> RefusalFold::EndMinute() {
  std::vector<v1::AuditEntry> counted;
  for (auto& [key, kind] : kinds_) {
    if (kind.counted == 0) continue;
    kind.entry.set_count(kind.counted);
    counted.push_back(std::move(kind.entry));
  }
  kinds_.clear();
  single_ = 0;
  return counted;
}

void RefusalAudit::Note(v1::AuditEntry entry) {
  std::optional<v1::AuditEntry> now;
  {
    absl::MutexLock lock(&mutex_);
    now = fold_.Add(std::move(entry));
  }
  if (now.has_value()) Write(*std::move(now));
}

void RefusalAudit::Tick() {
  {
    absl::MutexLock lock(&mutex_);
    const absl::Duration now = parts_.clock.Steady();
    if (now < minute_ends_) return;
    minute_ends_ = now + absl::Minutes(1);
  }
  Flush();
}

void RefusalAudit::Flush() {
  std::vector<v1::AuditEntry> counted;
  {
    absl::MutexLock lock(&mutex_);
    counted = fold_.EndMinute();
  }
  for (v1::AuditEntry& entry : counted) Write(std::move(entry));
}

void RefusalAudit::Write(v1::AuditEntry entry) {
  std::vector<BatchPart> parts;
  parts.push_back(parts_.audit(std::move(entry)));
  parts_.commits.Commit(std::move(parts), [this](const absl::Status& written) {
    if (!written.ok()) parts_.lost(written);
  });
}

}  // namespace corridor
