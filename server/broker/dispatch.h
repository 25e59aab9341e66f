#ifndef CORRIDOR_SERVER_BROKER_DISPATCH_H_
#define CORRIDOR_SERVER_BROKER_DISPATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "server/broker/recipient.h"
#include "server/catalog/catalog.h"
#include "server/delivery/outlet.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/journal.h"

namespace corridor {

// The way out: reads the journal from where each outlet stands, asks policy and
// filter, and hands over what the outlet may have, each outlet at its own pace.
// A subscriber's session and the link to a peer region are served alike.
//
// Nothing is handed over before the disclosure ledger durably says it may be.
// Lives on the flow executor: every call is made there.
class Dispatch final : public OutletSource {
 public:
  // All must outlive this.
  struct Parts {
    Journal& journal;
    Catalog& catalog;
    DisclosureLedger& disclosures;
    Executor& flow;
    const Clock& clock;
    // Told when a record cannot be read (RECORD_CORRUPT); service of the outlet
    // that met it stands still, for an operator to see.
    absl::AnyInvocable<void(const absl::Status&)> on_damage;
  };
  explicit Dispatch(Parts parts);
  ~Dispatch() override;

  // Serves `outlet` on behalf of `recipient` until Remove. Adding it again puts
  // another recipient in place of the first.
  void Add(Outlet& outlet, std::shared_ptr<const Recipient> recipient);
  void Remove(Outlet& outlet);

  // Something was appended, or facts changed: every outlet may want more.
  void Wake();

  void OnWanted(Outlet& outlet, v1::Lane lane) override;

 private:
  using Key = std::pair<Outlet*, v1::Lane>;
  struct Served {
    std::shared_ptr<const Recipient> recipient;
    uint64_t turn = 0;  // In the order added.
  };

  void Schedule();
  void ServeWaiting();
  // Those still served, one after the other as they were added.
  std::vector<Key> InTurn(const std::set<Key>& keys) const;
  // One batch for one lane of one outlet. True when there may be more at once.
  bool ServeOnce(Outlet& outlet, const Recipient& recipient, v1::Lane lane);
  bool HandOrSkip(Outlet& outlet, const Recipient& recipient,
                  const std::shared_ptr<const Facts>& facts, const RecordInContext& in_context,
                  uint64_t after);
  bool Disclosed(const Key& key, const Recipient& recipient,
                 const std::shared_ptr<const Facts>& facts, uint64_t offset);

  Parts parts_;
  std::map<Outlet*, Served> outlets_;
  uint64_t turns_ = 0;
  std::set<Key> waiting_;
  std::set<Key> awaiting_disclosure_;
  bool scheduled_ = false;
  std::shared_ptr<Dispatch*> self_;  // Null inside once this is destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_DISPATCH_H_
