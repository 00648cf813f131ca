// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include "onbehalf/protocol/error.h"

namespace onbehalf::protocol {

// A value or an Error. It has no operator bool, because that of a Result<bool> would look like its value.
template <typename T>
class [[nodiscard]] Result {
 public:
  // The constraint keeps this from hiding the copy and move constructors, which clang-tidy 14 does not see.
  template <typename U = T>
  requires(std::is_convertible_v<U&&, T> && !std::same_as<std::remove_cvref_t<U>, Result> &&
           !std::same_as<std::remove_cvref_t<U>, Error>)
      Result(U&& value)  // NOLINT(bugprone-forwarding-reference-overload)
      : outcome_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(Error error) : outcome_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return outcome_.index() == 0; }

  // Require ok(). Throw std::bad_variant_access otherwise.
  T& value() & { return std::get<0>(outcome_); }
  const T& value() const& { return std::get<0>(outcome_); }
  T&& value() && { return std::get<0>(std::move(outcome_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Require !ok(). Throw std::bad_variant_access otherwise.
  Error& error() & { return std::get<1>(outcome_); }
  const Error& error() const& { return std::get<1>(outcome_); }
  Error&& error() && { return std::get<1>(std::move(outcome_)); }
  // nullptr if ok().
  const Error* error_if() const { return std::get_if<1>(&outcome_); }

  bool operator==(const Result&) const = default;

 private:
  std::variant<T, Error> outcome_;
};

}  // namespace onbehalf::protocol

// ONBEHALF_TRY(auto&& path, scope.PathOf(params)): declares `path` with the value of a Result, or returns its error
// from the function, which must return a Result or another type that an Error converts to. A reference refers to the
// value inside the Result, which lives until the end of the block, so nothing is moved. It expands to several
// statements: do not use it as a branch without braces.
#define ONBEHALF_TRY(declaration, ...) \
  ONBEHALF_TRY_AS(onbehalf_result_, __COUNTER__, declaration, __VA_ARGS__)
#define ONBEHALF_TRY_AS(prefix, number, declaration, ...) \
  ONBEHALF_TRY_NAMED(prefix, number, declaration, __VA_ARGS__)
#define ONBEHALF_TRY_NAMED(prefix, number, declaration, ...)          \
  auto prefix##number = (__VA_ARGS__);                                \
  if (!prefix##number.ok()) return std::move(prefix##number).error(); \
  declaration = *std::move(prefix##number)
