// Starts the service in its own folder and calls each of its methods and a built-in one. 0: all responses are
// correct.
#include <onbehalf/client/client.h>
#include <onbehalf/win32/lean_windows.h>
#include <onbehalf/win32/utf.h>

#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "service_process.h"

namespace {

using onbehalf::client::CallOptions;
using onbehalf::client::Client;
using onbehalf::client::Json;
using onbehalf::client::RpcError;

void Require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("failed: " + what);
}

// The error with which the service refuses a call.
template <typename Function>
RpcError ErrorOf(const std::string& what, Function call) {
  try {
    call();
  } catch (const RpcError& error) {
    return error;
  }
  throw std::runtime_error("not refused: " + what);
}

// Nested parameters, checked against their schemas, with a default.
void PinAndList(Client& service) {
  const Json pinned = service.Call("board.pin", Json::parse(R"({"notices":[
      {"title":"Tea at four","tags":["kitchen"]}, {"title":"Lift out of order","priority":9}]})"));
  Require(pinned == Json::parse(R"({"numbers":[1,2]})"), "two notices are pinned");
  const Json notices = service.Call("board.list").at("notices");
  const Json account = service.Call("identity.whoami").at("account");
  Require(notices.size() == 2 && notices[0].at("author") == account.at("sid"), "they are the caller's");
  Require(notices[0].at("priority") == 5 && notices[1].at("priority") == 9,
          "one has the default, one its own");
  Require(notices[0].at("tags") == Json::array({"kitchen"}) && notices[1].at("tags").empty(),
          "tags are optional");

  struct Wrong {
    const char* params;
    std::string message;
  };
  for (const Wrong& wrong :
       std::vector<Wrong>{{R"({"notices":[{"title":"a"},{"title":5}]})",
                           "notices[1].title: expected a string of 1 to 100 characters, got an integer"},
                          {R"({"notices":[{"titel":"a"}]})",
                           "notices[0].title: required, expected a string of 1 to 100 characters"},
                          {R"({"notices":[{"title":"a","tag":"b"}]})", "notices[0]: unknown member \"tag\""},
                          {R"({"notices":[]})",
                           "notices: expected an array of 1 to 100 elements, got an array of 0 elements"},
                          {"{}", "notices: required, expected an array of 1 to 100 elements"}}) {
    const RpcError error =
        ErrorOf(wrong.message, [&] { service.Call("board.pin", Json::parse(wrong.params)); });
    Require(error.code() == -32602 && error.what() == wrong.message,
            wrong.message + ", but: " + error.what());
  }
  Require(service.Call("board.list").at("notices").size() == 2, "what is refused is not pinned");
}

// A stream: the existing notices, then new ones, until it ends by itself or is cancelled.
void Watch(Client& service) {
  std::vector<std::string> titles;
  CallOptions options;
  options.progress = [&](const Json& notice) {
    titles.push_back(notice.at("title").get<std::string>());
    if (titles.size() == 2)
      service.Notify("board.pin", Json::parse(R"({"notices":[{"title":"Pinned meanwhile"}]})"));
  };
  const Json end = service.Call("board.watch", {{"most", 3}}, options);
  Require(end == Json{{"seen", 3}}, "a watch ends after as many as it is asked for");
  Require(titles.size() == 3 && titles.back() == "Pinned meanwhile", "a watch sees what is pinned meanwhile");

  std::stop_source stop;
  options.stop = stop.get_token();
  options.progress = [&](const Json& notice) {
    if (notice.at("number") == 3) stop.request_stop();
  };
  const RpcError error =
      ErrorOf("a watch that is cancelled", [&] { service.Call("board.watch", nullptr, options); });
  Require(error.code() == onbehalf::client::kRequestCancelled, "a watch ends when it is cancelled");
}

// One method acts as the service, with one part using the caller's token; the other entirely uses the
// caller's token.
void AttachAndExport(Client& service, const std::filesystem::path& folder) {
  const std::string note = (folder / "note.txt").string();
  std::ofstream(note, std::ios::binary) << "Bring cups.";
  Require(service.Call("board.attach", {{"number", 1}, {"path", note}}) == Json{{"bytes", 11}},
          "a file is attached");
  Require(service.Call("board.list").at("notices")[0].at("attachment") == "Bring cups.",
          "the attachment is listed");
  const RpcError of_nobody = ErrorOf("an attachment to no notice", [&] {
    service.Call("board.attach", {{"number", 99}, {"path", note}});
  });
  Require(std::string_view(of_nobody.what()) == "number: there is no such notice of yours", of_nobody.what());
  const RpcError missing = ErrorOf("a file that is not there", [&] {
    service.Call("board.attach", {{"number", 1}, {"path", note + ".not"}});
  });
  Require(missing.code() == -32015 && missing.data().at("name") == "ERROR_FILE_NOT_FOUND",
          "Windows' error is told");

  const std::string list = (folder / "list.txt").string();
  const auto bytes = service.Call("board.export", {{"path", list}}).at("bytes").get<std::size_t>();
  std::ifstream in(list, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  Require(text.size() == bytes && text.starts_with("1 Tea at four\r\n"), "the titles are in the file");
  const RpcError again =
      ErrorOf("a file that is there", [&] { service.Call("board.export", Json::array({list})); });
  Require(again.code() == -32015 && again.data().at("name") == "ERROR_FILE_EXISTS", "it is not written over");
}

// Progress, and a handler that honours the end of its request.
void Seal(Client& service) {
  std::size_t reports = 0;
  CallOptions options;
  options.progress = [&](const Json& value) { reports += value.contains("tried") ? 1 : 0; };
  Require(service.Call("board.seal", {{"bits", 8}}, options).contains("number"), "a seal is found");
  Require(service.Call("board.seal", {{"bits", 8}}) == service.Call("board.seal", Json::array({8})),
          "it is the same one");
  std::stop_source stop;
  options.stop = stop.get_token();
  options.progress = [&](const Json&) {
    ++reports;
    stop.request_stop();
  };
  const RpcError error = ErrorOf("a seal that nobody finds", [&] {
    service.Call("board.seal", {{"bits", 63}}, options);
  });
  Require(error.code() == onbehalf::client::kRequestCancelled && reports > 0,
          "it reports, and ends when it is cancelled");
}

// An application's methods are described like the built-in ones.
void Discover(Client& service) {
  std::size_t found = 0;
  const Json document = service.Call("rpc.discover");
  for (const Json& method : document.at("methods")) {
    const auto name = method.at("name").get<std::string>();
    if (!name.starts_with("board.")) continue;
    ++found;
    Require(method.contains("x-progress") == (name == "board.watch" || name == "board.seal"),
            "progress of " + name);
    Require(method.at("x-acts") == (name == "board.export" ? "caller" : "service"), "identity of " + name);
  }
  Require(found == 6, "all methods of the board are described");
  Require(service.Call("rpc.ping").at("pong") == true, "the built-in methods are there");
}

// The event log shows the texts of the executable that is registered as the source's message file.
void EventTexts(const std::string& executable) {
  const HMODULE module =
      ::LoadLibraryExW(onbehalf::win32::ToWide(executable).c_str(), nullptr, LOAD_LIBRARY_AS_DATAFILE);
  Require(module != nullptr, "the service's resources can be read");
  const bool has_texts =
      ::FindResourceW(module, MAKEINTRESOURCEW(1), MAKEINTRESOURCEW(11)) != nullptr;  // RT_MESSAGETABLE
  ::FreeLibrary(module);
  Require(has_texts, "the service's executable has the texts of the events");
}

}  // namespace

int main() {
  try {
    onbehalf::test::ServiceProcess process("board-service.exe", "");
    onbehalf::client::Options options;
    options.pipe = process.pipe_name();
    options.trust = onbehalf::client::Trust::kSameUser;
    auto service = Client::Connect(options);
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / (process.pipe_name() + "-files");
    std::filesystem::create_directory(folder);
    PinAndList(service);
    Watch(service);
    AttachAndExport(service, folder);
    Seal(service);
    Discover(service);
    EventTexts(onbehalf::test::PathBeside("board-service.exe"));
    service.Close();
    std::filesystem::remove_all(folder);
    const auto exit = process.Stop();
    Require(exit.code == 0, "the service stops: " + exit.errors);
    std::cout << "all of the board's methods work\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
