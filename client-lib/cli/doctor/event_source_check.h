#pragma once

#include <string>

#include "finding.h"

namespace onbehalf::cli::doctor {

// Where the Application log finds the texts of the service's events.
struct EventSourceFacts {
  std::string name;
  Answer<std::string> message_file;  // its code 2: the source is not registered
};
EventSourceFacts CollectEventSourceFacts(const std::string& name);

Finding JudgeEventSource(const EventSourceFacts& facts);

}  // namespace onbehalf::cli::doctor
