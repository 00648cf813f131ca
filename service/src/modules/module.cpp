#include "modules/module.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include "log/event_log.h"
#include "methods_model/request_error.h"
#include "modules/host_functions.h"
#include "modules/module_call.h"
#include "modules/module_methods.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/protocol/utf8.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

std::string_view NamespaceOf(std::string_view method) { return method.substr(0, method.find('.')); }

std::string VersionText(std::uint32_t abi) {
  return std::to_string(abi >> 16) + "." + std::to_string(abi & 0xFFFF);
}

bool IsSamePath(const std::filesystem::path& a, const std::filesystem::path& b) {
  return ::CompareStringOrdinal(a.c_str(), -1, b.c_str(), -1, TRUE) == CSTR_EQUAL;
}

}  // namespace

Module::Module(std::string name, std::size_t max_overdue, Log& log)
    : name_(std::move(name)), max_overdue_(max_overdue), log_(log), host_(HostFunctions(*this)) {}

const onbehalf_module_description& Module::Describe(const std::filesystem::path& file) const {
  const std::string path = win32::ToUtf8Lossy(file.native());
  // The DLL's dependencies come from its own folder, which ordinary users cannot write to either, or from System32. It is never
  // freed.
  const HMODULE library = ::LoadLibraryExW(file.c_str(), nullptr,
                                           LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (library == nullptr) win32::ThrowLastError("LoadLibraryExW", path);
  // Windows may return a library of the same name that is already loaded or is in System32.
  if (!IsSamePath(win32::ModulePath(library), file)) {
    throw std::runtime_error("a DLL of this name is loaded already or is in System32: rename the module");
  }
  const FARPROC address = ::GetProcAddress(library, "onbehalf_module_get");
  if (address == nullptr) win32::ThrowLastError("GetProcAddress", "onbehalf_module_get");
  const auto get = reinterpret_cast<onbehalf_module_get_function>(reinterpret_cast<void*>(address));
  const onbehalf_module_description* const description = get(ONBEHALF_MODULE_ABI);
  const std::string own = VersionText(ONBEHALF_MODULE_ABI);
  if (description == nullptr)
    throw std::runtime_error("it does not support version " + own + " of the interface");
  if (description->size < sizeof(onbehalf_module_description))
    throw std::runtime_error("its description is too short");
  if (description->abi >> 16 != ONBEHALF_MODULE_ABI_MAJOR ||
      (description->abi & 0xFFFF) > ONBEHALF_MODULE_ABI_MINOR) {
    throw std::runtime_error("it was built for version " + VersionText(description->abi) +
                             " of the interface, but this service has " + own);
  }
  if (description->name == nullptr || description->name != name_) {
    throw std::runtime_error(
        "it calls itself " +
        (description->name == nullptr ? "nothing" : "\"" + std::string(description->name) + "\"") +
        ": expected the name of its file");
  }
  if (description->version == nullptr || !protocol::IsUtf8(description->version)) {
    throw std::runtime_error("its version is missing or not UTF-8");
  }
  if (description->start == nullptr) throw std::runtime_error("it has no start function");
  return *description;
}

void Module::Start(const std::filesystem::path& file, const std::string& settings, MethodRegistry& methods) {
  pipe::AssertNotImpersonating();
  description_ = &Describe(file);
  version_ = description_->version;
  for (const Method* method : methods.All()) taken_namespaces_.emplace(NamespaceOf(method->name));
  methods_ = &methods;
  const std::int32_t refused =
      description_->start(&host_, settings.c_str(), static_cast<std::int64_t>(settings.size()));
  methods_ = nullptr;
  has_started_ = refused == 0;
  // What it did on this thread must not affect what the thread does next.
  pipe::AssertThreadHasNoToken();
  if (refused == 0 && refusal_.empty()) return;
  throw std::runtime_error(refusal_.empty() ? "it refused to start without giving a reason" : refusal_);
}

void Module::Stop() {
  pipe::AssertNotImpersonating();
  if (has_started_ && description_->stop != nullptr) description_->stop();
}

onbehalf_module_status Module::AddMethod(const onbehalf_module_method* described) {
  try {
    if (methods_ == nullptr) throw std::invalid_argument("a method was added after the module had started");
    Method method = ToMethod(shared_from_this(), described);
    const std::string name_space(NamespaceOf(method.name));
    if (taken_namespaces_.find(name_space) != taken_namespaces_.end()) {
      throw std::invalid_argument(method.name + ": the namespace " + name_space + " is already taken");
    }
    methods_->Add(std::move(method));
    namespaces_.insert(name_space);
    return ONBEHALF_MODULE_OK;
  } catch (const std::bad_alloc&) {
    return ONBEHALF_MODULE_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    Refuse(error.what());
    return ONBEHALF_MODULE_INVALID;
  }
}

void Module::Refuse(const char* why) {
  // Later reasons follow from the first.
  if (refusal_.empty() && why != nullptr) refusal_ = why;
}

onbehalf_module_status Module::WriteLog(int level, const char* text) const {
  if (text == nullptr || level < ONBEHALF_MODULE_LOG_DEBUG || level > ONBEHALF_MODULE_LOG_ERROR) {
    return ONBEHALF_MODULE_INVALID;
  }
  if (pipe::IsImpersonating()) return ONBEHALF_MODULE_NOT_NOW;
  log_.Write(static_cast<LogLevel>(level), text, {{"module", name_}});
  return ONBEHALF_MODULE_OK;
}

bool Module::HasNamespaceOf(std::string_view method) const {
  return namespaces_.find(NamespaceOf(method)) != namespaces_.end();
}

ModuleState Module::State() const {
  const std::lock_guard lock(mutex_);
  return {name_, version_, is_quarantined_, overdue_};
}

std::optional<protocol::Error> Module::CheckNotQuarantined(const Call& call) const {
  {
    const std::lock_guard lock(mutex_);
    if (!is_quarantined_) return std::nullopt;
  }
  protocol::Error error = InternalError(call.request_id);
  error.message = "The method's module is out of service until the service is restarted.";
  return error;
}

Module::RunningCall::RunningCall(Module& module, Entries&& entry) noexcept
    : module_(module), entry_(entry.begin()) {
  const std::lock_guard lock(module_.mutex_);
  module_.running_.splice(module_.running_.end(), entry);
}

Module::RunningCall::~RunningCall() {
  const std::lock_guard lock(module_.mutex_);
  if (entry_->is_overdue) --module_.overdue_;
  module_.running_.erase(entry_);
}

void Module::OnOverdue(std::string_view method, std::string_view request_id) {
  std::size_t overdue = 0;
  bool quarantined_now = false;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = std::find_if(running_.begin(), running_.end(), [&](const RunningCall::Entry& each) {
      return each.request_id == request_id;
    });
    if (entry == running_.end() || entry->is_overdue) return;
    entry->is_overdue = true;
    overdue = ++overdue_;
    quarantined_now = overdue >= max_overdue_ && !std::exchange(is_quarantined_, true);
  }
  log_.Write(LogLevel::kWarning, "a module call is still running after its deadline",
             {{"module", name_}, {"method", method}, {"request", request_id}, {"overdue", overdue}});
  if (!quarantined_now) return;
  log_.Write(LogLevel::kError, "a module is quarantined until the service is restarted",
             {{"module", name_}, {"overdue", overdue}});
  log_.Report(Event::kModuleQuarantined, {name_ + ":", std::to_string(overdue) + " calls"});
}

}  // namespace onbehalf::service
