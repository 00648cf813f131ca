#pragma once

#include <cstdint>
#include <string>

namespace onbehalf::cli {

// A number of bytes for people: "1 byte", "1023 bytes", and from 1024 on with one decimal, rounded down:
// "1.0 KiB", "15.9 GiB".
std::string ByteText(std::uint64_t bytes);

}  // namespace onbehalf::cli
