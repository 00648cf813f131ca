#include "registry/registry_path.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/utf8.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {
namespace {

using Tree = RegistryPath::Tree;

const win32::Sid kCaller = *win32::Sid::FromNumbers("S-1-5-21-1-2-3-1001");

std::variant<RegistryPath, std::string> Parse(std::string_view text) {
  return ParseRegistryPath(text, RegistryView::k64, kCaller);
}
RegistryPath Parsed(std::string_view text) {
  auto result = Parse(text);
  if (const auto* const fault = std::get_if<std::string>(&result)) {
    ADD_FAILURE() << text << ": " << *fault;
    return {};
  }
  return std::get<RegistryPath>(result);
}
std::string Fault(std::string_view text) {
  const auto result = Parse(text);
  const auto* const fault = std::get_if<std::string>(&result);
  return fault != nullptr ? *fault : "none";
}

TEST(RegistryPath, IsAKeyInOneOfTheTwoTrees) {
  struct Row {
    const char* text;
    Tree tree;
    const char* below;
  };
  for (const Row& row :
       {Row{"HKLM\\Software\\Contoso", Tree::kMachine, "Software\\Contoso"},
        {"HKEY_LOCAL_MACHINE\\Software\\Contoso", Tree::kMachine, "Software\\Contoso"},
        {"hklm\\Software", Tree::kMachine, "Software"},
        {"HKLM", Tree::kMachine, ""},
        {"HKEY_USERS", Tree::kUsers, ""},
        {"HKU\\.DEFAULT\\Software", Tree::kUsers, ".DEFAULT\\Software"},
        {"HKCR\\.txt", Tree::kMachine, "Software\\Classes\\.txt"},
        {"Hkey_Classes_Root", Tree::kMachine, "Software\\Classes"},
        {"HKCC\\Software", Tree::kMachine, "System\\CurrentControlSet\\Hardware Profiles\\Current\\Software"},
        {"HKEY_CURRENT_CONFIG", Tree::kMachine, "System\\CurrentControlSet\\Hardware Profiles\\Current"},
        // Anything but a separator is part of a name.
        {"HKLM\\Software/Contoso\\ a b \\..", Tree::kMachine, "Software/Contoso\\ a b \\.."},
        {"HKLM\\Gr\xC3\xB6\xC3\x9F"
         "e",
         Tree::kMachine,
         "Gr\xC3\xB6\xC3\x9F"
         "e"}}) {
    const RegistryPath path = Parsed(row.text);
    EXPECT_EQ(path.tree, row.tree) << row.text;
    EXPECT_EQ(path.below, row.below) << row.text;
    EXPECT_EQ(path.own_hive, "") << row.text;
    EXPECT_EQ(path.is_root, std::string_view(row.text).find('\\') == std::string_view::npos) << row.text;
  }
}

TEST(RegistryPath, OfTheCurrentUserIsTheCallersOwnHive) {
  for (const char* text : {"HKCU\\Software", "HKEY_CURRENT_USER\\Software", "hkcu\\Software"}) {
    const RegistryPath path = Parsed(text);
    EXPECT_EQ(path.tree, Tree::kUsers);
    EXPECT_EQ(path.below, "S-1-5-21-1-2-3-1001\\Software");
    EXPECT_EQ(path.own_hive, "S-1-5-21-1-2-3-1001");
    EXPECT_FALSE(path.is_root);
  }
  EXPECT_EQ(Parsed("HKCU").below, "S-1-5-21-1-2-3-1001");
  EXPECT_TRUE(Parsed("HKCU").is_root);
  // A hive named by its SID is not the caller's own.
  EXPECT_EQ(Parsed("HKU\\S-1-5-21-1-2-3-1001").own_hive, "");
}

TEST(RegistryPath, NeedsARoot) {
  for (const char* text :
       {"", "\\", "Software", "\\HKLM\\Software", "HKLM2\\Software", "HKL\\Software", " HKLM\\Software",
        "HKLM:\\Software", "HKLM/Software", "HKPD", "HKEY_PERFORMANCE_DATA",
        "HKEY_CURRENT_USER_LOCAL_SETTINGS", "\\\\server\\HKLM\\Software", "\\Registry\\Machine\\Software",
        "80000002\\Software"}) {
    EXPECT_TRUE(Fault(text).starts_with("expected a root")) << text << ": " << Fault(text);
  }
}

TEST(RegistryPath, HasNoEmptyNames) {
  for (const char* text : {"HKLM\\", "HKLM\\\\", "HKLM\\Software\\", "HKLM\\\\Software",
                           "HKLM\\Software\\\\Contoso", "HKCU\\"}) {
    EXPECT_TRUE(Fault(text).starts_with("a key name is empty")) << text << ": " << Fault(text);
  }
}

TEST(RegistryPath, HasNamesOfAtMost255UnitsOn512Levels) {
  const std::string name(255, 'n');
  EXPECT_EQ(Parsed("HKLM\\" + name + "\\" + name).below.size(), 511U);
  EXPECT_TRUE(Fault("HKLM\\" + name + "n").starts_with("a key name is longer than 255 UTF-16 units"));
  // Units, not bytes or characters: each of these has two.
  std::string pairs;
  for (int i = 0; i < 127; ++i) pairs += "\xF0\x9F\x98\x80";
  EXPECT_EQ(protocol::Utf16Units(Parsed("HKLM\\" + pairs + "n").below), 255U);
  EXPECT_TRUE(Fault("HKLM\\" + pairs + "nn").starts_with("a key name is longer"));
  std::string deep = "HKLM";
  for (int i = 0; i < 512; ++i) deep += "\\n";
  EXPECT_EQ(Fault(deep), "none");
  EXPECT_EQ(Fault(deep + "\\n"), "the path has more than 512 levels");
}

TEST(RegistryPath, HasAtMost32766UnitsBelowTheTreesRoot) {
  // 128 names of 255 units and 127 backslashes: one unit too many.
  std::string longest;
  for (int i = 0; i < 128; ++i) longest += "\\" + std::string(255, 'n');
  const std::string fault =
      "the path is longer than 32766 UTF-16 units below HKEY_LOCAL_MACHINE or HKEY_USERS";
  EXPECT_EQ(Fault("HKLM" + longest), fault);
  longest.pop_back();
  EXPECT_EQ(Parsed("HKLM" + longest).below.size(), 32'766U);
  // The root's own path counts.
  EXPECT_EQ(Fault("HKCU" + longest), fault);
  EXPECT_EQ(Fault("HKCR" + longest), fault);
}

TEST(RegistryPath, IsARootOrAHiveUnderEveryName) {
  for (const char* text :
       {"HKLM", "HKU", "HKCU", "HKCR", "HKCC", "HKU\\S-1-5-21-1-2-3-1001", "HKU\\s-1-5-21-1-2-3-1001",
        "HKU\\.DEFAULT", "HKU\\S-1-5-18", "HKU\\S-1-5-21-1-2-3-1001_Classes", "HKLM\\Software",
        "HKEY_LOCAL_MACHINE\\SYSTEM", "HKLM\\Software\\Classes", "hklm\\SOFTWARE\\classes",
        "HKLM\\System\\CurrentControlSet\\Hardware Profiles\\Current", "HKLM\\SOFTWARE\\WOW6432Node",
        "HKLM\\Software\\Wow6432Node\\Classes", "HKCR\\Wow6432Node"}) {
    EXPECT_TRUE(IsRootOrHive(Parsed(text), protocol::IsSameIgnoringAsciiCase)) << text;
  }
  for (const char* text :
       {"HKCU\\Software", "HKU\\S-1-5-21-1-2-3-1001\\Software", "HKCU\\Software\\Classes",
        "HKLM\\Software\\Contoso", "HKLM\\Software\\Classes\\.txt", "HKCR\\.txt", "HKU\\Software\\Classes",
        "HKCC\\Software", "HKLM\\Software\\Wow6432Node\\Contoso"}) {
    EXPECT_FALSE(IsRootOrHive(Parsed(text), protocol::IsSameIgnoringAsciiCase)) << text;
  }
}

TEST(RegistryPath, HasNoNul) {
  EXPECT_EQ(Fault(std::string_view("HKLM\\Soft\0ware", 13)), "a key name cannot contain NUL");
  EXPECT_TRUE(Fault(std::string_view("HKLM\0\\Software", 14)).starts_with("expected a root"));
}

}  // namespace
}  // namespace onbehalf::service
