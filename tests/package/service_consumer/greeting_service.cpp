// A service with a method of its own beside the built-in ones.
#include <onbehalf/service/service_main.h>

#include <string>
#include <utility>

namespace {

using namespace onbehalf::service;

void AddMethods(MethodRegistry& methods) {
  Method greet;
  greet.name = "greeting.greet";
  greet.summary = "Greets whoever is named.";
  greet.parameters = {{"name", "Who is greeted.", Json{{"type", "string"}, {"maxLength", 100}}, true}};
  greet.access_default = "D:(A;;GXGR;;;AU)";  // authenticated users call and see it
  greet.pace = Pace::kQuick;
  greet.handler = [](const Call& call) -> MethodResult {
    return Json("hello " + call.params.at("name").get<std::string>());
  };
  methods.Add(std::move(greet));
}

}  // namespace

int wmain(int argc, wchar_t** argv) { return ServiceProgram(argc, argv, &AddMethods); }
