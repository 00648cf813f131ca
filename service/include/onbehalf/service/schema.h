// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::service {

// JSON Schemas, short to write: Object({{"pid", Integer("the service's process id")}, ...}).
//
// Of JSON Schema (2020-12) a method's schemas have these words. They are checked wherever they stand, in what is nested too;
// MethodRegistry::Add refuses all others, so that a word that is misspelled is not one that allows everything.
//   type                                 one of null, boolean, integer, number, string, array, object, or a list of them
//   enum, const                          the values that it may have
//   minimum, maximum                     beside the type number or integer
//   minLength, maxLength                 beside string: in characters
//   items, minItems, maxItems            beside array
//   properties, required                 beside object. What is required is described in properties.
//   additionalProperties                 beside object: what members that properties does not describe must be; false: there are
//                                        none. Without it they may be anything.
//   oneOf, anyOf                         up to 16 alternatives, of which exactly one or at least one fits
//   default                              a value that fits. That of a parameter stands in Call::params when the caller gives none.
//   title, description, format           texts for readers
// There is no `pattern`: what a regular expression costs would be its caller's choice. Schemas nest up to 16 deep.

protocol::Json Described(std::string_view type, std::string_view description);
protocol::Json Text(std::string_view description);
protocol::Json Integer(std::string_view description);
protocol::Json Boolean(std::string_view description);

// With bounds, for what is taken. Lengths are in characters; 0 is not written, nor is what is left out.
protocol::Json TextOfLength(std::size_t least, std::optional<std::size_t> most = std::nullopt);
protocol::Json IntegerFrom(std::int64_t least, std::optional<std::uint64_t> most = std::nullopt);
// One of these strings.
protocol::Json OneOf(std::initializer_list<std::string_view> strings);
// For a parameter that need not be given.
protocol::Json WithDefault(protocol::Json schema, protocol::Json value);

// null where there is none.
protocol::Json OrNull(protocol::Json schema);

// A class of its own, and not a pair: a nested table of pairs takes a compiler a minute.
struct SchemaMember {
  std::string_view name;
  protocol::Json schema;
};

// All of the members are always there.
protocol::Json Object(std::initializer_list<SchemaMember> members, std::string_view description = {});

// Of what is taken: a member that is not described is a mistake of its caller.
protocol::Json Closed(protocol::Json object);

protocol::Json ListOf(protocol::Json element, std::string_view description = {});

}  // namespace onbehalf::service
