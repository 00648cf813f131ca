// Starts the service in its own folder with the module greeter and calls that. 0: the response is correct.
#include <onbehalf/client/client.h>

#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "service_process.h"

int main() {
  try {
    onbehalf::test::ServiceProcess process("board-service.exe", R"({"modules": {"load": {"greeter": {}}}})");
    onbehalf::client::Options options;
    options.pipe = process.pipe_name();
    options.trust = onbehalf::client::Trust::kSameUser;
    auto service = onbehalf::client::Client::Connect(options);
    const auto hello = service.Call("greeter.hello", {{"name", "package"}});
    std::cout << hello.dump() << "\n";
    const bool is_right = hello.at("params") == onbehalf::client::Json{{"name", "package"}} &&
                          hello.at("caller") == service.Call("identity.whoami").at("account").at("sid");
    return is_right ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
