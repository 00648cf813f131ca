#include "error_record.h"

#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "onbehalf/client/client.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::c_abi {
namespace {

struct Facts {
  onbehalf_status status;
  int code = 0;
  std::string name;
  std::string message;
  std::string data;  // JSON; empty if there is none
};

// `message` must be a static string.
onbehalf_error WithoutStrings(onbehalf_status status, const char* message) {
  onbehalf_error error{};
  error.size = sizeof error;
  error.status = status;
  error.name = "";
  error.message = message;
  return error;
}

Facts FactsOf(const client::RpcError& error) {
  const protocol::ErrorInfo* info = protocol::FindError(error.code());
  return {error.code() == client::kRequestCancelled ? ONBEHALF_CANCELLED : ONBEHALF_RPC_ERROR, error.code(),
          info != nullptr ? std::string(info->name) : std::string(), error.what(),
          error.data().is_null() ? std::string() : protocol::ToText(error.data())};
}

int ConnectionCode(const std::error_code& code) {
  if (code == std::errc::connection_reset) return ONBEHALF_CONNECTION_RESET;
  if (code == std::errc::bad_message) return ONBEHALF_CONNECTION_BAD_MESSAGE;
  if (code == std::errc::protocol_error) return ONBEHALF_CONNECTION_PROTOCOL;
  if (code == std::errc::message_size) return ONBEHALF_CONNECTION_ANSWER_TOO_LARGE;
  if (code == std::errc::not_connected) return ONBEHALF_CONNECTION_NOT_CONNECTED;
  if (code == std::errc::operation_canceled) return ONBEHALF_CONNECTION_CLOSED;
  return ONBEHALF_CONNECTION_OTHER;
}

Facts FactsOf(const std::system_error& error) {
  // Checked first, because some Windows codes are equivalent to those of std::errc.
  if (error.code().category() == std::system_category()) {
    const int code = error.code().value();
    return {ONBEHALF_WINDOWS_ERROR, code, win32::ErrorName(static_cast<DWORD>(code)), error.what(), {}};
  }
  if (error.code() == std::errc::timed_out) return {ONBEHALF_TIMEOUT, 0, {}, error.what(), {}};
  return {ONBEHALF_CONNECTION_ERROR, ConnectionCode(error.code()), {}, error.what(), {}};
}

// Throws std::bad_alloc, also when that is the current exception.
Facts FactsOfCurrentException() {
  try {
    throw;
  } catch (const client::RpcError& error) {
    return FactsOf(error);
  } catch (const client::ServerNotTrusted& error) {
    return {ONBEHALF_NOT_TRUSTED, 0, {}, error.what(), {}};
  } catch (const std::system_error& error) {
    return FactsOf(error);
  } catch (const std::invalid_argument& error) {
    return {ONBEHALF_INVALID_ARGUMENT, 0, {}, error.what(), {}};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return {ONBEHALF_INTERNAL_ERROR, 0, {}, error.what(), {}};
  }
}

// The records of all threads, each deleted with its thread, the rest with the library. Not thread_local:
// MinGW's runtime keeps a library loaded until all threads with such objects to destroy have ended.
class ThreadRecords {
 public:
  ThreadRecords() : slot_(::FlsAlloc(&Delete)) {}
  ~ThreadRecords() { ::FlsFree(slot_); }
  ThreadRecords(const ThreadRecords&) = delete;
  ThreadRecords& operator=(const ThreadRecords&) = delete;

  ErrorRecord* ForThisThread() noexcept {
    if (void* record = ::FlsGetValue(slot_)) return static_cast<ErrorRecord*>(record);
    std::unique_ptr<ErrorRecord> record(new (std::nothrow) ErrorRecord);
    return record && ::FlsSetValue(slot_, record.get()) ? record.release() : nullptr;
  }

 private:
  static void WINAPI Delete(void* record) { delete static_cast<ErrorRecord*>(record); }

  const DWORD slot_;
} records;

}  // namespace

ErrorRecord* ErrorRecord::Last() noexcept { return records.ForThisThread(); }

const onbehalf_error& ErrorRecord::OutOfMemory() noexcept {
  static const onbehalf_error error = WithoutStrings(ONBEHALF_OUT_OF_MEMORY, "out of memory");
  return error;
}

void ErrorRecord::SetOk() noexcept { view_ = WithoutStrings(ONBEHALF_OK, ""); }

onbehalf_status ErrorRecord::SetCurrentException() noexcept {
  try {
    Facts facts = FactsOfCurrentException();
    name_ = std::move(facts.name);
    message_ = std::move(facts.message);
    data_ = std::move(facts.data);
    view_ = WithoutStrings(facts.status, message_.c_str());
    view_.code = facts.code;
    view_.name = name_.c_str();
    if (!data_.empty()) {
      view_.data = data_.c_str();
      view_.data_length = static_cast<int64_t>(data_.size());
    }
  } catch (const std::bad_alloc&) {
    view_ = OutOfMemory();
  } catch (...) {
    view_ = WithoutStrings(ONBEHALF_INTERNAL_ERROR, "an unknown exception");
  }
  return view_.status;
}

}  // namespace onbehalf::c_abi
