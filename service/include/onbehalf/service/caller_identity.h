// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "onbehalf/pipe/capture_failure.h"
#include "onbehalf/pipe/client_process.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {

class AccessPolicy;
class GrantedRights;

using pipe::CaptureFailure;
using pipe::ClientProcess;

// The identity of the client that wrote a message: its token as it was for that message, and the token facts that every request
// needs. Immutable; shared by the requests of one read. Any thread.
class CallerIdentity {
 public:
  using Capture = std::variant<std::shared_ptr<const CallerIdentity>, CaptureFailure>;

  // Impersonates the client of `pipe` on this thread, captures the thread's token and reverts before it returns. Must be called
  // after each read and before the next one is issued: with dynamic tracking the identity is that of the message read last
  // (ImpersonateNamedPipeClient, "Remarks"). If reverting fails the process ends.
  static Capture FromLastMessage(HANDLE pipe);

  explicit CallerIdentity(win32::Token token);
  ~CallerIdentity();
  CallerIdentity(const CallerIdentity&) = delete;
  CallerIdentity& operator=(const CallerIdentity&) = delete;

  const win32::Token& token() const { return token_; }
  const win32::Sid& user() const { return user_; }
  win32::ImpersonationLevel level() const { return facts_.level; }
  std::uint64_t logon_id() const { return facts_.logon_id; }
  // nullptr for a caller that runs in no app container.
  const win32::AppContainer* app_container() const { return app_container_.get(); }

  // The same user, logon session, level, integrity, elevation, app container, restricting SIDs, and groups and capabilities with
  // their attributes. Token ids are not compared: they differ with every capture. Throws win32::Win32Error if Windows does not
  // return the facts.
  bool IsSameAs(const CallerIdentity& other) const;

 private:
  win32::Token token_;
  win32::TokenFacts facts_;
  win32::Sid user_;
  // Allocated, because few callers have one.
  const std::unique_ptr<const win32::AppContainer> app_container_;
  // Cached access checks of this token, for the policy only; freed with this object.
  friend class AccessPolicy;
  const std::unique_ptr<GrantedRights> granted_;
};

}  // namespace onbehalf::service
