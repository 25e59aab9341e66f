#ifndef CORRIDOR_SERVER_SANDBOX_H_
#define CORRIDOR_SERVER_SANDBOX_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/catalog/catalog.h"

namespace corridor {

// A region to try things in, `corridord --sandbox`: its certificates are made on the spot by a root
// whose key is forgotten at once, its three members and its operator are examples, and its
// configuration marks it, so that every answer of its broker says what it is. Not thread-safe.
class Sandbox {
 public:
  // How long its certificates hold.
  static constexpr absl::Duration kLifetime = absl::Hours(30 * 24);

  // Takes up the sandbox in `folder`, or makes one there where the folder is absent or empty; with
  // no folder named, in a temporary one that goes with this object. Only its owner can enter.
  // `listen_address` is where its broker is to listen.
  // kAlreadyExists: the folder holds something else. kInternal names the path that could not be
  // written.
  static absl::StatusOr<Sandbox> Open(const std::string& folder, const std::string& listen_address,
                                      absl::Time now);
  Sandbox(Sandbox&& other) noexcept;
  Sandbox& operator=(Sandbox&&) = delete;
  ~Sandbox();  // Removes a temporary folder with all that is in it.

  // The configuration, to be read as any other.
  std::string config_path() const { return File("sandbox.textproto"); }

  // Registers operator, members, grants, keys and the agreement between them, where they are not
  // yet; returns when that is durable. Errors are the catalog's.
  absl::Status Register(Catalog& catalog) const;

  // Writes the profiles and the example of an alert, for a broker that listens on `port`.
  absl::Status WriteProfiles(int port) const;
  // What to type next.
  std::string HowToUse() const;

 private:
  Sandbox(std::string folder, std::string host, bool temporary)
      : folder_(std::move(folder)), host_(std::move(host)), temporary_(temporary) {}
  std::string File(const std::string& name) const { return folder_ + "/" + name; }
  absl::Status MakeCertificates(absl::Time now) const;
  absl::Status WriteConfig(const std::string& listen_address) const;

  std::string folder_;  // Absolute.
  std::string host_;
  bool temporary_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_SANDBOX_H_
