// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace onbehalf::win32 {

enum class HashAlgorithm { kSha1, kSha256 };

// A Windows (CNG) hash object, reused for every hash so that hashing does not allocate. One thread at a time. The native
// build uses OpenSSL and throws std::runtime_error instead.
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
  struct CloseAlgorithm {
    void operator()(void* algorithm) const noexcept;
  };
  struct CloseHash {
    void operator()(void* hash) const noexcept;
  };

  // Windows' BCRYPT_ALG_HANDLE and BCRYPT_HASH_HANDLE.
  std::unique_ptr<void, CloseAlgorithm> algorithm_;
  std::unique_ptr<void, CloseHash> hash_;
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

// Fills `bytes` with cryptographically secure random bytes. Windows only. Throws Win32Error.
void FillWithRandom(std::span<unsigned char> bytes);

}  // namespace onbehalf::win32
