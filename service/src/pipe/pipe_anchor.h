#pragma once

#include <stdexcept>
#include <string>

#include "log/log.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"
#include "pipe/pipe_instance.h"

namespace onbehalf::service {

// Another program has a pipe of this name, or the pipe is not guarded as it must be. Nothing is served on it.
class PipeTaken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Holds the pipe's name: an instance that no client can connect to, made before all others. While it exists the pipe exists,
// whatever clients do, so no other program can take the name. Through its handle, the only one that may, the pipe's descriptor
// is changed. Any thread, SetDescriptor on one at a time.
class PipeAnchor {
 public:
  // Creates the pipe, or joins one that a previous run of the service left because a client still holds its end. Throws
  // PipeTaken when the pipe is another program's or does not read back as asked for, and Win32Error.
  PipeAnchor(const PipeOptions& options, Log& log);

  // Guards the pipe with another DACL and label from now on. All instances share them. Throws PipeTaken when the pipe does not
  // read back so, and Win32Error.
  void SetDescriptor(const win32::SecurityDescriptor& descriptor);

 private:
  void Create(const PipeOptions& options);
  bool IsAlone() const;
  void Park();

  const std::string path_;
  win32::UniqueFile instance_;
};

}  // namespace onbehalf::service
