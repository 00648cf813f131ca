#include "support/child_process.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"

namespace onbehalf::test {
namespace {

struct AttributeListTraits {
  using Type = LPPROC_THREAD_ATTRIBUTE_LIST;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type list) noexcept { ::DeleteProcThreadAttributeList(list); }
};

struct Pipe {
  win32::UniqueObject ours;
  win32::UniqueObject childs;
};

enum class Direction { kToChild, kFromChild };

Pipe MakePipe(Direction direction) {
  win32::UniqueObject read;
  win32::UniqueObject write;
  if (!::CreatePipe(read.put(), write.put(), nullptr, 0)) win32::ThrowLastError("CreatePipe");
  Pipe pipe;
  pipe.ours = std::move(direction == Direction::kToChild ? write : read);
  pipe.childs = std::move(direction == Direction::kToChild ? read : write);
  if (!::SetHandleInformation(pipe.childs.get(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)) {
    win32::ThrowLastError("SetHandleInformation");
  }
  return pipe;
}

// One argument, quoted so that CommandLineToArgvW and the C runtime return it unchanged: backslashes are
// doubled only before a quote.
void AppendQuoted(std::wstring& line, const std::wstring& argument) {
  if (!line.empty()) line += L' ';
  if (!argument.empty() && argument.find_first_of(L" \t\n\v\"") == std::wstring::npos) {
    line += argument;
    return;
  }
  line += L'"';
  std::size_t backslashes = 0;
  for (const wchar_t c : argument) {
    if (c == L'\\') {
      ++backslashes;
      continue;
    }
    line.append(c == L'"' ? backslashes * 2 + 1 : backslashes, L'\\');
    backslashes = 0;
    line += c;
  }
  line.append(backslashes * 2, L'\\');
  line += L'"';
}

bool SameName(std::wstring_view a, std::wstring_view b) {
  return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()),
                                TRUE) == CSTR_EQUAL;
}

// This process's environment with `changes` applied, in the form that CreateProcessW takes.
std::wstring EnvironmentBlock(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::pair<std::wstring, std::wstring>> wide;
  for (const auto& [name, value] : changes) wide.emplace_back(win32::ToWide(name), win32::ToWide(value));

  wchar_t* own = ::GetEnvironmentStringsW();
  if (own == nullptr) win32::ThrowLastError("GetEnvironmentStringsW");
  std::wstring block;
  for (std::wstring_view entry = own; !entry.empty(); entry = entry.data() + entry.size() + 1) {
    // The entries for drives begin with '='.
    const std::wstring_view name = entry.substr(0, entry.find(L'=', 1));
    bool changed = false;
    for (const auto& change : wide) changed = changed || SameName(change.first, name);
    if (changed) continue;
    block += entry;
    block += L'\0';
  }
  ::FreeEnvironmentStringsW(own);
  for (const auto& [name, value] : wide) {
    block += name;
    block += L'=';
    block += value;
    block += L'\0';
  }
  block += L'\0';
  return block;
}

win32::UniqueObject MakeJob() {
  win32::UniqueObject job(::CreateJobObjectW(nullptr, nullptr));
  if (!job) win32::ThrowLastError("CreateJobObjectW");
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  if (!::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof(limits))) {
    win32::ThrowLastError("SetInformationJobObject");
  }
  return job;
}

// Everything that one stream yields, collected by a thread until its other ends are closed.
class OutputReader {
 public:
  void Start(win32::UniqueObject pipe) {
    pipe_ = std::move(pipe);
    thread_ = std::thread([this] { Gather(); });
  }
  ~OutputReader() {
    if (thread_.joinable()) thread_.join();
  }

  std::optional<std::string> NextLine(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    const bool there = changed_.wait_for(
        lock, limit, [this] { return ended_ || text_.find('\n', taken_) != std::string::npos; });
    if (!there) throw win32::Win32Error(WAIT_TIMEOUT, "ChildProcess::ReadLine");
    if (taken_ == text_.size()) return std::nullopt;
    const std::size_t end = std::min(text_.find('\n', taken_), text_.size());
    std::string line = text_.substr(taken_, end - taken_);
    taken_ = std::min(end + 1, text_.size());
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
  }

  // Everything up to the end of the stream, which a grandchild may keep open.
  std::string All(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return ended_; });
    return text_;
  }

 private:
  void Gather() {
    std::array<char, 4096> buffer{};
    DWORD bytes = 0;
    while (::ReadFile(pipe_.get(), buffer.data(), static_cast<DWORD>(buffer.size()), &bytes, nullptr)) {
      const std::lock_guard lock(mutex_);
      text_.append(buffer.data(), bytes);
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  win32::UniqueObject pipe_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace

struct ChildProcess::State {
  // Destroyed in reverse order: closing the job ends the child, which ends the streams, which ends the
  // threads.
  OutputReader output;
  OutputReader errors;
  win32::UniqueObject input;
  win32::UniqueObject process;
  DWORD id = 0;
  win32::UniqueObject job;
};

ChildProcess::Options ChildProcess::Options::Self(std::string_view name, std::vector<std::string> arguments) {
  Options options;
  options.executable = win32::OwnImagePath();
  options.arguments = std::move(arguments);
  options.arguments.insert(options.arguments.begin(), std::string(kChildMainArgument) + std::string(name));
  return options;
}

ChildProcess ChildProcess::Start(const Options& options) {
  auto state = std::make_unique<State>();
  Pipe input = MakePipe(Direction::kToChild);
  Pipe output = MakePipe(Direction::kFromChild);
  Pipe errors = MakePipe(Direction::kFromChild);

  std::array<HANDLE, 3> inherited{input.childs.get(), output.childs.get(), errors.childs.get()};
  SIZE_T list_size = 0;
  ::InitializeProcThreadAttributeList(nullptr, 1, 0, &list_size);
  std::vector<std::byte> list_memory(list_size);
  auto* list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(list_memory.data());
  if (!::InitializeProcThreadAttributeList(list, 1, 0, &list_size)) {
    win32::ThrowLastError("InitializeProcThreadAttributeList");
  }
  const win32::UniqueHandle<AttributeListTraits> list_owner(list);
  if (!::UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited.data(),
                                   sizeof(inherited), nullptr, nullptr)) {
    win32::ThrowLastError("UpdateProcThreadAttribute");
  }

  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof(startup);
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdInput = input.childs.get();
  startup.StartupInfo.hStdOutput = output.childs.get();
  startup.StartupInfo.hStdError = errors.childs.get();
  startup.lpAttributeList = list;

  const std::wstring executable = win32::ToWide(options.executable);
  std::wstring command_line;
  AppendQuoted(command_line, executable);
  for (const std::string& argument : options.arguments) AppendQuoted(command_line, win32::ToWide(argument));
  std::wstring environment = EnvironmentBlock(options.environment);

  // Suspended until it is in the job, so that everything it starts is in the job too.
  const DWORD flags =
      EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT | CREATE_SUSPENDED | options.creation_flags;
  state->job = MakeJob();
  PROCESS_INFORMATION started{};
  const BOOL created =
      options.token == nullptr
          ? ::CreateProcessW(executable.c_str(), command_line.data(), nullptr, nullptr, TRUE, flags,
                             environment.data(), nullptr, &startup.StartupInfo, &started)
          : ::CreateProcessAsUserW(options.token, executable.c_str(), command_line.data(), nullptr, nullptr,
                                   TRUE, flags, environment.data(), nullptr, &startup.StartupInfo, &started);
  if (!created) {
    win32::ThrowLastError(options.token == nullptr ? "CreateProcessW" : "CreateProcessAsUserW",
                          options.executable);
  }
  state->process.reset(started.hProcess);
  const win32::UniqueObject thread(started.hThread);
  state->id = started.dwProcessId;
  if (!::AssignProcessToJobObject(state->job.get(), state->process.get())) {
    const DWORD error = ::GetLastError();
    ::TerminateProcess(state->process.get(), 1);
    throw win32::Win32Error(error, "AssignProcessToJobObject", options.executable);
  }
  if (::ResumeThread(thread.get()) == static_cast<DWORD>(-1)) win32::ThrowLastError("ResumeThread");

  // Otherwise the streams would never end.
  input.childs.reset();
  output.childs.reset();
  errors.childs.reset();
  state->input = std::move(input.ours);
  state->output.Start(std::move(output.ours));
  state->errors.Start(std::move(errors.ours));
  return ChildProcess(std::move(state));
}

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChildProcess::~ChildProcess() = default;
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&&) noexcept = default;

DWORD ChildProcess::id() const { return state_->id; }

HANDLE ChildProcess::process() const { return state_->process.get(); }

void ChildProcess::WriteInput(std::string_view bytes) {
  while (!bytes.empty()) {
    DWORD written = 0;
    if (!::WriteFile(state_->input.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written,
                     nullptr)) {
      win32::ThrowLastError("WriteFile");
    }
    bytes.remove_prefix(written);
  }
}

void ChildProcess::CloseInput() { state_->input.reset(); }

std::optional<std::string> ChildProcess::ReadLine(std::chrono::milliseconds limit) {
  return state_->output.NextLine(limit);
}

std::optional<std::string> ChildProcess::ReadErrorLine(std::chrono::milliseconds limit) {
  return state_->errors.NextLine(limit);
}

ChildProcess::Exit ChildProcess::WaitForExit(std::chrono::milliseconds limit) {
  CloseInput();
  const DWORD waited = ::WaitForSingleObject(state_->process.get(), static_cast<DWORD>(limit.count()));
  if (waited == WAIT_FAILED) win32::ThrowLastError("WaitForSingleObject");
  if (waited == WAIT_TIMEOUT) throw win32::Win32Error(WAIT_TIMEOUT, "ChildProcess::WaitForExit");
  Exit exit{};
  if (!::GetExitCodeProcess(state_->process.get(), &exit.code)) win32::ThrowLastError("GetExitCodeProcess");
  exit.output = state_->output.All(limit);
  exit.errors = state_->errors.All(limit);
  return exit;
}

void ChildProcess::Terminate(DWORD exit_code) {
  if (!::TerminateProcess(state_->process.get(), exit_code)) win32::ThrowLastError("TerminateProcess");
}

ChildProcess::Exit RunChild(const ChildProcess::Options& options, std::chrono::milliseconds limit) {
  return ChildProcess::Start(options).WaitForExit(limit);
}

}  // namespace onbehalf::test
