#ifndef CORRIDOR_CLIENT_TESTING_FAKE_CONNECTIONS_H_
#define CORRIDOR_CLIENT_TESTING_FAKE_CONNECTIONS_H_

#include <memory>
#include <string>

#include "client/testing/region_in_process.h"
#include "corridor/publisher_connection.h"
#include "corridor/subscriber_connection.h"

namespace corridor {

// Connections to a region in this process, as `principal`: each call is authorised as a broker
// authorises it, and then made of the region itself.
std::shared_ptr<PublisherConnection> MakeFakePublisherConnection(
    std::shared_ptr<RegionInProcess> region, const std::string& principal);
std::shared_ptr<SubscriberConnection> MakeFakeSubscriberConnection(
    std::shared_ptr<RegionInProcess> region, const std::string& principal);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_TESTING_FAKE_CONNECTIONS_H_
