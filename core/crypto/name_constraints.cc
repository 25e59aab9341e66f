#include "core/crypto/name_constraints.h"

#include <openssl/err.h>

#include <memory>
#include <string_view>

#include "absl/strings/match.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_extensions.h"
#include "core/crypto/certificate_names.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/peer_refusal.h"

namespace corridor {
namespace {

using ConstraintsPtr = std::unique_ptr<NAME_CONSTRAINTS, FreeWith<NAME_CONSTRAINTS_free>>;
using NamePtr = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;
using Subtrees = STACK_OF(GENERAL_SUBTREE);

// How many names times constraints are looked at for one peer.
constexpr int kComparisonsMax = 1 << 16;

enum class Side { kPermitted, kExcluded };

absl::Status Refuse(std::string_view detail) {
  return RefusePeer(PeerRefusal::kNameConstraint, detail);
}

absl::Status MalformedConstraint() {
  return RefusePeer(PeerRefusal::kMalformedCertificate, "a name constraint is not well formed");
}

std::string_view TextOf(const GENERAL_NAME* name) {
  int type = 0;
  return BytesOfAsn1(static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type)));
}

bool IsWithin(std::string_view host, std::string_view domain) {
  if (domain.empty() || absl::EqualsIgnoreCase(A(host), A(domain))) return true;
  return host.size() > domain.size() && host[host.size() - domain.size() - 1] == '.' &&
         absl::EndsWithIgnoreCase(A(host), A(domain));
}

// `domain` begins with a dot: hosts below it; else the host itself.
bool IsHostOrBelow(std::string_view host, std::string_view domain) {
  if (domain.empty()) return true;
  if (domain.front() == '.') {
    return host.size() > domain.size() && absl::EndsWithIgnoreCase(A(host), A(domain));
  }
  return absl::EqualsIgnoreCase(A(host), A(domain));
}

bool MatchesDns(std::string_view name, std::string_view constraint, Side side) {
  if (name.substr(0, 2) != "*.") return IsWithin(name, constraint);
  const std::string_view below = name.substr(2);
  if (IsWithin(below, constraint)) return true;
  // What a wildcard may stand for is excluded with it.
  const size_t dot = constraint.find('.');
  return side == Side::kExcluded && dot != std::string_view::npos &&
         absl::EqualsIgnoreCase(A(constraint.substr(dot + 1)), A(below));
}

bool MatchesMailbox(std::string_view name, std::string_view constraint) {
  const size_t at = name.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view host = name.substr(at + 1);
  const size_t constraint_at = constraint.rfind('@');
  if (constraint_at == std::string_view::npos) return IsHostOrBelow(host, constraint);
  return name.substr(0, at) == constraint.substr(0, constraint_at) &&
         absl::EqualsIgnoreCase(A(host), A(constraint.substr(constraint_at + 1)));
}

bool MatchesAddress(std::string_view name, std::string_view constraint) {
  if (constraint.size() != 2 * name.size()) return false;
  const std::string_view mask = constraint.substr(name.size());
  for (size_t i = 0; i < name.size(); ++i) {
    if (((name[i] ^ constraint[i]) & mask[i]) != 0) return false;
  }
  return true;
}

int RelativeNames(const X509_NAME* name) {
  const int entries = X509_NAME_entry_count(name);
  return entries == 0 ? 0 : X509_NAME_ENTRY_set(X509_NAME_get_entry(name, entries - 1)) + 1;
}

// The constraint's relative names are the first ones of the name.
bool MatchesDirectory(const X509_NAME* name, const X509_NAME* constraint) {
  const int wanted = RelativeNames(constraint);
  if (RelativeNames(name) < wanted) return false;
  const NamePtr head(X509_NAME_new());
  int last = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(name, i);
    const int set = X509_NAME_ENTRY_set(entry);
    if (set >= wanted) break;
    X509_NAME_add_entry(head.get(), entry, -1, set == last ? -1 : 0);
    last = set;
  }
  return X509_NAME_cmp(head.get(), constraint) == 0;
}

absl::StatusOr<bool> MatchesUri(std::string_view name, std::string_view constraint) {
  const std::optional<std::string_view> host = HostOfUri(name);
  if (!host.has_value() || !IsDnsName(*host)) {
    return Refuse("a URI names no host, and an issuer is constrained to hosts");
  }
  return IsHostOrBelow(*host, constraint);
}

absl::StatusOr<bool> Matches(const GENERAL_NAME* name, const GENERAL_NAME* constraint, Side side) {
  switch (constraint->type) {
    case GEN_DNS:
      return MatchesDns(TextOf(name), TextOf(constraint), side);
    case GEN_EMAIL:
      return MatchesMailbox(TextOf(name), TextOf(constraint));
    case GEN_URI:
      return MatchesUri(TextOf(name), TextOf(constraint));
    case GEN_IPADD:
      return MatchesAddress(TextOf(name), TextOf(constraint));
    case GEN_DIRNAME:
      return MatchesDirectory(name->d.directoryName, constraint->d.directoryName);
    default:
      return Refuse("an issuer constrains a kind of name that is not understood here");
  }
}

bool IsNetwork(std::string_view bytes) {
  if (bytes.size() != 8 && bytes.size() != 32) return false;
  bool ended = false;
  for (const char c : bytes.substr(bytes.size() / 2)) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool set = ((static_cast<unsigned char>(c) >> bit) & 1) != 0;
      if (set && ended) return false;
      ended = ended || !set;
    }
  }
  return true;
}

bool IsHostConstraint(std::string_view text) {
  if (text.empty()) return true;
  return IsDnsName(text.front() == '.' ? text.substr(1) : text);
}

absl::Status CheckSubtree(const GENERAL_SUBTREE* subtree) {
  // RFC 5280 leaves only minimum 0, which DER does not write, and no maximum.
  if (subtree->maximum != nullptr || ASN1_INTEGER_get(subtree->minimum) != 0) {
    return MalformedConstraint();
  }
  const GENERAL_NAME* const base = subtree->base;
  if (base->type != GEN_DNS && base->type != GEN_URI && base->type != GEN_EMAIL &&
      base->type != GEN_IPADD) {
    return absl::OkStatus();
  }
  const std::string_view text = TextOf(base);
  const size_t at = text.rfind('@');
  bool good = false;
  switch (base->type) {
    case GEN_DNS:
      good = text.empty() || IsDnsName(text);
      break;
    case GEN_URI:
      good = IsHostConstraint(text);
      break;
    case GEN_EMAIL:
      good = at == std::string_view::npos ? IsHostConstraint(text)
                                          : at > 0 && IsDnsName(text.substr(at + 1));
      break;
    default:
      good = IsNetwork(text);
  }
  return good ? absl::OkStatus() : MalformedConstraint();
}

absl::Status CheckSubtrees(const Subtrees* subtrees) {
  if (subtrees == nullptr) return absl::OkStatus();
  if (sk_GENERAL_SUBTREE_num(subtrees) == 0) return MalformedConstraint();
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
    RETURN_IF_ERROR(CheckSubtree(sk_GENERAL_SUBTREE_value(subtrees, i)));
  }
  return absl::OkStatus();
}

class ConstraintChecker {
 public:
  absl::Status Check(const NAME_CONSTRAINTS* constraints, const Certificate& certificate) {
    const GeneralNamesPtr names = NamesOf(certificate);
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
      const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
      RETURN_IF_ERROR(CheckPermitted(constraints->permittedSubtrees, name));
      RETURN_IF_ERROR(CheckExcluded(constraints->excludedSubtrees, name));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckPermitted(const Subtrees* subtrees, const GENERAL_NAME* name) {
    bool constrained = false;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
      const GENERAL_NAME* const base = sk_GENERAL_SUBTREE_value(subtrees, i)->base;
      RETURN_IF_ERROR(Count());
      if (base->type != name->type) continue;
      constrained = true;
      ASSIGN_OR_RETURN(const bool matches, Matches(name, base, Side::kPermitted));
      if (matches) return absl::OkStatus();
    }
    if (!constrained) return absl::OkStatus();
    return Refuse("a name is not among those that an issuer may certify");
  }

  absl::Status CheckExcluded(const Subtrees* subtrees, const GENERAL_NAME* name) {
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
      const GENERAL_NAME* const base = sk_GENERAL_SUBTREE_value(subtrees, i)->base;
      RETURN_IF_ERROR(Count());
      if (base->type != name->type) continue;
      ASSIGN_OR_RETURN(const bool matches, Matches(name, base, Side::kExcluded));
      if (matches) return Refuse("a name is among those that an issuer may not certify");
    }
    return absl::OkStatus();
  }

  absl::Status Count() {
    if (++comparisons_ <= kComparisonsMax) return absl::OkStatus();
    return Refuse("there are too many names and constraints to compare");
  }

  int comparisons_ = 0;
};

}  // namespace

absl::Status CheckNameConstraints(const std::vector<Certificate>& path) {
  ConstraintChecker checker;
  for (size_t issuer = path.size() - 1; issuer > 0; --issuer) {
    const ConstraintsPtr constraints(static_cast<NAME_CONSTRAINTS*>(
        X509_get_ext_d2i(path[issuer].x509(), NID_name_constraints, nullptr, nullptr)));
    ERR_clear_error();
    if (constraints == nullptr) continue;
    if (constraints->permittedSubtrees == nullptr && constraints->excludedSubtrees == nullptr) {
      return MalformedConstraint();
    }
    RETURN_IF_ERROR(CheckSubtrees(constraints->permittedSubtrees));
    RETURN_IF_ERROR(CheckSubtrees(constraints->excludedSubtrees));
    for (size_t below = 0; below < issuer; ++below) {
      if (below > 0 && IsSelfIssued(path[below])) continue;
      RETURN_IF_ERROR(checker.Check(constraints.get(), path[below]));
    }
  }
  return absl::OkStatus();
}

}  // namespace corridor
