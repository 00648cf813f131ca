#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "audit/audit_events.h"
#include "audit/audit_files.h"
#include "audit/chain_file.h"
#include "onbehalf/service/settings.h"
#include "storage/file_operations.h"

namespace onbehalf::service {

// Removes audit files that are too old, and the oldest while the total exceeds the limit (counting the current file at its
// maximum size). A removal is recorded before it is made, so that the chain's new beginning is always explained. A file that
// cannot be removed stays, and is reported. Under the audit's lock.
class Retention {
 public:
  using Time = std::chrono::system_clock::time_point;

  // All arguments must outlive this.
  Retention(const std::filesystem::path& folder, const Settings::Audit& settings, ChainFile& file,
            FileOperations& files, AuditEvents& events);
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Does nothing unless a file has been begun since. Returns false, to be repeated, if the chain's file has failed.
  bool Apply(Time time);

 private:
  bool Remove(const AuditFile& file, std::string_view why, Time time);

  const std::filesystem::path& folder_;
  const Settings::Audit& settings_;
  ChainFile& file_;
  FileOperations& files_;
  AuditEvents& events_;
  bool due_ = false;
};

}  // namespace onbehalf::service
