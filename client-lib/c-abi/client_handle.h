#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "onbehalf/client/client.h"
#include "onbehalf/onbehalf.h"
#include "onbehalf/win32/lock.h"

// A client in the hands of a caller in C. It counts its users: the owner, each function under way, each callback that
// runs or is still to come. So it can be freed at any time: the owner waits until the others have left, or, in a
// callback, leaves itself, and the last of the others deletes it. Any thread.
struct onbehalf_client {
 public:
  // One user, as long as this lives.
  class Use {
   public:
    explicit Use(onbehalf_client* client) noexcept;
    // The use that Leave has left to somebody.
    static Use TakeOver(onbehalf_client* client) noexcept { return {client, 0}; }
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    // Whoever calls TakeOver has it from now on.
    void Leave() noexcept { client_ = nullptr; }

   private:
    Use(onbehalf_client* client, int) noexcept : client_(client) {}
    onbehalf_client* client_;
  };

  // This thread runs a callback of the client's, as long as this lives.
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

  // For the owner, once. Ends every call, then deletes this or leaves that to the last user.
  void Free() noexcept;
  // Its owner has freed it, and is told of no more progress.
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
