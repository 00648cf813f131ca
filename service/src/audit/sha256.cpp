#include "audit/sha256.h"

#include <bcrypt.h>
#include <ntsecapi.h>

#include <algorithm>
#include <cstdint>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

void Check(NTSTATUS status, const char* operation) {
  if (status < 0) throw win32::Win32Error(::LsaNtStatusToWinError(status), operation);
}

// What one BCryptHashData may take: ULONG, kept far from its end.
constexpr std::size_t kAtOnce = std::size_t{1} << 30;

}  // namespace

void Sha256::AlgorithmTraits::Close(Type algorithm) noexcept { ::BCryptCloseAlgorithmProvider(algorithm, 0); }
void Sha256::HashTraits::Close(Type hash) noexcept { ::BCryptDestroyHash(hash); }

Sha256::Sha256() {
  Check(::BCryptOpenAlgorithmProvider(algorithm_.put(), BCRYPT_SHA256_ALGORITHM, nullptr,
                                      BCRYPT_HASH_REUSABLE_FLAG),
        "BCryptOpenAlgorithmProvider");
  // BCryptFinishHash makes a reusable object ready for the next hash (BCryptCreateHash, dwFlags; Windows 8).
  Check(::BCryptCreateHash(algorithm_.get(), hash_.put(), nullptr, 0, nullptr, 0, BCRYPT_HASH_REUSABLE_FLAG),
        "BCryptCreateHash");
}

Sha256::Digest Sha256::Of(std::initializer_list<std::string_view> parts) {
  for (std::string_view part : parts) {
    while (!part.empty()) {
      const std::string_view now = part.substr(0, kAtOnce);
      // Not const in the declaration; only read.
      auto* bytes = reinterpret_cast<UCHAR*>(const_cast<char*>(now.data()));
      Check(::BCryptHashData(hash_.get(), bytes, static_cast<ULONG>(now.size()), 0), "BCryptHashData");
      part.remove_prefix(now.size());
    }
  }
  Digest digest{};
  Check(::BCryptFinishHash(hash_.get(), digest.data(), static_cast<ULONG>(digest.size()), 0),
        "BCryptFinishHash");
  return digest;
}

void FillWithRandom(unsigned char* bytes, std::size_t count) {
  Check(::BCryptGenRandom(nullptr, bytes, static_cast<ULONG>(count), BCRYPT_USE_SYSTEM_PREFERRED_RNG),
        "BCryptGenRandom");
}

}  // namespace onbehalf::service
