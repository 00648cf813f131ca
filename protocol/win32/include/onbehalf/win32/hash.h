// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

enum class HashAlgorithm { kSha1, kSha256 };

// A Windows (CNG) hash object, reused for every hash so that hashing does not allocate. One thread at a time.
class HashObject {
 public:
  // Throws Win32Error.
  explicit HashObject(HashAlgorithm algorithm);

  // Adds `part` to the current hash. Throws Win32Error.
  void Add(std::string_view part);
  // Returns the hash of all parts in `digest`, which must have the algorithm's size, and starts a new one. Throws
  // Win32Error.
  void Finish(std::span<unsigned char> digest);

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

  UniqueHandle<AlgorithmTraits> algorithm_;
  UniqueHandle<HashTraits> hash_;
};

template <HashAlgorithm kAlgorithm, std::size_t kBytes>
class Hash {
 public:
  using Digest = std::array<unsigned char, kBytes>;

  // As HashObject's.
  void Add(std::string_view part) { object_.Add(part); }
  Digest Finish() {
    Digest digest{};
    object_.Finish(digest);
    return digest;
  }
  // The hash of the parts in order. Only call it when no parts have been added since the last Finish.
  Digest Of(std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) Add(part);
    return Finish();
  }

 private:
  HashObject object_{kAlgorithm};
};

using Sha1 = Hash<HashAlgorithm::kSha1, 20>;
using Sha256 = Hash<HashAlgorithm::kSha256, 32>;

// Fills `bytes` with cryptographically secure random bytes. Throws Win32Error.
void FillWithRandom(std::span<unsigned char> bytes);

}  // namespace onbehalf::win32
