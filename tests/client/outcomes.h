#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "onbehalf/client/client.h"
#include "support/patience.h"

namespace onbehalf::test {

// An outcome as one word, for comparisons: the result as JSON, "rpc CODE", the name of a std::errc that the
// client uses, or what().
inline std::string WordOf(const client::Outcome& outcome) {
  try {
    return outcome.result().dump();
  } catch (const client::RpcError& error) {
    return "rpc " + std::to_string(error.code());
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::timed_out) return "timed_out";
    if (error.code() == std::errc::connection_reset) return "connection_reset";
    if (error.code() == std::errc::not_connected) return "not_connected";
    if (error.code() == std::errc::operation_canceled) return "operation_canceled";
    if (error.code() == std::errc::protocol_error) return "protocol_error";
    return error.what();
  } catch (const std::exception& error) {
    return error.what();
  }
}

// The same for the outcome of a function that calls.
template <typename Call>
std::string WordOfCall(Call call) {
  try {
    return WordOf(client::Outcome(client::Json(call())));
  } catch (...) {
    return WordOf(client::Outcome(std::current_exception()));
  }
}

// What callbacks report, in order, and a way to wait for it. Any thread.
class Heard {
 public:
  void Say(std::string word) {
    const std::lock_guard guard(mutex_);
    words_.push_back(std::move(word));
    changed_.notify_all();
  }
  client::Client::Callback AsCallback() {
    return [this](const client::Outcome& outcome) { Say(WordOf(outcome)); };
  }
  // The words so far, once there are `count`; fewer after kPatience.
  std::vector<std::string> Wait(std::size_t count) {
    std::unique_lock guard(mutex_);
    changed_.wait_for(guard, kPatience, [&] { return words_.size() >= count; });
    return words_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> words_;
};

}  // namespace onbehalf::test
