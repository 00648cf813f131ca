#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "onbehalf/client/client.h"
#include "onbehalf/onbehalf.h"

// Checks the arguments that a C caller passes. All functions throw std::invalid_argument with a message that
// names the argument.
namespace onbehalf::c_abi {

template <typename Pointer>
Pointer Required(Pointer argument, const char* name) {
  if (argument == nullptr) throw std::invalid_argument(std::string(name) + " is NULL");
  return argument;
}

// Must be valid UTF-8 up to its NUL.
std::string TextArgument(const char* text, const char* name);

// Parses `params` as JSON; null for a null pointer.
client::Json ParamsArgument(const char* params, int64_t length);

client::Options OptionsArgument(const onbehalf_options* options);

// The struct in this library's version; all zero for a null pointer.
onbehalf_call_options CallOptionsArgument(const onbehalf_call_options* options);

// nullopt for 0, which means the default.
std::optional<std::chrono::milliseconds> Timeout(std::uint32_t milliseconds);

}  // namespace onbehalf::c_abi
