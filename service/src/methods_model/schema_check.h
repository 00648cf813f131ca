#pragma once

#include <optional>
#include <string>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::service {

using protocol::Json;

// The part of JSON Schema that methods are described with; onbehalf/service/schema.h says which words it has. A schema is
// looked at as deep as it goes itself, which is bounded, whatever the depth of the value. Any thread; nothing is logged.

// What is wrong with a schema, and where in it ("items.properties.sql: "maxLenght" is not a supported schema keyword"): a word
// that is not known, stands where it has no effect or has a value it cannot have; nesting that is too deep; a default that
// does not fit. Nothing if it is one. null describes any value.
std::optional<std::string> SchemaFault(const Json& schema);

// Whether `value`, with everything in it, fits `schema`, in which SchemaFault finds nothing.
bool Fits(const Json& value, const Json& schema);

// Where `value` does not fit, what was expected there and what was found: "statements[1].sql: expected a string, got an
// integer". `place` names the value itself. Nothing of the caller's texts is in it but the names of members that the schema
// does not describe, escaped and cut. Nothing if it fits.
std::optional<std::string> Misfit(const std::string& place, const Json& value, const Json& schema);

// What fits, in words: "an integer of at least 1", "one of "a", "b"".
std::string Expected(const Json& schema);

// `value`, which fits `schema`, with the integers that are written as another number (5.0) as integers, wherever the schema
// asks for an integer and takes no other number.
Json WithIntegers(Json value, const Json& schema);

}  // namespace onbehalf::service
