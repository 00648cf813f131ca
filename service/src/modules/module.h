#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "log/log.h"
#include "onbehalf/module.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// A module's state in service.status.
struct ModuleState {
  std::string name;
  std::string version;
  bool is_quarantined = false;
  std::size_t overdue_calls = 0;  // calls currently running after their deadline
};

// A module DLL: loaded, started, called, and quarantined when its calls do not end. Shared by the methods it added; the DLL
// stays loaded until the process ends, because its threads may still run in it. Load, Start and Stop by one thread, the rest by
// any.
class Module final : public std::enable_shared_from_this<Module> {
 public:
  // The module is quarantined when `max_overdue` calls run past their deadline. `log` must outlive this.
  Module(std::string name, std::size_t max_overdue, Log& log);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // Loads `file` and lets it add its methods to `methods`, whose existing namespaces it must not use. Throws win32::Win32Error,
  // or std::runtime_error with the reason for refusing it. It may have started all the same: Stop must be called in any case.
  void Start(const std::filesystem::path& file, const std::string& settings, MethodRegistry& methods);
  // Must be called when no call of it runs and none will come. Does nothing if it has not started.
  void Stop();

  const std::string& name() const { return name_; }
  ModuleState State() const;
  // Whether it added methods in the namespace of `method`.
  bool HasNamespaceOf(std::string_view method) const;

  // The error for a call to a quarantined module; nullopt while it is not quarantined.
  std::optional<protocol::Error> CheckNotQuarantined(const Call& call) const;
  // A running call of the module. Neither logs nor blocks for more than a moment: the thread may carry the caller's token.
  class RunningCall {
   public:
    // Identifies the call. A list of one element: a call that must not fail allocates it in advance.
    struct Entry {
      std::string request_id;
      bool is_overdue = false;
    };
    using Entries = std::list<Entry>;

    RunningCall(Module& module, const Call& call)
        : RunningCall(module, Entries{Entry{std::string(call.request_id)}}) {}
    RunningCall(Module& module, Entries&& entry) noexcept;
    ~RunningCall();
    RunningCall(const RunningCall&) = delete;
    RunningCall& operator=(const RunningCall&) = delete;

   private:
    Module& module_;
    Entries::iterator entry_;
  };
  // The Method::on_overdue of its methods.
  void OnOverdue(std::string_view method, std::string_view request_id);

  // For host_functions.cpp.
  onbehalf_module_status AddMethod(const onbehalf_module_method* described);
  void Refuse(const char* why);
  onbehalf_module_status WriteLog(int level, const char* text) const;

 private:
  const onbehalf_module_description& Describe(const std::filesystem::path& file) const;

  const std::string name_;
  const std::size_t max_overdue_;
  Log& log_;
  onbehalf_module_host host_;
  const onbehalf_module_description* description_ = nullptr;
  bool has_started_ = false;
  std::string version_;
  std::set<std::string, std::less<>> namespaces_;
  // Only during Start.
  MethodRegistry* methods_ = nullptr;
  std::set<std::string, std::less<>> taken_namespaces_;
  std::string refusal_;

  mutable win32::Lock mutex_;
  RunningCall::Entries running_;
  std::size_t overdue_ = 0;
  bool is_quarantined_ = false;
};

}  // namespace onbehalf::service
