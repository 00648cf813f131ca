// client_consumer PIPE: passes values through every client function that takes or returns one, by calling the
// board's service there. Finally prints the version of nlohmann/json that it was compiled with.
#include <exception>
#include <future>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "connect.h"

namespace {

using onbehalf::client::BatchEntry;
using onbehalf::client::CallOptions;
using onbehalf::client::Client;
using onbehalf::client::Json;
using onbehalf::client::Outcome;
using onbehalf::client::RpcError;

void Require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("failed: " + what);
}

void Values(Client& service) {
  const std::string text = "a\"\\\n\xC3\xA4";
  Require(service.Call("rpc.ping", {{"echo", text}})["echo"] == text, "Call gives back what it was given");
  Require(service.CallAs<Json::object_t>("rpc.ping", {{"echo", text}}).at("echo") == text, "CallAs converts");
  const Json notice = {{"title", "Seen"}, {"priority", 9}, {"tags", {"one", "two"}}};
  Require(service.Call("board.pin", {{"notices", Json::array({notice})}}) == Json({{"numbers", {1}}}),
          "nested parameters are taken");
  const Json notices = service.Call("board.list").at("notices");
  Require(notices.size() == 1 && notices[0].at("priority") == 9 && notices[0].at("tags") == notice.at("tags"),
          "a nested result is given");
}

void Errors(Client& service) {
  try {
    service.Call("board.attach", {{"number", 1}, {"path", "C:\\there\\is\\no\\such.file"}});
  } catch (const RpcError& error) {
    Require(error.code() == -32015 && error.data()["name"].get<std::string>().starts_with("ERROR_"),
            "an error has its data");
    return;
  }
  throw std::runtime_error("board.attach was not refused");
}

void WithoutWaiting(Client& service) {
  Require(service.CallAsync("rpc.ping", {{"echo", "future"}}).get().at("echo") == "future", "a future");
  std::promise<Json> called_back;
  service.CallAsync("rpc.ping", {{"echo", "callback"}}, {},
                    [&](Outcome outcome) { called_back.set_value(std::move(outcome).result().at("echo")); });
  Require(called_back.get_future().get() == "callback", "a callback");
}

void Batch(Client& service) {
  const std::vector<BatchEntry> entries{{"rpc.ping", {{"echo", "batch"}}}, {"no.such"}};
  const std::vector<Outcome> outcomes = service.CallBatch(entries);
  Require(outcomes[0].result().at("echo") == "batch" && !outcomes[1].ok(), "a batch");
}

void Progress(Client& service) {
  std::vector<Json> notices;
  CallOptions options;
  options.progress = [&](const Json& notice) { notices.push_back(notice); };
  service.Call("board.watch", {{"most", 1}}, options);
  Require(notices.size() == 1 && notices[0].at("title") == "Seen", "progress");
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count != 2) throw std::runtime_error("client_consumer PIPE");
    Client service = ConnectTo(arguments[1]);
    service.OnNotification([](const std::string&, const Json&) {});
    Values(service);
    Errors(service);
    WithoutWaiting(service);
    Batch(service);
    Progress(service);
    std::cout << "called with nlohmann/json " << NLOHMANN_JSON_VERSION_MAJOR << "."
              << NLOHMANN_JSON_VERSION_MINOR << "." << NLOHMANN_JSON_VERSION_PATCH << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
