#pragma once

#include <map>
#include <string>

namespace onbehalf::test {

// The files of a tar archive. Checks each header's checksum.
std::map<std::string, std::string> ReadTar(const std::string& archive);

}  // namespace onbehalf::test
