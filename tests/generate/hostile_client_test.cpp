// The C++ that is written of hostile.json (hostile_document_test.cpp), compiled into this program.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "client/fake_server.h"
#include "golden/hostile.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli::generate {
namespace {

using client::Json;

TEST(HostileClient, ItsNamesAreUnchangedOnTheWire) {
  Json request;
  test::FakeServer server(test::Answering([&request](const Json& got) {
    request = got;
    return Json{{"result", Json::object()}};
  }));
  auto client = client::Client::Connect(server.ClientOptions());
  company::hostile::Service service(client);
  company::hostile::EvilRunParams params{.class_2 = "c", .value_2fa = "2"};
  params.dry_run = "-";
  params.dry_run_2 = "_";
  params.dry_run_3 = "R";
  params.quoted_error_injected = "q";
  params.back_slash = "b";
  params.words = company::hostile::EvilRunParamsWords::kErrorInjected;
  service.evil.Run(params);
  EXPECT_EQ(request.at("method"), "evil.run");
  EXPECT_EQ(request.at("params"), (Json{{"class", "c"},
                                        {"2fa", "2"},
                                        {"dry-run", "-"},
                                        {"dry_run", "_"},
                                        {"dryRun", "R"},
                                        {"\"quoted\"\n#error injected", "q"},
                                        {"back\\slash\\", "b"},
                                        {"words", "\n#error injected"}}));
  service.evil.ErrorInjected();
  EXPECT_EQ(request.at("method"), "evil.*/\n#error injected");
}

}  // namespace
}  // namespace onbehalf::cli::generate
