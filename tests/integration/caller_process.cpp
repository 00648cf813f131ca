#include "caller_process.h"

#include <cstdio>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "direct_operations.h"
#include "service/raw_client.h"
#include "support/child_main.h"
#include "token_json.h"

namespace onbehalf::test {
namespace {

void Say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

// Prints its token. Then each line of its input is a message, which it sends, and it prints the response; or
// an operation to do directly. Until the input ends.
ONBEHALF_CHILD_MAIN(Caller) {
  Say(ToJson(win32::Token::FromOwnProcess()).dump());
  RawClient client(arguments.at(0));
  for (std::string line; std::getline(std::cin, line);) {
    const Json message = Json::parse(line);
    if (message.contains("directly")) {
      Say(DoDirectly(message.at("directly").get<std::string>(), message.at("params")).dump());
      continue;
    }
    client.Send(message);
    Say(client.ReadText().value_or("the service has closed the connection"));
  }
  return 0;
}

ChildProcess StartCaller(std::string_view pipe_path, const win32::Token* token) {
  auto options = ChildProcess::Options::Self("Caller", {std::string(pipe_path)});
  if (token != nullptr) options.token = token->get();
  return ChildProcess::Start(options);
}

}  // namespace

CallerProcess::CallerProcess(std::string_view pipe_path, const win32::Token* token)
    : process_(StartCaller(pipe_path, token)) {
  const auto line = process_.ReadLine();
  if (!line) throw std::runtime_error("the client ended: " + process_.WaitForExit().errors);
  own_token_ = Json::parse(*line);
}

Json CallerProcess::Directly(std::string_view method, const Json& params) {
  return Json::parse(Exchange({{"directly", method}, {"params", params}}));
}

std::string CallerProcess::Exchange(const Json& message) {
  process_.WriteInput(message.dump() + "\n");
  const auto line = process_.ReadLine();
  if (!line) throw std::runtime_error("the client ended: " + process_.WaitForExit().errors);
  return *line;
}

Json CallerProcess::Call(std::string_view method, const Json& params) {
  return Json::parse(Exchange(Request(method, params, ++last_id_)));
}

Json CallerProcess::Request(std::string_view method, const Json& params, int id) {
  Json request{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
  if (!params.is_null()) request["params"] = params;
  return request;
}

}  // namespace onbehalf::test
