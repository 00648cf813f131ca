#include <chrono>
#include <utility>

#include "onbehalf/service/method.h"
#include "onbehalf/win32/lean_windows.h"
#include "program/service_program.h"

// The service's program with short timeouts at its end, so that tests need not wait, and with a method of its
// own that never ends.
namespace onbehalf::test {
namespace {

void AddTestMethods(service::MethodRegistry& methods) {
  service::Method hang;
  hang.name = "test.hang";
  hang.summary = "Says that it has begun, and never ends.";
  hang.access_default = "D:(A;;GXGR;;;AU)";  // GX: call, GR: see; AU: authenticated users
  hang.acts = service::Acts::kAsService;
  hang.pace = service::Pace::kMayBlock;
  hang.reports_progress = true;
  hang.handler = [](const service::Call& call) -> service::MethodResult {
    call.progress.Report("begun");
    for (;;) ::Sleep(INFINITE);
  };
  methods.Add(std::move(hang));
}

}  // namespace
}  // namespace onbehalf::test

int wmain(int argc, wchar_t** argv) {
  onbehalf::service::StopTimeouts timeouts;
  timeouts.modules = timeouts.others = timeouts.stop_of_modules = std::chrono::milliseconds(2'000);
  return onbehalf::service::ServiceProgram(argc, argv, &onbehalf::test::AddTestMethods, timeouts);
}
