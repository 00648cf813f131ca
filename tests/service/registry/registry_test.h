#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "methods/method_caller.h"
#include "methods/registry_methods.h"
#include "methods_model/parameters.h"
#include "methods_model/request_error.h"
#include "onbehalf/win32/win32_error.h"
#include "settings/live_settings.h"
#include "test_key.h"

namespace onbehalf::service {

using protocol::ErrorCode;
using protocol::Json;

// Calls the methods as the dispatcher does: checks their parameters and turns exceptions into what the caller
// sees. With a key of the test's own.
class RegistryTest : public testing::Test {
 protected:
  static constexpr std::size_t kResponseBytes = 256 * 1024;

  RegistryTest() {
    Settings settings;
    settings.limits.response_bytes = kResponseBytes;
    AddRegistryMethods(methods_, std::make_shared<const LiveSettings>(std::move(settings)));
  }

  MethodResult Call(std::string_view name, const Json& params) const {
    const Method& method = *methods_.Find(name);
    auto bound = BindParameters(method.parameters, method.takes_progress_token(), params);
    if (!bound.ok()) return std::move(bound).error();
    try {
      return caller_.Call(methods_, name, bound.value());
    } catch (const win32::Win32Error& error) {
      return ToError(error);
    }
  }
  Json Result(std::string_view name, const Json& params) const {
    const MethodResult result = Call(name, params);
    if (const auto* const error = result.error_if()) {
      ADD_FAILURE() << name << params << ": " << static_cast<int>(error->code) << " " << error->message
                    << error->data;
      return Json::object();
    }
    EXPECT_EQ(test::Misfit(result.value(), methods_.Find(name)->result_schema), "");
    return result.value();
  }
  protocol::Error Refusal(std::string_view name, const Json& params) const {
    const MethodResult result = Call(name, params);
    if (result.ok()) {
      ADD_FAILURE() << name << params << " was not refused: " << *result;
      return {};
    }
    return result.error();
  }
  // The message of an InvalidParams error.
  std::string Fault(std::string_view name, const Json& params) const {
    const protocol::Error error = Refusal(name, params);
    EXPECT_EQ(error.code, ErrorCode::kInvalidParams) << error.message;
    return error.message;
  }
  // The Windows error's code, and the function's name.
  std::pair<int, std::string> WindowsError(std::string_view name, const Json& params) const {
    const protocol::Error error = Refusal(name, params);
    EXPECT_EQ(error.code, ErrorCode::kWindowsError) << error.message;
    if (!error.data.is_object()) return {};
    return {error.data.at("code"), error.data.at("operation")};
  }

  MethodRegistry methods_;
  test::MethodCaller caller_;
  test::TestKey key_;
};

}  // namespace onbehalf::service
