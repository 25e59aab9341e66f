#include "core/crypto/openssl_handles.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

struct PemParts {
  ~PemParts() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    if (data != nullptr) OPENSSL_clear_free(data, static_cast<size_t>(size));
  }
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
};

// OpenSSL calls this for the passphrase of an encrypted key; without it, it would ask the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

void DieOfOpenssl(const char* what) {
  std::fprintf(stderr, "corridor: cryptographic library failed: %s\n", what);
  std::abort();
}

BioPtr ReaderOf(std::string_view bytes) {
  if (bytes.size() > INT_MAX) return nullptr;
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

absl::StatusOr<std::vector<std::string>> PemBlocks(std::string_view pem, std::string_view label) {
  BioPtr reader = ReaderOf(pem);
  if (reader == nullptr) return absl::InvalidArgumentError("PEM is too large");
  std::vector<std::string> blocks;
  while (true) {
    PemParts part;
    ERR_clear_error();
    if (PEM_read_bio(reader.get(), &part.name, &part.header, &part.data, &part.size) != 1) {
      const bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
      ERR_clear_error();
      if (end) return blocks;
      return absl::InvalidArgumentError(
          absl::StrCat("malformed PEM after ", blocks.size(), " ", A(label), " block(s)"));
    }
    if (label != part.name) continue;
    blocks.emplace_back(reinterpret_cast<char*>(part.data), static_cast<size_t>(part.size));
  }
}

absl::StatusOr<KeyPtr> PrivateKeyFromPem(std::string_view pem) {
  BioPtr reader = ReaderOf(pem);
  KeyPtr key(reader == nullptr
                 ? nullptr
                 : PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        "not a private key: expected an unencrypted PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)");
  }
  return key;
}

std::string PrivateKeyToPem(EVP_PKEY* key) {
  BioPtr writer(BIO_new(BIO_s_secmem()));
  if (writer == nullptr || PEM_write_bio_PKCS8PrivateKey(writer.get(), key, nullptr, nullptr, 0,
                                                         nullptr, nullptr) != 1) {
    DieOfOpenssl("writing a private key");
  }
  return TextOf(writer.get());
}

absl::StatusOr<absl::Time> TimeFrom(const ASN1_TIME* time) {
  std::tm parts = {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return absl::InvalidArgumentError("malformed time");
  }
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string_view BytesOfAsn1(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

}  // namespace corridor
