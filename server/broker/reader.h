#ifndef CORRIDOR_SERVER_BROKER_READER_H_
#define CORRIDOR_SERVER_BROKER_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/model/facts.h"
#include "core/model/principal.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/broker/dead_letters.h"
#include "server/catalog/catalog.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/routing/subscription_filter.h"
#include "server/storage/store.h"

namespace corridor {

// The way out for single questions: GetAlert, the lists of alerts and ListDeadLetters. Policy is
// asked for each alert, and nothing is answered before a durable disclosure range
// says that it may be. Thread-safe; the work is done on the intake executor.
class Reader {
 public:
  // All must outlive this.
  struct Parts {
    const Store& store;
    Journal& journal;
    Catalog& catalog;
    DisclosureLedger& disclosures;
    const RecallLedger& recalls;
    Executor& executor;
    const Clock& clock;
    // Whether this broker serves anybody now.
    std::function<absl::Status()> serving;
  };
  explicit Reader(Parts parts);

  // NOT_FOUND also when the reader may not see it.
  void GetAlert(const Principal& reader, v1::GetAlertRequest request,
                absl::AnyInvocable<void(absl::StatusOr<v1::Alert>)> answer);
  void ListAlerts(const Principal& reader, v1::ListAlertsRequest request,
                  absl::AnyInvocable<void(absl::StatusOr<v1::ListAlertsResponse>)> answer);
  // NOT_FOUND: the reader has no such subscription.
  void ListCurrent(const Principal& reader, v1::ListCurrentRequest request,
                   absl::AnyInvocable<void(absl::StatusOr<v1::ListCurrentResponse>)> answer);
  void ListDeadLetters(
      const Principal& reader, v1::ListDeadLettersRequest request,
      absl::AnyInvocable<void(absl::StatusOr<v1::ListDeadLettersResponse>)> answer);

 private:
  // What one question may see, as of one moment.
  struct View {
    Principal reader;
    std::shared_ptr<const Facts> facts;
    absl::Time now;
    std::vector<RecordPtr> disclosed;  // What the answer so far discloses.
  };
  // A question on its way to its answer.
  struct Question {
    Principal reader;
    // Finds the answer anew, and keeps it.
    absl::AnyInvocable<void(View&)> find;
    // Gives what was found, or why there is nothing to give.
    absl::AnyInvocable<void(const absl::Status&)> answer;
  };

  template <typename Answer, typename Find>
  void Ask(const Principal& reader, Find find,
           absl::AnyInvocable<void(absl::StatusOr<Answer>)> answer);
  // Finds, and answers once all that it discloses is covered and still served.
  void Serve(std::shared_ptr<Question> question);

  View ViewFor(const Principal& reader) const;
  // The alert, or NOT_FOUND.
  absl::StatusOr<v1::Alert> Visible(View& view, const AlertHead& head) const;
  absl::StatusOr<v1::Alert> Get(View& view, const v1::GetAlertRequest& request) const;
  absl::StatusOr<v1::ListAlertsResponse> List(View& view,
                                              const v1::ListAlertsRequest& request) const;
  // Which alerts a list is to have, and how many at once.
  struct Wanted {
    const SubscriptionFilter& filter;
    bool include_closed = false;
    bool include_non_actual = false;
    uint64_t before = 0;  // Only those of which the content stands before this; 0: all.
    int32_t alerts_max = 0;
    size_t bytes_max = 0;
  };
  struct Found {
    std::vector<v1::Alert> alerts;
    uint64_t before = 0;  // Where it goes on; 0: that was all.
  };
  absl::StatusOr<Found> Find(View& view, const Wanted& wanted) const;
  absl::StatusOr<v1::ListCurrentResponse> Current(View& view,
                                                  const v1::ListCurrentRequest& request) const;
  absl::StatusOr<v1::ListDeadLettersResponse> DeadLetters(
      View& view, const v1::ListDeadLettersRequest& request) const;
  // Nothing where its content is gone.
  absl::StatusOr<std::optional<v1::DeadLetter>> Shown(View& view,
                                                      const KeptDeadLetter& letter) const;
  v1::StoredStatement Stored(View& view, RecordPtr record) const;
  // What the view discloses and no durable range covers yet; null when all is covered.
  const Record* Uncovered(const View& view) const;
  bool MaySeeErased(const View& view, const AlertHead& head) const;

  Parts parts_;
};

// A record as readers see it, standing in `region`'s journal.
v1::StoredStatement StoredStatementOf(const Record& record, const std::string& region,
                                      uint64_t epoch);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_READER_H_
