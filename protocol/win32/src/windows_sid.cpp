#include "onbehalf/win32/sid.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "onbehalf/win32/hash.h"
#include "onbehalf/win32/lean_windows.h"
// After <windows.h>, which this header needs.
#include <sddl.h>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

std::wstring UpperCase(const std::wstring& text) {
  const int length = static_cast<int>(text.size());
  std::wstring upper(text.size(), L'\0');
  if (::LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_UPPERCASE, text.data(), length, upper.data(), length,
                      nullptr, nullptr, 0) != length) {
    ThrowLastError("LCMapStringEx");
  }
  return upper;
}

}  // namespace

Sid Sid::FromPsid(const void* sid) {
  static_assert(kFixedBytes + kMaxParts * sizeof(std::uint32_t) == SECURITY_MAX_SID_SIZE);
  // Declared as non-const, but only read.
  const PSID psid = const_cast<void*>(sid);
  if (psid == nullptr || !::IsValidSid(psid)) throw Win32Error(ERROR_INVALID_SID, "IsValidSid");
  Sid copy;
  std::memcpy(copy.bytes_.data(), psid, ::GetLengthSid(psid));
  return copy;
}

std::optional<Sid> Sid::FromString(std::string_view text) {
  // Windows would read only up to the NUL.
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  // Both forms are ASCII only.
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; })) {
    return std::nullopt;
  }
  UniqueLocalMemory sid;
  if (!::ConvertStringSidToSidW(ToWide(text).c_str(), sid.put())) return std::nullopt;
  return FromPsid(sid.get());
}

Sid Sid::FromWellKnown(int type) {
  Sid sid;
  DWORD size = static_cast<DWORD>(sid.bytes_.size());
  if (!::CreateWellKnownSid(static_cast<WELL_KNOWN_SID_TYPE>(type), nullptr, sid.bytes_.data(), &size))
    ThrowLastError("CreateWellKnownSid");
  return sid;
}

Sid Sid::ForService(std::string_view service_name) {
  if (service_name.empty()) throw Win32Error(ERROR_INVALID_NAME, "Sid::ForService");
  const std::wstring name = UpperCase(ToWide(service_name));
  // Service SIDs are defined with SHA-1; nothing here relies on its strength.
  const Sha1::Digest digest =
      Sha1().Of({{reinterpret_cast<const char*>(name.data()), name.size() * sizeof(wchar_t)}});
  // SECURITY_NT_AUTHORITY.
  return OfDigest(5, SECURITY_SERVICE_ID_BASE_RID, std::as_bytes(std::span(digest)));
}

std::string Sid::ToString() const {
  UniqueLocalMemory text;
  if (!::ConvertSidToStringSidW(get(), reinterpret_cast<LPWSTR*>(text.put()))) {
    ThrowLastError("ConvertSidToStringSidW");
  }
  return ToUtf8(static_cast<const wchar_t*>(text.get()));
}

}  // namespace onbehalf::win32
