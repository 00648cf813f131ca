#include "counted_calls.h"

#include <atomic>
#include <cstddef>

#include "onbehalf/win32/lean_windows.h"

// Each COUNT defines the import pointer through which this program's objects call the function, so the import
// library's own is not linked. The real function is looked up by name.

namespace onbehalf::bench {
namespace {

struct Counter {
  const char* name;
  std::atomic<std::uint64_t> calls;
  std::atomic<FARPROC> real;
};

// Not a local static: the runtime's guard for one calls some of these functions itself.
FARPROC RealFunction(const wchar_t* module, Counter& counter) {
  FARPROC real = counter.real.load(std::memory_order_relaxed);
  if (real == nullptr) {
    real = ::GetProcAddress(::GetModuleHandleW(module), counter.name);
    counter.real = real;
  }
  return real;
}

#define ONBEHALF_COUNTED(X)                      \
  X(L"kernel32.dll", ReadFile)                   \
  X(L"kernel32.dll", WriteFile)                  \
  X(L"kernel32.dll", CloseHandle)                \
  X(L"kernel32.dll", GetOverlappedResult)        \
  X(L"kernel32.dll", CancelIoEx)                 \
  X(L"kernel32.dll", SetEvent)                   \
  X(L"kernel32.dll", WaitForSingleObject)        \
  X(L"kernel32.dll", WaitForMultipleObjects)     \
  X(L"kernel32.dll", ReleaseSemaphore)           \
  X(L"kernel32.dll", SleepConditionVariableSRW)  \
  X(L"kernel32.dll", DuplicateHandle)            \
  X(L"kernel32.dll", GetFileInformationByHandle) \
  X(L"kernel32.dll", CreateFileW)                \
  X(L"advapi32.dll", ImpersonateNamedPipeClient) \
  X(L"advapi32.dll", OpenThreadToken)            \
  X(L"advapi32.dll", RevertToSelf)               \
  X(L"advapi32.dll", SetThreadToken)             \
  X(L"advapi32.dll", GetTokenInformation)        \
  X(L"advapi32.dll", AccessCheck)

#define DEFINE_COUNTER(module, function) Counter g_##function{#function, {0}, {nullptr}};
ONBEHALF_COUNTED(DEFINE_COUNTER)

Counter* const kCounters[] = {
#define ADDRESS_OF_COUNTER(module, function) &g_##function,
    ONBEHALF_COUNTED(ADDRESS_OF_COUNTER)};

// Has the same type as the function that it counts.
template <typename Function, Counter& counter, const wchar_t* const& module>
struct Counted;
template <typename Result, typename... Arguments, Counter& counter, const wchar_t* const& module>
struct Counted<Result(WINAPI*)(Arguments...), counter, module> {
  static Result WINAPI Call(Arguments... arguments) {
    const auto real = reinterpret_cast<Result(WINAPI*)(Arguments...)>(
        reinterpret_cast<void*>(RealFunction(module, counter)));
    counter.calls.fetch_add(1, std::memory_order_relaxed);
    return real(arguments...);
  }
};

#define DEFINE_MODULE(library, function) const wchar_t* const kModule_##function = library;
ONBEHALF_COUNTED(DEFINE_MODULE)

}  // namespace

std::vector<std::pair<std::string, std::uint64_t>> CallCounts() {
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  for (const Counter* counter : kCounters) {
    if (counter->calls > 0) counts.emplace_back(counter->name, counter->calls.load());
  }
  return counts;
}

void ResetCallCounts() {
  for (Counter* counter : kCounters) counter->calls = 0;
}

}  // namespace onbehalf::bench

extern "C" {
#define DEFINE_IMPORT(library, function)                                              \
  decltype(&::function) __imp_##function =                                            \
      &onbehalf::bench::Counted<decltype(&::function), onbehalf::bench::g_##function, \
                                onbehalf::bench::kModule_##function>::Call;
ONBEHALF_COUNTED(DEFINE_IMPORT)
}
