#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "onbehalf/service/method.h"

namespace onbehalf::service {
namespace {

Method Named(std::string name) {
  Method method;
  method.name = std::move(name);
  method.handler = [](const Call&) -> MethodResult { return Json(); };
  return method;
}

TEST(MethodRegistry, FindsAMethodByItsExactName) {
  MethodRegistry registry;
  registry.Add(Named("identity.whoami"));
  ASSERT_NE(registry.Find("identity.whoami"), nullptr);
  EXPECT_EQ(registry.Find("identity.whoami")->name, "identity.whoami");
  for (const char* name :
       {"", "identity", "identity.", "identity.Whoami", "identity.whoami ", "identity.whoam"}) {
    EXPECT_EQ(registry.Find(name), nullptr) << name;
  }
}

TEST(MethodRegistry, ListsInTheOrderOfNames) {
  MethodRegistry registry;
  for (const char* name : {"b.a", "a.z", "a.b", "B.a"}) registry.Add(Named(name));
  std::vector<std::string> names;
  for (const Method* method : registry.All()) names.push_back(method->name);
  EXPECT_EQ(names, (std::vector<std::string>{"B.a", "a.b", "a.z", "b.a"}));
}

TEST(MethodRegistry, RefusesATakenName) {
  MethodRegistry registry;
  registry.Add(Named("a.b"));
  EXPECT_THROW(registry.Add(Named("a.b")), std::invalid_argument);
  EXPECT_EQ(registry.All().size(), 1u);
}

TEST(MethodRegistry, RefusesNamesThatAreNotNamespaceDotMethod) {
  MethodRegistry registry;
  for (const char* name :
       {"", "a", ".a", "a.", ".", "a.b.c", "a b.c", "a.b-c", "$/a.b", "a.\xC3\xB6", "a/b"}) {
    EXPECT_THROW(registry.Add(Named(name)), std::invalid_argument) << name;
  }
  EXPECT_NO_THROW(registry.Add(Named("My_App2.do_3")));
}

TEST(MethodRegistry, RefusesAMethodWithoutHandler) {
  MethodRegistry registry;
  Method method = Named("a.b");
  method.handler = nullptr;
  EXPECT_THROW(registry.Add(std::move(method)), std::invalid_argument);
}

TEST(MethodRegistry, AcceptsAStreamAloneOrWithAHandlerWithoutProgress) {
  const auto open = [](const Call&, Waker) { return std::unique_ptr<Stream>(); };
  MethodRegistry registry;
  Method method = Named("a.b");
  method.stream = open;
  method.reports_progress = true;
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
  method.reports_progress = false;
  EXPECT_NO_THROW(registry.Add(method));
  method.name = "a.c";
  method.handler = nullptr;
  method.pace = Pace::kQuick;
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
  method.pace = Pace::kMayBlock;
  EXPECT_NO_THROW(registry.Add(method));
}

TEST(MethodRegistry, RefusesAParameterNamedProgressToken) {
  MethodRegistry registry;
  Method method = Named("a.b");
  method.parameters = {{"progressToken", "", {}, false}};
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
}

// An unknown keyword would allow everything.
TEST(MethodRegistry, RefusesASchemaWithAnUnknownKeyword) {
  const Json wrong{{"type", "string"}, {"maxLenght", 5}};
  const auto why = [](Method method) -> std::string {
    MethodRegistry registry;
    try {
      registry.Add(std::move(method));
    } catch (const std::invalid_argument& refused) {
      EXPECT_TRUE(registry.All().empty());
      return refused.what();
    }
    return "";
  };
  const std::string fault = R"("maxLenght" is not a supported schema keyword)";
  Method method = Named("a.b");
  method.parameters = {{"first", "", {}, true}, {"second", "", {{"type", "array"}, {"items", wrong}}, false}};
  EXPECT_EQ(why(method), "a.b: the schema of the parameter second: items: " + fault);
  method = Named("a.b");
  method.result_schema = wrong;
  EXPECT_EQ(why(method), "a.b: the schema of the result: " + fault);
  method = Named("a.b");
  method.progress_schema = wrong;
  EXPECT_EQ(why(method), "a.b: the schema of the progress: " + fault);
}

TEST(MethodRegistry, RefusesAnInvalidOrUnusedDefault) {
  MethodRegistry registry;
  Method method = Named("a.b");
  method.parameters = {{"first", "", {{"type", "integer"}, {"default", "x"}}, false}};
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
  method.parameters = {{"first", "", {{"type", "integer"}, {"default", 5}}, true}};
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
  method.parameters[0].required = false;
  EXPECT_NO_THROW(registry.Add(method));
}

TEST(MethodRegistry, RefusesParametersWithoutAUniqueName) {
  MethodRegistry registry;
  Method method = Named("a.b");
  method.parameters = {{"first", "", {}, true}, {"first", "", {}, true}};
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
  method.parameters[1].name = "";
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
  method.parameters[1].name = "second";
  EXPECT_NO_THROW(registry.Add(method));
}

TEST(MethodRegistry, RefusesARequiredParameterAfterAnOptionalOne) {
  MethodRegistry registry;
  Method method = Named("a.b");
  method.parameters = {{"first", "", {}, false}, {"second", "", {}, true}};
  EXPECT_THROW(registry.Add(method), std::invalid_argument);
  method.parameters = {{"first", "", {}, true}, {"second", "", {}, false}};
  EXPECT_NO_THROW(registry.Add(method));
}

}  // namespace
}  // namespace onbehalf::service
