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

// The file.* methods according to their contract, on files in memory, for a FakeServer. A test changes what
// they return. Use everything but Script() only before a program is started against the server and after it
// has ended, and in the hooks while it runs.
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
  // Creates or replaces a file, with an id of its own.
  void Put(const std::string& path, std::string bytes, const std::string& type = "file");

  // Called before a request is processed; if it returns {"result": ...} or {"error": ...}, that is the
  // response.
  std::function<std::optional<Json>(const Json& request)> before;
  // Called with the response to a request, which it may change.
  std::function<void(const Json& request, Json& answer)> after;
  // Called with each piece of a file.read before it is sent, and the number of pieces before it; may change
  // the piece. False: the stream waits there until it is cancelled.
  std::function<bool(Json& piece, int count)> on_piece;
  // The size of a piece, in bytes.
  std::size_t piece_bytes = 100;

  // The methods called, in order; and the parameters of the calls of one method.
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

// An error response for a Windows error.
client::Json WindowsError(int code, const std::string& name);

}  // namespace onbehalf::test
