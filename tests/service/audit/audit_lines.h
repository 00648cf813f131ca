#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "temporary_folder.h"

namespace onbehalf::test {

// The lines of an audit file, each of which must be a JSON object.
inline std::vector<protocol::Json> JsonLines(const std::filesystem::path& file) {
  std::vector<protocol::Json> records;
  for (const std::string& line : Lines(ReadAll(file))) {
    protocol::Json record;
    EXPECT_FALSE(protocol::ParseJson(line, protocol::JsonLimits{}, record)) << line;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace onbehalf::test
