#include "service_start.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/service_name.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe_path.h"

namespace onbehalf::client {
namespace {

using win32::Clock;
using win32::InstalledService;

// Between two questions to the manager: a start takes some hundred milliseconds. Its notifications
// (NotifyServiceStatusChange) are APCs, which must not run on a caller's thread.
constexpr std::chrono::milliseconds kPoll{25};

bool StartsByPipe(const std::string& service, const std::string& pipe) {
  try {
    const auto pipes = InstalledService::Open(service, SERVICE_QUERY_CONFIG).QueryStartPipes();
    return std::any_of(pipes.begin(), pipes.end(), [&](const std::string& each) {
      return protocol::IsSameIgnoringAsciiCase(each, pipe);
    });
  } catch (const win32::Win32Error&) {
    // Not for this account, or a system without triggers.
    return false;
  }
}

std::optional<StartFacts> AskManager(const std::string& service, const std::string& pipe) {
  try {
    StartFacts facts;
    facts.state = InstalledService::Open(service, SERVICE_QUERY_STATUS).QueryStatus().state;
    if (facts.state == SERVICE_STOPPED || facts.state == SERVICE_STOP_PENDING)
      facts.starts_by_pipe = StartsByPipe(service, pipe);
    return facts;
  } catch (const win32::Win32Error&) {
    return std::nullopt;
  }
}

}  // namespace

ServiceStart::ServiceStart(Query query, Pause pause) : query_(std::move(query)), pause_(std::move(pause)) {}

ServiceStart::ServiceStart(const Options& options)
    : ServiceStart(
          [service = options.service, pipe = PipeName(options)] { return AskManager(service, pipe); },
          [](Clock::time_point deadline) {
            const auto poll = static_cast<DWORD>(kPoll.count());
            ::SleepEx((std::min)(win32::WaitMilliseconds(deadline), poll), FALSE);
          }) {}

bool ServiceStart::Await(Clock::time_point deadline) {
  std::optional<DWORD> first;
  for (;;) {
    const std::optional<StartFacts> facts = query_();
    if (!facts) return false;
    switch (facts->state) {
      case SERVICE_RUNNING:
        // It listens before it says so; a second time its pipe is another.
        return !std::exchange(was_running_, true);
      case SERVICE_START_PENDING:
        was_starting_ = true;
        break;
      case SERVICE_STOP_PENDING:
        if (!facts->starts_by_pipe) return false;
        break;
      case SERVICE_STOPPED:
        // A start that has failed, or one that nobody has asked for.
        if (was_starting_ || !facts->starts_by_pipe) return false;
        // The request that found no pipe came before the service had stopped, so it may not have asked for a start.
        if (first == SERVICE_STOP_PENDING) return true;
        break;
      default:
        return false;
    }
    if (!first) first = facts->state;
    if (Clock::now() >= deadline) return false;
    pause_(deadline);
  }
}

bool ServiceStart::AwaitNext(Clock::time_point deadline) {
  const std::optional<StartFacts> facts = query_();
  return facts && facts->state != SERVICE_RUNNING && facts->starts_by_pipe && Await(deadline);
}

}  // namespace onbehalf::client
