#include "core/gate/envelope_rules.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/gate/faults.h"
#include "core/gate/gate_policy.h"
#include "core/model/principal.h"
#include "core/model/statement.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

using google::protobuf::RepeatedPtrField;
using google::protobuf::Timestamp;

constexpr int kOurVocabulary = 1;
constexpr int kReferencesMax = 16;
constexpr int kExclusionsMax = 64;
constexpr int kOrganisationsMax = 256;
constexpr int kAudienceCountriesMax = 64;
constexpr int kRegionsMax = 64;
constexpr int kCorridorCountriesMax = 32;
constexpr uint32_t kBatchLeavesMax = 4096;
constexpr int kBatchPathMax = 12;
constexpr size_t kSignatureBytes = 64;
constexpr size_t kKeyIdBytes = 16;
// A statement's times lie in this century: 2000-01-01 to 2100-01-01.
constexpr int64_t kSecondsMin = 946684800;
constexpr int64_t kSecondsMax = 4102444800;
constexpr int32_t kNanosMax = 999999999;

constexpr std::string_view kWantsMember =
    "is not a member; give spiffe://<trust-domain>/agency/<id>";
constexpr std::string_view kWantsCountry =
    "is not a country; use an ISO 3166-1 alpha-3 code such as KEN";
constexpr std::string_view kWantsId = "is not 16 bytes; give an id of 16 bytes";

// The number of a vocabulary version: digits without a leading zero, 1 to 9999.
std::optional<int> VocabularyNumber(const std::string& text) {
  if (!IsGatePolicyVersion(text) || text.find('.') != std::string::npos) return std::nullopt;
  return std::atoi(text.c_str());
}

enum class Presence { kRequired, kOptional };

// One enum outside content.
template <typename Enum>
void CheckCode(Enum value, Presence presence, UnknownCodes unknown, std::string_view path,
               Faults& faults) {
  const int number = static_cast<int>(value);
  if (number == 0) {
    if (presence == Presence::kRequired) {
      faults.Malformed(std::string(path), "is missing; give one of its values");
    }
    return;
  }
  const auto& type = *google::protobuf::GetEnumDescriptor<Enum>();
  if (type.FindValueByNumber(number) != nullptr) return;
  if (unknown == UnknownCodes::kRefuse || number < 0 || number > kCodeNumberMax) {
    faults.Vocabulary(std::string(path), "is not a value of this vocabulary; use one that is");
  }
}

bool IsSane(const Timestamp& time) {
  return time.seconds() >= kSecondsMin && time.seconds() < kSecondsMax && time.nanos() >= 0 &&
         time.nanos() <= kNanosMax;
}

void CheckTime(bool present, const Timestamp& time, std::string_view path, Faults& faults) {
  if (present && !IsSane(time)) {
    faults.OutOfBounds(std::string(path),
                       "is no time of this century; give seconds in 2000 to 2099 and 0 to "
                       "999,999,999 nanoseconds");
  }
}

bool IsLater(const Timestamp& a, const Timestamp& b) {
  return a.seconds() != b.seconds() ? a.seconds() > b.seconds() : a.nanos() > b.nanos();
}

// --- Body.

void CheckVersions(const v1::StatementBody& body, UnknownCodes unknown, Faults& faults) {
  if (body.schema_version() != kSchemaVersion) {
    faults.Vocabulary("body.schema_version", "is not known here; give \"1\"");
  }
  const auto vocabulary = VocabularyNumber(body.vocabulary_version());
  if (!vocabulary.has_value() ||
      (unknown == UnknownCodes::kRefuse && *vocabulary != kOurVocabulary)) {
    faults.Vocabulary("body.vocabulary_version", "is not known here; give \"1\"");
  }
  if (!body.gate_policy_version().empty() && !IsGatePolicyVersion(body.gate_policy_version())) {
    faults.Malformed("body.gate_policy_version",
                     "is not a version such as 1 or 2025.1; leave it out if not known");
  }
}

void CheckPublisher(const v1::StatementBody& body, UnknownCodes unknown, Faults& faults) {
  if (!IsMemberId(body.publisher())) faults.Malformed("body.publisher", kWantsMember);
  if (!IsCountryAlpha3(body.publisher_country())) {
    faults.Vocabulary("body.publisher_country", kWantsCountry);
  }
  CheckCode(body.publisher_type(), Presence::kOptional, unknown, "body.publisher_type", faults);
  CheckCode(body.attribution(), Presence::kRequired, unknown, "body.attribution", faults);
}

bool HasAudience(const v1::StatementBody& body) { return !body.has_cancel() && !body.has_recall(); }
bool HasContent(const v1::StatementBody& body) { return body.has_issue() || body.has_revise(); }

// Marking, status and lane decide who gets it, so no number is kept unknown.
void CheckMarking(const v1::StatementBody& body, UnknownCodes unknown, Faults& faults) {
  const Presence tlp = HasAudience(body) ? Presence::kRequired : Presence::kOptional;
  CheckCode(body.tlp(), tlp, UnknownCodes::kRefuse, "body.tlp", faults);
  CheckCode(body.status(), Presence::kRequired, UnknownCodes::kRefuse, "body.status", faults);
  CheckCode(body.urgency(), Presence::kRequired, unknown, "body.urgency", faults);
}

void CheckIds(const v1::StatementBody& body, Faults& faults) {
  if (body.statement_id().size() != kIdBytes) faults.Malformed("body.statement_id", kWantsId);
  if (body.alert_id().size() != kIdBytes) faults.Malformed("body.alert_id", kWantsId);
  const bool first = body.has_issue() || body.has_sighting() || body.has_response();
  if (first && body.revision() != 1) {
    faults.OutOfBounds("body.revision", "is not 1; this kind of statement has revision 1");
  }
  if (!first && body.revision() < 2) {
    faults.OutOfBounds("body.revision", "is below 2; give the alert's next revision");
  }
}

void CheckTimes(const v1::StatementBody& body, Faults& faults) {
  CheckTime(body.has_published_at(), body.published_at(), "body.published_at", faults);
  CheckTime(body.has_valid_from(), body.valid_from(), "body.valid_from", faults);
  CheckTime(body.has_valid_until(), body.valid_until(), "body.valid_until", faults);
  if (HasContent(body) && !body.has_valid_until()) {
    faults.Add(v1::ERROR_REASON_VALIDITY, "body.valid_until", "is missing; say until when");
  }
  if (body.has_valid_from() && body.has_valid_until() &&
      IsLater(body.valid_from(), body.valid_until())) {
    faults.Add(v1::ERROR_REASON_VALIDITY, "body.valid_until",
               "is before valid_from; give a later time");
  }
}

void CheckTarget(bool present, const v1::AlertReference& target, std::string_view path,
                 Faults& faults) {
  if (!present) return faults.Malformed(std::string(path), "is missing; name the alert");
  if (!IsMemberId(target.publisher())) faults.Malformed(Path(path, "publisher"), kWantsMember);
  if (target.alert_id().size() != kIdBytes) faults.Malformed(Path(path, "alert_id"), kWantsId);
  const size_t digest = target.statement_digest().size();
  if (digest != 0 && digest != kDigestBytes) {
    faults.Malformed(Path(path, "statement_digest"), "is not 32 bytes; leave it out or give 32");
  }
}

void CheckReferences(const v1::StatementBody& body, UnknownCodes unknown, Faults& faults) {
  if (body.references_size() > kReferencesMax) {
    return faults.OutOfBounds("body.references", "holds too many; give at most 16");
  }
  for (int i = 0; i < body.references_size(); ++i) {
    const v1::Reference& reference = body.references(i);
    const std::string path = Element("body.references", i);
    CheckTarget(reference.has_target(), reference.target(), Path(path, "target"), faults);
    CheckCode(reference.relation(), Presence::kRequired, unknown, Path(path, "relation"), faults);
  }
}

// Who speaks for another speaks for a member of its own region.
void CheckRecall(const v1::StatementBody& body, UnknownCodes unknown, Faults& faults) {
  const v1::Recall& recall = body.recall();
  const std::string& other = recall.on_behalf_of();
  if (!other.empty() && (!IsMemberId(other) || other == body.publisher() ||
                         RegionOf(other) != RegionOf(body.publisher()))) {
    faults.Malformed("body.recall.on_behalf_of",
                     "is not another member of the publisher's region; leave it out for one's own");
  }
  CheckCode(recall.reason(), Presence::kRequired, unknown, "body.recall.reason", faults);
  const size_t size = recall.target_statement_id().size();
  if (size != 0 && size != kIdBytes) {
    faults.Malformed("body.recall.target_statement_id", kWantsId);
  }
}

void CheckSighting(const v1::Sighting& sighting, UnknownCodes unknown, Faults& faults) {
  CheckTarget(sighting.has_target(), sighting.target(), "body.sighting.target", faults);
  CheckCode(sighting.kind(), Presence::kRequired, unknown, "body.sighting.kind", faults);
  CheckCode(sighting.size(), Presence::kOptional, unknown, "body.sighting.size", faults);
}

void CheckResponse(const v1::Response& response, UnknownCodes unknown, Faults& faults) {
  CheckTarget(response.has_target(), response.target(), "body.response.target", faults);
  CheckCode(response.kind(), Presence::kRequired, unknown, "body.response.kind", faults);
  CheckCode(response.channel(), Presence::kOptional, unknown, "body.response.channel", faults);
  const bool proposal = response.kind() == v1::RESPONSE_KIND_PROPOSAL;
  if (proposal && !response.has_proposal()) {
    faults.Malformed("body.response.proposal", "is missing; give the whole content");
  }
  if (!proposal && response.has_proposal()) {
    faults.Malformed("body.response.proposal", "stands only beside kind PROPOSAL; leave it out");
  }
  const bool information = response.kind() == v1::RESPONSE_KIND_INFORMATION_REQUESTED ||
                           response.kind() == v1::RESPONSE_KIND_INFORMATION_GIVEN;
  if (!information && response.channel() != v1::EXTERNAL_CHANNEL_UNSPECIFIED) {
    faults.Malformed("body.response.channel",
                     "stands only beside INFORMATION_REQUESTED or INFORMATION_GIVEN; leave it out");
  }
}

void CheckKind(const v1::StatementBody& body, UnknownCodes unknown,
               std::vector<FieldViolation>& violations) {
  Faults faults(violations);
  switch (body.kind_case()) {
    case v1::StatementBody::kIssue:
      if (!body.issue().has_content()) {
        faults.Malformed("body.issue.content", "is missing; say what is known");
      }
      return;
    case v1::StatementBody::kRevise:
      if (!body.revise().has_content()) {
        faults.Malformed("body.revise.content", "is missing; give the whole content anew");
      }
      return CheckCode(body.revise().reason(), Presence::kRequired, unknown, "body.revise.reason",
                       faults);
    case v1::StatementBody::kCancel:
      return CheckCode(body.cancel().reason(), Presence::kRequired, unknown, "body.cancel.reason",
                       faults);
    case v1::StatementBody::kRecall:
      return CheckRecall(body, unknown, faults);
    case v1::StatementBody::kSighting:
      CheckSighting(body.sighting(), unknown, faults);
      if (!body.sighting().place().empty()) {
        CheckPlace(body.sighting().place(), "body.sighting.place", violations);
      }
      if (body.sighting().has_month()) {
        CheckMonth(body.sighting().month(), "body.sighting.month", violations);
      }
      return;
    case v1::StatementBody::kResponse:
      return CheckResponse(body.response(), unknown, faults);
    case v1::StatementBody::KIND_NOT_SET:
      return;
  }
}

// --- Routing.

void CheckList(const RepeatedPtrField<std::string>& values, int max,
               bool (*valid)(std::string_view), v1::ErrorReason reason, std::string_view wants,
               std::string_view path, Faults& faults) {
  if (values.empty()) {
    return faults.Add(v1::ERROR_REASON_AUDIENCE_EMPTY, std::string(path),
                      "is empty; name at least one, an empty list never means everyone");
  }
  if (values.size() > max) {
    return faults.OutOfBounds(std::string(path), absl::StrCat("is too long; give at most ", max));
  }
  std::set<std::string_view> seen;
  for (int i = 0; i < values.size(); ++i) {
    if (!valid(values[i])) faults.Add(reason, Element(path, i), wants);
    if (!seen.insert(values[i]).second) {
      faults.OutOfBounds(Element(path, i), "occurs twice; name each once");
    }
  }
}

void CheckCountries(const RepeatedPtrField<std::string>& countries, int max, std::string_view path,
                    Faults& faults) {
  CheckList(countries, max, IsCountryAlpha3, v1::ERROR_REASON_VOCABULARY, kWantsCountry, path,
            faults);
}

void CheckAudienceForm(const v1::Audience& audience, bool remark, Faults& faults) {
  switch (audience.audience_case()) {
    case v1::Audience::kOrganisations:
      return CheckList(audience.organisations().members(), kOrganisationsMax, IsMemberId,
                       v1::ERROR_REASON_STATEMENT_MALFORMED, kWantsMember,
                       "routing.audience.organisations.members", faults);
    case v1::Audience::kCountries:
      return CheckCountries(audience.countries().countries(), kAudienceCountriesMax,
                            "routing.audience.countries.countries", faults);
    case v1::Audience::kRegions:
      return CheckList(audience.regions().regions(), kRegionsMax, IsRegionId,
                       v1::ERROR_REASON_STATEMENT_MALFORMED,
                       "is not a region; give its trust domain", "routing.audience.regions.regions",
                       faults);
    case v1::Audience::kCorridor:
      CheckCountries(audience.corridor().from_countries(), kCorridorCountriesMax,
                     "routing.audience.corridor.from_countries", faults);
      return CheckCountries(audience.corridor().to_countries(), kCorridorCountriesMax,
                            "routing.audience.corridor.to_countries", faults);
    case v1::Audience::kAllMembers:
      return;
    case v1::Audience::kToPublisher:
    case v1::Audience::kSameAsTarget:
      if (!remark) {
        faults.Malformed(
            "routing.audience",
            "relates to a target, which only SIGHTING and RESPONSE have; name members, "
            "countries, regions, a corridor or all");
      }
      return;
    case v1::Audience::AUDIENCE_NOT_SET:
      return faults.Add(v1::ERROR_REASON_AUDIENCE_EMPTY, "routing.audience",
                        "is missing; say who is meant");
  }
}

void CheckExclusions(const RepeatedPtrField<v1::Exclusion>& excluded, Faults& faults) {
  if (excluded.size() > kExclusionsMax) {
    return faults.OutOfBounds("routing.excluded", "holds too many; give at most 64");
  }
  for (int i = 0; i < excluded.size(); ++i) {
    const v1::Exclusion& exclusion = excluded[i];
    const std::string path = Element("routing.excluded", i);
    switch (exclusion.excluded_case()) {
      case v1::Exclusion::kMember:
        if (!IsMemberId(exclusion.member())) faults.Malformed(Path(path, "member"), kWantsMember);
        break;
      case v1::Exclusion::kCountry:
        if (!IsCountryAlpha3(exclusion.country())) {
          faults.Vocabulary(Path(path, "country"), kWantsCountry);
        }
        break;
      case v1::Exclusion::EXCLUDED_NOT_SET:
        faults.Malformed(path, "is empty; give a member or a country");
        break;
    }
  }
}

// --- Proof.

void CheckBatch(const v1::BatchProof& batch, Faults& faults) {
  if (batch.root().size() != kDigestBytes) {
    faults.Malformed("proof.batch.root", "is not 32 bytes");
  }
  if (batch.root_signature().size() != kSignatureBytes) {
    faults.Malformed("proof.batch.root_signature", "is not 64 bytes");
  }
  if (batch.leaf_count() < 1 || batch.leaf_count() > kBatchLeavesMax) {
    faults.OutOfBounds("proof.batch.leaf_count", "is outside 1 to 4,096");
  } else if (batch.leaf_index() >= batch.leaf_count()) {
    faults.OutOfBounds("proof.batch.leaf_index", "is not below leaf_count");
  }
  bool sound = batch.path_size() <= kBatchPathMax;
  for (const std::string& hash : batch.path()) sound = sound && hash.size() == kDigestBytes;
  if (!sound) {
    faults.OutOfBounds("proof.batch.path", "is no path; give at most 12 hashes of 32 bytes");
  }
}

}  // namespace

UnknownCodes UnknownCodesOf(const v1::StatementBody& body, bool from_link) {
  const bool newer = VocabularyNumber(body.vocabulary_version()).value_or(0) > kOurVocabulary;
  return from_link && newer ? UnknownCodes::kKeep : UnknownCodes::kRefuse;
}

void CheckEnvelope(const v1::StatementBody& body, UnknownCodes unknown,
                   std::vector<FieldViolation>& violations) {
  Faults faults(violations);
  if (body.kind_case() == v1::StatementBody::KIND_NOT_SET) {
    return faults.Malformed("body", "says nothing; give one kind of statement");
  }
  CheckVersions(body, unknown, faults);
  CheckPublisher(body, unknown, faults);
  CheckIds(body, faults);
  CheckMarking(body, unknown, faults);
  CheckTimes(body, faults);
  CheckReferences(body, unknown, faults);
  CheckKind(body, unknown, violations);
}

void CheckRouting(const v1::StatementRouting& routing, const v1::StatementBody& body,
                  std::vector<FieldViolation>& violations) {
  Faults faults(violations);
  if (!HasAudience(body)) {
    if (routing.ByteSizeLong() != 0) {
      faults.Malformed("routing",
                       "is not empty; CANCEL and RECALL follow the alert and carry no routing");
    }
    return;
  }
  CheckAudienceForm(routing.audience(), body.has_sighting() || body.has_response(), faults);
  CheckExclusions(routing.excluded(), faults);
  CheckTime(routing.has_release_not_before(), routing.release_not_before(),
            "routing.release_not_before", faults);
  if (routing.has_release_not_before() && body.has_published_at()) {
    faults.Malformed("body.published_at", "betrays the time before an embargo; leave it out");
  }
}

void CheckProofShape(const v1::StatementProof& proof, std::vector<FieldViolation>& violations) {
  Faults faults(violations);
  switch (proof.proof_case()) {
    case v1::StatementProof::kEd25519Signature:
      if (proof.ed25519_signature().size() != kSignatureBytes) {
        faults.Malformed("proof.ed25519_signature", "is not 64 bytes");
      }
      break;
    case v1::StatementProof::kBatch:
      CheckBatch(proof.batch(), faults);
      break;
    case v1::StatementProof::PROOF_NOT_SET:
      if (!proof.key_id().empty()) {
        faults.Malformed("proof", "names a key but proves nothing; give a signature");
      }
      return;
  }
  if (proof.key_id().size() != kKeyIdBytes) faults.Malformed("proof.key_id", "is not 16 bytes");
}

}  // namespace corridor
