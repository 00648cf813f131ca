#include "registry/registry_key.h"

#include <gtest/gtest.h>

#include <variant>

#include "registry/registry_path.h"

namespace onbehalf::service {
namespace {

TEST(RegistryKeyName, IsTheSameWhateverItsCase) {
  EXPECT_TRUE(IsSameKeyName("Software", "SOFTWARE"));
  EXPECT_TRUE(IsSameKeyName("\xC3\xA4", "\xC3\x84"));
  EXPECT_TRUE(IsSameKeyName("", ""));
  EXPECT_FALSE(IsSameKeyName("Software", "Softwar"));
  EXPECT_FALSE(IsSameKeyName("", "a"));
}

TEST(RegistryKeyName, TellsARootInAnyCase) {
  const win32::Sid caller = *win32::Sid::FromNumbers("S-1-5-21-1-2-3-1001");
  for (const char* text : {"HKLM\\SOFTWARE\\classes", "HKLM\\SOFTWARE\\WOW6432Node"}) {
    const auto path = ParseRegistryPath(text, RegistryView::k64, caller);
    EXPECT_TRUE(IsRootOrHive(std::get<RegistryPath>(path), IsSameKeyName)) << text;
  }
}

}  // namespace
}  // namespace onbehalf::service
