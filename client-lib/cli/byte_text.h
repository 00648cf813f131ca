#pragma once

#include <cstdint>
#include <string>

namespace onbehalf::cli {

// A byte count for people: "1 byte", "1023 bytes"; from 1024 up with one decimal, rounded down: "1.0 KiB",
// "15.9 GiB".
std::string ByteText(std::uint64_t bytes);

}  // namespace onbehalf::cli
