#pragma once

#include <string>
#include <vector>

namespace onbehalf::test {

// Texts with which a peer could try to forge or break a line of a file, or attack a terminal.
inline std::vector<std::string> HostileTexts() {
  return {"line\nbreak",
          "carriage\rreturn",
          "crlf\r\n2026-11-22T19:00:00.123Z ERROR forged",
          "quote\" forged=\"1",
          "{\"event\":\"decision\"}\n{\"event\":\"outcome\"}",
          "back\\slash\\",
          "trailing backslash\\",
          std::string("nul\0inside", 10),
          "\x1b[2J\x1b[31mred",
          "bell\a backspace\b tab\t del\x7f",
          ("c1 control \xC2\x9B"
           "31m and next line \xC2\x85."),
          "separators \xE2\x80\xA8 \xE2\x80\xA9.",
          ("right to left \xE2\x80\xAE"
           "cod.exe \xE2\x81\xA6"),
          "byte order mark \xEF\xBB\xBF.",
          "invalid \xFF\xFE \xC0\xAF \xED\xA0\x80 \xF4\x90\x80\x80",
          "cut \xE2\x82",
          "\x80\x80\x80\x80",
          "",
          " ",
          "name=value",
          std::string(1024 * 1024, 'A'),
          std::string(1024 * 1024, '\n'),
          std::string(1024 * 1024, '\xFF')};
}

}  // namespace onbehalf::test
