#include "server/audit/audit_log.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "server/audit/audit_filter.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kHashBytes = 32;
constexpr size_t kVerifyEntriesAtOnce = 1024;

std::string EncodeHead(const AuditLog::Head& head) { return KeyNumber(head.entries) + head.hash; }

absl::StatusOr<AuditLog::Head> DecodeHead(const std::optional<std::string>& value) {
  if (!value) return AuditLog::Head();
  if (value->size() != 8 + kHashBytes) return absl::DataLossError("audit: the head is malformed");
  return AuditLog::Head{ParseKeyNumber(*value), value->substr(8)};
}

absl::Status AppendEntry(v1::AuditEntry& entry, CommitContext& context) {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, context.Get(AuditHeadKey()));
  ASSIGN_OR_RETURN(AuditLog::Head head, DecodeHead(stored));
  ++head.entries;
  entry.set_sequence(head.entries);
  entry.set_time_ms(ToMillis(context.now()));
  if (context.record_position() != nullptr && !entry.has_position()) {
    *entry.mutable_position() = *context.record_position();
  }
  std::string bytes = entry.SerializeAsString();
  head.hash = NextAuditHead(head.hash, bytes);
  context.Put(AuditEntryKey(head.entries), std::move(bytes));
  context.Put(AuditHeadKey(), EncodeHead(head));
  return absl::OkStatus();
}

KeyRange EntriesAfter(uint64_t sequence) {
  return {AuditEntryKey(sequence + 1), PrefixRange(AuditEntryKeyPrefix()).end};
}

absl::Status Missing(uint64_t sequence) {
  return absl::DataLossError(absl::StrCat("audit: entry ", sequence, " is missing"));
}

absl::Status Malformed(uint64_t sequence) {
  return absl::DataLossError(absl::StrCat("audit: entry ", sequence, " is malformed"));
}

}  // namespace

BatchPart AuditLog::Entry(v1::AuditEntry entry) {
  return [entry = std::move(entry)](CommitContext& context) mutable {
    return AppendEntry(entry, context);
  };
}

AuditPart AuditLog::Part() {
  return [](v1::AuditEntry entry) { return Entry(std::move(entry)); };
}

BatchPart AuditLog::GatePolicyInForce(std::string actor, v1::GateVerdictStamp stamp) {
  return [actor = std::move(actor),
          stamp = std::move(stamp)](CommitContext& context) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<std::string> before, context.Get(AuditGatePolicyKey()));
    std::string now = stamp.SerializeAsString();
    if (before == now) return absl::OkStatus();
    context.Put(AuditGatePolicyKey(), std::move(now));
    v1::AuditEntry entry;
    entry.set_actor(actor);
    entry.set_act(v1::AUDIT_ACT_GATE_POLICY);
    entry.set_object(stamp.policy_version());
    *entry.mutable_gate() = stamp;
    return AppendEntry(entry, context);
  };
}

absl::StatusOr<AuditLog::Head> AuditLog::head() const {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, store_.Get(AuditHeadKey()));
  return DecodeHead(stored);
}

absl::StatusOr<std::vector<v1::AuditEntry>> AuditLog::Read(uint64_t after, size_t limit) const {
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   store_.Scan(EntriesAfter(after), limit, ScanOrder::kAscending));
  std::vector<v1::AuditEntry> entries(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (entries[i].ParseFromString(pairs[i].value)) continue;
    return absl::DataLossError(absl::StrCat("audit: an entry after ", after + i, " is malformed"));
  }
  return entries;
}

absl::StatusOr<AuditLog::Page> AuditLog::Find(const Query& query) const {
  Page page;
  ASSIGN_OR_RETURN(page.head, head());
  const bool up = query.order == ScanOrder::kAscending;
  uint64_t next = up ? std::max<uint64_t>(query.from, 1) : std::min(query.from, page.head.entries);
  for (size_t looks = 0; next >= 1 && next <= page.head.entries;) {
    if (page.entries.size() == query.entries_max || looks == query.looks_max) {
      page.next = next;
      return page;
    }
    const size_t at_once = std::min(kVerifyEntriesAtOnce, query.looks_max - looks);
    const KeyRange range = up ? KeyRange{AuditEntryKey(next), AuditEntryKey(page.head.entries + 1)}
                              : KeyRange{AuditEntryKey(1), AuditEntryKey(next + 1)};
    ASSIGN_OR_RETURN(std::vector<KeyValue> pairs, store_.Scan(range, at_once, query.order));
    if (pairs.empty()) return Missing(next);
    for (KeyValue& pair : pairs) {
      if (page.entries.size() == query.entries_max) break;
      if (pair.key != AuditEntryKey(next)) return Missing(next);
      v1::StoredAuditEntry entry;
      if (!entry.mutable_says()->ParseFromString(pair.value)) return Malformed(next);
      if (Passes(query.filter, entry.says())) {
        entry.set_entry(std::move(pair.value));
        page.entries.push_back(std::move(entry));
      }
      ++looks;
      next = up ? next + 1 : next - 1;
    }
  }
  return page;
}

absl::Status AuditLog::Walk(absl::FunctionRef<absl::Status(std::string_view bytes)> visit,
                            uint64_t entries) const {
  uint64_t seen = 0;
  while (seen < entries) {
    ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                     store_.Scan({AuditEntryKey(seen + 1), AuditEntryKey(entries + 1)},
                                 kVerifyEntriesAtOnce, ScanOrder::kAscending));
    if (pairs.empty()) return Missing(seen + 1);
    for (const KeyValue& pair : pairs) {
      if (pair.key != AuditEntryKey(seen + 1)) return Missing(seen + 1);
      ++seen;
      RETURN_IF_ERROR(visit(pair.value));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<AuditLog::Head> AuditLog::Verify() const {
  ASSIGN_OR_RETURN(const Head stored, head());
  Head derived;
  RETURN_IF_ERROR(Walk(
      [&](std::string_view bytes) {
        derived = {derived.entries + 1, NextAuditHead(derived.hash, bytes)};
        return absl::OkStatus();
      },
      stored.entries));
  if (derived == stored) return derived;
  return absl::DataLossError("audit: the entries do not lead to the stored head");
}

absl::StatusOr<AuditLog::Head> AuditLog::Export(
    absl::FunctionRef<void(std::string_view line)> sink) const {
  ASSIGN_OR_RETURN(const Head stored, head());
  AuditChain chain;
  RETURN_IF_ERROR(Walk(
      [&](std::string_view bytes) -> absl::Status {
        const absl::StatusOr<std::string> line = chain.Export(bytes);
        if (!line.ok()) return absl::DataLossError(line.status().message());
        sink(*line);
        return absl::OkStatus();
      },
      stored.entries));
  if (chain.head() == stored) return stored;
  return absl::DataLossError("audit: the entries do not lead to the stored head");
}

}  // namespace corridor
