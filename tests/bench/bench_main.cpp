// What a request costs: rpc.ping through the whole path (identity captured for each request, access check,
// audit) against a bare blocking pipe that carries the same bytes, in the same run, with the same client
// code. Each server is a process of its own. Figures depend on the machine; compare the ratios.

#include <algorithm>
#include <array>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "bare_pipe.h"
#include "blocking_client.h"
#include "client_cost.h"
#include "counted_calls.h"
#include "database_query.h"
#include "file_read.h"
#include "latencies.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe_library.h"
#include "policy_checks.h"
#include "service/test_server.h"
#include "support/child_process.h"
#include "support/unique_pipe_name.h"

#include <psapi.h>

namespace onbehalf::bench {
namespace {

using test::ChildProcess;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr std::size_t kFileMebibytes = 64;

// ---- The child processes ----

void Say(const json& what) {
  std::puts(what.dump().c_str());
  std::fflush(stdout);
}

json Usage() {
  PROCESS_MEMORY_COUNTERS memory{};
  ::GetProcessMemoryInfo(::GetCurrentProcess(), &memory, sizeof(memory));
  json calls = json::object();
  for (const auto& [name, count] : CallCounts()) calls[name] = count;
  return {{"working_set", memory.WorkingSetSize}, {"pagefile", memory.PagefileUsage}, {"calls", calls}};
}

// Serves until its input ends. For each line of input, reports its memory use and its Windows calls, and
// restarts the counts.
int ServeOnBehalf() {
  test::TestServer server;
  server.settings().limits.connections_per_account = 500;
  server.Start();
  Say({{"pipe", server.pipe_path()}});
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') continue;
    Say(Usage());
    ResetCallCounts();
  }
  return 0;
}

// ---- The clients ----

Latencies Measure(const std::string& path, std::size_t connections, std::size_t requests) {
  const std::size_t each = requests / connections;
  std::vector<std::vector<std::chrono::nanoseconds>> times(connections);
  std::barrier start(static_cast<std::ptrdiff_t>(connections + 1));
  std::barrier end(static_cast<std::ptrdiff_t>(connections + 1));
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < connections; ++i) {
    threads.emplace_back([&, i] {
      const win32::UniqueFile pipe = Open(path);
      for (int warm = 0; warm < 20; ++warm) RoundTrip(pipe.get());
      times[i].reserve(each);
      start.arrive_and_wait();
      for (std::size_t n = 0; n < each; ++n) {
        const auto begun = Clock::now();
        RoundTrip(pipe.get());
        times[i].push_back(Clock::now() - begun);
      }
      end.arrive_and_wait();
    });
  }
  start.arrive_and_wait();
  const auto begun = Clock::now();
  end.arrive_and_wait();
  const auto took = Clock::now() - begun;
  std::vector<std::chrono::nanoseconds> all;
  for (const auto& part : times) all.insert(all.end(), part.begin(), part.end());
  return Summarise(all, took);
}

ChildProcess StartSelf(std::vector<std::string> arguments) {
  ChildProcess::Options options;
  options.executable = win32::OwnImagePath();
  options.arguments = std::move(arguments);
  return ChildProcess::Start(options);
}

Latencies MeasureBare(std::size_t connections, std::size_t requests, std::size_t answer_bytes) {
  const std::string path = test::LocalPipePath(test::UniquePipeName());
  ChildProcess server =
      StartSelf({"--serve-bare", path, std::to_string(connections), std::to_string(answer_bytes)});
  if (server.ReadLine() != "ready") throw std::runtime_error("the bare pipe's server did not start");
  const Latencies result = Measure(path, connections, requests);
  server.WaitForExit();
  return result;
}

Latencies MeasurePipe(PipeServer kind, std::size_t connections, std::size_t requests,
                      std::size_t answer_bytes) {
  const std::string path = test::LocalPipePath(test::UniquePipeName());
  ChildProcess server = StartSelf({"--serve-pipe", std::to_string(static_cast<int>(kind)), path,
                                   std::to_string(connections), std::to_string(answer_bytes)});
  if (server.ReadLine() != "ready") throw std::runtime_error("a pipe server did not start");
  const Latencies result = Measure(path, connections, requests);
  server.WaitForExit();
  return result;
}

// The pipe library beside Windows calls by hand, in turns.
json MeasurePipeLibrary(std::size_t requests) {
  constexpr int kRuns = 7;
  constexpr std::size_t kAnswerBytes = 100;
  std::printf(
      "\nThe pipe library: request %zu bytes, answer %zu bytes; median of %d runs, %zu requests each\n\n",
      PingRequest().size(), kAnswerBytes, kRuns, requests);
  std::printf("%-12s %-14s %10s %10s %12s\n", "connections", "server", "p50 us", "p99 us", "requests/s");
  json report = json::array();
  for (const std::size_t connections : {std::size_t{1}, std::size_t{64}}) {
    for (const auto& [by_hand, library] : {std::pair(PipeServer::kOverlapped, PipeServer::kLibrary),
                                           std::pair(PipeServer::kPool, PipeServer::kLibraryPool)}) {
      std::vector<Latencies> hand_runs;
      std::vector<Latencies> library_runs;
      for (int run = 0; run < kRuns; ++run) {
        hand_runs.push_back(MeasurePipe(by_hand, connections, requests, kAnswerBytes));
        library_runs.push_back(MeasurePipe(library, connections, requests, kAnswerBytes));
      }
      const Latencies hand = Median(hand_runs);
      const Latencies ours = Median(library_runs);
      for (const auto& [kind, each] : {std::pair(by_hand, hand), std::pair(library, ours)}) {
        std::printf("%-12zu %-14s %10.1f %10.1f %12.0f\n", connections, ToString(kind), each.p50_us,
                    each.p99_us, each.per_second);
      }
      std::printf("%-12s %-14s %9.2fx %9.2fx %11.2fx\n", "", "ratio", ours.p50_us / hand.p50_us,
                  ours.p99_us / hand.p99_us, ours.per_second / hand.per_second);
      report.push_back({{"connections", connections},
                        {"server", ToString(library)},
                        {"by_hand", ToJson(hand)},
                        {"library", ToJson(ours)},
                        {"p50_ratio", ours.p50_us / hand.p50_us}});
    }
  }
  return report;
}

ChildProcess StartService(std::string& path) {
  ChildProcess service = StartSelf({"--serve-onbehalf"});
  path = json::parse(service.ReadLine().value_or("{}")).at("pipe").get<std::string>();
  return service;
}

int RunClientCost(std::size_t requests) {
  std::string path;
  ChildProcess service = StartService(path);
  MeasureClientCost(path, requests);
  service.WaitForExit();
  return 0;
}

int RunFileRead() {
  std::string path;
  ChildProcess service = StartService(path);
  MeasureFileRead(path, kFileMebibytes);
  service.WaitForExit();
  return 0;
}

int Run(const std::string& json_file, std::size_t requests, std::size_t memory_requests,
        std::size_t file_mebibytes) {
  constexpr int kRuns = 5;
  std::string path;
  ChildProcess service = StartService(path);
  const auto usage = [&service] {
    service.WriteInput("\n");
    return json::parse(service.ReadLine().value_or("{}"));
  };
  const DWORD answer_bytes = RoundTrip(Open(path).get());
  std::printf("rpc.ping: request %zu bytes, response %lu bytes; median of %d runs, %zu requests each\n\n",
              PingRequest().size(), static_cast<unsigned long>(answer_bytes), kRuns, requests);
  std::printf("%-12s %-10s %10s %10s %12s\n", "connections", "server", "p50 us", "p99 us", "requests/s");

  json report{
      {"request_bytes", PingRequest().size()}, {"answer_bytes", answer_bytes}, {"rows", json::array()}};
  for (const std::size_t connections : {std::size_t{1}, std::size_t{8}, std::size_t{64}}) {
    std::vector<Latencies> bare_runs;
    std::vector<Latencies> service_runs;
    for (int run = 0; run < kRuns; ++run) {
      bare_runs.push_back(MeasureBare(connections, requests, answer_bytes));
      service_runs.push_back(Measure(path, connections, requests));
    }
    const Latencies bare = Median(bare_runs);
    const Latencies ours = Median(service_runs);
    std::printf("%-12zu %-10s %10.1f %10.1f %12.0f\n", connections, "bare pipe", bare.p50_us, bare.p99_us,
                bare.per_second);
    std::printf("%-12s %-10s %10.1f %10.1f %12.0f\n", "", "OnBehalf", ours.p50_us, ours.p99_us,
                ours.per_second);
    std::printf("%-12s %-10s %9.2fx %9.2fx %11.2fx\n", "", "ratio", ours.p50_us / bare.p50_us,
                ours.p99_us / bare.p99_us, ours.per_second / bare.per_second);
    report["rows"].push_back({{"connections", connections},
                              {"bare", ToJson(bare)},
                              {"onbehalf", ToJson(ours)},
                              {"p50_ratio", ours.p50_us / bare.p50_us}});
  }

  usage();
  const json before = usage();
  Measure(path, 1, memory_requests);
  const json after = usage();
  const auto grown = after.at("pagefile").get<std::int64_t>() - before.at("pagefile").get<std::int64_t>();
  std::printf("\nWindows calls per request (over %zu requests):", memory_requests);
  double calls = 0;
  for (const auto& [name, count] : after.at("calls").items()) {
    const double each = count.get<double>() / static_cast<double>(memory_requests + 20);
    if (each < 0.01) continue;
    calls += each;
    std::printf(" %s %.1f", name.c_str(), each);
    report["calls"][name] = each;
  }
  std::printf("; %.1f in total\nGrowth of the service's memory over them: %+lld KiB\n", calls,
              static_cast<long long>(grown / 1024));
  report["calls_in_all"] = calls;
  report["memory_growth_bytes"] = grown;
  report["client"] = MeasureClientCost(path, requests);
  report["file_read"] = MeasureFileRead(path, file_mebibytes);
  service.WaitForExit();
  report["pipe_library"] = MeasurePipeLibrary(requests);
  report["policy_checks"] = MeasurePolicyChecks(memory_requests);
  report["database"] = MeasureDatabaseQuery(requests / 40);

  if (!json_file.empty()) {
    std::ofstream out(json_file);
    out << report.dump(2) << "\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + json_file);
  }
  return 0;
}

}  // namespace
}  // namespace onbehalf::bench

int wmain(int argc, wchar_t** argv) {
  using namespace onbehalf;
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.push_back(win32::ToUtf8Lossy(argv[i]));
  try {
    if (arguments.size() == 1 && arguments[0] == "--serve-onbehalf") return bench::ServeOnBehalf();
    if (arguments.size() == 4 && arguments[0] == "--serve-bare") {
      bench::ServeBarePipe(arguments[1], std::stoul(arguments[2]), bench::PingRequest().size(),
                           std::stoul(arguments[3]));
      return 0;
    }
    if (arguments.size() == 5 && arguments[0] == "--serve-pipe") {
      bench::ServePipe(static_cast<bench::PipeServer>(std::stoi(arguments[1])), arguments[2],
                       std::stoul(arguments[3]), bench::PingRequest().size(), std::stoul(arguments[4]));
      return 0;
    }
    if (arguments.size() == 1 && arguments[0] == "--pipe") {
      bench::MeasurePipeLibrary(20'000);
      return 0;
    }
    if (arguments.size() == 1 && arguments[0] == "--checks") {
      bench::MeasurePolicyChecks(100'000);
      return 0;
    }
    if (arguments.size() == 1 && arguments[0] == "--files") return bench::RunFileRead();
    if (arguments.size() == 2 && arguments[0] == "--serve-database")
      return bench::ServeDatabase(arguments[1]);
    if (arguments.size() == 1 && arguments[0] == "--database") {
      bench::MeasureDatabaseQuery(500);
      return 0;
    }
    if (arguments.size() == 1 && arguments[0] == "--client") return bench::RunClientCost(15'000);
    std::string json_file;
    std::size_t requests = 20'000;
    std::size_t memory_requests = 100'000;
    std::size_t file_mebibytes = bench::kFileMebibytes;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i] == "--quick") {
        requests = memory_requests = 1'000;
        file_mebibytes = 4;
      } else if (arguments[i] == "--requests" && i + 1 < arguments.size()) {
        requests = memory_requests = std::stoul(arguments[++i]);
      } else if (arguments[i] == "--json" && i + 1 < arguments.size()) {
        json_file = arguments[++i];
      } else {
        std::fputs(
            "usage: onbehalf_bench [--quick | --requests N] [--json FILE] | --checks | --client | --database | --files | --pipe\n",
            stderr);
        return 2;
      }
    }
    return bench::Run(json_file, requests, memory_requests, file_mebibytes);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onbehalf_bench: %s\n", error.what());
    return 1;
  }
}
