#include "access/folder_watch.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {
namespace {

using std::chrono::milliseconds;

// The retry interval for a folder that cannot be watched.
constexpr milliseconds kReopenPause{5'000};

struct NotificationTraits {
  using Type = HANDLE;
  static Type Invalid() noexcept { return INVALID_HANDLE_VALUE; }
  static void Close(Type handle) noexcept { ::FindCloseChangeNotification(handle); }
};

}  // namespace

struct FolderWatch::State {
  std::filesystem::path folder;
  std::function<milliseconds()> look;

  // All members below are under `mutex`, except the wait and the timer themselves, which live as long as this object.
  win32::Lock mutex;
  enum class Looking { kNo, kSoon, kNow, kNowAndAgain } looking = Looking::kNo;
  bool stopping = false;
  win32::UniqueHandle<NotificationTraits> notification;
  // Order of destruction: the wait first, while what its call uses still exists, then the timer.
  PoolTimer timer{[this] { OnTimer(); }};
  PoolWait wait{[this] { OnChange(); }};

  bool Open() {
    // Last write and size: the file was written to. File names: created, deleted, renamed. Attributes and security do not change
    // the contents, and whether the file can be read shows when it is read.
    notification.reset(::FindFirstChangeNotificationW(
        folder.c_str(), FALSE,
        FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE));
    return static_cast<bool>(notification);
  }

  void ScheduleLook(milliseconds pause) {
    looking = Looking::kSoon;
    timer.Start(pause);
  }

  void OnChange() {
    const std::lock_guard lock(mutex);
    if (stopping) return;
    // Before the look, so that no change after it is missed. After a failure there is no notification, and the next look opens a
    // new one.
    if (::FindNextChangeNotification(notification.get())) {
      wait.Start(notification.get());
    } else {
      notification.reset();
    }
    if (looking == Looking::kNo) ScheduleLook(kPause);
    if (looking == Looking::kNow) looking = Looking::kNowAndAgain;
  }

  void OnTimer() {
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
      looking = Looking::kNow;
      if (!notification && Open()) wait.Start(notification.get());
    }
    milliseconds again = look();
    const std::lock_guard lock(mutex);
    if (stopping) return;
    if (!notification) again = again.count() == 0 ? kReopenPause : std::min(again, kReopenPause);
    if (looking == Looking::kNowAndAgain) again = kPause;
    looking = Looking::kNo;
    if (again.count() != 0) ScheduleLook(again);
  }
};

FolderWatch::FolderWatch(const std::filesystem::path& folder, std::function<milliseconds()> look)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.folder = folder;
  state.look = std::move(look);
  if (!state.Open()) {
    win32::ThrowLastError("FindFirstChangeNotificationW", win32::ToUtf8Lossy(folder.native()));
  }
  const std::lock_guard lock(state.mutex);
  state.wait.Start(state.notification.get());
  state.ScheduleLook(milliseconds(0));
}

FolderWatch::~FolderWatch() {
  const std::lock_guard lock(state_->mutex);
  // From now on no callback sets the wait or the timer again.
  state_->stopping = true;
}

}  // namespace onbehalf::service
