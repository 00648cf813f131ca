#include "files/directory_watch.h"

#include <cstddef>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// The maximum for network file systems ("ReadDirectoryChangesW", Remarks).
constexpr DWORD kBufferBytes = 64 * 1024;
// Without what mere reading changes (access times), and without attributes and security descriptors.
constexpr DWORD kChanges = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME |
                           FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE;

struct PoolIoTraits {
  using Type = PTP_IO;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type io) noexcept { ::CloseThreadpoolIo(io); }
};

}  // namespace

struct DirectoryWatch::State {
  win32::UniqueFile directory;
  bool recursive = false;
  std::function<void()> on_change;
  // DWORDs, because FILE_NOTIFY_INFORMATION must be DWORD-aligned.
  std::vector<DWORD> buffer = std::vector<DWORD>(kBufferBytes / sizeof(DWORD));
  OVERLAPPED overlapped{};
  std::optional<std::wstring> renamed_from;  // the new name follows, possibly in the next buffer

  win32::Lock mutex;
  bool pending = false;  // this and the members below: guarded by `mutex`
  DWORD code = ERROR_SUCCESS;
  DWORD bytes = 0;
  win32::UniqueHandle<PoolIoTraits> io;  // closed before the directory

  // Starts the next read into the buffer.
  void Ask() {
    {
      const std::lock_guard lock(mutex);
      pending = true;
    }
    overlapped = OVERLAPPED{};
    ::StartThreadpoolIo(io.get());
    if (::ReadDirectoryChangesW(directory.get(), buffer.data(), kBufferBytes, recursive ? TRUE : FALSE,
                                kChanges, nullptr, &overlapped, nullptr)) {
      return;
    }
    const DWORD failure = ::GetLastError();
    if (failure == ERROR_IO_PENDING) return;
    ::CancelThreadpoolIo(io.get());
    const std::lock_guard lock(mutex);
    pending = false;
    throw win32::Win32Error(failure, "ReadDirectoryChangesW");
  }

  void OnFilled(DWORD filled_code, DWORD filled_bytes) {
    {
      const std::lock_guard lock(mutex);
      pending = false;
      code = filled_code;
      bytes = filled_bytes;
    }
    on_change();
  }

  std::vector<DirectoryChange> Changes() {
    std::vector<DirectoryChange> changes;
    const char* at = reinterpret_cast<const char*>(buffer.data());
    for (;;) {
      const auto& change = *reinterpret_cast<const FILE_NOTIFY_INFORMATION*>(at);
      const std::wstring_view wide(change.FileName, change.FileNameLength / sizeof(WCHAR));
      const auto add = [&](std::string_view action) -> DirectoryChange& {
        return changes.emplace_back(DirectoryChange{action, win32::ToUtf8Lossy(wide), std::nullopt});
      };
      switch (change.Action) {
        case FILE_ACTION_ADDED:
          add("added");
          break;
        case FILE_ACTION_REMOVED:
          add("removed");
          break;
        case FILE_ACTION_RENAMED_OLD_NAME:
          renamed_from = wide;
          break;
        case FILE_ACTION_RENAMED_NEW_NAME:
          add("renamed").old_name =
              win32::ToUtf8Lossy(std::exchange(renamed_from, std::nullopt).value_or(std::wstring()));
          break;
        default:
          add("modified");
      }
      if (change.NextEntryOffset == 0) return changes;
      at += change.NextEntryOffset;
    }
  }
};

DirectoryWatch::DirectoryWatch(win32::UniqueFile directory, bool recursive, std::function<void()> on_change)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.directory = std::move(directory);
  state.recursive = recursive;
  state.on_change = std::move(on_change);
  const auto on_io = [](PTP_CALLBACK_INSTANCE, void* context, void*, ULONG code, ULONG_PTR bytes, PTP_IO) {
    pipe::AssertNotImpersonating();
    static_cast<State*>(context)->OnFilled(code, static_cast<DWORD>(bytes));
    pipe::AssertNotImpersonating();
  };
  // Bound to the thread pool's completion port, the operation outlives the thread that started it.
  state.io.reset(::CreateThreadpoolIo(state.directory.get(), on_io, &state, nullptr));
  if (!state.io) win32::ThrowLastError("CreateThreadpoolIo");
  state.Ask();
}

DirectoryWatch::~DirectoryWatch() {
  if (!state_->io) return;
  // Fails harmlessly if nothing is pending.
  ::CancelIoEx(state_->directory.get(), &state_->overlapped);
  ::WaitForThreadpoolIoCallbacks(state_->io.get(), FALSE);
}

HANDLE DirectoryWatch::directory() const { return state_->directory.get(); }

std::optional<DirectoryWatch::Taken> DirectoryWatch::Take() {
  State& state = *state_;
  DWORD bytes = 0;
  {
    const std::lock_guard lock(state.mutex);
    if (state.pending) return std::nullopt;
    if (state.code != ERROR_SUCCESS && state.code != ERROR_NOTIFY_ENUM_DIR) {
      throw win32::Win32Error(state.code, "ReadDirectoryChangesW");
    }
    bytes = state.bytes;
  }
  // Zero bytes: the changes overflowed the buffer, and all of them are lost.
  Taken taken;
  taken.overflow = bytes == 0;
  if (taken.overflow) {
    state.renamed_from.reset();
  } else {
    taken.changes = state.Changes();
  }
  state.Ask();
  if (!taken.overflow && taken.changes.empty()) return std::nullopt;
  return taken;
}

}  // namespace onbehalf::service
