#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// SHA-256 by Windows (CNG), with one object that is used again for every hash, so that a hash takes no
// memory. One thread at a time.
class Sha256 {
 public:
  using Digest = std::array<unsigned char, 32>;

  // Throws win32::Win32Error.
  Sha256();

  // The hash of the parts, one after the other. Throws win32::Win32Error.
  Digest Of(std::initializer_list<std::string_view> parts);

 private:
  struct AlgorithmTraits {
    using Type = void*;
    static Type Invalid() noexcept { return nullptr; }
    static void Close(Type algorithm) noexcept;
  };
  struct HashTraits {
    using Type = void*;
    static Type Invalid() noexcept { return nullptr; }
    static void Close(Type hash) noexcept;
  };

  win32::UniqueHandle<AlgorithmTraits> algorithm_;
  win32::UniqueHandle<HashTraits> hash_;
};

// Bytes that nobody can guess. Throws win32::Win32Error.
void FillWithRandom(unsigned char* bytes, std::size_t count);

}  // namespace onbehalf::service
