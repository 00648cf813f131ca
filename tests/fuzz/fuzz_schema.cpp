// A valid schema decides for any value whether it fits, and explains a misfit in one line; bound parameters fit. Nothing throws.
// The input is an array: a schema, then values.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "invariant.h"
#include "methods_model/parameters.h"
#include "methods_model/schema_check.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/protocol/utf8.h"
#include "onbehalf/service/parameter.h"

namespace {

using namespace onbehalf::service;
using onbehalf::protocol::IsUtf8;

bool IsSentence(std::string_view text) {
  return !text.empty() && IsUtf8(text) &&
         std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

void CheckValue(const Json& value, const Json& schema) {
  const auto misfit = Misfit("p", value, schema);
  ONBEHALF_INVARIANT(Fits(value, schema) == !misfit);
  if (misfit) {
    ONBEHALF_INVARIANT(IsSentence(*misfit) && misfit->starts_with("p"));
    return;
  }
  const Json with_integers = WithIntegers(value, schema);
  ONBEHALF_INVARIANT(Fits(with_integers, schema));
  ONBEHALF_INVARIANT(WithIntegers(with_integers, schema) == with_integers);
}

void CheckParameters(const Json& params, const Json& schema) {
  const bool has_default = schema.contains("default");
  const std::vector<Parameter> declared = {{"a", "", schema, !has_default}, {"b", "", schema, false}};
  Json token;
  const auto bound = BindParameters(declared, true, params, &token);
  if (!bound.ok()) {
    ONBEHALF_INVARIANT(IsSentence(bound.error().message));
    return;
  }
  ONBEHALF_INVARIANT(bound->contains("a"));
  for (const auto& [name, value] : bound->items()) {
    ONBEHALF_INVARIANT(name == "a" || name == "b");
    ONBEHALF_INVARIANT(Fits(value, schema));
  }
  ONBEHALF_INVARIANT(token.is_null() || token.is_string() || token.is_number());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Json input;
  if (onbehalf::protocol::ParseJson(text, onbehalf::protocol::JsonLimits{}, input) || !input.is_array() ||
      input.empty()) {
    return 0;
  }
  const Json& schema = input.front();
  if (const auto fault = SchemaFault(schema)) {
    ONBEHALF_INVARIANT(IsUtf8(*fault) && !fault->empty());
    return 0;
  }
  for (std::size_t i = 1; i < input.size(); ++i) {
    CheckValue(input[i], schema);
    CheckParameters(input[i], schema);
  }
  return 0;
}
