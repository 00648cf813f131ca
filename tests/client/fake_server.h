#pragma once

#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "onbehalf/client/client.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::test {

// A scripted pipe server: runs the script for one client after the other, on a thread of this object. Its
// destructor ends whatever the script waits for.
class FakeServer {
 public:
  // One client, as seen by the script.
  class Session {
   public:
    Session(HANDLE pipe, HANDLE stop);
    // The next request's JSON, or null when the client is gone or the server ends.
    client::Json ReadRequest();
    // The result of one read; empty when the client is gone or the server ends.
    std::string ReadSome();
    // Writes once. If the client is gone, the bytes are lost.
    void Write(std::string_view bytes);
    // Sends a header-delimited frame.
    void Send(const client::Json& message);
    void Answer(const client::Json& request, const client::Json& result);
    void Refuse(const client::Json& request, int code, std::string_view message,
                const client::Json& data = nullptr);
    HANDLE pipe() const { return pipe_; }

   private:
    HANDLE pipe_;
    HANDLE stop_;
    win32::OverlappedOperation operation_;
    protocol::FrameReader frames_;
    std::string buffer_;
    std::string read_;
    std::string_view unread_;  // a part of read_
  };
  using Script = std::function<void(Session&)>;

  // `sddl`: the pipe's descriptor; empty: this user owns it and everyone may use it. Throws Win32Error (1307
  // where the owner may not be set). `name`: the pipe's name; empty: a unique one.
  explicit FakeServer(Script script, std::string_view sddl = {}, std::string_view name = {});
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  const std::string& name() const { return name_; }
  // Options that reach this server and trust its user, with timeouts long enough for a busy machine.
  client::Options ClientOptions() const;

 private:
  win32::UniqueFile CreateInstance() const;
  void Run();

  std::string name_;
  std::string sddl_;
  Script script_;
  win32::UniqueObject stop_;
  win32::UniqueFile waiting_;
  std::thread thread_;
};

// A script that answers each request with what `handler` returns: {"result": ...} or {"error": ...}.
FakeServer::Script Answering(std::function<client::Json(const client::Json& request)> handler);

}  // namespace onbehalf::test
