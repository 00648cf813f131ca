// The smallest client: asks the service who this program is to it.
#include <onbehalf/client/client.h>

#include <iostream>
#include <nlohmann/json.hpp>

int main() {
  try {
    auto service = onbehalf::client::Client::Connect();
    const auto me = service.Call("identity.whoami");
    std::cout << me["account"]["name"].get<std::string>() << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
