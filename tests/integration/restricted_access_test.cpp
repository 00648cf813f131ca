// What a caller with a restricted token gets through the service, compared with what the same process gets
// from Windows directly: a table, one test per row. The caller has this account's user but is not an
// administrator (Administrators is a deny-only group); the service and this process are. The object is
// recreated before each of the two attempts, and both must leave it in the same state.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "caller_process.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "service/messages.h"
#include "service/registry/test_key.h"
#include "service_process.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

using win32::SecurityDescriptor;
using win32::UniqueRegistryKey;

std::string Replaced(std::string text, std::string_view word, std::string_view by) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size())) {
    text.replace(at, word.size(), by);
  }
  return text;
}

// The operation on an object, and Windows' expected result. {object} in the parameters is the object: a key
// with the value "v" and, where `below` gives its rights, the key "below"; or a folder with the file "v",
// with those rights.
struct Row {
  const char* rights;  // the caller's rights to the object, in words
  const char* method;
  Json params;
  std::string descriptor;  // the object's, in SDDL
  std::string below{};     // that of the key or file below it; empty: there is no such key
  DWORD expected = ERROR_SUCCESS;
  bool same_state_after = true;  // false: the two may get differently far before they are refused
  enum class File { kPlain, kInUse, kReadOnly } file = File::kPlain;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.method << ", " << row.rights; }

// The name of a row's test.
std::string NameOf(const testing::TestParamInfo<Row>& row) {
  std::string name = std::string(row.param.method) + "_" + row.param.rights;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

// ---- The objects ----

class Object {
 public:
  virtual ~Object() = default;
  // Recreates it. These functions throw Win32Error.
  virtual void Make(const Row& row) = 0;
  // Removes what keeps this process out of it.
  virtual void Open() = 0;
  virtual void Remove() = 0;
  // Its name for the methods.
  virtual std::string Name() const = 0;
  // Names and contents of it and of everything below it, as an administrator sees them.
  virtual Json State() const = 0;
};

class KeyObject final : public Object {
 public:
  ~KeyObject() override { ::RegDeleteTreeW(HKEY_CURRENT_USER, path_.c_str()); }

  void Make(const Row& row) override {
    const HKEY key = Create(path_);
    constexpr std::wstring_view kText = L"text";
    CheckRegistry(::RegSetValueExW(key, L"v", 0, REG_SZ, reinterpret_cast<const BYTE*>(kText.data()),
                                   static_cast<DWORD>((kText.size() + 1) * sizeof(wchar_t))),
                  "RegSetValueExW");
    if (!row.below.empty())
      CheckRegistry(SetDescriptor(Create(path_ + L"\\below"), row.below), "RegSetKeySecurity");
    CheckRegistry(SetDescriptor(key, row.descriptor), "RegSetKeySecurity");
  }
  void Open() override {
    for (const UniqueRegistryKey& key : made_) {
      const LSTATUS code = SetDescriptor(key.get(), "O:BAG:BAD:P(A;;KA;;;AU)");
      if (code != ERROR_KEY_DELETED) CheckRegistry(code, "RegSetKeySecurity");
    }
  }
  void Remove() override {
    made_.clear();
    const LSTATUS code = ::RegDeleteTreeW(HKEY_CURRENT_USER, path_.c_str());
    if (code != ERROR_FILE_NOT_FOUND) CheckRegistry(code, "RegDeleteTreeW");
  }
  std::string Name() const override { return "HKCU\\" + win32::ToUtf8(path_); }
  Json State() const override {
    UniqueRegistryKey key;
    if (::RegOpenKeyExW(HKEY_CURRENT_USER, path_.c_str(), 0, KEY_READ, key.put()) != ERROR_SUCCESS)
      return nullptr;
    return StateOf(key.get());
  }

 private:
  // Stays open until it is removed, with rights that a later descriptor cannot take away.
  HKEY Create(const std::wstring& path) {
    UniqueRegistryKey key;
    CheckRegistry(::RegCreateKeyExW(HKEY_CURRENT_USER, path.c_str(), 0, nullptr, 0, KEY_ALL_ACCESS, nullptr,
                                    key.put(), nullptr),
                  "RegCreateKeyExW");
    made_.push_back(std::move(key));
    return made_.back().get();
  }
  // Set separately from the creation, because not every system takes a descriptor there.
  static LSTATUS SetDescriptor(HKEY key, const std::string& sddl) {
    const auto descriptor = SecurityDescriptor::FromSddl(sddl);
    return ::RegSetKeySecurity(key, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, descriptor.get());
  }
  static Json StateOf(HKEY key) {
    Json state{{"values", Json::object()}, {"keys", Json::object()}};
    wchar_t name[256];
    for (DWORD index = 0;; ++index) {
      DWORD units = 256;
      BYTE bytes[256] = {};
      DWORD size = sizeof(bytes);
      if (::RegEnumValueW(key, index, name, &units, nullptr, nullptr, bytes, &size) != ERROR_SUCCESS) break;
      state["values"][win32::ToUtf8(name)] = std::vector<int>(bytes, bytes + size);
    }
    for (DWORD index = 0;; ++index) {
      DWORD units = 256;
      if (::RegEnumKeyExW(key, index, name, &units, nullptr, nullptr, nullptr, nullptr) != ERROR_SUCCESS)
        break;
      UniqueRegistryKey below;
      CheckRegistry(::RegOpenKeyExW(key, name, 0, KEY_READ, below.put()), "RegOpenKeyExW");
      state["keys"][win32::ToUtf8(name)] = StateOf(below.get());
    }
    return state;
  }

  const std::wstring path_ = L"Software\\" + win32::ToWide(UniquePipeName());
  std::vector<UniqueRegistryKey> made_;
};

class FolderObject final : public Object {
 public:
  ~FolderObject() override {
    in_use_.reset();
    std::error_code nothing_to_be_done;
    std::filesystem::remove_all(path_, nothing_to_be_done);
  }

  void Make(const Row& row) override {
    std::filesystem::create_directory(path_);
    std::ofstream(File(), std::ios::binary) << "text";
    if (row.file == Row::File::kReadOnly)
      Check(::SetFileAttributesW(File().c_str(), FILE_ATTRIBUTE_READONLY), "SetFileAttributesW");
    if (row.file == Row::File::kInUse) {
      in_use_.reset(::CreateFileW(File().c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
      if (!in_use_) win32::ThrowLastError("CreateFileW");
    }
    SetDescriptor(File(), row.below);
    SetDescriptor(path_, row.descriptor);
  }
  void Open() override {
    in_use_.reset();
    constexpr const char* kAll = "O:BAG:BAD:P(A;OICI;FA;;;AU)(A;OICI;FA;;;BA)";
    SetDescriptor(path_, kAll);
    if (!std::filesystem::exists(File())) return;
    SetDescriptor(File(), kAll);
    Check(::SetFileAttributesW(File().c_str(), FILE_ATTRIBUTE_NORMAL), "SetFileAttributesW");
  }
  void Remove() override { std::filesystem::remove_all(path_); }
  std::string Name() const override { return win32::ToUtf8(path_.native()); }
  Json State() const override {
    Json state = Json::object();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      state[win32::ToUtf8(entry.path().lexically_relative(path_).native())] =
          entry.is_directory() ? "a folder" : std::string(std::istreambuf_iterator<char>(in), {});
    }
    return state;
  }

 private:
  static void Check(BOOL done, const char* operation) {
    if (!done) win32::ThrowLastError(operation);
  }
  static void SetDescriptor(const std::filesystem::path& path, const std::string& sddl) {
    Check(::SetFileSecurityW(path.c_str(), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                             SecurityDescriptor::FromSddl(sddl).get()),
          "SetFileSecurityW");
  }
  std::filesystem::path File() const { return path_ / L"v"; }

  const std::filesystem::path path_ = std::filesystem::temp_directory_path() / UniquePipeName();
  win32::UniqueFile in_use_;
};

// ---- The two ways ----

struct Outcome {
  DWORD code;
  Json answer;  // what was read
};

std::string ToText(const Outcome& outcome) {
  if (outcome.code == ERROR_SUCCESS) return "allowed";
  return win32::ErrorName(outcome.code) + " (" + std::to_string(outcome.code) + ")";
}

Outcome Directly(CallerProcess& caller, const Row& row, const Json& params) {
  const Json said = caller.Directly(row.method, params);
  Json answer = said.at("answer");
  // Each has its own order.
  if (answer.is_array()) std::sort(answer.begin(), answer.end());
  return {said.at("code"), std::move(answer)};
}

// The part of the result that a direct attempt returns too.
Json AnswerOf(std::string_view method, const Json& result) {
  if (method == "registry.get") return result.at("value");
  if (method == "file.read") return result.at("data");
  Json names = nullptr;
  if (method == "registry.list") names = result.at("keys");
  if (method == "file.list") {
    names = Json::array();
    for (const Json& entry : result.at("entries")) names.push_back(entry.at("name"));
  }
  if (names.is_array()) std::sort(names.begin(), names.end());
  return names;
}

Outcome ThroughTheService(CallerProcess& caller, const Row& row, Json params) {
  constexpr int kId = 4711;
  const bool is_stream = std::string_view(row.method) == "registry.watch";
  if (is_stream) params["progressToken"] = 1;
  const Json said = Json::parse(caller.Exchange(CallerProcess::Request(row.method, params, kId)));
  if (is_stream && said.contains("method")) {
    // Its first piece.
    EXPECT_EQ(ErrorCodeOf(Json::parse(caller.Exchange(CancelMessage(kId)))), -32800);
    return {ERROR_SUCCESS, nullptr};
  }
  if (said.contains("result")) return {ERROR_SUCCESS, AnswerOf(row.method, said.at("result"))};
  EXPECT_EQ(ErrorCodeOf(said), -32015) << said;
  return {said.at("error").value("data", Json::object()).value("code", ~DWORD{0}), nullptr};
}

// ---- The table ----

class RestrictedAccess : public testing::TestWithParam<Row> {
 protected:
  static void SetUpTestSuite() {
    if (!PipeClientTokenIsGiven()) return;
    suite_ = std::make_unique<Suite>();
    CallerProcess administrator(suite_->service.pipe_path());
    // All authenticated users, so that Windows alone decides what the caller may access.
    for (const char* node : {"file", "registry"}) {
      const Json granted =
          administrator.Call("access.grant", {{"account", "AU"}, {"node", node}, {"rights", {"call"}}});
      ASSERT_TRUE(granted.contains("result")) << granted;
    }
  }
  static void TearDownTestSuite() {
    if (!suite_) return;
    std::string table =
        "\n| method | what the caller may | directly | through the service | as on Windows |\n| --- | --- | --- | --- | --- |\n";
    for (const std::string& line : suite_->lines) table += line;
    std::puts(table.c_str());
    suite_.reset();
  }

  static Outcome Attempt(Object& object, const Row& row, Outcome (*way)(CallerProcess&, const Row&, Json),
                         Json& state) {
    Row with_user = row;
    with_user.descriptor = Replaced(row.descriptor, "{user}", suite_->user);
    with_user.below = Replaced(row.below, "{user}", suite_->user);
    object.Make(with_user);
    const Json params =
        Json::parse(Replaced(row.params.dump(), "{object}", Replaced(object.Name(), "\\", "\\\\")));
    const Outcome outcome = way(suite_->caller, row, params);
    object.Open();
    state = object.State();
    object.Remove();
    return outcome;
  }

  struct Suite {
    ServiceProcess service{"onbehalf-service.exe", "{}"};
    const win32::Token token = AdministratorsDenyOnlyToken();
    CallerProcess caller{service.pipe_path(), &token};
    const std::string user = caller.own_token().at("user");
    std::vector<std::string> lines;
  };
  inline static std::unique_ptr<Suite> suite_;
};

TEST_P(RestrictedAccess, MatchesWhatWindowsGivesTheCaller) {
  ONBEHALF_SKIP_WITHOUT("ImpersonateNamedPipeClient that gives the client's token", PipeClientTokenIsGiven());
  const Row& row = GetParam();
  std::unique_ptr<Object> object;
  if (std::string_view(row.method).starts_with("file.")) {
    object = std::make_unique<FolderObject>();
  } else {
    object = std::make_unique<KeyObject>();
  }
  Json state_directly;
  Json state_through;
  const Outcome directly = Attempt(
      *object, row,
      [](CallerProcess& caller, const Row& what, Json params) { return Directly(caller, what, params); },
      state_directly);
  const Outcome through = Attempt(*object, row, &ThroughTheService, state_through);

  EXPECT_EQ(ToText(through), ToText(directly));
  EXPECT_EQ(through.answer, directly.answer);
  if (row.same_state_after) {
    EXPECT_EQ(state_through, state_directly);
  }

  const bool enforced = directly.code == row.expected;
  suite_->lines.push_back(std::string("| ") + row.method + " | " + row.rights + " | " + ToText(directly) +
                          " | " + ToText(through) + (enforced ? " | yes |\n" : " | no |\n"));
  if (directly.code == ERROR_SUCCESS && !HasFailure()) {
    ONBEHALF_SKIP_WITHOUT("a system that refuses this to the caller itself", enforced);
  }
  EXPECT_EQ(directly.code, row.expected);
}

// The owner is stated: an owner has READ_CONTROL and WRITE_DAC without any ACE.
std::string Entries(const std::string& of_users) { return "O:BAG:BAD:P(A;;GA;;;BA)" + of_users; }

std::vector<Row> RegistryRows() {
  const Json object{{"key", "{object}"}};
  const auto with = [&object](const Json& more) {
    Json params = object;
    params.update(more);
    return params;
  };
  const Json absent_key{{"key", "{object}\\absent"}};
  const Json value = with({{"name", "v"}});
  const Json absent_value = with({{"name", "absent"}});
  const Json new_value = with({{"name", "v"}, {"type", "sz"}, {"value", "new"}});
  const Json new_key{{"key", "{object}\\new"}};
  const Json only_this = with({{"subkeys", false}});
  const Json whole_tree = with({{"subkeys", true}});
  const std::string nothing = Entries("");
  const std::string read = Entries("(A;;KR;;;AU)");
  const std::string all = Entries("(A;;KA;;;AU)");
  // KEY_QUERY_VALUE 0x1, KEY_SET_VALUE 0x2, KEY_CREATE_SUB_KEY 0x4, KEY_ENUMERATE_SUB_KEYS 0x8, KEY_NOTIFY 0x10,
  // KEY_CREATE_LINK 0x20, DELETE 0x10000, READ_CONTROL 0x20000; KEY_ALL_ACCESS is 0xF003F.
  const auto only = [](const char* mask) { return Entries(std::string("(A;;") + mask + ";;;AU)"); };
  constexpr DWORD kDenied = ERROR_ACCESS_DENIED;
  constexpr DWORD kAbsent = ERROR_FILE_NOT_FOUND;
  return {
      {"read", "registry.get", value, read},
      {"nothing", "registry.get", value, nothing, "", kDenied},
      {"query values", "registry.get", value, only("0x1")},
      {"all but to query values", "registry.get", value, only("0xF003E"), "", kDenied},
      {"read, through the own user's entry", "registry.get", value, Entries("(A;;KR;;;{user})")},
      {"all, but denied to query to the own user", "registry.get", value,
       Entries("(D;;0x1;;;{user})(A;;KA;;;AU)"), "", kDenied},
      {"all, but denied to a group that is for denying only", "registry.get", value,
       "O:BAG:BAD:P(D;;KA;;;BA)(A;;KA;;;AU)(A;;KA;;;SY)", "", kDenied},
      {"read, no such value", "registry.get", absent_value, read, "", kAbsent},
      {"read, no such key", "registry.get", absent_key, read, "", kAbsent},

      {"all", "registry.set", new_value, all},
      {"set values", "registry.set", new_value, only("0x2")},
      {"read", "registry.set", new_value, read, "", kDenied},
      {"all but to set values", "registry.set", new_value, only("0xF003D"), "", kDenied},
      {"nothing", "registry.set", new_value, nothing, "", kDenied},
      {"all, but denied to set to the own user", "registry.set", new_value,
       Entries("(D;;0x2;;;{user})(A;;KA;;;AU)"), "", kDenied},

      {"read", "registry.list", object, read, read},
      {"read, nothing at the key below", "registry.list", object, read, nothing},
      {"query values", "registry.list", object, only("0x1"), read, kDenied},
      {"all but to enumerate", "registry.list", object, only("0xF0037"), read, kDenied},
      {"nothing", "registry.list", object, nothing, read, kDenied},

      {"create keys", "registry.makeKey", new_key, only("0x4")},
      {"read", "registry.makeKey", new_key, read, "", kDenied},
      {"nothing, the key is there", "registry.makeKey", object, nothing, "", kDenied},
      {"read, the key is there", "registry.makeKey", object, read},

      {"set values", "registry.delete", value, only("0x2")},
      {"read", "registry.delete", value, read, "", kDenied},
      {"set values, no such value", "registry.delete", absent_value, only("0x2"), "", kAbsent},
      {"delete", "registry.delete", only_this, only("0x10000")},
      {"all but to delete", "registry.delete", only_this, only("0xE003F"), "", kDenied},
      {"all, there is a key below", "registry.delete", only_this, all, all, kDenied},
      {"all, all at the key below", "registry.delete", whole_tree, all, all},
      {"all, read at the key below", "registry.delete", whole_tree, all, read, kDenied, false},
      {"read, all at the key below", "registry.delete", whole_tree, read, all, kDenied, false},

      {"notify", "registry.watch", object, only("0x10")},
      {"all but notify", "registry.watch", object, only("0xF002F"), "", kDenied},
      {"nothing", "registry.watch", object, nothing, "", kDenied},
  };
}

std::vector<Row> FileRows() {
  const Json file{{"path", "{object}\\v"}};
  const Json folder{{"path", "{object}"}};
  const Json new_file{{"path", "{object}\\new"}};
  const Json absent_folder{{"path", "{object}\\absent\\v"}};
  const auto write = [](const Json& path, const char* mode) {
    Json params{{"data", "more"}, {"mode", mode}};
    if (std::string_view(mode) == "update") params["offset"] = 2;
    params.update(path);
    return params;
  };
  const Json to_new{{"from", "{object}\\v"}, {"to", "{object}\\new"}};
  const Json from_absent{{"from", "{object}\\absent"}, {"to", "{object}\\new"}};
  const Json whole_folder{{"path", "{object}"}, {"directory", true}};
  const std::string nothing = Entries("");
  const std::string read = Entries("(A;;FR;;;AU)");
  const std::string enter = Entries("(A;;FRFX;;;AU)");
  const std::string all = Entries("(A;;FA;;;AU)");
  // A replaced file keeps its owner, whom the caller could not set if it were another account.
  const std::string all_and_owner = "O:{user}G:BAD:P(A;;GA;;;BA)(A;;FA;;;AU)";
  // FILE_READ_DATA 0x1, FILE_WRITE_DATA or FILE_ADD_FILE 0x2, FILE_APPEND_DATA or FILE_ADD_SUBDIRECTORY 0x4, FILE_TRAVERSE
  // 0x20, FILE_DELETE_CHILD 0x40, FILE_READ_ATTRIBUTES 0x80, SYNCHRONIZE 0x100000; FILE_ALL_ACCESS is 0x1F01FF.
  const auto only = [](const char* mask) { return Entries(std::string("(A;;") + mask + ";;;AU)"); };
  const auto in_use = [](Row row) {
    row.file = Row::File::kInUse;
    return row;
  };
  const auto read_only = [](Row row) {
    row.file = Row::File::kReadOnly;
    return row;
  };
  constexpr DWORD kDenied = ERROR_ACCESS_DENIED;
  return {
      {"read", "file.read", file, enter, read},
      {"nothing", "file.read", file, enter, nothing, kDenied},
      {"all but to read data", "file.read", file, enter, only("0x1F01FE"), kDenied},
      {"read, but denied to the own user", "file.read", file, enter, Entries("(D;;0x1;;;{user})(A;;FR;;;AU)"),
       kDenied},
      {"read, nothing at the folder", "file.read", file, nothing, read},
      {"all, no such file", "file.read", new_file, all, all, ERROR_FILE_NOT_FOUND},
      {"all, no such folder", "file.read", absent_folder, all, all, ERROR_PATH_NOT_FOUND},
      in_use({"all, somebody has it for themselves", "file.read", file, all, all, ERROR_SHARING_VIOLATION}),

      {"read", "file.stat", file, enter, read},
      {"all, no such file", "file.stat", new_file, all, all, ERROR_FILE_NOT_FOUND},

      {"read", "file.list", folder, enter, nothing},
      {"nothing", "file.list", folder, nothing, read, kDenied},
      {"all, no such folder", "file.list", new_file, all, all, ERROR_FILE_NOT_FOUND},

      {"add files", "file.write", write(new_file, "create"), only("0x1200a2"), nothing},
      {"read", "file.write", write(new_file, "create"), enter, all, kDenied},
      {"all, the file is there", "file.write", write(file, "create"), all, all, ERROR_FILE_EXISTS},
      {"all, no such folder", "file.write", write(absent_folder, "create"), all, all, ERROR_PATH_NOT_FOUND},
      {"all, and owns it", "file.write", write(file, "replace"), all, all_and_owner},
      {"read at the folder, all at the file", "file.write", write(file, "replace"), enter, all, kDenied},
      in_use({"all, and owns it, somebody has it for themselves", "file.write", write(file, "replace"), all,
              all_and_owner, kDenied}),
      {"append data", "file.write", write(file, "append"), enter, only("0x100084")},
      {"read, appended to", "file.write", write(file, "append"), enter, read, kDenied},
      in_use({"all, somebody has it for themselves", "file.write", write(file, "append"), all, all,
              ERROR_SHARING_VIOLATION}),
      read_only({"all, it is read-only", "file.write", write(file, "append"), all, all, kDenied}),
      {"write data", "file.write", write(file, "update"), enter, only("0x100082")},
      {"read, written to", "file.write", write(file, "update"), enter, read, kDenied},

      {"all", "file.copy", to_new, all, all},
      {"nothing at the file", "file.copy", to_new, all, nothing, kDenied},
      {"read at the folder", "file.copy", to_new, enter, all, kDenied},
      {"all, the file is there",
       "file.copy",
       {{"from", "{object}\\v"}, {"to", "{object}\\V"}},
       all,
       all,
       ERROR_FILE_EXISTS},
      {"all, no such file", "file.copy", from_absent, all, all, ERROR_FILE_NOT_FOUND},

      {"all", "file.move", to_new, all, all},
      {"read", "file.move", to_new, enter, read, kDenied},
      {"all, no such file", "file.move", from_absent, all, all, ERROR_FILE_NOT_FOUND},
      in_use({"all, somebody has it for themselves", "file.move", to_new, all, all, ERROR_SHARING_VIOLATION}),

      {"delete at the file", "file.delete", file, enter, only("0x110080")},
      {"delete children at the folder", "file.delete", file, only("0x1200e9"), only("0x100000")},
      {"read", "file.delete", file, enter, read, kDenied},
      {"all, no such file", "file.delete", new_file, all, all, ERROR_FILE_NOT_FOUND},
      in_use({"all, somebody has it for themselves", "file.delete", file, all, all, ERROR_SHARING_VIOLATION}),
      read_only({"all, it is read-only", "file.delete", file, all, all, kDenied}),
      {"all, the folder is not empty", "file.delete", whole_folder, all, all, ERROR_DIR_NOT_EMPTY},

      {"add folders", "file.makeDirectory", new_file, only("0x1200a4"), nothing},
      {"read", "file.makeDirectory", new_file, enter, all, kDenied},
      {"all, no such folder", "file.makeDirectory", absent_folder, all, all, ERROR_PATH_NOT_FOUND},
  };
}

INSTANTIATE_TEST_SUITE_P(File, RestrictedAccess, testing::ValuesIn(FileRows()), &NameOf);
INSTANTIATE_TEST_SUITE_P(Registry, RestrictedAccess, testing::ValuesIn(RegistryRows()), &NameOf);

}  // namespace
}  // namespace onbehalf::test
