#ifndef CORRIDOR_SERVER_JOURNAL_ALERT_HEAD_H_
#define CORRIDOR_SERVER_JOURNAL_ALERT_HEAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/model/statement.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// How often an alert may describe an affected group: each time is compared with all before.
inline constexpr size_t kGroupsMax = 64;

// What the journal knows of one alert: (publisher, alert_id). A plain value.
struct AlertHead {
  struct Place {
    v1::Lane lane = v1::LANE_UNSPECIFIED;
    uint64_t offset = 0;  // In this region's journal.

    friend bool operator==(const Place&, const Place&) = default;
  };

  std::string publisher;
  std::string alert_id;  // 16 bytes.
  // A SIGHTING or RESPONSE: it has one revision, can be recalled, and is in no list.
  bool is_remark = false;
  // Highest revision taken by any statement of the alert, also by one that an embargo
  // holds: the next one is above it.
  uint32_t highest_revision = 0;
  // Highest revision that speaks for the alert as a whole here: content, a cancellation,
  // its recall. Content below it is superseded.
  uint32_t standing_revision = 0;
  // ACTIVE, CANCELLED or RECALLED. That it expired is for the reader to see by
  // `valid_until_ms`.
  v1::AlertState state = v1::ALERT_STATE_ACTIVE;
  // The ISSUE or REVISE of the highest revision here; absent while only its CANCEL
  // or RECALL has arrived. Kept when it is recalled, because policy needs its
  // routing part; see withdrawn().
  std::optional<Place> current;
  uint32_t current_revision = 0;
  std::string current_statement_id;
  // The CANCEL or RECALL that closed the alert.
  std::optional<Place> closing;
  // Of the current content; 0 without one.
  int64_t valid_until_ms = 0;
  v1::Tlp tlp = v1::TLP_UNSPECIFIED;
  // Single statements that were recalled, or withdrawn from this region.
  std::vector<std::string> recalled_statement_ids;
  // This region's data-protection officer withholds it.
  bool is_quarantined = false;
  // The first kGroupsMax revisions that described an affected group, as they came.
  std::vector<Place> groups;
  // The alert's place in ListAlertHeads: the offset of its current content; 0
  // while there is none.
  uint64_t list_offset() const { return current && !is_remark ? current->offset : 0; }

  // Whether the statement of this id was recalled, or withdrawn from this region: its
  // content is to be erased, and dropped when it comes.
  bool recalled(std::string_view statement_id) const;
  // Whether it is served to nobody.
  bool withdrawn(std::string_view statement_id) const {
    return is_quarantined || recalled(statement_id);
  }
};

// Whether `statement`, said by this region's own publisher, follows on what is
// known of its alert (null: nothing). Only the statements that carry an alert on:
// ISSUE, REVISE, CANCEL, RECALL; others are always OK. `head` is that of AlertOwnerOf.
//   ABORTED/REVISION_CONFLICT (metadata "revision": the highest known)
//   FAILED_PRECONDITION/ALERT_UNKNOWN, ALERT_CLOSED
// A cancelled alert can still be recalled; a recall is final.
absl::Status CheckFollows(const AlertHead* head, const ParsedStatement& statement);

// The head after `statement` was appended at `place`. Takes statements in any order,
// as links bring them: a lower revision changes nothing, content after its recall does
// not bring it back.
AlertHead Advance(const AlertHead* head, const ParsedStatement& statement, AlertHead::Place place);

// The head once an embargo holds `statement`: its revision is taken, its content is not
// here yet.
AlertHead AdvanceHeld(const AlertHead* head, const ParsedStatement& statement);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_ALERT_HEAD_H_
