// Starts the service beside it and calls its method and a built-in one. 0: both have answered as they must.
#include <onbehalf/client/client.h>

#include <exception>
#include <iostream>
#include <string>

#include "service_process.h"

int main() {
  try {
    onbehalf::test::ServiceProcess process("greeting-service.exe", "");
    onbehalf::client::Options options;
    options.pipe = process.pipe_path().substr(std::string(R"(\\.\pipe\)").size());
    options.trust = onbehalf::client::Trust::kSameUser;
    auto service = onbehalf::client::Client::Connect(options);
    const auto greeting = service.CallAs<std::string>("greeting.greet", {{"name", "package"}});
    const bool is_there = service.CallAs<onbehalf::client::Json>("rpc.ping").at("pong").get<bool>();
    std::cout << greeting << "\n";
    return greeting == "hello package" && is_there ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
