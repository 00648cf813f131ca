#pragma once

#include <string>

#include "file_checks.h"
#include "finding.h"
#include "pipe_checks.h"
#include "service_checks.h"

namespace onbehalf::cli::doctor {

// What goes into a support archive.
struct BundleSource {
  const Findings& findings;
  const ServiceFacts& service;
  const PipeFacts& pipe;
  const Installation& installation;
};

// The archive's bytes: doctor's findings (text and JSON), versions, the service's configuration, the pipe's
// descriptor, the settings without secrets, the end of the log. No audit lines, because they name people.
std::string MakeBundle(const BundleSource& source);

// Writes `archive` to a new file. Throws UsageError if the file exists already, Win32Error if it cannot be
// written.
void WriteBundle(const std::string& path, const std::string& archive);

// The last `most` bytes of a log, from the beginning of a line.
std::string LastLines(const std::string& text, std::size_t most);

}  // namespace onbehalf::cli::doctor
