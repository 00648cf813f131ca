// A service's description of itself contains texts meant to break out of comments and strings. Every such
// text in hostile.json has "#error injected" after what should end the comment or the string. hostile_client_test.cpp has the C++
// compiled.

#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "generate/api_document.h"
#include "generate/writers.h"
#include "golden.h"

namespace onbehalf::cli::generate {
namespace {

using test::ReadDocument;

// What a compiler of the three languages sees: the source without comments and without the contents of
// strings.
std::string CodeOf(std::string_view source) {
  std::string code;
  for (std::size_t i = 0; i < source.size();) {
    const std::string_view rest = source.substr(i);
    if (rest.starts_with("//")) {
      // In C++ a backslash before the line end would continue the comment; that shows as a line that begins
      // with nothing.
      while (i < source.size() && source[i] != '\n') ++i;
    } else if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      i = end == std::string_view::npos ? source.size() : i + end + 2;
    } else if (rest.front() == '"') {
      code += "\"\"";
      for (++i; i < source.size() && source[i] != '"'; ++i) {
        if (source[i] == '\\') ++i;
      }
      ++i;
    } else {
      code += source[i++];
    }
  }
  return code;
}

// The lines of code with a '#' in them.
std::string Directives(const std::string& source) {
  const std::string code = CodeOf(source);
  std::string lines;
  for (std::size_t begin = 0; begin < code.size();) {
    const std::size_t end = code.find('\n', begin);
    const std::string line = code.substr(begin, end - begin);
    if (line.find('#') != std::string::npos) lines += line + "\n";
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return lines;
}

Api Hostile() { return ReadApi(ReadDocument("hostile.json")); }

TEST(HostileDocument, TheDocumentIsHostile) {
  // Without escaping, the texts are code.
  const Api api = Hostile();
  EXPECT_NE(Directives("/* " + api.methods.at(0).summary + " */"), "");
  EXPECT_NE(Directives("// " + api.methods.at(0).summary), "");
  std::string as_strings;
  for (const ApiMethod& method : api.methods) as_strings += "\"" + method.name + "\"\n";
  EXPECT_NE(Directives(as_strings), "");
}

TEST(HostileDocument, NoneOfItIsCode) {
  EXPECT_EQ(Directives(WriteCpp(Hostile(), "a")),
            "#pragma once\n#include <onbehalf/client/client.h>\n#include <cstdint>\n#include "
            "<functional>\n#include <limits>\n#include <nlohmann/json.hpp>\n"
            "#include <optional>\n#include <stdexcept>\n#include <string>\n#include <vector>\n");
  EXPECT_EQ(Directives(WriteTypeScript(Hostile())), "");
  EXPECT_EQ(Directives(WriteCSharp(Hostile(), "A")), "#nullable enable\n");
}

TEST(HostileDocument, NoLineEndsWithABackslashOrAnythingButLf) {
  for (const std::string& source :
       {WriteCpp(Hostile(), "a"), WriteTypeScript(Hostile()), WriteCSharp(Hostile(), "A")}) {
    for (const char* end : {"\\\n", "?\?/\n", "\r", "\v", "\f", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9",
                            "\xE2\x80\xAE", "\xE2\x81\xA6"}) {
      EXPECT_EQ(source.find(end), std::string::npos) << Json(end).dump();
    }
  }
}

}  // namespace
}  // namespace onbehalf::cli::generate
