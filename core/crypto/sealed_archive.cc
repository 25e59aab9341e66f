#include "core/crypto/sealed_archive.h"

#include <sodium.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"
#include "core/crypto/sodium.h"

namespace corridor {
namespace {

static_assert(crypto_box_PUBLICKEYBYTES == std::tuple_size<BackupPublicKey>::value);
static_assert(crypto_box_SECRETKEYBYTES == 32);

constexpr std::string_view kMagic = "corridor-archive-1\n";
constexpr std::string_view kSecretPrefix = "corridor-backup-secret-key-1 ";
constexpr std::string_view kPublicPrefix = "corridor-backup-public-key-1 ";
constexpr size_t kSealedKeySize =
    crypto_secretstream_xchacha20poly1305_KEYBYTES + crypto_box_SEALBYTES;
constexpr size_t kHeaderSize = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr size_t kOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr size_t kFrameMax = kArchivePartMax + 1 + kOverhead;

using StreamKey = SecretBytes<crypto_secretstream_xchacha20poly1305_KEYBYTES>;

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string LengthOf(size_t size) {
  std::string bytes(4, '\0');
  for (int i = 3; i >= 0; --i, size >>= 8) bytes[i] = static_cast<char>(size & 0xff);
  return bytes;
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(absl::StrCat("archive: ", A(what)));
}

absl::StatusOr<std::string> Exactly(const ArchiveSource& source, size_t size) {
  ASSIGN_OR_RETURN(std::string bytes, source(size));
  if (bytes.size() != size) return Damaged("it is cut off");
  return bytes;
}

absl::StatusOr<std::string> KeyFromText(std::string_view prefix, std::string_view text) {
  const absl::string_view line = absl::StripAsciiWhitespace(A(text));
  const auto wrong = absl::InvalidArgumentError(
      absl::StrCat("not a key for backups: a line \"", A(prefix), "...\""));
  if (!absl::StartsWith(line, A(prefix))) return wrong;
  const auto bytes = HexDecode(S(line.substr(prefix.size())));
  if (!bytes.ok() || bytes->size() != 32) return wrong;
  return *bytes;
}

bool IsFileName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

// Hands one opened part to the visitor.
absl::Status Visit(std::string_view part, bool last, ArchiveVisitor& visitor) {
  const char kind = part[0];
  const std::string_view rest = part.substr(1);
  if (last != (kind == 'Z')) return Damaged("it does not end where it says");
  if (kind == 'Z') return absl::OkStatus();
  if (kind == 'D') return visitor.OnData(rest);
  if (kind != 'F' || !IsFileName(rest)) return Damaged("a part of it is of no kind that there is");
  return visitor.OnFile(rest);
}

}  // namespace

BackupKey BackupKey::Generate() {
  EnsureSodium();
  BackupKey key;
  crypto_box_keypair(key.public_key_.data(), key.secret_.data());
  return key;
}

std::string BackupKey::ToText() const {
  return absl::StrCat(A(kSecretPrefix), HexEncode(secret_.view()), "\n");
}

std::string BackupKey::PublicText(const BackupPublicKey& key) {
  return absl::StrCat(A(kPublicPrefix), HexEncode(key), "\n");
}

absl::StatusOr<BackupKey> BackupKey::FromText(std::string_view text) {
  EnsureSodium();
  ASSIGN_OR_RETURN(std::string bytes, KeyFromText(kSecretPrefix, text));
  BackupKey key;
  std::copy(bytes.begin(), bytes.end(), key.secret_.data());
  SecureZero(bytes.data(), bytes.size());
  crypto_scalarmult_base(key.public_key_.data(), key.secret_.data());
  return key;
}

absl::StatusOr<BackupPublicKey> BackupKey::PublicFromText(std::string_view text) {
  ASSIGN_OR_RETURN(const std::string bytes, KeyFromText(kPublicPrefix, text));
  BackupPublicKey key{};
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

bool BackupKey::OpenSealed(std::string_view sealed, std::span<uint8_t> opened) const {
  return sealed.size() == opened.size() + crypto_box_SEALBYTES &&
         crypto_box_seal_open(opened.data(), Raw(sealed), sealed.size(), public_key_.data(),
                              secret_.data()) == 0;
}

struct ArchiveSealer::State {
  crypto_secretstream_xchacha20poly1305_state stream;
  ~State() { SecureZero(&stream, sizeof stream); }
};

ArchiveSealer::ArchiveSealer(const BackupPublicKey& recipient, std::string context, Sink sink)
    : context_(std::move(context)), sink_(std::move(sink)), state_(std::make_unique<State>()) {
  EnsureSodium();
  StreamKey key;
  crypto_secretstream_xchacha20poly1305_keygen(key.data());
  std::string sealed(kSealedKeySize, '\0');
  crypto_box_seal(Raw(sealed), key.data(), StreamKey::size(), recipient.data());
  std::string header(kHeaderSize, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&state_->stream, Raw(header), key.data());
  begin_ = absl::StrCat(A(kMagic), sealed, header);
}

ArchiveSealer::~ArchiveSealer() = default;

absl::Status ArchiveSealer::Part(char kind, std::string_view bytes, bool last) {
  std::string part(1, kind);
  part.append(bytes);
  std::string sealed(part.size() + kOverhead, '\0');
  crypto_secretstream_xchacha20poly1305_push(
      &state_->stream, Raw(sealed), nullptr, Raw(part), part.size(), Raw(context_), context_.size(),
      last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
  return sink_(absl::StrCat(std::exchange(begin_, ""), LengthOf(sealed.size()), sealed));
}

absl::Status ArchiveSealer::File(std::string_view name) { return Part('F', name, false); }

absl::Status ArchiveSealer::Data(std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kArchivePartMax))) {
    RETURN_IF_ERROR(Part('D', bytes.substr(0, kArchivePartMax), false));
  }
  return absl::OkStatus();
}

absl::Status ArchiveSealer::Finish() { return Part('Z', "", true); }

absl::Status OpenArchive(const BackupKey& key, std::string_view context,
                         const ArchiveSource& source, ArchiveVisitor& visitor) {
  ASSIGN_OR_RETURN(const std::string magic, Exactly(source, kMagic.size()));
  if (magic != kMagic) return Damaged("it is none, or one of a newer version");
  ASSIGN_OR_RETURN(const std::string sealed_key, Exactly(source, kSealedKeySize));
  ASSIGN_OR_RETURN(const std::string header, Exactly(source, kHeaderSize));
  StreamKey stream_key;
  if (!key.OpenSealed(sealed_key, stream_key.span())) return Damaged("it is for another key");
  crypto_secretstream_xchacha20poly1305_state stream;
  crypto_secretstream_xchacha20poly1305_init_pull(&stream, Raw(header), stream_key.data());
  for (bool last = false; !last;) {
    ASSIGN_OR_RETURN(const std::string length, Exactly(source, 4));
    size_t size = 0;
    for (const char byte : length) size = size << 8 | static_cast<uint8_t>(byte);
    if (size <= kOverhead || size > kFrameMax) return Damaged("it was changed");
    ASSIGN_OR_RETURN(const std::string sealed, Exactly(source, size));
    std::string part(size - kOverhead, '\0');
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&stream, Raw(part), nullptr, &tag, Raw(sealed),
                                                   sealed.size(), Raw(context),
                                                   context.size()) != 0) {
      return Damaged("it was changed, or is of another backup");
    }
    last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    RETURN_IF_ERROR(Visit(part, last, visitor));
  }
  ASSIGN_OR_RETURN(const std::string behind, source(1));
  return behind.empty() ? absl::OkStatus() : Damaged("something was added to it");
}

}  // namespace corridor
