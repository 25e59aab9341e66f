#include "server/broker/peer_interests.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"

namespace corridor {

absl::Status PeerInterests::Open(const std::vector<std::string>& peers) {
  for (const std::string& peer : peers) {
    ASSIGN_OR_RETURN(const std::optional<v1::LinkInterest> said,
                     GetValue<v1::LinkInterest>(parts_.store, PeerInterestKey(peer)));
    if (said) Take(peer, *said);
  }
  return absl::OkStatus();
}

void PeerInterests::Set(const std::string& peer, const v1::LinkInterest& interest) {
  v1::LinkInterest said = interest;
  said.clear_from_offset();  // Differs by lane; what stands before it was sent already.
  const auto known = narrowed_.find(peer);
  const bool same = known == narrowed_.end()
                        ? said.everything()
                        : known->second.said.SerializeAsString() == said.SerializeAsString();
  if (same) return;
  Take(peer, said);
  const std::string key = PeerInterestKey(peer);
  std::vector<BatchPart> parts;
  parts.push_back(PutPart(key, EncodeValue(key, said)));
  parts_.journal.Commit(std::move(parts), [](const absl::Status&) {});
}

void PeerInterests::Take(const std::string& peer, const v1::LinkInterest& interest) {
  narrowed_.erase(peer);
  if (interest.everything()) return;
  Interest taken{.said = interest, .filters = {}};
  for (const v1::Filter& filter : interest.filters()) {
    auto compiled = SubscriptionFilter::Compile(filter);
    if (!compiled.ok()) return;
    taken.filters.push_back(*std::move(compiled));
  }
  narrowed_.emplace(peer, std::move(taken));
}

bool PeerInterests::Wants(const std::string& peer, const Record& record) const {
  const auto found = narrowed_.find(peer);
  const ParsedStatement& statement = *record.statement;
  if (found == narrowed_.end() || statement.content() == nullptr) return true;
  const auto& filters = found->second.filters;
  const bool wanted = std::any_of(
      filters.begin(), filters.end(),
      [&](const SubscriptionFilter& filter) { return filter.Matches(statement, nullptr); });
  return wanted || (statement.body.has_revise() && MayHaveEarlier(peer, record));
}

bool PeerInterests::MayHaveEarlier(const std::string& peer, const Record& record) const {
  const v1::StatementBody& body = record.statement->body;
  const auto statements = parts_.journal.StatementsOf(body.publisher(), body.alert_id());
  if (!statements.ok()) {
    parts_.on_damage(statements.status());
    return true;
  }
  for (const Journal::StatementPlace& one : *statements) {
    if (one.place.offset == 0 || one.place.offset >= record.offset) continue;
    const auto ranges = DisclosureLedger::RangesAt(parts_.store, one.place.lane, one.place.offset);
    if (!ranges.ok()) return true;
    for (const DisclosureLedger::Range& range : *ranges) {
      if (range.holder == peer) return true;
    }
  }
  return false;
}

}  // namespace corridor
