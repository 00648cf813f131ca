#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/fake_server.h"

namespace onbehalf::test {

// The file.* methods as their contract has them, for files in memory, for a FakeServer. A test changes what
// they answer. Everything but Script() is for the test before a program is started against the server and
// after it has ended, and for the hooks while it runs.
class ScriptedFiles {
 public:
  using Json = client::Json;

  struct File {
    std::string bytes;
    std::string id;
    int version = 1;  // of `modified`
    std::string type = "file";
  };

  std::map<std::string, File> files;
  // Makes or replaces a file, under an id of its own.
  void Put(const std::string& path, std::string bytes, const std::string& type = "file");

  // Called before a request is done; {"result": …} or {"error": …} is then the answer.
  std::function<std::optional<Json>(const Json& request)> before;
  // Called with the answer to a request, which it may change.
  std::function<void(const Json& request, Json& answer)> after;
  // Called with each piece of a file.read before it is sent, and how many there were before; it may change
  // it. False: the stream waits there until it is cancelled.
  std::function<bool(Json& piece, int count)> on_piece;
  // Bytes of a piece.
  std::size_t piece_bytes = 100;

  // The methods called, in order; and the parameters of those of one.
  std::vector<std::string> methods() const;
  std::vector<Json> ParamsOf(const std::string& method) const;

  FakeServer::Script Script();

 private:
  void Serve(FakeServer::Session& session);
  Json Answer(FakeServer::Session& session, const Json& request);
  Json Done(FakeServer::Session& session, const std::string& method, const Json& params);
  Json Read(FakeServer::Session& session, const File& file, const Json& params);
  Json Write(const Json& params);

  int ids_ = 0;
  std::vector<Json> requests_;
};

// An answer of Windows' error.
client::Json WindowsError(int code, const std::string& name);

}  // namespace onbehalf::test
