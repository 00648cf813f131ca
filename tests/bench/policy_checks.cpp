#include "policy_checks.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "access/access_policy.h"
#include "access/node_name.h"
#include "access/policy_reading.h"
#include "counted_calls.h"
#include "latencies.h"
#include "onbehalf/service/caller_identity.h"
#include "support/restricted_token.h"

namespace onbehalf::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t CallsSoFar() {
  std::uint64_t calls = 0;
  for (const auto& [name, count] : CallCounts()) calls += count;
  return calls;
}

double Microseconds(Clock::duration took) { return std::chrono::duration<double, std::micro>(took).count(); }

// A method for each node, each with an ACE of its own, in namespaces of a hundred that each have one as well.
service::AccessPolicy PolicyOf(const service::MethodRegistry& methods) {
  service::PolicyDocument document;
  std::size_t account = 0;
  for (const service::Method* method : methods.All()) {
    for (const std::string& name : {method->name, std::string(*service::ParentOf(method->name))}) {
      if (document.nodes.contains(name)) continue;
      const std::string sddl = "D:(A;;GX;;;S-1-5-21-1-2-3-" + std::to_string(1000 + ++account) + ")";
      document.nodes.emplace(name, std::get<service::PolicyNode>(service::ParseNode(name, sddl)));
    }
  }
  document.version = 1;
  return service::AccessPolicy::Compile(std::move(document), methods);
}

}  // namespace

nlohmann::json MeasurePolicyChecks(std::size_t checks) {
  std::printf("\nAccess check, by number of methods with their own descriptor (%zu checks)\n\n", checks);
  std::printf("%-10s %14s %18s %14s %18s %14s\n", "methods", "uncached p50", "Windows calls", "cached, us",
              "Windows calls", "compiled, ms");
  nlohmann::json rows = nlohmann::json::array();
  const win32::Token token = win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE);
  for (const std::size_t count : {std::size_t{10}, std::size_t{1'000}, std::size_t{9'000}}) {
    service::MethodRegistry methods;
    for (std::size_t i = 0; i < count; ++i) {
      service::Method method;
      method.name = "n" + std::to_string(i / 100) + ".m" + std::to_string(i % 100);
      method.handler = [](const service::Call&) -> service::MethodResult { return service::Json(); };
      methods.Add(std::move(method));
    }
    const auto compiling = Clock::now();
    const service::AccessPolicy policy = PolicyOf(methods);
    const auto compiled = Clock::now() - compiling;
    const std::vector<const service::Method*> all = methods.All();

    // Another method each time, and an identity without cached results.
    const std::size_t anew = std::max<std::size_t>(checks / 50, 1);
    std::vector<std::chrono::nanoseconds> asked;
    std::uint64_t asked_calls = 0;
    for (std::size_t i = 0; i < anew; ++i) {
      const service::CallerIdentity caller(test::ImpersonationTokenOf(token));
      const std::uint64_t calls_before = CallsSoFar();
      const auto begun = Clock::now();
      if (!policy.Check(*all[i * 7 % all.size()], caller).allowed)
        throw std::runtime_error("an administrator is denied");
      asked.push_back(Clock::now() - begun);
      asked_calls += CallsSoFar() - calls_before;
    }

    const service::CallerIdentity caller(test::ImpersonationTokenOf(token));
    policy.Check(*all.back(), caller);
    const std::uint64_t calls_before = CallsSoFar();
    const auto begun = Clock::now();
    for (std::size_t i = 0; i < checks; ++i) policy.Check(*all.back(), caller);
    const auto remembered = Clock::now() - begun;
    const std::uint64_t remembered_calls = CallsSoFar() - calls_before;

    const double asked_us = Summarise(asked, std::chrono::seconds(1)).p50_us;
    const double remembered_us = Microseconds(remembered) / static_cast<double>(checks);
    std::printf("%-10zu %14.2f %18.2f %14.3f %18.2f %14.1f\n", count, asked_us,
                static_cast<double>(asked_calls) / static_cast<double>(anew), remembered_us,
                static_cast<double>(remembered_calls) / static_cast<double>(checks),
                Microseconds(compiled) / 1'000);
    rows.push_back({{"methods", count},
                    {"asked_us", asked_us},
                    {"asked_calls", static_cast<double>(asked_calls) / static_cast<double>(anew)},
                    {"remembered_us", remembered_us},
                    {"remembered_calls", static_cast<double>(remembered_calls) / static_cast<double>(checks)},
                    {"compiled_ms", Microseconds(compiled) / 1'000}});
  }
  return rows;
}

}  // namespace onbehalf::bench
