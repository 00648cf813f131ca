#include "methods_document.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "onbehalf/service/schema.h"
#include "support/source_file.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using service::Json;
using service::MethodRegistry;

// The build target docs-methods writes it.
TEST(MethodsDocument, IsWhatTheServiceRegisters) {
  TestServer server;
  ExpectSourceFile(MethodsDocument(server.methods()), "docs/methods.md");
}

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(MethodsDocument, DescribesEverythingAMethodIsRegisteredWith) {
  MethodRegistry registry;
  service::Method method =
      PublicMethod("app.do", service::Acts::kAsCaller, service::Pace::kMayBlock, nullptr);
  method.summary = "Does it.";
  method.handler = [](const service::Call&) -> service::MethodResult { return Json(); };
  method.stream = [](const service::Call&, service::Waker) { return std::unique_ptr<service::Stream>(); };
  method.interruptible = false;
  method.parameters = {
      {"list", "What is done.",
       service::ListOf(service::Closed(service::Object({{"what", service::Text("a|b")}}))), true, true},
      {"mode", "How.", Json{{"enum", {"fast", "slow"}}, {"default", "fast"}}, false, false}};
  method.result_schema = service::Object({{"done", service::Integer("how many")}}, "what came of it");
  method.result_schema["properties"]["note"] = service::OrNull(service::Text(""));
  method.progress_schema = service::ListOf(service::Text("a line"));
  registry.Add(method);
  const std::string text = MethodsDocument(registry);
  for (const char* part :
       {"| [app](#app) | `do` |\n", "## app\n\n### app.do\n\nDoes it.\n\n",
        "| `list` | an array, each an object | required | What is done. |\n",
        "| `list[].what` | a string | required | a\\|b |\n",
        "| `mode` | one of \"fast\", \"slow\" | `\"fast\"` | How. Not in the audit. |\n",
        "**Result**: an object: what came of it.\n", "| `done` | an integer | how many |\n",
        "| `note` | a string or null | may be absent |\n", "With a `progressToken` it is a stream",
        "**Piece**: an array, each a string.\n", "| `[]` | a string | a line |\n",
        "Runs as its caller, who must connect with the level impersonation.",
        "Cancelling it does not interrupt its blocking calls.",
        "By default, authenticated users may see and call it.\n", "| -32010 | AccessDenied | "}) {
    EXPECT_TRUE(Has(text, part)) << part << "\n in:\n" << text;
  }
}

TEST(MethodsDocument, DescribesInWordsWhoMayCallAMethod) {
  EXPECT_EQ(AccessInWords("D:"), "only administrators may see and call it");
  EXPECT_EQ(AccessInWords("D:(A;;GXGR;;;AU)"), "authenticated users may see and call it");
  EXPECT_EQ(AccessInWords("D:(A;;GR;;;AU)"), "authenticated users may see it, and call it once granted");
  EXPECT_EQ(AccessInWords("D:(A;;GXGR;;;BU)(A;;GX;;;SY)"),
            "users may see and call it, and SYSTEM may call it");
  EXPECT_THROW(AccessInWords("D:(D;;GX;;;AU)"), std::invalid_argument);
  EXPECT_THROW(AccessInWords("D:(A;;GX;;;S-1-5-21-1-2-3-4)"), std::invalid_argument);
}

}  // namespace
}  // namespace onbehalf::test
