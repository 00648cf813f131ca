#pragma once

#include <stdexcept>
#include <string>

#include "log/log.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"
#include "pipe/pipe_instance.h"

namespace onbehalf::service {

// Another program has a pipe of this name, or the pipe does not have the required descriptor. It must not be served.
class PipeTaken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Holds the pipe's name: an instance that no client can connect to, created before all others. While it exists the pipe exists,
// whatever clients do, so no other program can take the name. The pipe's descriptor is changed through its handle, the only one
// with that right. Any thread; SetDescriptor one call at a time.
class PipeAnchor {
 public:
  // Creates the pipe, or joins one left by a previous run of the service because a client still holds its end. Throws PipeTaken
  // if the pipe is another program's or does not read back as requested, and Win32Error.
  PipeAnchor(const PipeOptions& options, Log& log);

  // Replaces the DACL and the label of the pipe, which all instances share. Throws PipeTaken if the pipe does not read back as
  // requested, and Win32Error.
  void SetDescriptor(const win32::SecurityDescriptor& descriptor);

 private:
  void Create(const PipeOptions& options);
  bool IsAlone() const;
  void Park();

  const std::string path_;
  win32::UniqueFile instance_;
};

}  // namespace onbehalf::service
