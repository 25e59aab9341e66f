#ifndef CORRIDOR_CLIENT_IMPORT_CASE_GROUP_H_
#define CORRIDOR_CLIENT_IMPORT_CASE_GROUP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "client/import/case_facts.h"
#include "core/model/errors.h"
#include "corridor/v1/alert.pb.h"

namespace corridor {

// A field that an alert does not say, or says less finely, and why.
struct FieldNote {
  bool dropped = false;  // Else coarsened.
  std::string field;
  std::string why;
};

// Puts what a further row says into `content`: lists become the union, in the order of
// their numbers; a single field stays only where both say the same. `differing` collects
// the paths of single fields that were given up, which stay given up.
void MergeContent(const v1::AlertContent& other, v1::AlertContent& content,
                  std::set<std::string>& differing);

// Cases that make one alert.
class CaseGroup {
 public:
  void Add(const v1::AlertContent& content, const CaseFacts& facts);

  uint64_t size() const { return size_; }
  std::optional<absl::CivilDay> youngest() const { return youngest_; }

  // What can be said of all of them: pattern, recruitment and route, and the affected group
  // where at least k cases stand behind each word of it.
  v1::AlertContent Content(uint64_t k, std::vector<FieldNote>& notes) const;

 private:
  void Describe(uint64_t k, v1::AffectedGroupBlock& block, std::vector<FieldNote>& notes) const;
  void DescribeGender(uint64_t k, v1::AffectedGroupBlock& block,
                      std::vector<FieldNote>& notes) const;
  void DescribeAge(uint64_t k, v1::AffectedGroupBlock& block, std::vector<FieldNote>& notes) const;
  void DescribeCitizenship(uint64_t k, v1::AffectedGroupBlock& block,
                           std::vector<FieldNote>& notes) const;

  uint64_t size_ = 0;
  v1::AlertContent content_;
  std::set<std::string> differing_;
  std::optional<absl::CivilDay> youngest_;
  std::map<v1::Gender, uint64_t> genders_;
  std::map<v1::AgeBand, uint64_t> ages_;
  std::map<std::string, uint64_t> citizenships_;
};

// Says less, so that the gate has no reason for `violation` any more; nothing when there
// is nothing less to say.
std::optional<FieldNote> CoarsenFor(const FieldViolation& violation, v1::AlertContent& content);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_CASE_GROUP_H_
