// SPDX-License-Identifier: MIT
// Methods of a module whose parameters and results are structs (onbehalf/fields.h), on top of onbehalf/module.hpp. Header only;
// needs nlohmann/json, any version.
//
//   module::Method greet;
//   greet.name = "greeting.greet";
//   greet.summary = "Greets somebody.";
//   module::Handle<GreetParams>(greet, [](const GreetParams& params, const module::Call&) { return Greeting{...}; });
//   host.Add(std::move(greet));
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "onbehalf/fields.h"
#include "onbehalf/module.hpp"

namespace onbehalf::module {

// As the module interface takes it. Invalid UTF-8 is replaced.
inline std::string ToText(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

inline std::vector<Parameter> ParametersOf(Fields fields) {
  std::vector<Parameter> parameters;
  for (const Field& field : fields) {
    nlohmann::json schema = fields::SchemaOf(field, Direction::kTaken);
    if (field.is_nullable) schema = fields::OrNull(std::move(schema));
    parameters.push_back({std::string(field.name), std::string(field.summary), ToText(schema),
                          field.is_required, field.is_audited});
  }
  return parameters;
}

// Describes the method's parameters by `Params` and sets `work` as its handler: a function of (const Params&, const Call&) that
// returns nlohmann::json, or a T that is Describable, which describes the result too. What Params borrows lives until `work`
// returns.
template <HasFields Params, typename Work>
void Handle(Method& method, Work work) {
  using T = std::invoke_result_t<const Work&, const Params&, const Call&>;
  static_assert(Describable<T> || std::is_same_v<T, nlohmann::json>);
  method.parameters = ParametersOf(FieldsOf<Params>());
  if constexpr (Describable<T>) method.result_schema = ToText(SchemaOf<T>(Direction::kGiven));
  method.handler = [work = std::move(work)](const Call& call) {
    const auto document = nlohmann::json::parse(call.params());
    T result = work(onbehalf::FromJson<Params>(document), call);
    if constexpr (Describable<T>) {
      return ToText(onbehalf::ToJson(std::move(result)));
    } else {
      return ToText(result);
    }
  };
}

// The same for the method's stream: `open` is a function of (const Params&, const Call&, Waker). What Params borrows does not
// live as long as the stream.
template <HasFields Params, typename Open>
void Opens(Method& method, Open open) {
  method.parameters = ParametersOf(FieldsOf<Params>());
  method.open = [open = std::move(open)](const Call& call, Waker waker) -> std::unique_ptr<Stream> {
    const auto document = nlohmann::json::parse(call.params());
    return open(onbehalf::FromJson<Params>(document), call, std::move(waker));
  };
}

}  // namespace onbehalf::module
