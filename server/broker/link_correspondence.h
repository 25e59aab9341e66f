#ifndef CORRIDOR_SERVER_BROKER_LINK_CORRESPONDENCE_H_
#define CORRIDOR_SERVER_BROKER_LINK_CORRESPONDENCE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/random.h"
#include "server/broker/backfill.h"
#include "server/broker/backfill_source.h"
#include "server/broker/peer_intake.h"
#include "server/broker/recalls.h"
#include "server/link/region_link.h"

namespace corridor {

// What this region says to its peers, and hears of them, beside the order of records:
// recalls and what became of them, statements sent again, and whether the path is alive.
// Lives on the flow executor.
class LinkCorrespondence final : public LinkDesk {
 public:
  // All must outlive this.
  struct Parts {
    Recalls& recalls;
    PeerIntake& peer_intake;
    Backfill& backfill;
    BackfillSource& backfill_source;
    Executor& flow;
    const Clock& clock;
    Random& random;
    // Sends a frame to a peer; false where it cannot be now.
    std::function<bool(const std::string& peer, v1::Lane lane, v1::LinkFrame frame)> send;
    // How this region's members stand towards a statement that `peer` asks for.
    std::function<std::vector<v1::RecipientReport>(const std::string& peer,
                                                   const v1::LinkQuery& query)>
        report;
    // An operator should look.
    std::function<void(const std::string& peer, const absl::Status& what)> alarm;
  };
  // How many notices a peer is told of at a time; more follow as these are answered.
  static constexpr size_t kNoticesMax = 256;
  static constexpr absl::Duration kCanaryInterval = absl::Minutes(1);

  // How long a peer has to answer a question.
  static constexpr absl::Duration kAnswerWithin = absl::Seconds(3);
  using Recipients = absl::AnyInvocable<void(absl::StatusOr<std::vector<v1::RecipientReport>>)>;

  explicit LinkCorrespondence(Parts parts);
  ~LinkCorrespondence() override;

  // Call each second: sends canaries.
  void Tick();

  // Asks a peer how its members stand towards a statement of this region. NOT_READY: the
  // link is down, or it has not answered in time.
  void Query(const std::string& peer, v1::LinkQuery query, Recipients done);

  // The last canary that came back, in its lane: when, and how long it was on its way.
  struct Canary {
    std::optional<absl::Time> back_at;
    absl::Duration round_trip;
  };
  Canary CanaryOf(const std::string& peer, v1::Lane lane) const;

  std::vector<LinkNotice> NoticesFor(const std::string& peer, v1::Lane lane) override;
  void OnFrame(const std::string& peer, v1::Lane lane, v1::LinkFrame frame) override;
  void OnUp(const std::string& peer, v1::Lane lane) override;
  void OnDown(const std::string& peer, v1::Lane lane) override;

 private:
  using PeerLane = std::pair<std::string, v1::Lane>;
  struct LaneState {
    bool up = false;
    uint64_t canary_nonce = 0;  // Of the one on its way.
    absl::Duration canary_sent;
    Canary canary;
  };

  // A task on the flow executor that does nothing once this is gone.
  Task Guarded(absl::AnyInvocable<void(LinkCorrespondence&)> task) const;
  void OnWithdrawal(const std::string& peer, const v1::SignedWithdrawal& withdrawal);
  void OnRecallApplied(const std::string& peer, const v1::LinkRecallApplied& applied);
  void AddRefusals(const std::string& peer, v1::Lane lane, std::vector<LinkNotice>& notices);
  void OnQuery(const std::string& peer, const v1::LinkQuery& query);
  void Answered(uint64_t query_id, absl::StatusOr<std::vector<v1::RecipientReport>> recipients);
  void OnCanary(const std::string& peer, v1::Lane lane, const v1::LinkCanary& canary);
  void OnCanaryEcho(const std::string& peer, v1::Lane lane, const v1::LinkCanary& canary);

  Parts parts_;
  std::map<PeerLane, LaneState> lanes_;
  uint64_t last_query_ = 0;
  std::map<uint64_t, Recipients> queries_;
  std::shared_ptr<LinkCorrespondence*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_LINK_CORRESPONDENCE_H_
