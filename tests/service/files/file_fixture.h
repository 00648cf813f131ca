#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "methods/file_methods.h"
#include "methods/method_caller.h"
#include "methods_model/parameters.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "settings/live_settings.h"
#include "temporary_folder.h"

namespace onbehalf::test {

using protocol::Json;

// Calls file.* directly, in a folder of the test's own.
class FileMethodsTest : public testing::Test {
 protected:
  explicit FileMethodsTest(service::Settings settings = {})
      : live_(std::make_shared<service::LiveSettings>(std::move(settings))) {
    service::AddFileMethods(methods_, live_);
  }

  std::filesystem::path Path(std::wstring_view name) const { return folder_.path() / name; }
  std::string Text(std::wstring_view name) const { return win32::ToUtf8(Path(name).native()); }
  std::string Text() const { return win32::ToUtf8(folder_.path().native()); }

  // As the service does: binds parameters to their schemas first.
  service::MethodResult Call(std::string_view method, const Json& params) {
    const service::Method& called = *methods_.Find(method);
    auto bound = service::BindParameters(called.parameters, called.takes_progress_token(), params);
    if (!bound.ok()) return std::move(bound).error();
    return caller_.Call(methods_, method, bound.value());
  }
  // For a call that succeeds; the result is checked against the method's schema.
  Json Result(std::string_view method, const Json& params) {
    service::MethodResult result = Call(method, params);
    if (const auto* error = result.error_if()) {
      ADD_FAILURE() << method << ": " << error->message;
      return nullptr;
    }
    EXPECT_EQ(Misfit(result.value(), methods_.Find(method)->result_schema), "") << method;
    return result.value();
  }
  // The message of InvalidParams.
  std::string Fault(std::string_view method, const Json& params) {
    const service::MethodResult result = Call(method, params);
    const auto* error = result.error_if();
    if (error == nullptr) return "none";
    EXPECT_EQ(error->code, protocol::ErrorCode::kInvalidParams);
    return error->message;
  }
  // Windows' error code; ERROR_SUCCESS if the call succeeds.
  DWORD Code(std::string_view method, const Json& params) {
    try {
      const service::MethodResult result = Call(method, params);
      const auto* error = result.error_if();
      EXPECT_EQ(error, nullptr) << method << ": " << error->message;
      return ERROR_SUCCESS;
    } catch (const win32::Win32Error& error) {
      return error.win32_code();
    }
  }
  // Replaces the settings.
  void Apply(const service::Settings& settings) {
    live_->Change([&settings](const service::Settings&) { return settings; });
  }
  // The names in the folder, for checks that nothing was left there.
  std::set<std::wstring> Names() const {
    std::set<std::wstring> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.insert(entry.path().filename().native());
    return names;
  }

  TemporaryFolder folder_;
  std::shared_ptr<service::LiveSettings> live_;
  service::MethodRegistry methods_;
  MethodCaller caller_;
};

}  // namespace onbehalf::test
