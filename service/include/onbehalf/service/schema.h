// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::service {

// Short constructors for JSON Schemas: Object({{"pid", Integer("the service's process id")}, ...}).
//
// Method schemas may use these keywords of JSON Schema (2020-12). They are checked at every level of nesting, and
// MethodRegistry::Add rejects all others, so that a misspelled keyword does not silently allow every value.
//   type                                 one of null, boolean, integer, number, string, array, object, or a list of them
//   enum, const                          the allowed values
//   minimum, maximum                     with type number or integer
//   minLength, maxLength                 with type string; in characters
//   items, minItems, maxItems            with type array
//   properties, required                 with type object. Required members must be described in properties.
//   additionalProperties                 with type object: a schema for members that properties does not describe; false: no
//                                        such members. Without it they may be anything.
//   oneOf, anyOf                         up to 16 alternatives, of which exactly one, or at least one, must match
//   default                              a valid value. Call::params has it if the caller omits the parameter.
//   title, description, format           text for readers
// There is no `pattern`: the cost of a regular expression would be the caller's choice. Schemas nest up to 16 levels.

protocol::Json Described(std::string_view type, std::string_view description);
protocol::Json Text(std::string_view description);
protocol::Json Integer(std::string_view description);
protocol::Json Boolean(std::string_view description);

// With bounds, for parameters. Lengths are in characters; a bound of 0 or nullopt is not written.
protocol::Json TextOfLength(std::size_t least, std::optional<std::size_t> most = std::nullopt);
protocol::Json IntegerFrom(std::int64_t least, std::optional<std::uint64_t> most = std::nullopt);
// One of these strings.
protocol::Json OneOf(std::initializer_list<std::string_view> strings);
// For an optional parameter.
protocol::Json WithDefault(protocol::Json schema, protocol::Json value);

// Also allows null.
protocol::Json OrNull(protocol::Json schema);

// A struct rather than a pair: a nested table of pairs takes the compiler a minute.
struct SchemaMember {
  std::string_view name;
  protocol::Json schema;
};

// All members are required.
protocol::Json Object(std::initializer_list<SchemaMember> members, std::string_view description = {});

// For parameters: rejects members that are not described.
protocol::Json Closed(protocol::Json object);

protocol::Json ListOf(protocol::Json element, std::string_view description = {});

}  // namespace onbehalf::service
