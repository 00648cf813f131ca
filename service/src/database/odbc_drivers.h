#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// Loads the drivers of sources before the driver manager would, which does it inside SQLDriverConnect, for some
// sources under the caller's token: the caller can influence what a path means there. Finds a driver through the
// registry as the driver manager does, loads it from its own path with dependencies from its folder and System32, and
// keeps it loaded. Any thread that does not impersonate.
class OdbcDrivers {
 public:
  // `registry` contains the ODBC keys in both hives.
  explicit OdbcDrivers(std::wstring registry = LR"(SOFTWARE\ODBC)") : registry_(std::move(registry)) {}

  struct Loaded {
    // Why the source cannot be used as its caller; empty if it can.
    std::string refusal;
    // For the log; empty if the driver is now loaded.
    std::string note;
    bool is_new = false;  // the first call for this connection string
  };
  // Successes are remembered; failures are tried again.
  Loaded Load(const Settings::DatabaseSource& source);

 private:
  const std::wstring registry_;
  win32::Lock lock_;
  std::map<std::string, Loaded, std::less<>> known_;  // by connection string
};

}  // namespace onbehalf::service
