#pragma once

#include <optional>
#include <string>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::service {

using protocol::Json;

// The part of JSON Schema that describes methods; onbehalf/service/schema.h lists the supported keywords. Recursion
// is bounded by the depth of the schema, not of the value. Any thread; nothing is logged.

// What is wrong with a schema, and where in it ("items.properties.sql: "maxLenght" is not a supported schema
// keyword"): a keyword that is unknown, has no effect in its place or has an invalid value; nesting that is too deep;
// a default that does not fit. nullopt if the schema is valid. A null schema accepts any value.
std::optional<std::string> SchemaFault(const Json& schema);

// Whether `value` and everything in it fits `schema`, which must be valid (SchemaFault).
bool Fits(const Json& value, const Json& schema);

// Where `value` does not fit, what was expected there and what was found: "statements[1].sql: expected a string, got
// an integer". `place` names the value itself. The caller's text does not appear, except for the names of unknown
// members, escaped and cut. nullopt if the value fits.
std::optional<std::string> Misfit(const std::string& place, const Json& value, const Json& schema);

// Describes what fits: "an integer of at least 1", "one of "a", "b"".
std::string Expected(const Json& schema);

// `value`, which fits `schema`, with integers written in another form (5.0) turned into integers, wherever the schema
// allows only integers.
Json WithIntegers(Json value, const Json& schema);

}  // namespace onbehalf::service
