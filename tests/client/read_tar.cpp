#include "read_tar.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace onbehalf::test {

std::map<std::string, std::string> ReadTar(const std::string& archive) {
  std::map<std::string, std::string> files;
  std::size_t at = 0;
  while (at + 512 <= archive.size() && archive[at] != '\0') {
    const std::string header = archive.substr(at, 512);
    unsigned long sum = 8 * ' ';
    for (std::size_t i = 0; i < 512; ++i)
      sum += i >= 148 && i < 156 ? 0 : static_cast<unsigned char>(header[i]);
    EXPECT_EQ(std::stoul(header.substr(148, 6), nullptr, 8), sum);
    EXPECT_EQ(header.substr(257, 8), std::string("ustar\0"
                                                 "00",
                                                 8));
    const std::size_t size = std::stoul(header.substr(124, 11), nullptr, 8);
    files[std::string(header.c_str())] = archive.substr(at + 512, size);
    at += 512 + (size + 511) / 512 * 512;
  }
  EXPECT_EQ(archive.size() - at, 1024u);
  return files;
}

}  // namespace onbehalf::test
