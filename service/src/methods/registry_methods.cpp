#include "methods/registry_methods.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

// After <windows.h>, which it needs.
#include <userenv.h>
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/win32/lean_windows.h"

#include "methods/registry_json.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "registry/registry_key.h"
#include "registry/registry_listing.h"
#include "registry/registry_path.h"
#include "registry/registry_watch.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::InvalidParams;
using protocol::MakeObject;
using win32::UniqueRegistryKey;
using win32::Win32Error;

constexpr std::size_t kEntriesUnlessSaid = 1000;
constexpr std::size_t kMostEntries = 10'000;
constexpr std::size_t kMostPathCharacters = 32'767;
constexpr std::size_t kMostNameUnits = 16'383;

// What Windows refuses, said in other words than its own.
Error Refused(DWORD code, const char* operation, std::string message) {
  return {ErrorCode::kWindowsError, std::move(message),
          MakeObject({{"code", code}, {"name", win32::ErrorName(code)}, {"operation", operation}})};
}

Error ProfileNotLoaded(const Call& call) {
  Error error = Refused(ERROR_FILE_NOT_FOUND, "RegOpenKeyExW",
                        "HKEY_CURRENT_USER is not there: the profile of " + call.caller.user().ToString() +
                            " is not loaded on this computer.");
  error.data["profile"] = "not loaded";
  return error;
}

Result<RegistryPath> PathOf(const Call& call) {
  const bool is_32 = call.params.value("view", "64") == "32";
  auto parsed = ParseRegistryPath(call.params.at("key").get_ref<const std::string&>(),
                                  is_32 ? RegistryView::k32 : RegistryView::k64, call.caller.user());
  if (auto* const fault = std::get_if<std::string>(&parsed)) return InvalidParams("key: " + *fault);
  return std::get<RegistryPath>(std::move(parsed));
}

Result<std::wstring> NameOf(const Call& call) {
  std::wstring name = win32::ToWide(call.params.value("name", ""));
  if (name.find(L'\0') != std::wstring::npos)
    return InvalidParams("name: a value's name cannot have a NUL in it");
  if (name.size() > kMostNameUnits) {
    return InvalidParams("name: a value's name has at most " + std::to_string(kMostNameUnits) +
                         " UTF-16 units");
  }
  return name;
}

std::optional<RegistryEncoding> EncodingOf(const Call& call) {
  const auto found = call.params.find("encoding");
  if (found == call.params.end()) return std::nullopt;
  return *found == "json" ? RegistryEncoding::kJson : RegistryEncoding::kBase64;
}

Result<UniqueRegistryKey> OpenKeyOf(const Call& call, REGSAM access) {
  ONBEHALF_TRY(auto&& path, PathOf(call));
  auto key = OpenRegistryKey(path, access);
  if (!key) return ProfileNotLoaded(call);
  return *std::move(key);
}

// ---- registry.get ----

Result<RegistryValue> ReadValue(const Call& call, std::size_t most_bytes) {
  ONBEHALF_TRY(auto&& name, NameOf(call));
  ONBEHALF_TRY(auto&& key, OpenKeyOf(call, KEY_QUERY_VALUE));
  auto read = QueryRegistryValue(key.get(), name, most_bytes);
  if (const auto* const size = std::get_if<std::size_t>(&read)) {
    return Error{ErrorCode::kTooLarge,
                 "The value has " + std::to_string(*size) + " bytes, which is more than a response may have.",
                 nullptr};
  }
  return std::get<RegistryValue>(std::move(read));
}

// With the environment variables of the caller, as Windows would set them for a new process of theirs. Windows says
// nothing of the length that is needed, only that the buffer was too small; nullopt if `most_units` are.
std::optional<std::wstring> Expanded(const win32::Token& caller, const std::wstring& text,
                                     std::size_t most_units) {
  // The longest that one environment variable can be, beside the text itself.
  for (std::size_t units = text.size() + 32'768; units <= most_units; units *= 2) {
    std::wstring expanded(units, L'\0');
    if (::ExpandEnvironmentStringsForUserW(caller.get(), text.c_str(), expanded.data(),
                                           static_cast<DWORD>(units))) {
      expanded.resize(expanded.find(L'\0'));
      return expanded;
    }
    const DWORD code = ::GetLastError();
    if (code != ERROR_INSUFFICIENT_BUFFER) throw Win32Error(code, "ExpandEnvironmentStringsForUserW");
  }
  return std::nullopt;
}

MethodResult Get(const Call& call, std::size_t response_bytes) {
  std::optional<Result<RegistryValue>> read;
  if (auto refusal = AsCaller(call.caller, win32::ImpersonationLevel::kImpersonation,
                              [&] { read = ReadValue(call, response_bytes); })) {
    return *std::move(refusal);
  }
  ONBEHALF_TRY(const RegistryValue value, *std::move(read));
  Json answer = ToJson(value, EncodingOf(call));
  if (call.params.value("expand", false) && value.type == REG_EXPAND_SZ && answer.at("encoding") == "json") {
    const auto expanded =
        Expanded(call.caller.token(), win32::ToWide(answer.at("value").get_ref<const std::string&>()),
                 std::max<std::size_t>(response_bytes, 1 << 20));
    if (!expanded)
      return Error{ErrorCode::kTooLarge, "The expanded value is larger than a response may be.", nullptr};
    answer["value"] = win32::ToUtf8Lossy(*expanded);
  }
  return answer;
}

// ---- The other methods ----

MethodResult Set(const Call& call) {
  ONBEHALF_TRY(auto&& name, NameOf(call));
  ONBEHALF_TRY(auto&& value, RegistryValueOf(call.params.at("type").get_ref<const std::string&>(),
                                             call.params.at("value"), EncodingOf(call)));
  ONBEHALF_TRY(auto&& key, OpenKeyOf(call, KEY_SET_VALUE));
  SetRegistryValue(key.get(), name, std::move(value));
  return Json::object();
}

Json EntryOf(const RegistryPage::Value& value) {
  Json entry =
      value.value
          ? ToJson(*value.value)
          : MakeObject({{"type", RegistryTypeName(value.type)}, {"value", nullptr}, {"encoding", nullptr}});
  entry["name"] = win32::ToUtf8Lossy(value.name);
  entry["size"] = value.size;
  return entry;
}

MethodResult List(const Call& call, std::size_t response_bytes) {
  std::optional<RegistryCursor> after;
  if (const auto text = call.params.find("after"); text != call.params.end() && !text->is_null()) {
    after = RegistryCursorOf(text->get_ref<const std::string&>());
    if (!after) return InvalidParams("after: expected what registry.list has given as next");
  }
  ONBEHALF_TRY(auto&& key, OpenKeyOf(call, KEY_READ));
  // The rest is for what surrounds the entries.
  const auto page = ListRegistryKey(key.get(), after, call.params.value("limit", kEntriesUnlessSaid),
                                    response_bytes / 4 * 3, call.stop);
  if (!page) return Error{ErrorCode::kBusy, "The key changes faster than it can be listed.", nullptr};
  Json keys = Json::array();
  for (const std::wstring& name : page->keys) keys.push_back(win32::ToUtf8Lossy(name));
  Json values = Json::array();
  for (const RegistryPage::Value& value : page->values) values.push_back(EntryOf(value));
  return MakeObject({{"keys", std::move(keys)},
                     {"values", std::move(values)},
                     {"next", page->next ? Json(ToText(*page->next)) : Json(nullptr)}});
}

MethodResult MakeKey(const Call& call) {
  ONBEHALF_TRY(auto&& path, PathOf(call));
  if (path.is_root) return InvalidParams("key: a root is always there");
  const auto created = MakeRegistryKey(path, call.params.value("volatile", false));
  if (!created) return ProfileNotLoaded(call);
  return MakeObject({{"created", *created}});
}

MethodResult DeleteValue(const Call& call) {
  ONBEHALF_TRY(auto&& name, NameOf(call));
  ONBEHALF_TRY(auto&& key, OpenKeyOf(call, KEY_SET_VALUE));
  const LSTATUS code = ::RegDeleteValueW(key.get(), name.c_str());
  if (code != ERROR_SUCCESS) throw Win32Error(static_cast<DWORD>(code), "RegDeleteValueW");
  return MakeObject({{"keys", 0}});
}

MethodResult Delete(const Call& call) {
  const bool a_value = call.params.contains("name");
  if (a_value == call.params.contains("subkeys")) {
    return InvalidParams(
        "name, subkeys: expected one of the two: the name of the value that goes, or whether the key goes together with "
        "those below it (true) or only if there are none (false)");
  }
  if (a_value) return DeleteValue(call);
  ONBEHALF_TRY(auto&& path, PathOf(call));
  if (IsRootOrHive(path)) {
    return InvalidParams("key: a root, and a key right below HKLM or HKU, cannot be deleted");
  }
  const auto deleted = DeleteRegistryKey(path, call.params.at("subkeys").get<bool>(), call.stop);
  if (!deleted) return ProfileNotLoaded(call);
  if (std::holds_alternative<HasSubkeys>(*deleted)) {
    return Refused(ERROR_ACCESS_DENIED, "NtDeleteKey",
                   "The key has others below it; subkeys says whether they go too.");
  }
  return MakeObject({{"keys", std::get<std::size_t>(*deleted)}});
}

Result<std::unique_ptr<Stream>> OpenWatch(const Call& call, Waker waker) {
  ONBEHALF_TRY(auto&& key, OpenKeyOf(call, KEY_NOTIFY));
  return std::make_unique<RegistryWatch>(std::move(key), call.params.value("recursive", false),
                                         std::move(waker));
}

// ---- What they are called with ----

Parameter KeyParameter(std::string summary) {
  return {"key",
          std::move(summary) +
              R"(: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.)",
          TextOfLength(1, kMostPathCharacters), true, true};
}
Parameter NameParameter(std::string summary) {
  return {"name", std::move(summary), TextOfLength(0, kMostNameUnits), false, true};
}
Parameter ViewParameter() {
  return {"view", "Which half of the registry: of 64-bit programs (64, unless said) or of 32-bit ones (32).",
          OneOf({"64", "32"}), false, true};
}
Parameter EncodingParameter(std::string summary) {
  return {"encoding", std::move(summary), OneOf({"json", "base64"}), false, true};
}

Json TypeSchema() {
  return Text("none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or 0x…");
}
Json AnyValue(std::string_view description) {
  Json schema;
  schema["description"] = description;
  return schema;
}
Json ValueSchema() {
  return AnyValue("a string, an integer or an array of strings; or the bytes, as encoding says");
}

Method RegistryMethod(std::string name, std::string summary) {
  Method method;
  method.name = std::move(name);
  method.summary = std::move(summary);
  method.access_default = kSeenByAuthenticatedUsers;
  method.acts = Acts::kAsCaller;
  method.pace = Pace::kMayBlock;
  return method;
}

}  // namespace

void AddRegistryMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings) {
  Method get = RegistryMethod("registry.get", "A value of a key, read as the caller.");
  get.parameters = {
      KeyParameter("The key"),
      NameParameter("The value's name; the default value unless said."),
      ViewParameter(),
      {"expand", "Whether %NAME% in an expand_sz is replaced, by the caller's environment variables.",
       Boolean(""), false, true},
      EncodingParameter("base64: its bytes as they are, whatever the type.")};
  get.result_schema =
      Object({{"type", TypeSchema()}, {"value", ValueSchema()}, {"encoding", Text("json or base64")}});
  // The value is read as the caller, and expanded as the service: that loads libraries.
  get.acts = Acts::kAsService;
  get.handler = [settings](const Call& call) { return Get(call, settings->Now()->limits.response_bytes); };
  registry.Add(std::move(get));

  Method set = RegistryMethod("registry.set", "Writes a value of a key that there is.");
  set.parameters = {
      KeyParameter("The key"),
      {"name", "The value's name; \"\" for the default value.", TextOfLength(0, kMostNameUnits), true, true},
      {"type",
       "none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or 0x and a number.",
       TextOfLength(0, 16), true, true},
      {"value",
       "A string, an integer or an array of strings, as the type is; for other types its bytes in base64.",
       AnyValue("a string, an integer or an array of strings"), true, false},
      ViewParameter(),
      EncodingParameter("base64: the value is its bytes, whatever the type.")};
  set.result_schema = Object({});
  set.interruptible = false;
  set.handler = &Set;
  registry.Add(std::move(set));

  Method list =
      RegistryMethod("registry.list", "The keys below a key and its values, by their names, page by page.");
  list.parameters = {
      KeyParameter("The key"),
      {"after", "What the page before has given as next.", OrNull(TextOfLength(0, 65'536)), false, true},
      {"limit", "At most so many keys and values together (1000).", IntegerFrom(1, kMostEntries), false,
       true},
      ViewParameter()};
  list.result_schema =
      Object({{"keys", ListOf(Text(""), "names of keys")},
              {"values",
               ListOf(Object({{"name", Text("\"\" for the default value")},
                              {"type", TypeSchema()},
                              {"value", ValueSchema()},
                              {"encoding", OrNull(Text("json or base64; null: too large, see registry.get"))},
                              {"size", Integer("bytes")}}))},
              {"next", OrNull(Text("for after; null: there is no more"))}});
  list.handler = [settings](const Call& call) { return List(call, settings->Now()->limits.response_bytes); };
  registry.Add(std::move(list));

  Method make = RegistryMethod("registry.makeKey", "Makes a key, and keys above it that are missing.");
  make.parameters = {
      KeyParameter("The key"),
      {"volatile", "Whether what is made is gone when the computer is restarted.", Boolean(""), false, true},
      ViewParameter()};
  make.result_schema = Object({{"created", Boolean("false: it was there")}});
  make.interruptible = false;
  make.handler = &MakeKey;
  registry.Add(std::move(make));

  Method remove = RegistryMethod("registry.delete", "Removes a value, or a key with its values.");
  remove.parameters = {
      KeyParameter("The key"),
      NameParameter("The value that goes; \"\" for the default value."),
      {"subkeys", "In place of a name: the key goes, with all below it (true) or only if there is nothing.",
       Boolean(""), false, true},
      ViewParameter()};
  remove.result_schema = Object({{"keys", Integer("that are gone; 0 for a value")}});
  remove.interruptible = false;
  remove.handler = &Delete;
  registry.Add(std::move(remove));

  Method watch = RegistryMethod("registry.watch",
                                "A stream that tells when a key changes: its values, and the keys below it.");
  watch.parameters = {
      KeyParameter("The key"),
      {"recursive", "Whether what changes in the keys below it counts.", Boolean(""), false, true},
      ViewParameter()};
  watch.result_schema = Described("null", "it goes on until it is cancelled or the key is gone");
  watch.progress_schema =
      Object({{"changed", Boolean("false in the first piece: from now on the key is watched")}});
  watch.stream = &OpenWatch;
  registry.Add(std::move(watch));
}

}  // namespace onbehalf::service
