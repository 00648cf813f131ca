#pragma once

#include <exception>
#include <string>
#include <system_error>

namespace onbehalf::client {

// The error of a call whose connection failed (see the table at Client).
inline std::system_error ConnectionError(std::errc code, const std::string& what) {
  return {std::make_error_code(code), what};
}

inline std::exception_ptr ConnectionFailure(std::errc code, const std::string& what) {
  return std::make_exception_ptr(ConnectionError(code, what));
}

}  // namespace onbehalf::client
