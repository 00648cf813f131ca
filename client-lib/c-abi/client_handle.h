#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "onbehalf/client/client.h"
#include "onbehalf/onbehalf.h"
#include "onbehalf/win32/lock.h"

// A client owned by a C caller. It counts its users: the owner, each function in progress, each callback that
// is running or still due. So it can be freed at any time: Free waits until all other users have left, or,
// inside a callback, only drops the owner's use, and the last user deletes the client. Any thread.
struct onbehalf_client {
 public:
  // Counts as one user while it exists.
  class Use {
   public:
    explicit Use(onbehalf_client* client) noexcept;
    // Takes over the use that Leave left behind.
    static Use TakeOver(onbehalf_client* client) noexcept { return {client, 0}; }
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    // Leaves the use to a later TakeOver.
    void Leave() noexcept { client_ = nullptr; }

   private:
    Use(onbehalf_client* client, int) noexcept : client_(client) {}
    onbehalf_client* client_;
  };

  // Marks this thread as running a callback of the client.
  class Callback {
   public:
    explicit Callback(const onbehalf_client* client) noexcept;
    ~Callback();
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;

   private:
    friend struct onbehalf_client;
    const onbehalf_client* const client_;
    const Callback* const outer_;
  };

  // The owner is its first user.
  explicit onbehalf_client(onbehalf::client::Client client) : client_(std::move(client)) {}
  onbehalf_client(const onbehalf_client&) = delete;
  onbehalf_client& operator=(const onbehalf_client&) = delete;

  onbehalf::client::Client& client() { return client_; }

  // Called by the owner, once. Ends every call, then deletes this or leaves that to the last user.
  void Free() noexcept;
  // Whether the owner has freed it. No progress is reported after that.
  bool IsFreed() const noexcept;

 private:
  ~onbehalf_client() = default;
  bool IsInCallback() const noexcept;
  void RemoveUser() noexcept;

  onbehalf::client::Client client_;
  mutable onbehalf::win32::Lock lock_;
  onbehalf::win32::Condition unused_;
  std::size_t users_ = 1;     // guarded by lock_
  bool owner_waits_ = false;  // guarded by lock_
  bool is_freed_ = false;     // guarded by lock_
};
