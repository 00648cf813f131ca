#pragma once

#include <string>
#include <string_view>

namespace onbehalf::test {

// A pipe name that no other test, process or run uses: "onbehalf-test-...", without `\\.\pipe\`.
std::string UniquePipeName();

// `\\.\pipe\name`, for CreateFileW and CreateNamedPipeW.
std::string LocalPipePath(std::string_view name);

}  // namespace onbehalf::test
