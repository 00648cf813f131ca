#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::test {
namespace {

// onbehalf.dll in this program's folder, loaded while this object exists.
class LoadedLibrary {
 public:
  LoadedLibrary() : module_(::LoadLibraryW(L"onbehalf.dll")) {}
  ~LoadedLibrary() {
    if (module_ != nullptr) ::FreeLibrary(module_);
  }
  LoadedLibrary(const LoadedLibrary&) = delete;
  LoadedLibrary& operator=(const LoadedLibrary&) = delete;

  explicit operator bool() const { return module_ != nullptr; }

  template <typename T>
  const T* At(std::uint32_t offset) const {
    return reinterpret_cast<const T*>(reinterpret_cast<const std::byte*>(module_) + offset);
  }
  IMAGE_DATA_DIRECTORY Directory(std::size_t which) const {
    const auto* dos = At<IMAGE_DOS_HEADER>(0);
    const auto* headers = At<IMAGE_NT_HEADERS64>(static_cast<std::uint32_t>(dos->e_lfanew));
    return headers->OptionalHeader.DataDirectory[which];
  }

 private:
  HMODULE module_;
};

std::vector<std::string> NamesInDefinition() {
  std::ifstream file(ONBEHALF_SOURCE_FOLDER "/client-lib/c-abi/onbehalf.def");
  EXPECT_TRUE(file.is_open());
  std::vector<std::string> names;
  bool in_exports = false;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (in_exports && !word.empty()) names.push_back(word);
    if (word == "EXPORTS") in_exports = true;
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Exports, AreExactlyThoseOfTheDefinitionFile) {
  const LoadedLibrary library;
  ASSERT_TRUE(library);
  const auto* exports =
      library.At<IMAGE_EXPORT_DIRECTORY>(library.Directory(IMAGE_DIRECTORY_ENTRY_EXPORT).VirtualAddress);
  const auto* offsets = library.At<std::uint32_t>(exports->AddressOfNames);
  std::vector<std::string> names;
  for (DWORD i = 0; i < exports->NumberOfNames; ++i) names.push_back(library.At<char>(offsets[i]));
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, NamesInDefinition());
  // None by number alone. An address of 0 is an unused number.
  const auto* addresses = library.At<std::uint32_t>(exports->AddressOfFunctions);
  const auto unused = std::count(addresses, addresses + exports->NumberOfFunctions, 0U);
  EXPECT_EQ(exports->NumberOfFunctions - static_cast<DWORD>(unused), exports->NumberOfNames);
}

TEST(Imports, AreOfLibrariesThatWindowsHas) {
  const LoadedLibrary library;
  ASSERT_TRUE(library);
  const auto* import =
      library.At<IMAGE_IMPORT_DESCRIPTOR>(library.Directory(IMAGE_DIRECTORY_ENTRY_IMPORT).VirtualAddress);
  int count = 0;
  for (; import->Name != 0; ++import, ++count) {
    const std::string name = library.At<char>(import->Name);
    const HMODULE module =
        ::LoadLibraryExW(win32::ToWide(name).c_str(), nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
    EXPECT_NE(module, nullptr) << name;
    if (module != nullptr) ::FreeLibrary(module);
  }
  EXPECT_GT(count, 1);
}

}  // namespace
}  // namespace onbehalf::test
