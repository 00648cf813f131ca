#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// Loads the drivers of sources before the driver manager does, which would do so inside SQLDriverConnect, for some sources
// under the caller's token: there the caller has a say in what a path means. A driver is found as the driver manager finds
// it, in the registry, loaded from its own path with what it needs from its folder and System32, and stays loaded. Any
// thread that does not impersonate.
class OdbcDrivers {
 public:
  // `registry` has ODBC's keys, in both hives.
  explicit OdbcDrivers(std::wstring registry = LR"(SOFTWARE\ODBC)") : registry_(std::move(registry)) {}

  struct Loaded {
    // What stands in the way of using the source as its caller; empty if nothing does.
    std::string refusal;
    // For the log; empty if the driver is loaded now.
    std::string note;
    bool is_new = false;  // the first time that this connection string was asked about
  };
  // What has been loaded is remembered; what has not is tried again.
  Loaded Load(const Settings::DatabaseSource& source);

 private:
  const std::wstring registry_;
  win32::Lock lock_;
  std::map<std::string, Loaded, std::less<>> known_;  // by connection string
};

}  // namespace onbehalf::service
