#include "onbehalf/onbehalf.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "arguments.h"
#include "client_handle.h"
#include "error_record.h"
#include "onbehalf/client/client.h"
#include "onbehalf/protocol/json_text.h"

// Each function checks its arguments, calls the C++ client and returns the outcome. No exception leaves a
// function.

struct onbehalf_request {
  std::stop_source stop;
};

namespace onbehalf::c_abi {
namespace {

using client::CallOptions;
using client::Json;
using client::Outcome;
using Callback = onbehalf_client::Callback;
using Use = onbehalf_client::Use;

// Runs `body` and converts its exceptions to a status and this thread's last error.
template <typename Body>
onbehalf_status Guarded(const Body& body) noexcept {
  ErrorRecord* const last = ErrorRecord::Last();
  if (last == nullptr) return ONBEHALF_OUT_OF_MEMORY;
  try {
    body();
  } catch (...) {
    return last->SetCurrentException();
  }
  last->SetOk();
  return ONBEHALF_OK;
}

int64_t Length(const std::string& text) { return static_cast<int64_t>(text.size()); }

struct FreeMemory {
  void operator()(char* text) const { std::free(text); }
};

// Freed by onbehalf_free_string. Throws std::bad_alloc.
std::unique_ptr<char, FreeMemory> Copy(const std::string& text) {
  std::unique_ptr<char, FreeMemory> copy(static_cast<char*>(std::malloc(text.size() + 1)));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy.get(), text.c_str(), text.size() + 1);
  return copy;
}

// The text for a callback that cannot report an error; nullopt if there is no memory.
std::optional<std::string> TryToText(const Json& value) noexcept {
  try {
    return protocol::ToText(value);
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

// `client` must have a user until the call ends.
CallOptions ToCallOptions(const onbehalf_call_options* given, const onbehalf_client* client) {
  const onbehalf_call_options known = CallOptionsArgument(given);
  CallOptions options;
  options.timeout = Timeout(known.timeout_ms);
  options.idempotent = (known.flags & ONBEHALF_IDEMPOTENT) != 0;
  if (known.progress != nullptr) {
    options.progress = [client, progress = known.progress,
                        user = known.progress_user](const Json& value) noexcept {
      // Several values can arrive together, and the callback for an earlier one may have freed the client.
      if (client->IsFreed()) return;
      const Callback callback(client);
      const std::optional<std::string> text = TryToText(value);
      progress(user, text ? text->c_str() : nullptr, text ? Length(*text) : 0);
    };
  }
  return options;
}

void ReportOutcome(const Outcome& outcome, onbehalf_done_callback done, void* user) noexcept {
  std::string result;
  ErrorRecord error;
  try {
    result = protocol::ToText(outcome.result());
  } catch (...) {
    error.SetCurrentException();
  }
  if (error.view().status == ONBEHALF_OK) {
    done(user, ONBEHALF_OK, result.c_str(), Length(result), nullptr);
  } else {
    done(user, error.view().status, nullptr, 0, &error.view());
  }
}

void ReportNotification(onbehalf_notification_callback handler, void* user, const std::string& method,
                        const Json& params) noexcept {
  const std::optional<std::string> text = TryToText(params);
  handler(user, method.c_str(), text ? text->c_str() : nullptr, text ? Length(*text) : 0);
}

}  // namespace
}  // namespace onbehalf::c_abi

using namespace onbehalf::c_abi;  // NOLINT: what follows is of the global namespace, as C has it

const char* ONBEHALF_CALL onbehalf_version(void) { return ONBEHALF_VERSION; }

uint32_t ONBEHALF_CALL onbehalf_abi_version(void) {
  return (static_cast<uint32_t>(ONBEHALF_ABI_MAJOR) << 16U) | static_cast<uint32_t>(ONBEHALF_ABI_MINOR);
}

const onbehalf_error* ONBEHALF_CALL onbehalf_last_error(void) {
  const ErrorRecord* const last = ErrorRecord::Last();
  return last != nullptr ? &last->view() : &ErrorRecord::OutOfMemory();
}

onbehalf_status ONBEHALF_CALL onbehalf_connect(const onbehalf_options* options, onbehalf_client** client) {
  if (client != nullptr) *client = nullptr;
  return Guarded([&] {
    Required(client, "client");
    *client = new onbehalf_client(onbehalf::client::Client::Connect(OptionsArgument(options)));
  });
}

onbehalf_status ONBEHALF_CALL onbehalf_call(onbehalf_client* client, const char* method, const char* params,
                                            int64_t params_length, const onbehalf_call_options* options,
                                            char** result, int64_t* result_length) {
  if (result != nullptr) *result = nullptr;
  if (result_length != nullptr) *result_length = 0;
  return Guarded([&] {
    Required(result, "result");
    const Use use(Required(client, "client"));
    const std::string text = onbehalf::protocol::ToText(
        client->client().Call(TextArgument(method, "method"), ParamsArgument(params, params_length),
                              ToCallOptions(options, client)));
    *result = Copy(text).release();
    if (result_length != nullptr) *result_length = Length(text);
  });
}

onbehalf_status ONBEHALF_CALL onbehalf_call_async(onbehalf_client* client, const char* method,
                                                  const char* params, int64_t params_length,
                                                  const onbehalf_call_options* options,
                                                  onbehalf_done_callback done, void* user,
                                                  onbehalf_request** request) {
  if (request != nullptr) *request = nullptr;
  return Guarded([&] {
    Required(done, "done");
    const Use use(Required(client, "client"));
    const std::string name = TextArgument(method, "method");
    const Json parameters = ParamsArgument(params, params_length);
    CallOptions call_options = ToCallOptions(options, client);
    std::unique_ptr<onbehalf_request> new_request;
    if (request != nullptr) {
      new_request = std::make_unique<onbehalf_request>();
      call_options.stop = new_request->stop.get_token();
      // Set before the request is sent, because `done` may run before this function returns.
      *request = new_request.get();
    }
    Use until_done(client);
    const auto finished = [client, done, user](const Outcome& outcome) noexcept {
      const Use taken_over = Use::TakeOver(client);
      const Callback callback(client);
      ReportOutcome(outcome, done, user);
    };
    try {
      client->client().CallAsync(name, parameters, call_options, finished);
    } catch (...) {
      if (request != nullptr) *request = nullptr;
      throw;
    }
    until_done.Leave();
    // Owned by the caller now, who may have freed it in `done` already.
    static_cast<void>(new_request.release());
  });
}

onbehalf_status ONBEHALF_CALL onbehalf_cancel(onbehalf_request* request) {
  return Guarded([&] { Required(request, "request")->stop.request_stop(); });
}

void ONBEHALF_CALL onbehalf_free_request(onbehalf_request* request) { delete request; }

onbehalf_status ONBEHALF_CALL onbehalf_notify(onbehalf_client* client, const char* method, const char* params,
                                              int64_t params_length) {
  return Guarded([&] {
    const Use use(Required(client, "client"));
    client->client().Notify(TextArgument(method, "method"), ParamsArgument(params, params_length));
  });
}

onbehalf_status ONBEHALF_CALL onbehalf_on_notification(onbehalf_client* client,
                                                       onbehalf_notification_callback handler, void* user) {
  return Guarded([&] {
    const Use use(Required(client, "client"));
    if (handler == nullptr) {
      client->client().OnNotification({});
      return;
    }
    client->client().OnNotification(
        [client, handler, user](const std::string& method, const Json& params) noexcept {
          // Free waits for a running handler, or is called in it, so the client is alive here.
          const Use running(client);
          const Callback callback(client);
          ReportNotification(handler, user, method, params);
        });
  });
}

int32_t ONBEHALF_CALL onbehalf_is_connected(onbehalf_client* client) {
  bool is_connected = false;
  Guarded([&] {
    const Use use(Required(client, "client"));
    is_connected = client->client().IsConnected();
  });
  return is_connected ? 1 : 0;
}

onbehalf_status ONBEHALF_CALL onbehalf_close(onbehalf_client* client) {
  return Guarded([&] {
    const Use use(Required(client, "client"));
    client->client().Close();
  });
}

void ONBEHALF_CALL onbehalf_free_client(onbehalf_client* client) {
  if (client != nullptr) client->Free();
}

void ONBEHALF_CALL onbehalf_free_string(char* text) { std::free(text); }
