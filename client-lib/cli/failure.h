#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>

#include "exit_code.h"
#include "file/file_error.h"
#include "onbehalf/client/client.h"
#include "usage_error.h"

namespace onbehalf::cli {

inline constexpr std::string_view kDefaultService = "OnBehalf";

// Why a command failed, as reported on standard error.
struct Failure {
  ExitCode exit_code;
  std::string text;  // for people: what happened and what to do
  client::Json
      json;  // the same with --json: {"error": {"kind", "code", "name", "message", "data", "advice"}}
};

// `service` answered `method` with an error.
Failure Explain(const client::RpcError& error, std::string_view method,
                std::string_view service = kDefaultService);
// The pipe could not be reached, or the connection failed.
Failure Explain(const std::system_error& error, const client::Options& options);
Failure Explain(const client::ServerNotTrusted& error);
Failure Explain(const FileError& error);
Failure Explain(const UsageError& error);

// What to do about an error that `service` returned for `method`; empty if the message is enough.
std::string AdviceFor(int code, const client::Json& data, std::string_view method,
                      std::string_view service = kDefaultService);

}  // namespace onbehalf::cli
