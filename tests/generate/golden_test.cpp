// The generated text for the saved documents, byte by byte. The C++ is compiled into this program.

#include "golden.h"

#include <gtest/gtest.h>

#include "generate/api_document.h"
#include "generate/writers.h"

namespace onbehalf::cli::generate {
namespace {

using test::ExpectGolden;
using test::ReadDocument;

TEST(Golden, TheServicesOwnMethods) {
  ExpectGolden(WriteCpp(ReadApi(ReadDocument("discover.json")), "onbehalf::typed"), "typed_service.h");
}

TEST(Golden, AValueOfEveryKind) {
  const Api api = ReadApi(ReadDocument("sample.json"));
  ExpectGolden(WriteCpp(api, "company::sample"), "sample.h");
  ExpectGolden(WriteTypeScript(api), "sample.ts");
  ExpectGolden(WriteCSharp(api, "Company.Sample"), "Sample.cs");
}

TEST(Golden, AHostileService) {
  const Api api = ReadApi(ReadDocument("hostile.json"));
  ExpectGolden(WriteCpp(api, "company::hostile"), "hostile.h");
  ExpectGolden(WriteTypeScript(api), "hostile.ts");
  ExpectGolden(WriteCSharp(api, "Company.Hostile"), "Hostile.cs");
}

}  // namespace
}  // namespace onbehalf::cli::generate
