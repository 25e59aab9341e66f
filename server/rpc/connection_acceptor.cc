#include "server/rpc/connection_acceptor.h"

#include <arpa/inet.h>
#include <linux/tcp.h>  // In place of <netinet/tcp.h>: its tcp_info says how much was received.
#include <netdb.h>
#include <netinet/in.h>
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
// How long the thread waits for somebody to knock before it looks around: whether it
// is to stop, and, while somebody waits, whether the rate has room again.
constexpr int kWaitMs = 20;
constexpr int kTurnMs = 2;
// How often it counts what connections received: a connection costs it some microseconds, and a
// local one can bring a megabyte in three milliseconds.
constexpr absl::Duration kCountPauseMin = absl::Milliseconds(20);
constexpr absl::Duration kCountPauseMax = absl::Milliseconds(250);
constexpr absl::Duration kCountPausePerConnection = absl::Microseconds(200);
// Who comes at once is taken in a few at a time, so that turns are taken meanwhile.
constexpr int kTakenAtOnce = 64;

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

int64_t BytesReceived(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof info;
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0
             ? static_cast<int64_t>(info.tcpi_bytes_received)
             : 0;
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
  absl::Duration counted = last;
  absl::Duration count_pause = kCountPauseMin;
  std::vector<pollfd> knocking;
  for (int listener : listeners_) knocking.push_back({listener, POLLIN, 0});
  while (!stop_) {
    const int wait_ms = newcomers_.size() == 0 ? kWaitMs : kTurnMs;
    if (poll(knocking.data(), knocking.size(), wait_ms) < 0) continue;
    for (pollfd& listener : knocking) {
      if ((std::exchange(listener.revents, 0) & POLLIN) != 0) AcceptOn(listener.fd);
    }
    const absl::Duration now = clock_.Steady();
    // Under a clock that stands still, nothing is limited.
    const double earned = now == last ? rate : absl::ToDoubleSeconds(now - last) * rate;
    tokens = std::min(tokens + earned, rate);
    last = now;
    for (; tokens >= 1; tokens -= 1) {
      const auto next = newcomers_.Pop();
      if (!next.has_value()) break;
      LetIn(*next);
    }
    if (now - counted >= count_pause) {
      count_pause =
          std::clamp(CloseNoisy() * kCountPausePerConnection, kCountPauseMin, kCountPauseMax);
      counted = now;
    }
    if (now - swept > absl::Seconds(1)) {
      Sweep(now);
      swept = now;
    }
  }
  while (const auto left = newcomers_.Pop()) close(left->fd);
}

void ConnectionAcceptor::AcceptOn(int listener) {
  for (int taken = 0; taken < kTakenAtOnce; ++taken) {
    sockaddr_storage from = {};
    socklen_t size = sizeof from;
    const int fd =
        accept4(listener, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    Name name = NameOf(from);
    const auto turned_away = newcomers_.Push({.listener = listener,
                                              .fd = fd,
                                              .address = std::move(name.address),
                                              .peer = std::move(name.peer)});
    if (turned_away.has_value()) close(turned_away->fd);
  }
}

void ConnectionAcceptor::LetIn(const NewcomerQueue::Newcomer& newcomer) {
  const int yes = 1;
  setsockopt(newcomer.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  {
    absl::MutexLock lock(&mutex_);
    const auto room = table_.MakeRoom(newcomer.address);
    if (!room.has_value()) {
      close(newcomer.fd);
      return;
    }
    for (ConnectionTable::Id id : *room) ShutDown(id);
    const ConnectionTable::Id id = ++last_id_;
    table_.Add(id, newcomer.address, clock_.Steady());
    connections_[id] = {.fd = newcomer.fd,
                        .inode = InodeOf(newcomer.fd),
                        .peer = newcomer.peer,
                        .chain_pem = "",
                        .active = std::make_shared<std::atomic<bool>>(false)};
    by_peer_[newcomer.peer] = id;
  }
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.listener_fd = newcomer.listener;
  parameters.fd = newcomer.fd;
  gate_->HandleNewConnection(&parameters);
}

void ConnectionAcceptor::Sweep(absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  ForgetClosed();
  for (ConnectionTable::Id id : table_.Overdue(now)) {
    table_.Remove(id);
    ShutDown(id);
  }
}

int ConnectionAcceptor::CloseNoisy() {
  absl::MutexLock lock(&mutex_);
  const int looked_at = static_cast<int>(connections_.size());
  std::vector<ConnectionTable::Id> noisy;
  for (auto& [id, connection] : connections_) {
    if (InodeOf(connection.fd) != connection.inode) continue;
    const int64_t received = BytesReceived(connection.fd);
    if (connection.active->exchange(false)) connection.counted_from = received;
    const int64_t allowed =
        connection.chain_pem.empty() ? limits_.first_call_bytes : limits_.bytes_without_message;
    if (received - connection.counted_from > allowed) noisy.push_back(id);
  }
  for (ConnectionTable::Id id : noisy) {
    table_.Remove(id);
    ShutDown(id);
  }
  return looked_at;
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

ConnectionAcceptor::Activity ConnectionAcceptor::MarkProven(
    const std::string& peer, absl::FunctionRef<std::string()> chain_pem) {
  absl::MutexLock lock(&mutex_);
  auto found = by_peer_.find(Normalised(peer));
  if (found == by_peer_.end()) return nullptr;
  Connection& connection = connections_[found->second];
  *connection.active = true;
  if (connection.chain_pem.empty()) {
    connection.chain_pem = chain_pem();
    table_.MarkProven(found->second);
  }
  return connection.active;
}

void ConnectionAcceptor::NoteReset(const std::string& peer) {
  absl::MutexLock lock(&mutex_);
  auto found = by_peer_.find(Normalised(peer));
  if (found == by_peer_.end() || table_.NoteReset(found->second, clock_.Steady())) return;
  const ConnectionTable::Id id = found->second;
  table_.Remove(id);
  ShutDown(id);
}

size_t ConnectionAcceptor::CloseRefused(
    absl::FunctionRef<absl::Status(const std::string& chain_pem)> judge) {
  absl::MutexLock lock(&mutex_);
  std::vector<ConnectionTable::Id> refused_twice;
  for (auto& [id, connection] : connections_) {
    if (connection.chain_pem.empty()) continue;
    const bool refused_before = connection.refused;
    connection.refused = !judge(connection.chain_pem).ok();
    if (refused_before && connection.refused) refused_twice.push_back(id);
  }
  for (ConnectionTable::Id id : refused_twice) {
    table_.Remove(id);
    ShutDown(id);
  }
  return refused_twice.size();
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
