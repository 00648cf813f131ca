#include "client_cost.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <functional>
#include <future>
#include <utility>
#include <vector>

#include "blocking_client.h"
#include "counted_calls.h"
#include "latencies.h"

namespace onbehalf::bench {
namespace {

using Clock = std::chrono::steady_clock;
using client::Client;
using nlohmann::json;

// Many short runs, so that other load on the machine affects both clients equally.
constexpr std::size_t kRuns = 15;
constexpr int kWarmUps = 20;

// Responses of rpc.ping per second, with `in_flight` requests under way: with futures, and with callbacks
// that each send the next call.
double FuturesInFlight(Client& service, std::size_t in_flight, std::size_t requests) {
  std::deque<std::future<client::Json>> answers;
  const auto begun = Clock::now();
  for (std::size_t sent = 0; sent < requests || !answers.empty();) {
    while (sent < requests && answers.size() < in_flight) {
      answers.push_back(service.CallAsync("rpc.ping"));
      ++sent;
    }
    answers.front().get();
    answers.pop_front();
  }
  return static_cast<double>(requests) / std::chrono::duration<double>(Clock::now() - begun).count();
}

double CallbacksInFlight(Client& service, std::size_t in_flight, std::size_t requests) {
  in_flight = std::min(in_flight, requests);
  std::atomic<std::size_t> sent{in_flight};
  std::atomic<std::size_t> answered{0};
  std::promise<void> all_answered;
  std::function<void(client::Outcome)> on_answer = [&](client::Outcome outcome) {
    outcome.result();
    if (sent++ < requests) service.CallAsync("rpc.ping", nullptr, {}, on_answer);
    if (++answered == requests) all_answered.set_value();
  };
  const auto begun = Clock::now();
  for (std::size_t n = 0; n < in_flight; ++n) service.CallAsync("rpc.ping", nullptr, {}, on_answer);
  all_answered.get_future().wait();
  return static_cast<double>(requests) / std::chrono::duration<double>(Clock::now() - begun).count();
}

// Windows calls per request, while `work` makes `requests` requests.
template <typename Work>
json CallsOf(const char* name, std::size_t requests, const Work& work) {
  ResetCallCounts();
  work();
  json calls = json::object();
  double in_all = 0;
  std::printf("%-20s", name);
  for (const auto& [function, count] : CallCounts()) {
    const double each = static_cast<double>(count) / static_cast<double>(requests);
    if (each < 0.01) continue;
    in_all += each;
    calls[function] = each;
    std::printf(" %s %.2f", function.c_str(), each);
  }
  std::printf("; %.2f in total\n", in_all);
  return calls;
}

}  // namespace

Client Connect(const std::string& path) {
  client::Options options;
  options.pipe = path.substr(std::string(R"(\\.\pipe\)").size());
  options.trust = client::Trust::kSameUser;
  return Client::Connect(options);
}

json MeasureClientCost(const std::string& path, std::size_t requests) {
  const win32::UniqueFile pipe = Open(path);
  Client service = Connect(path);
  const auto by_hand = [&pipe] { RoundTrip(pipe.get()); };
  const auto call = [&service] { service.Call("rpc.ping"); };
  // Immediately: the service closes a connection that sends no request for half a minute.
  for (int warm = 0; warm < kWarmUps; ++warm) {
    by_hand();
    call();
  }
  const std::size_t each = std::max<std::size_t>(requests / kRuns, 1);
  std::vector<Latencies> by_hand_runs;
  std::vector<Latencies> call_runs;
  for (std::size_t run = 0; run < kRuns; ++run) {
    by_hand_runs.push_back(OneAtATime(each, by_hand));
    call_runs.push_back(OneAtATime(each, call));
  }
  const Latencies yardstick = Median(by_hand_runs);
  const Latencies ours = Median(call_runs);
  const double ratio = ours.p50_us / yardstick.p50_us;
  std::printf("\nThe client library on one connection; median of %zu runs, %zu requests each\n\n", kRuns,
              each);
  std::printf("%-22s %10s %10s %12s\n", "client", "p50 us", "p99 us", "requests/s");
  std::printf("%-22s %10.1f %10.1f %12.0f\n", "blocking, by hand", yardstick.p50_us, yardstick.p99_us,
              yardstick.per_second);
  std::printf("%-22s %10.1f %10.1f %12.0f\n", "Call", ours.p50_us, ours.p99_us, ours.per_second);
  std::printf("%-22s %9.2fx %9.2fx %11.2fx\n", "ratio", ratio, ours.p99_us / yardstick.p99_us,
              ours.per_second / yardstick.per_second);
  json report{{"blocking", ToJson(yardstick)},
              {"call", ToJson(ours)},
              {"p50_ratio", ratio},
              {"in_flight", json::array()}};

  // A second client: CallAsync needs a thread that Call alone does not have.
  Client asynchronous = Connect(path);
  for (const std::size_t in_flight : {std::size_t{1}, std::size_t{8}, std::size_t{32}}) {
    const double futures = FuturesInFlight(asynchronous, in_flight, requests);
    const double callbacks = CallbacksInFlight(asynchronous, in_flight, requests);
    for (const auto& [kind, per_second] :
         {std::pair{"futures", futures}, std::pair{"callbacks", callbacks}}) {
      std::printf("%2zu in flight, %-9s %33.0f  (%.2fx of Call)\n", in_flight, kind, per_second,
                  per_second / ours.per_second);
    }
    report["in_flight"].push_back(
        {{"in_flight", in_flight}, {"futures_per_second", futures}, {"callbacks_per_second", callbacks}});
  }

  std::printf("\nWindows calls per request on the client's side:\n");
  report["calls"] = {
      {"blocking", CallsOf("blocking, by hand", requests,
                           [&] {
                             for (std::size_t n = 0; n < requests; ++n) by_hand();
                           })},
      {"call", CallsOf("Call", requests,
                       [&] {
                         for (std::size_t n = 0; n < requests; ++n) call();
                       })},
      {"futures_1", CallsOf("1 future", requests, [&] { FuturesInFlight(asynchronous, 1, requests); })},
      {"futures_32", CallsOf("32 futures", requests, [&] { FuturesInFlight(asynchronous, 32, requests); })},
      {"callbacks_32",
       CallsOf("32 callbacks", requests, [&] { CallbacksInFlight(asynchronous, 32, requests); })}};
  return report;
}

}  // namespace onbehalf::bench
