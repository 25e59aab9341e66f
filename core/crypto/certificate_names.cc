#include "core/crypto/certificate_names.h"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/peer_refusal.h"

namespace corridor {
namespace {

constexpr size_t kDnsBytesMax = 253;
constexpr size_t kLabelBytesMax = 63;

// Second-level names under which countries let everybody register.
constexpr std::array<std::string_view, 14> kOpenSecondLevels = {
    "ac", "co", "com", "edu", "go", "gob", "gov", "mil", "ne", "net", "or", "org", "sc", "web"};

absl::Status Malformed(std::string_view detail) {
  return RefusePeer(PeerRefusal::kMalformedCertificate, detail);
}

bool IsVisibleAscii(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return absl::ascii_isgraph(c); });
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-';
         });
}

bool IsNumber(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// "co.ke" and the like; "ke" too.
bool IsPublicSuffix(const std::vector<absl::string_view>& labels) {
  if (labels.size() < 2) return true;
  const std::string second = absl::AsciiStrToLower(labels[0]);
  return labels.size() == 2 && labels[1].size() == 2 &&
         std::find(kOpenSecondLevels.begin(), kOpenSecondLevels.end(), second) !=
             kOpenSecondLevels.end();
}

bool IsWildcard(std::string_view text) {
  if (text.size() > kDnsBytesMax || text.substr(0, 2) != "*.") return false;
  const std::string_view below = text.substr(2);
  return IsDnsName(below) && !IsPublicSuffix(absl::StrSplit(A(below), '.'));
}

bool IsMailbox(std::string_view text) {
  const size_t at = text.find('@');
  return IsVisibleAscii(text) && at != std::string_view::npos && at > 0 &&
         IsDnsName(text.substr(at + 1));
}

bool IsAbsoluteUri(std::string_view text) {
  const size_t colon = text.find(':');
  return IsVisibleAscii(text) && colon != std::string_view::npos && colon > 0 &&
         colon + 1 < text.size() && absl::ascii_isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](unsigned char c) {
                       return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
                     });
}

absl::Status CheckName(int type, const void* value, bool is_peer) {
  if (type != GEN_DNS && type != GEN_URI && type != GEN_EMAIL && type != GEN_IPADD) {
    return absl::OkStatus();
  }
  const std::string_view text = BytesOfAsn1(static_cast<const ASN1_STRING*>(value));
  switch (type) {
    case GEN_DNS:
      if (IsDnsName(text) || (is_peer && IsWildcard(text))) return absl::OkStatus();
      return Malformed("a DNS name is not well formed");
    case GEN_URI:
      return IsAbsoluteUri(text) ? absl::OkStatus() : Malformed("a URI name is not well formed");
    case GEN_EMAIL:
      return IsMailbox(text) ? absl::OkStatus() : Malformed("a mailbox name is not well formed");
    default:
      return text.size() == 4 || text.size() == 16 ? absl::OkStatus()
                                                   : Malformed("an address is not well formed");
  }
}

std::string AddressText(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) return "";
  return text.data();
}

bool LooksLikeAddress(std::string_view text) {
  const auto all = [text](std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
  };
  const bool dotted = text.find('.') != std::string_view::npos && all("0123456789.");
  const bool colons = text.find(':') != std::string_view::npos && all("0123456789abcdefABCDEF:.");
  const bool hexadecimal =
      absl::StartsWithIgnoreCase(A(text), "0x") && all("0123456789abcdefABCDEFxX.");
  return dotted || colons || hexadecimal;
}

bool LooksLikeHost(std::string_view text) {
  return text.find('.') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '*' || c >= 0x80;
         });
}

std::vector<std::string> CommonNamesOf(const Certificate& certificate) {
  const X509_NAME* const subject = X509_get_subject_name(certificate.x509());
  std::vector<std::string> names;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
    unsigned char* raw = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&raw, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    const OpensslBytesPtr text(raw);
    if (size > 0) names.emplace_back(reinterpret_cast<const char*>(raw), size);
  }
  ERR_clear_error();
  return names;
}

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
}

GeneralNamesPtr AlternativeNamesOf(const Certificate& certificate) {
  GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.x509(), NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  if (names == nullptr) names.reset(GENERAL_NAMES_new());
  if (names == nullptr) DieOfOpenssl("names");
  return names;
}

// `value` passes to the list.
void Push(GENERAL_NAMES* names, int type, void* value) {
  GENERAL_NAME* const name = GENERAL_NAME_new();
  if (name == nullptr || value == nullptr) DieOfOpenssl("names");
  GENERAL_NAME_set0_value(name, type, value);
  sk_GENERAL_NAME_push(names, name);
}

}  // namespace

bool IsDnsName(std::string_view text) {
  if (text.empty() || text.size() > kDnsBytesMax) return false;
  const std::vector<absl::string_view> labels = absl::StrSplit(A(text), '.');
  return std::all_of(labels.begin(), labels.end(),
                     [](absl::string_view label) { return IsLabel(S(label)); }) &&
         !IsNumber(S(labels.back()));
}

std::optional<std::string_view> HostOfUri(std::string_view uri) {
  const size_t mark = uri.find("://");
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view authority = uri.substr(mark + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const size_t user = authority.rfind('@'); user != std::string_view::npos) {
    authority.remove_prefix(user + 1);
  }
  if (!authority.empty() && authority.front() == '[') return authority;
  return authority.substr(0, authority.find(':'));
}

absl::Status CheckNames(const Certificate& certificate, bool is_peer) {
  const GeneralNamesPtr names = AlternativeNamesOf(certificate);
  std::vector<std::string> hosts;
  std::vector<std::string> addresses;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    RETURN_IF_ERROR(CheckName(type, value, is_peer));
    if (type != GEN_DNS && type != GEN_IPADD) continue;
    const std::string_view text = BytesOfAsn1(static_cast<const ASN1_STRING*>(value));
    if (type == GEN_DNS) hosts.emplace_back(text);
    if (type == GEN_IPADD) addresses.push_back(AddressText(text));
  }
  if (!is_peer) return absl::OkStatus();
  if (sk_GENERAL_NAME_num(names.get()) == 0) return Malformed("the list of names is empty");
  for (const std::string& name : CommonNamesOf(certificate)) {
    const bool vouched = LooksLikeAddress(name) ? Contains(addresses, name)
                                                : !LooksLikeHost(name) || Contains(hosts, name);
    if (!vouched) return Malformed("the common name is a host that the other names do not have");
  }
  return absl::OkStatus();
}

GeneralNamesPtr NamesOf(const Certificate& certificate) {
  GeneralNamesPtr names = AlternativeNamesOf(certificate);
  X509_NAME* const subject = X509_get_subject_name(certificate.x509());
  if (X509_NAME_entry_count(subject) > 0) {
    Push(names.get(), GEN_DIRNAME, X509_NAME_dup(subject));
  }
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, at)) >= 0;) {
    Push(names.get(), GEN_EMAIL,
         ASN1_STRING_dup(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  return names;
}

}  // namespace corridor
