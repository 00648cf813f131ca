#include "onbehalf/win32/hash.h"

#include "onbehalf/win32/lean_windows.h"
// After <windows.h>, which these headers need.
#include <bcrypt.h>
#include <ntsecapi.h>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

void Check(NTSTATUS status, const char* operation) {
  if (status < 0) throw Win32Error(::LsaNtStatusToWinError(status), operation);
}

// The maximum for one BCryptHashData, well within a ULONG.
constexpr std::size_t kAtOnce = std::size_t{1} << 30;

}  // namespace

void HashObject::CloseAlgorithm::operator()(void* algorithm) const noexcept {
  ::BCryptCloseAlgorithmProvider(algorithm, 0);
}
void HashObject::CloseHash::operator()(void* hash) const noexcept { ::BCryptDestroyHash(hash); }

HashObject::HashObject(HashAlgorithm algorithm) {
  const wchar_t* const name =
      algorithm == HashAlgorithm::kSha1 ? BCRYPT_SHA1_ALGORITHM : BCRYPT_SHA256_ALGORITHM;
  BCRYPT_ALG_HANDLE opened = nullptr;
  Check(::BCryptOpenAlgorithmProvider(&opened, name, nullptr, BCRYPT_HASH_REUSABLE_FLAG),
        "BCryptOpenAlgorithmProvider");
  algorithm_.reset(opened);
  // BCryptFinishHash prepares a reusable object for the next hash (BCryptCreateHash, dwFlags; Windows 8).
  BCRYPT_HASH_HANDLE hash = nullptr;
  Check(::BCryptCreateHash(opened, &hash, nullptr, 0, nullptr, 0, BCRYPT_HASH_REUSABLE_FLAG),
        "BCryptCreateHash");
  hash_.reset(hash);
}

void HashObject::Add(std::string_view part) {
  while (!part.empty()) {
    const std::string_view now = part.substr(0, kAtOnce);
    // Declared as non-const, but only read.
    auto* bytes = reinterpret_cast<UCHAR*>(const_cast<char*>(now.data()));
    Check(::BCryptHashData(hash_.get(), bytes, static_cast<ULONG>(now.size()), 0), "BCryptHashData");
    part.remove_prefix(now.size());
  }
}

void HashObject::Finish(std::span<unsigned char> digest) {
  Check(::BCryptFinishHash(hash_.get(), digest.data(), static_cast<ULONG>(digest.size()), 0),
        "BCryptFinishHash");
}

void FillWithRandom(std::span<unsigned char> bytes) {
  Check(::BCryptGenRandom(nullptr, bytes.data(), static_cast<ULONG>(bytes.size()),
                          BCRYPT_USE_SYSTEM_PREFERRED_RNG),
        "BCryptGenRandom");
}

}  // namespace onbehalf::win32
