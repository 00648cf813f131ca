#include <gtest/gtest.h>

#include <string>

#include "aligned_table.h"
#include "methods_text.h"
#include "printable.h"
#include "whoami_text.h"

namespace onbehalf::cli {
namespace {

using client::Json;

TEST(Rendering, OfTablesAlignsByCharactersNotBytes) {
  EXPECT_EQ(AlignedTable({{"\xC3\xA4", "1"}, {"bb", "2"}}), "\xC3\xA4   1\nbb  2\n");
  EXPECT_EQ(AlignedTable({{"a", "", "c"}, {"a"}}, 2), "  a    c\n  a\n");
  EXPECT_EQ(AlignedTable({}), "");
}

TEST(Rendering, OfForeignTextHasNoControlCharacters) {
  EXPECT_EQ(Printable("a\x1b[1m\x07\n\x7f"), "a\\x1b[1m\\x07\\x0a\\x7f");
  // An incomplete character does not swallow the next one.
  EXPECT_EQ(Printable("\xC2"
                      "a\xC2\x1b\xC2"),
            "\xC2"
            "a\xC2\\x1b\xC2");
  EXPECT_EQ(Printable("\xC3\xA4 \xC2\x9B \xE2\x82\xAC"), "\xC3\xA4 \\x9b \xE2\x82\xAC");
}

TEST(Rendering, OfWhoami) {
  const Json identity = Json::parse(R"({
    "account": {"sid": "S-1-5-21-1-2-3-1001", "name": "PC\\alice"},
    "groups": [
      {"sid": "S-1-1-0", "name": "Everyone", "attributes": ["mandatory", "enabled"]},
      {"sid": "S-1-5-21-9-9-9-9", "name": null, "attributes": ["deny only"]}
    ],
    "restricted_sids": [],
    "privileges": [{"name": "SeChangeNotifyPrivilege", "enabled": true}, {"name": "SeShutdownPrivilege", "enabled": false}],
    "integrity": {"rid": 8192, "name": "medium"},
    "elevation": {"type": "limited", "elevated": false},
    "session": 1,
    "logon_id": "0x1f2e3",
    "logon_sid": "S-1-5-5-0-99",
    "level": "impersonation",
    "process": {"id": 4711, "image": "C:\\a.exe"},
    "computer": "PC",
    "thread": {"token_before": false, "token_during": true, "token_after": false}
  })");
  EXPECT_EQ(RenderWhoami(identity),
            "account    PC\\alice\n"
            "sid        S-1-5-21-1-2-3-1001\n"
            "level      impersonation\n"
            "integrity  medium (0x2000)\n"
            "elevation  limited, not elevated\n"
            "session    1\n"
            "logon id   0x1f2e3\n"
            "logon sid  S-1-5-5-0-99\n"
            "process    4711  C:\\a.exe\n"
            "computer   PC\n"
            "groups (2)\n"
            "  Everyone  S-1-1-0           mandatory, enabled\n"
            "  -         S-1-5-21-9-9-9-9  deny only\n"
            "privileges (2)\n"
            "  SeChangeNotifyPrivilege  enabled\n"
            "  SeShutdownPrivilege      disabled\n");
}

TEST(Rendering, OfWhoamiInAnAppContainer) {
  const Json identity = Json::parse(R"({
    "level": "impersonation",
    "app_container": {
      "package": {"sid": "S-1-15-2-1-2-3-4-5-6-7", "name": null},
      "number": 5,
      "capabilities": [{"sid": "S-1-15-3-1", "name": "APPLICATION PACKAGE AUTHORITY\\Your Internet connection",
                        "attributes": ["enabled"]}]
    }
  })");
  EXPECT_EQ(RenderWhoami(identity),
            "level      impersonation\n"
            "package    S-1-15-2-1-2-3-4-5-6-7\n"
            "container  5\n"
            "capabilities (1)\n"
            "  APPLICATION PACKAGE AUTHORITY\\Your Internet connection  S-1-15-3-1  enabled\n");
}

TEST(Rendering, OfWhoamiOmitsMissingMembers) {
  EXPECT_EQ(RenderWhoami(Json::object()), "");
  EXPECT_EQ(RenderWhoami(Json(5)), "");
  EXPECT_EQ(RenderWhoami({{"level", "identification"}, {"groups", "none"}}), "level  identification\n");
}

const Json kDocument = Json::parse(R"({
  "openrpc": "1.2.6",
  "methods": [
    {"name": "file.write", "summary": "Writes a file.", "x-acts": "caller",
     "params": [
       {"name": "path", "summary": "Where.", "required": true, "schema": {"type": "string", "maxLength": 260}},
       {"name": "mode", "summary": "How.", "required": false, "schema": {"enum": ["new", "over"]}}
     ],
     "result": {"name": "result", "schema": {"type": "object", "properties": {"bytes": {"type": "integer"}}}}},
    {"name": "rpc.ping", "summary": "Answers.", "x-acts": "service", "params": [],
     "result": {"name": "result", "schema": {"type": ["string", "null"]}}}
  ],
  "components": {"errors": {"AccessDenied": {"code": -32010, "message": "Refused."}}}
})");

TEST(Rendering, OfMethodsIsATable) {
  EXPECT_EQ(RenderMethods(kDocument),
            "METHOD      ACTS     SUMMARY\n"
            "file.write  caller   Writes a file.\n"
            "rpc.ping    service  Answers.\n");
  EXPECT_EQ(RenderMethods(kDocument, "rpc"),
            "METHOD    ACTS     SUMMARY\n"
            "rpc.ping  service  Answers.\n");
  EXPECT_EQ(RenderMethods(kDocument, "none"), "");
  EXPECT_EQ(RenderMethods(Json::object()), "");
}

TEST(Rendering, OfOneMethod) {
  ASSERT_NE(FindMethod(kDocument, "file.write"), nullptr);
  EXPECT_EQ(FindMethod(kDocument, "file.read"), nullptr);
  EXPECT_EQ(RenderMethod(*FindMethod(kDocument, "file.write"), ErrorsOf(kDocument)),
            "file.write\n"
            "  summary  Writes a file.\n"
            "  acts     caller\n"
            "  parameters\n"
            "    path  required  string, length to 260  Where.\n"
            "    mode  optional  one of [\"new\",\"over\"]  How.\n"
            "  result  object\n"
            "    bytes  integer\n"
            "  errors\n"
            "    AccessDenied  -32010  Refused.\n");
  EXPECT_EQ(RenderMethod(*FindMethod(kDocument, "rpc.ping"), Json::object()),
            "rpc.ping\n"
            "  summary  Answers.\n"
            "  acts     service\n"
            "  parameters  none\n"
            "  result  string or null\n");
}

}  // namespace
}  // namespace onbehalf::cli
