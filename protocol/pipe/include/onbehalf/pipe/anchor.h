// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "onbehalf/pipe/server.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::pipe {

// The options that every instance of a pipe is created with.
struct PipeOptions {
  std::string path;  // \\.\pipe\onbehalf
  win32::SecurityDescriptor descriptor;
  bool accept_remote = false;  // false: PIPE_REJECT_REMOTE_CLIENTS
  Direction direction = Direction::kDuplex;
  Kind kind = Kind::kMessage;
  std::uint32_t max_clients = kUnlimitedClients;
  std::uint32_t inbound_bytes = 64 * 1024;
  std::uint32_t outbound_bytes = 64 * 1024;
};

// Holds the pipe's name: an instance that no client can connect to, created before all others. While it exists the pipe
// exists, whatever clients do, so no other program can take the name. The pipe's descriptor is changed through its
// handle, the only one with that right. Any thread; SetDescriptor one call at a time.
class Anchor {
 public:
  // Creates the pipe, or joins one of the same owner, DACL and label. A pipe with the same owner and another DACL or
  // label is joined and repaired if the owner is a service's SID, which only that service can make an owner: it is left
  // from a previous run, because a client still holds its end. Throws NameTaken if the pipe is another program's or
  // does not read back as requested, and Win32Error.
  explicit Anchor(const PipeOptions& options);

  // Whether the pipe existed before.
  bool joined_existing() const noexcept { return joined_; }
  // Replaces the DACL and the label of the pipe, which all instances share. Throws NameTaken if the pipe does not read
  // back as requested, and Win32Error.
  void SetDescriptor(const win32::SecurityDescriptor& descriptor);

 private:
  void Create(const PipeOptions& options);
  bool IsAlone() const;
  void Park();

  const std::string path_;
  bool joined_ = false;
  win32::UniqueFile instance_;
};

// A further instance of an existing pipe, which listens at once and keeps the pipe's descriptor. Throws Win32Error.
ServerEnd AddInstance(const PipeOptions& options, PoolEnvironment environment);

// Whether this process could add instances to a pipe with this descriptor (kServerRights). Throws Win32Error.
bool GrantsServerRights(const win32::SecurityDescriptor& descriptor);

// The difference between a descriptor and the wanted one, in owner, entries or label.
struct DescriptorDifference {
  std::string text;  // for the log; empty if there is none
  bool owner_is_same = false;
};
DescriptorDifference DifferenceOf(const win32::SecurityDescriptor& actual,
                                  const win32::SecurityDescriptor& wanted);

}  // namespace onbehalf::pipe
