#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "onbehalf/win32/token.h"
#include "support/child_process.h"

namespace onbehalf::test {

using Json = nlohmann::json;

// A client in a process of its own, with a token of its own: this executable as its own child. One thread.
class CallerProcess {
 public:
  // `token`: the process's primary token; null: this process's own.
  explicit CallerProcess(std::string_view pipe_path, const win32::Token* token = nullptr);

  DWORD id() const { return process_.id(); }
  // The client process's own token as it sees it, formatted by ToJson in token_json.h.
  const Json& own_token() const { return own_token_; }

  // Sends a message and returns the text of the next one from the service.
  std::string Exchange(const Json& message);
  // The response to a request.
  Json Call(std::string_view method, const Json& params = nullptr);
  // The result when the client's process does the same itself, without the service (DoDirectly).
  Json Directly(std::string_view method, const Json& params);
  static Json Request(std::string_view method, const Json& params, int id);

 private:
  ChildProcess process_;
  Json own_token_;
  int last_id_ = 0;
};

}  // namespace onbehalf::test
