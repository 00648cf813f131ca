#pragma once

#include <string>

#include "file_checks.h"
#include "finding.h"
#include "pipe_checks.h"
#include "service_checks.h"

namespace onbehalf::cli::doctor {

// The sources of a support archive.
struct BundleSource {
  const Findings& findings;
  const ServiceFacts& service;
  const PipeFacts& pipe;
  const Installation& installation;
};

// The bytes of the archive: doctor's findings (text and JSON), versions, the service's configuration, the
// pipe's descriptor, the settings without secrets, the end of the log. Excludes the audit because its lines
// name people.
std::string MakeBundle(const BundleSource& source);

// Writes `archive` to a new file. Throws UsageError if the file already exists, Win32Error if it cannot be
// written.
void WriteBundle(const std::string& path, const std::string& archive);

// The last `most` bytes of a log, starting at the beginning of a line.
std::string LastLines(const std::string& text, std::size_t most);

}  // namespace onbehalf::cli::doctor
