#include "server/rpc/connection_acceptor.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr int kBacklog = 4096;
// How long the thread waits before it looks around: for the order to stop, and
// for room where the rate was used up.
constexpr int kWaitMs = 50;

struct Name {
  std::string peer;     // As gRPC writes it, but for brackets.
  std::string address;  // What limits count: IPv4, or the /64 of IPv6.
};

Name NameOf(const sockaddr_storage& from) {
  char text[INET6_ADDRSTRLEN] = {};
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {absl::StrCat("ipv4:", text, ":", ntohs(v4.sin_port)), text};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    return {absl::StrCat("ipv4:", text, ":", ntohs(v6.sin6_port)), text};
  }
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return {absl::StrCat("ipv6:[", text, "]:", ntohs(v6.sin6_port)),
          std::string(reinterpret_cast<const char*>(v6.sin6_addr.s6_addr), 8)};
}

std::string Normalised(const std::string& peer) {
  return absl::StrReplaceAll(peer, {{"%5B", "["}, {"%5D", "]"}});
}

ino_t InodeOf(int fd) {
  struct stat file = {};
  return fstat(fd, &file) == 0 && S_ISSOCK(file.st_mode) ? file.st_ino : 0;
}

absl::Status Unavailable(const std::string& address) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address, ": in use, or not ours"));
}

int OpenListener(const addrinfo& where) {
  const int fd =
      socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, where.ai_protocol);
  if (fd < 0) return -1;
  const int yes = 1;
  const int no = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (where.ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  if (bind(fd, where.ai_addr, where.ai_addrlen) == 0 && listen(fd, kBacklog) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> ConnectionAcceptor::Listen(
    const std::vector<std::string>& addresses, ConnectionLimits limits, const Clock& clock) {
  auto acceptor = std::unique_ptr<ConnectionAcceptor>(new ConnectionAcceptor(limits, clock));
  for (const std::string& address : addresses) RETURN_IF_ERROR(acceptor->ListenOn(address));
  return acceptor;
}

absl::Status ConnectionAcceptor::ListenOn(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return Unavailable(address);
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints = {};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0) {
    return Unavailable(address);
  }
  const int fd = OpenListener(*found);
  freeaddrinfo(found);
  if (fd < 0) return Unavailable(address);
  listeners_.push_back(fd);
  sockaddr_storage bound = {};
  socklen_t size = sizeof bound;
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  // The port is at the same place in both families.
  ports_.push_back(ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port));
  return absl::OkStatus();
}

ConnectionAcceptor::~ConnectionAcceptor() { Stop(); }

void ConnectionAcceptor::Start(
    std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> gate) {
  gate_ = std::move(gate);
  thread_ = std::thread([this] { Run(); });
}

void ConnectionAcceptor::Stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  for (int listener : std::exchange(listeners_, {})) close(listener);
}

void ConnectionAcceptor::Run() {
  const double rate = limits_.accepts_per_second;
  double tokens = rate;
  absl::Duration last = clock_.Steady();
  absl::Duration swept = last;
  std::vector<pollfd> waiting;
  for (int listener : listeners_) waiting.push_back({listener, POLLIN, 0});
  while (!stop_) {
    if (poll(waiting.data(), tokens >= 1 ? waiting.size() : 0, kWaitMs) < 0) continue;
    const absl::Duration now = clock_.Steady();
    // Under a clock that stands still, nothing is limited.
    const double earned = now == last ? 1 : absl::ToDoubleSeconds(now - last) * rate;
    tokens = std::min(tokens + earned, rate);
    last = now;
    if (now - swept > absl::Seconds(1)) {
      absl::MutexLock lock(&mutex_);
      ForgetClosed();
      swept = now;
    }
    for (pollfd& listener : waiting) {
      if (tokens < 1 || (std::exchange(listener.revents, 0) & POLLIN) == 0) continue;
      AcceptOn(listener.fd);
      tokens -= 1;
    }
  }
}

void ConnectionAcceptor::AcceptOn(int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) Admit(listener, fd);
}

void ConnectionAcceptor::Admit(int listener, int fd) {
  sockaddr_storage from = {};
  socklen_t size = sizeof from;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&from), &size) != 0) {
    close(fd);
    return;
  }
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const Name name = NameOf(from);
  {
    absl::MutexLock lock(&mutex_);
    const auto room = table_.MakeRoom(name.address);
    if (!room.has_value()) {
      close(fd);
      return;
    }
    for (ConnectionTable::Id id : *room) ShutDown(id);
    const ConnectionTable::Id id = ++last_id_;
    table_.Add(id, name.address);
    connections_[id] = {fd, InodeOf(fd), name.peer};
    by_peer_[name.peer] = id;
  }
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.listener_fd = listener;
  parameters.fd = fd;
  gate_->HandleNewConnection(&parameters);
}

// Under the lock nothing is accepted that could have the number of a connection that
// has gone; the inode tells it from what else the process has opened.
void ConnectionAcceptor::ShutDown(ConnectionTable::Id id) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if (InodeOf(found->second.fd) == found->second.inode) shutdown(found->second.fd, SHUT_RDWR);
  auto peer = by_peer_.find(found->second.peer);
  if (peer != by_peer_.end() && peer->second == id) by_peer_.erase(peer);
  connections_.erase(found);
}

void ConnectionAcceptor::ForgetClosed() {
  std::vector<ConnectionTable::Id> gone;
  for (const auto& [id, connection] : connections_) {
    if (InodeOf(connection.fd) != connection.inode) gone.push_back(id);
  }
  for (ConnectionTable::Id id : gone) {
    table_.Remove(id);
    ShutDown(id);
  }
}

void ConnectionAcceptor::MarkProven(const std::string& peer) {
  absl::MutexLock lock(&mutex_);
  auto found = by_peer_.find(Normalised(peer));
  if (found != by_peer_.end()) table_.MarkProven(found->second);
}

void ConnectionAcceptor::Close(const std::string& peer) {
  absl::MutexLock lock(&mutex_);
  auto found = by_peer_.find(Normalised(peer));
  if (found == by_peer_.end()) return;
  const ConnectionTable::Id id = found->second;
  table_.Remove(id);
  ShutDown(id);
}

size_t ConnectionAcceptor::open() {
  absl::MutexLock lock(&mutex_);
  ForgetClosed();
  return connections_.size();
}

}  // namespace corridor
