// Values of every type, and values in the registry that do not match their type.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "registry_test.h"

namespace onbehalf::service {
namespace {

using test::Bytes;

class RegistryValues : public RegistryTest {
 protected:
  Json Get(const Json& more = Json::object()) const {
    Json params{{"key", key_.text()}, {"name", "v"}};
    params.update(more);
    return Result("registry.get", params);
  }
  void Set(const Json& type, const Json& value, const Json& more = Json::object()) const {
    Json params{{"key", key_.text()}, {"name", "v"}, {"type", type}, {"value", value}};
    params.update(more);
    EXPECT_EQ(Result("registry.set", params), Json::object());
  }
  std::string SetFault(const Json& type, const Json& value, const Json& more = Json::object()) const {
    Json params{{"key", key_.text()}, {"name", "v"}, {"type", type}, {"value", value}};
    params.update(more);
    return Fault("registry.set", params);
  }
};

TEST_F(RegistryValues, OfEveryTypeAreWrittenLikeWindowsAndReadBack) {
  struct Row {
    const char* type;
    Json value;
    DWORD number;
    std::string bytes;
    const char* encoding;
  };
  const std::vector<Row> rows{
      {"none", "", REG_NONE, "", "base64"},
      {"none", "AQI=", REG_NONE, "\x01\x02", "base64"},
      {"sz", "text \xC3\xA4 \xF0\x9F\x98\x80", REG_SZ,
       Bytes(std::wstring(L"text \u00E4 \xD83D\xDE00") + L'\0'), "json"},
      {"sz", "", REG_SZ, Bytes(std::wstring(1, L'\0')), "json"},
      {"expand_sz", "%SystemRoot%", REG_EXPAND_SZ, Bytes(std::wstring(L"%SystemRoot%") + L'\0'), "json"},
      {"binary", "AAECAw==", REG_BINARY, std::string("\0\x01\x02\x03", 4), "base64"},
      {"dword", 0, REG_DWORD, std::string(4, '\0'), "json"},
      {"dword", 0x01020304, REG_DWORD, "\x04\x03\x02\x01", "json"},
      {"dword", 4294967295U, REG_DWORD, "\xFF\xFF\xFF\xFF", "json"},
      {"dword_big_endian", 0x01020304, REG_DWORD_BIG_ENDIAN, "\x01\x02\x03\x04", "json"},
      {"multi_sz", Json::array(), REG_MULTI_SZ, Bytes(std::wstring(1, L'\0')), "json"},
      {"multi_sz", {"one", "two"}, REG_MULTI_SZ, Bytes(std::wstring(L"one\0two\0\0", 9)), "json"},
      {"qword", 0x0102030405060708, REG_QWORD, "\x08\x07\x06\x05\x04\x03\x02\x01", "json"},
      {"qword", 18446744073709551615ULL, REG_QWORD, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "json"},
      {"0x8", "AQ==", 8, "\x01", "base64"},
      {"0xdeadbeef", "", 0xDEADBEEF, "", "base64"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.type) + " " + row.value.dump());
    Set(row.type, row.value);
    EXPECT_EQ(key_.GetValue(L"v"), (test::TestKey::Value{row.number, row.bytes}));
    EXPECT_EQ(Get(), (Json{{"type", row.type}, {"value", row.value}, {"encoding", row.encoding}}));
  }
}

TEST_F(RegistryValues, MayBeWrittenAndReadAsTheirBytesWhateverTheType) {
  const Json base64{{"encoding", "base64"}};
  for (const char* type :
       {"none", "sz", "expand_sz", "binary", "dword", "dword_big_endian", "multi_sz", "qword", "0x9"}) {
    SCOPED_TRACE(type);
    // Three bytes: matches no type. Four: a text without its terminator.
    for (const char* text : {"AQID", "YQBiAA==", ""}) {
      Set(type, text, base64);
      EXPECT_EQ(Get(base64), (Json{{"type", type}, {"value", text}, {"encoding", "base64"}}));
    }
  }
}

TEST_F(RegistryValues, ThatDoNotMatchTheirTypeLoseNothing) {
  struct Row {
    const char* what;
    DWORD type;
    std::string bytes;
    Json value;
    const char* encoding;
  };
  const std::wstring nul(1, L'\0');
  const std::vector<Row> rows{
      {"a text without a terminator", REG_SZ, Bytes(L"text"), "text", "json"},
      {"a text with several", REG_SZ, Bytes(L"text" + nul + nul + nul), "text", "json"},
      {"no text and no terminator", REG_SZ, "", "", "json"},
      {"something behind the terminator", REG_SZ, Bytes(L"a" + nul + L"b" + nul), "YQAAAGIAAAA=", "base64"},
      {"something behind an empty text", REG_EXPAND_SZ, Bytes(nul + L"b"), "AABiAA==", "base64"},
      {"half a unit", REG_SZ, Bytes(L"a") + "b", "YQBi", "base64"},
      {"one byte", REG_SZ, "a", "YQ==", "base64"},
      {"a high surrogate at the end", REG_SZ, Bytes(L"a\xD83D"), "YQA92A==", "base64"},
      {"a high surrogate before something else", REG_SZ,
       Bytes(L"\xD83D"
             L"a"),
       "Pdh"
       "hAA==",
       "base64"},
      {"a low surrogate first", REG_EXPAND_SZ,
       Bytes(L"\xDE00"
             L"a" +
             nul),
       "AN5hAAAA", "base64"},
      {"a list without its end", REG_MULTI_SZ, Bytes(L"one" + nul + L"two" + nul), {"one", "two"}, "json"},
      {"a list without a terminator", REG_MULTI_SZ, Bytes(L"one" + nul + L"two"), {"one", "two"}, "json"},
      {"a list with several ends", REG_MULTI_SZ, Bytes(L"one" + nul + nul + nul), {"one"}, "json"},
      {"no list and no end", REG_MULTI_SZ, "", Json::array(), "json"},
      {"something behind the list", REG_MULTI_SZ, Bytes(L"a" + nul + nul + L"b" + nul + nul),
       "YQAAAAAAYgAAAAAA", "base64"},
      {"a list with half a unit", REG_MULTI_SZ, Bytes(L"a" + nul) + "b", "YQAAAGI=", "base64"},
      {"a list with half a pair", REG_MULTI_SZ, Bytes(L"\xD83D" + nul + nul), "PdgAAAAA", "base64"},
      {"a dword of three bytes", REG_DWORD, "\x01\x02\x03", "AQID", "base64"},
      {"a dword of five", REG_DWORD, "\x01\x02\x03\x04\x05", "AQIDBAU=", "base64"},
      {"a dword of none", REG_DWORD_BIG_ENDIAN, "", "", "base64"},
      {"a qword of four bytes", REG_QWORD, "\x01\x02\x03\x04", "AQIDBA==", "base64"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    key_.SetValue(L"v", row.type, row.bytes);
    ASSERT_EQ(key_.GetValue(L"v").bytes, row.bytes) << "the test's own writing";
    const Json got = Get();
    EXPECT_EQ(got.at("value"), row.value);
    EXPECT_EQ(got.at("encoding"), row.encoding);
    // And the listing reports the same.
    const Json listed = Result("registry.list", {{"key", key_.text()}}).at("values").at(0);
    EXPECT_EQ(listed.at("value"), row.value);
    EXPECT_EQ(listed.at("encoding"), row.encoding);
    EXPECT_EQ(listed.at("size"), row.bytes.size());
    // The bytes are unchanged.
    const Json bytes = Get({{"encoding", "base64"}});
    key_.SetValue(L"v", REG_NONE, "");
    Set(bytes.at("type"), bytes.at("value"), {{"encoding", "base64"}});
    EXPECT_EQ(key_.GetValue(L"v"), (test::TestKey::Value{row.type, row.bytes}));
  }
}

TEST_F(RegistryValues, OfTheTypeLinkAreTextWithoutATerminator) {
  // Windows accepts a value of this type in any key; only one named SymbolicLinkValue is a link.
  Set("link", "\\Registry\\Machine");
  EXPECT_EQ(key_.GetValue(L"v"), (test::TestKey::Value{REG_LINK, Bytes(L"\\Registry\\Machine")}));
  EXPECT_EQ(Get(), (Json{{"type", "link"}, {"value", "\\Registry\\Machine"}, {"encoding", "json"}}));
}

TEST_F(RegistryValues, AreRefusedIfTheyDoNotFitTheirType) {
  EXPECT_EQ(
      SetFault("dwort", 1),
      "type: expected one of none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or "
      "its hexadecimal number after 0x");
  for (const char* type : {"", "0x", "0xg", "0x123456789", "REG_SZ", "SZ", "4", "0x-1", "0x 1"}) {
    EXPECT_TRUE(SetFault(type, "AA==").starts_with("type: ")) << type;
  }
  for (const Json& value :
       {Json(-1), Json(4294967296), Json(1.5), Json("1"), Json(nullptr), Json(true), Json::array({1})}) {
    EXPECT_EQ(SetFault("dword", value), "value: expected an integer of 0 to 4294967295 for dword") << value;
  }
  EXPECT_EQ(SetFault("qword", -1), "value: expected an integer of 0 to 18446744073709551615 for qword");
  for (const Json& value : {Json(1), Json(nullptr), Json::array({"a"}), Json::object()}) {
    EXPECT_EQ(SetFault("sz", value), "value: expected a string for sz") << value;
  }
  EXPECT_EQ(SetFault("expand_sz", std::string("a\0b", 3)),
            "value: text ends at its first NUL; the encoding base64 can store more after it");
  for (const Json& value : {Json("a"), Json(1), Json::array({"a", 1}), Json::object()}) {
    EXPECT_EQ(SetFault("multi_sz", value), "value: expected an array of strings for multi_sz") << value;
  }
  for (const Json& value : {Json::array({"a", ""}), Json::array({std::string("a\0b", 3)})}) {
    EXPECT_TRUE(SetFault("multi_sz", value).starts_with("value: strings of multi_sz cannot be empty"))
        << value;
  }
  for (const Json& value : {Json("AQI"), Json("A QI"), Json(1), Json(nullptr), Json::array({1, 2})}) {
    EXPECT_TRUE(SetFault("binary", value).starts_with("value: expected the bytes")) << value;
    EXPECT_TRUE(SetFault("dword", value, {{"encoding", "base64"}}).starts_with("value: expected the bytes"))
        << value;
  }
  EXPECT_EQ(SetFault("binary", "AQID", {{"encoding", "json"}}),
            "encoding: values of the type binary are base64");
  EXPECT_EQ(SetFault("0x8", "AQID", {{"encoding", "json"}}), "encoding: values of the type 0x8 are base64");
  EXPECT_TRUE(SetFault("sz", "a", {{"encoding", "text"}}).starts_with("encoding: expected one of"));
  // None of them was written.
  EXPECT_EQ(WindowsError("registry.get", {{"key", key_.text()}, {"name", "v"}}),
            (std::pair<int, std::string>(ERROR_FILE_NOT_FOUND, "RegQueryValueExW")));
}

TEST_F(RegistryValues, LargerThanAResponseAreTooLargeAndStayListed) {
  key_.SetValue(L"v", REG_BINARY, std::string(kResponseBytes + 1, 'x'));
  key_.SetValue(L"w", REG_BINARY, "x");
  const protocol::Error error = Refusal("registry.get", {{"key", key_.text()}, {"name", "v"}});
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);
  EXPECT_EQ(error.message, "The value has 262145 bytes, which exceeds the response limit.");
  const Json values = Result("registry.list", {{"key", key_.text()}}).at("values");
  ASSERT_EQ(values.size(), 2U) << values;
  EXPECT_EQ(
      values[0],
      (Json{{"name", "v"}, {"type", "binary"}, {"value", nullptr}, {"encoding", nullptr}, {"size", 262145}}));
  EXPECT_EQ(
      values[1],
      (Json{{"name", "w"}, {"type", "binary"}, {"value", "eA=="}, {"encoding", "base64"}, {"size", 1}}));
  // A value larger than the first buffer takes a second read.
  key_.SetValue(L"v", REG_BINARY, std::string(100'000, 'x'));
  EXPECT_EQ(Get().at("value").get<std::string>().size(), 133'336U);
}

}  // namespace
}  // namespace onbehalf::service
