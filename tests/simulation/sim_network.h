#ifndef CORRIDOR_TESTS_SIMULATION_SIM_NETWORK_H_
#define CORRIDOR_TESTS_SIMULATION_SIM_NETWORK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/link/link_stream.h"
#include "tests/simulation/defect.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/event_log.h"
#include "tests/simulation/sim_scheduler.h"

namespace corridor {

// How a network behaves when nobody has cut it.
struct NetworkWeather {
  absl::Duration latency_min = absl::Milliseconds(1);
  absl::Duration latency_max = absl::Milliseconds(50);
  // Of a connection, at each frame that arrives.
  double loss_probability = 0;
};

// Connections between regions: frames of one keep their order, those of several do
// not; a connection may be lost at any frame, on both sides at different times; a
// blocked direction carries nothing, and whoever waits for it only notices by
// silence.
class SimNetwork {
 public:
  // How a region takes connections: null while it is down.
  using Acceptor = std::function<std::shared_ptr<LinkStreamEvents>(
      const std::string& from, v1::Lane lane, std::shared_ptr<LinkStream> stream)>;
  // Sees each frame as it leaves its broker, and as it arrives at the other.
  struct Watch {
    std::function<void(const FrameRoute&, const v1::LinkFrame&)> sent;
    std::function<void(const FrameRoute&, const v1::LinkFrame&)> arrives;
    std::function<Region*(const std::string& region)> region;
  };

  SimNetwork(SimScheduler& scheduler, EventLog& log, Dice dice, Defect* defect, Watch watch);
  ~SimNetwork();

  void AddRegion(const std::string& name, Acceptor acceptor);
  // What the broker of `name` dials with.
  std::unique_ptr<LinkTransport> TransportOf(const std::string& name);

  void SetWeather(const NetworkWeather& weather) { weather_ = weather; }
  const NetworkWeather& weather() const { return weather_; }
  // One direction.
  void Block(const std::string& from, const std::string& to) { blocked_.insert({from, to}); }
  void Unblock(const std::string& from, const std::string& to);
  void UnblockAll();
  bool IsBlocked(const std::string& from, const std::string& to) const {
    return blocked_.contains({from, to});
  }
  // One connection between the two, by chance, if there is one; all of them.
  void LoseOne(const std::string& a, const std::string& b);
  void LoseAll(const std::string& a, const std::string& b);
  // The machine of `name` stopped: it hears nothing more, the others at some time.
  void Vanish(const std::string& name);

 private:
  class Connection;
  class Transport;

  std::shared_ptr<LinkStream> Dial(const std::string& from, const std::string& to, v1::Lane lane,
                                   std::shared_ptr<LinkStreamEvents> events);
  std::vector<std::shared_ptr<Connection>> Open() const;

  SimScheduler& scheduler_;
  EventLog& log_;
  Dice dice_;
  Defect* const defect_;
  const Watch watch_;
  NetworkWeather weather_;
  std::map<std::string, Acceptor> acceptors_;
  std::set<std::pair<std::string, std::string>> blocked_;
  std::vector<std::weak_ptr<Connection>> connections_;
  uint64_t connections_made_ = 0;
};

// "Records 5..9", for logs.
std::string Describe(const v1::LinkFrame& frame);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SIM_NETWORK_H_
