// Lists the newest alerts that the caller may read.
//
//   quickstart ENDPOINT REGION CERTIFICATE KEY TRUST
#include <corridor/channel.h>
#include <corridor/options.h>
#include <corridor/subscriber.h>

#include <iostream>
#include <utility>

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "quickstart ENDPOINT REGION CERTIFICATE KEY TRUST\n";
    return 2;
  }
  corridor::ConnectionOptions options{.endpoint = argv[1], .region = argv[2]};
  const absl::Status read = corridor::ReadCredentialFiles(
      {.certificate_chain = argv[3], .private_key = argv[4], .trust_bundle = argv[5]}, options);
  if (!read.ok()) {
    std::cerr << read.message() << "\n";
    return 2;
  }
  auto channel = corridor::Channel::Open(std::move(options));
  if (!channel.ok()) {
    std::cerr << channel.status().message() << "\n";
    return 2;
  }
  corridor::Subscriber subscriber(corridor::MakeSubscriberConnection(*std::move(channel)));
  const auto page = subscriber.ListAlerts({});
  if (!page.ok()) {
    std::cerr << page.status().message() << "\n";
    return 1;
  }
  for (const auto& alert : page->alerts()) {
    std::cout << alert.publisher() << " revision " << alert.revision() << "\n";
  }
  return 0;
}
