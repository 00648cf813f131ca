#pragma once

namespace onbehalf::cli {

// The exit codes of onbehalf.exe. Scripts rely on these numbers.
enum class ExitCode : int {
  kDone = 0,
  kServiceError = 1,  // the service answered with an error; doctor: a check failed; audit verify: it is
                      // broken; file: a local file cannot be used, or a copy is not whole
  kUsage = 2,
  kNoConnection = 3,
  kNotTrusted = 4,
  kAccessDenied = 5,  // the service answered AccessDenied (-32010); access check: not allowed
};

}  // namespace onbehalf::cli
