#pragma once

#include <string>

#include "answer.h"
#include "finding.h"

namespace onbehalf::cli::doctor {

// The registration of the service's event source in the Application log.
struct EventSourceFacts {
  std::string name;
  Answer<std::string> message_file;  // code 2: the source is not registered
};
EventSourceFacts CollectEventSourceFacts(const std::string& name);

Finding JudgeEventSource(const EventSourceFacts& facts);

}  // namespace onbehalf::cli::doctor
