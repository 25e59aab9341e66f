#ifndef CORRIDOR_CLIENT_OPTIONS_H_
#define CORRIDOR_CLIENT_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace corridor {

// Where the three PEM parts lie.
struct CredentialFiles {
  std::string certificate_chain;
  std::string private_key;
  std::string trust_bundle;
};

// How to reach a broker and who calls. Every connection is mutual TLS 1.3; there
// is no other mode.
//
//   ConnectionOptions options{.endpoint = "broker.sea.example:7443", .region = "sea.example"};
//   RETURN_IF_ERROR(ReadCredentialFiles({.certificate_chain = "desk.pem",
//                                        .private_key = "desk.key",
//                                        .trust_bundle = "sea.example.pem"}, options));
struct ConnectionOptions {
  // "host:port" of the broker.
  std::string endpoint;
  // Region id (trust domain) that the broker must prove to belong to, by a SPIFFE
  // ID `spiffe://<region>/broker/<name>`. The host name is not compared.
  std::string region;

  // The caller's certificate and its intermediates, leaf first.
  std::string certificate_chain_pem;
  // The key of that certificate (PKCS#8). Secret.
  std::string private_key_pem;
  // The roots of `region`.
  std::string trust_bundle_pem;
  // Set by ReadCredentialFiles(): where the three parts come from. When the files are
  // replaced by sound ones for the same principal, what is called a second later uses
  // these, on a new connection; calls and sessions under way go on undisturbed. A file
  // that is half written, or a key that is not the certificate's, is never taken.
  // Absent: what is given above holds for good.
  std::optional<CredentialFiles> credential_files;

  // Every call that is not a session ends after this time.
  absl::Duration rpc_timeout = absl::Seconds(20);
  // An idle connection is probed this often, and given up when no answer comes.
  absl::Duration keepalive_interval = absl::Seconds(30);
  absl::Duration keepalive_timeout = absl::Seconds(10);

  // Name and version of the calling program, for the broker's log: at most 64
  // printable ASCII characters.
  std::string client_name = "corridor-sdk";
};

// Reads the three files into `options`, and notes there where they lie. kNotFound names the file
// that cannot be read.
absl::Status ReadCredentialFiles(const CredentialFiles& files, ConnectionOptions& options);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_OPTIONS_H_
