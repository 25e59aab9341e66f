#include "client/ctl/region_view.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/ctl/textproto.h"

namespace corridor {
namespace {

using Rate = std::optional<double>;
using Lines = std::vector<std::string>;

// Counters of one broker, now and some time before.
class Rates {
 public:
  Rates(const RegionSample& now, const RegionSample* before) {
    if (before == nullptr || now.steady <= before->steady) return;
    if (now.status.start_time().seconds() != before->status.start_time().seconds()) return;
    before_ = before;
    seconds_ = absl::ToDoubleSeconds(now.steady - before->steady);
  }

  // How much `count`, a function of a status, grew in a second.
  template <typename Count>
  Rate OfStatus(const RegionSample& now, Count count) const {
    if (before_ == nullptr) return std::nullopt;
    return PerSecond(count(now.status), count(before_->status));
  }

  template <typename Count>
  Rate OfLane(const std::string& peer, const v1::LinkLaneStatus& now, Count count) const {
    if (before_ == nullptr) return std::nullopt;
    for (const v1::LinkStatus& link : before_->links) {
      if (link.peer_region() != peer) continue;
      for (const v1::LinkLaneStatus& lane : link.lanes()) {
        if (lane.lane() == now.lane()) return PerSecond(count(now), count(lane));
      }
    }
    return std::nullopt;
  }

  // Below zero where a subscription catches up.
  Rate OfBacklog(const v1::OwnedSubscriptionStatus& now, uint64_t backlog) const;

 private:
  Rate PerSecond(uint64_t now, uint64_t before) const {
    return (static_cast<double>(now) - static_cast<double>(before)) / seconds_;
  }

  const RegionSample* before_ = nullptr;
  double seconds_ = 1;
};

uint64_t Backlog(const v1::OwnedSubscriptionStatus& owned) {
  uint64_t backlog = 0;
  for (const v1::LaneProgress& lane : owned.status().lanes()) {
    backlog = std::max(backlog, lane.backlog());
  }
  return backlog;
}

Rate Rates::OfBacklog(const v1::OwnedSubscriptionStatus& now, uint64_t backlog) const {
  if (before_ == nullptr) return std::nullopt;
  for (const v1::OwnedSubscriptionStatus& owned : before_->status.subscriptions()) {
    if (owned.owner() == now.owner() && owned.status().name() == now.status().name()) {
      return PerSecond(backlog, Backlog(owned));
    }
  }
  return std::nullopt;
}

// "-", "0", "0.4", "12.3", "1204".
std::string RateText(Rate rate) {
  if (!rate) return "-";
  const double size = *rate < 0 ? -*rate : *rate;
  if (size == 0) return "0";
  return absl::StrFormat("%.*f", size < 100 ? 1 : 0, *rate);
}

// "850ms", "12s", "3m", "5h", "9d".
std::string SpanText(absl::Duration span) {
  if (span < absl::Seconds(1)) return absl::StrCat(absl::ToInt64Milliseconds(span), "ms");
  if (span < absl::Minutes(2)) return absl::StrCat(absl::ToInt64Seconds(span), "s");
  if (span < absl::Hours(2)) return absl::StrCat(absl::ToInt64Minutes(span), "m");
  if (span < absl::Hours(48)) return absl::StrCat(absl::ToInt64Hours(span), "h");
  return absl::StrCat(absl::ToInt64Hours(span) / 24, "d");
}

std::string Count(uint64_t count) { return count == 0 ? "" : absl::StrCat(count); }

Rate AllRecords(const Rates& rates, const RegionSample& now) {
  return rates.OfStatus(now, [](const auto& status) { return status.head_offset(); });
}
Rate LocalRecords(const Rates& rates, const RegionSample& now) {
  return rates.OfStatus(now, [](const auto& status) { return status.local_records(); });
}
Rate ImportedRecords(const Rates& rates, const RegionSample& now) {
  return rates.OfStatus(now, [](const auto& status) { return status.imported_records(); });
}
Rate AuditEntries(const Rates& rates, const RegionSample& now) {
  return rates.OfStatus(now, [](const auto& status) { return status.audit_entries(); });
}
Rate Sent(const Rates& rates, const std::string& peer, const v1::LinkLaneStatus& lane) {
  return rates.OfLane(peer, lane, [](const auto& one) { return one.records_sent(); });
}
Rate Received(const Rates& rates, const std::string& peer, const v1::LinkLaneStatus& lane) {
  return rates.OfLane(peer, lane, [](const auto& one) { return one.records_received(); });
}

Lines Head(const RegionSample& now, const Rates& rates, absl::TimeZone zone) {
  const v1::GetStatusResponse& status = now.status;
  const absl::Duration up = now.time - TimeOf(status.start_time());
  return {
      absl::StrCat(Printable(status.region()), "  corridord ", Printable(status.version()),
                   status.draining() ? ", draining" : "", "  up ",
                   SpanText(std::max(up, absl::ZeroDuration())), "  ", TimeText(now.time, zone)),
      absl::StrCat("records   ", status.head_offset(), "  ", RateText(AllRecords(rates, now)),
                   "/s: ", RateText(LocalRecords(rates, now)), "/s local, ",
                   RateText(ImportedRecords(rates, now)), "/s imported"),
      absl::StrCat("sessions  ", status.sessions(), "  audit ", RateText(AuditEntries(rates, now)),
                   "/s  disk ", ShortName(status.disk()), "  answered in ",
                   SpanText(now.answered_in))};
}

Lines Alarms(const std::vector<HealthFinding>& findings) {
  Lines lines = {findings.empty() ? "no alarm" : absl::StrCat("alarms: ", findings.size())};
  for (const HealthFinding& finding : findings) {
    lines.push_back(absl::StrCat(std::string(HealthName(finding.health)), "  ", finding.what));
  }
  return lines;
}

std::string RoundTrip(const v1::LinkLaneStatus& lane) {
  if (!lane.has_canary_time()) return "-";
  return SpanText(absl::Milliseconds(lane.canary_round_trip_ms()));
}

Lines Links(const RegionSample& now, const Rates& rates, size_t columns) {
  Lines lines = {absl::StrCat("links: ", now.links.size())};
  if (now.links.empty()) return lines;
  std::vector<std::vector<std::string>> rows;
  for (const v1::LinkStatus& link : now.links) {
    for (const v1::LinkLaneStatus& lane : link.lanes()) {
      rows.push_back({Printable(link.peer_region()), ShortName(lane.lane()),
                      ShortName(lane.state()), RateText(Sent(rates, link.peer_region(), lane)),
                      RateText(Received(rates, link.peer_region(), lane)),
                      Count(lane.lag_records()),
                      lane.lag_records() == 0 ? "" : SpanText(absl::Milliseconds(lane.lag_ms())),
                      RoundTrip(lane), Count(lane.recalls_pending()), Count(lane.records_parked()),
                      Count(lane.records_refused())});
    }
  }
  const Lines table = FittedTable({{"PEER", 9},
                                   {"LANE", 9},
                                   {"STATE", 9},
                                   {"OUT/S", 6, true},
                                   {"IN/S", 6, true},
                                   {"BEHIND", 8, true},
                                   {"FOR", 8, true},
                                   {"ROUND TRIP", 5, true},
                                   {"RECALLS OPEN", 4, true},
                                   {"PARKED", 3, true},
                                   {"REFUSED", 2, true}},
                                  std::move(rows), columns);
  lines.insert(lines.end(), table.begin(), table.end());
  return lines;
}

// Those that are behind, the worst first.
std::vector<const v1::OwnedSubscriptionStatus*> Behind(const RegionSample& now) {
  std::vector<const v1::OwnedSubscriptionStatus*> behind;
  for (const v1::OwnedSubscriptionStatus& owned : now.status.subscriptions()) {
    if (Backlog(owned) > 0) behind.push_back(&owned);
  }
  std::stable_sort(behind.begin(), behind.end(),
                   [](const auto* a, const auto* b) { return Backlog(*a) > Backlog(*b); });
  return behind;
}

Lines Subscriptions(const RegionSample& now, const Rates& rates, size_t columns) {
  const auto behind = Behind(now);
  Lines lines = {absl::StrCat("subscriptions: ", behind.size(), " of ",
                              now.status.subscriptions_size(), " behind")};
  if (behind.empty()) return lines;
  std::vector<std::vector<std::string>> rows;
  for (const v1::OwnedSubscriptionStatus* owned : behind) {
    const v1::SubscriptionStatus& status = owned->status();
    const uint64_t backlog = Backlog(*owned);
    rows.push_back({Printable(status.name()), ShortMember(owned->owner()), absl::StrCat(backlog),
                    RateText(rates.OfBacklog(*owned, backlog)), ShortName(status.delivery_state()),
                    Count(status.unsettled()), Count(status.dead_letters()),
                    Count(status.sessions())});
  }
  const Lines table = FittedTable({{"SUBSCRIPTION", 9},
                                   {"OWNER", 8},
                                   {"BACKLOG", 9, true},
                                   {"CHANGE/S", 6, true},
                                   {"STATE", 7},
                                   {"UNSETTLED", 4, true},
                                   {"DEAD", 3, true},
                                   {"SESSIONS", 2, true}},
                                  std::move(rows), columns);
  lines.insert(lines.end(), table.begin(), table.end());
  return lines;
}

// Adds a blank line and the section, cut to `room` lines in all.
void Append(const Lines& section, size_t room, size_t columns, Lines& lines) {
  if (room < 2) return;
  lines.emplace_back();
  const size_t shown = section.size() < room ? section.size() : room - 2;
  for (size_t i = 0; i < shown; ++i) lines.push_back(Clipped(section[i], columns));
  if (shown < section.size()) {
    lines.push_back(Clipped(absl::StrCat("... ", section.size() - shown, " lines more"), columns));
  }
}

Json JsonOf(Rate rate) { return rate ? Json(*rate) : Json(nullptr); }

Json LinksToJson(const RegionSample& now, const Rates& rates) {
  Json list = Json::array();
  for (const v1::LinkStatus& link : now.links) {
    for (const v1::LinkLaneStatus& lane : link.lanes()) {
      list.push_back({{"peer", link.peer_region()},
                      {"lane", v1::Lane_Name(lane.lane())},
                      {"state", v1::LinkState_Name(lane.state())},
                      {"sent_per_second", JsonOf(Sent(rates, link.peer_region(), lane))},
                      {"received_per_second", JsonOf(Received(rates, link.peer_region(), lane))},
                      {"lag_records", lane.lag_records()},
                      {"lag_ms", lane.lag_ms()},
                      {"round_trip_ms",
                       lane.has_canary_time() ? Json(lane.canary_round_trip_ms()) : Json(nullptr)},
                      {"recalls_pending", lane.recalls_pending()},
                      {"records_parked", lane.records_parked()},
                      {"records_refused", lane.records_refused()}});
    }
  }
  return list;
}

Json BehindToJson(const RegionSample& now, const Rates& rates) {
  Json list = Json::array();
  for (const v1::OwnedSubscriptionStatus* owned : Behind(now)) {
    const v1::SubscriptionStatus& status = owned->status();
    const uint64_t backlog = Backlog(*owned);
    list.push_back({{"name", status.name()},
                    {"owner", owned->owner()},
                    {"backlog", backlog},
                    {"change_per_second", JsonOf(rates.OfBacklog(*owned, backlog))},
                    {"state", v1::DeliveryState_Name(status.delivery_state())},
                    {"unsettled", status.unsettled()},
                    {"dead_letters", status.dead_letters()},
                    {"sessions", status.sessions()}});
  }
  return list;
}

}  // namespace

std::string RegionView(const RegionSample& now, const RegionSample* before,
                       const HealthLimits& limits, const Screen& screen, absl::TimeZone zone) {
  const Rates rates(now, before);
  Lines lines;
  for (const std::string& line : Head(now, rates, zone)) {
    lines.push_back(Clipped(line, screen.columns));
  }
  const Lines sections[] = {
      Alarms(JudgeRegion(now.status, now.links, now.expiring, limits, now.time)),
      Links(now, rates, screen.columns), Subscriptions(now, rates, screen.columns)};
  // Each has a like share of what is left; what one does not need the next may have.
  size_t left = std::size(sections);
  for (const Lines& section : sections) {
    const size_t room = screen.rows == 0
                            ? section.size() + 1
                            : (screen.rows - std::min(screen.rows, lines.size())) / left;
    Append(section, room, screen.columns, lines);
    --left;
  }
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

Json RegionViewToJson(const RegionSample& now, const RegionSample* before,
                      const HealthLimits& limits) {
  const Rates rates(now, before);
  const v1::GetStatusResponse& status = now.status;
  Json alarms = Json::array();
  for (const HealthFinding& finding :
       JudgeRegion(status, now.links, now.expiring, limits, now.time)) {
    alarms.push_back({{"health", HealthName(finding.health)}, {"what", finding.what}});
  }
  return {{"sampled_at", MessageToJson(TimestampOf(now.time))},
          {"region", status.region()},
          {"version", status.version()},
          {"start_time", MessageToJson(status.start_time())},
          {"draining", status.draining()},
          {"disk", v1::DiskState_Name(status.disk())},
          {"answered_in_ms", absl::ToDoubleMilliseconds(now.answered_in)},
          {"head_offset", status.head_offset()},
          {"records_per_second", JsonOf(AllRecords(rates, now))},
          {"local_per_second", JsonOf(LocalRecords(rates, now))},
          {"imported_per_second", JsonOf(ImportedRecords(rates, now))},
          {"audit_entries_per_second", JsonOf(AuditEntries(rates, now))},
          {"sessions", status.sessions()},
          {"alarms", std::move(alarms)},
          {"links", LinksToJson(now, rates)},
          {"subscriptions", status.subscriptions_size()},
          {"behind", BehindToJson(now, rates)}};
}

}  // namespace corridor
