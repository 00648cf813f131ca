#include "methods/registry_methods.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// After <windows.h>, which this header needs.
#include <userenv.h>
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/win32/lean_windows.h"

#include "methods/granted_method.h"
#include "methods/registry_json.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/typed_method.h"
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

constexpr std::size_t kDefaultEntries = 1000;
constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxPathCharacters = 32'767;
constexpr std::size_t kMaxNameUnits = 16'383;

// A WindowsError with a message of our own.
Error Refused(DWORD code, const char* operation, std::string message) {
  return {ErrorCode::kWindowsError, std::move(message),
          MakeObject({{"code", code}, {"name", win32::ErrorName(code)}, {"operation", operation}})};
}

Error ProfileNotLoaded(const Call& call) {
  Error error = Refused(ERROR_FILE_NOT_FOUND, "RegOpenKeyExW",
                        "HKEY_CURRENT_USER is not available: the profile of " +
                            call.caller.user().ToString() + " is not loaded on this computer.");
  error.data["profile"] = "not loaded";
  return error;
}

// The key that the parameters name.
struct NamedKey {
  std::string_view name;
  RegistryView view;
};

Result<RegistryPath> PathOf(const NamedKey& key, const Call& call) {
  auto parsed = ParseRegistryPath(key.name, key.view, call.caller.user());
  if (auto* const fault = std::get_if<std::string>(&parsed)) return InvalidParams("key: " + *fault);
  return std::get<RegistryPath>(std::move(parsed));
}

Result<std::wstring> NameOf(std::string_view text) {
  std::wstring name = win32::ToWide(text);
  if (name.find(L'\0') != std::wstring::npos) return InvalidParams("name: a value name cannot contain a NUL");
  if (name.size() > kMaxNameUnits) {
    return InvalidParams("name: a value name can have at most " + std::to_string(kMaxNameUnits) +
                         " UTF-16 units");
  }
  return name;
}

Result<UniqueRegistryKey> OpenKey(const NamedKey& key, REGSAM access, const Call& call) {
  ONBEHALF_TRY(auto&& path, PathOf(key, call));
  auto opened = OpenRegistryKey(path, access);
  if (!opened) return ProfileNotLoaded(call);
  return *std::move(opened);
}

// ---- What the methods' parameters share ----

constexpr Bounds kNameBounds{.max_length = kMaxNameUnits};

template <typename Params>
constexpr Field KeyField() {
  return Required<&Params::key>(
             "key",
             R"(The key: HKLM\Software\Contoso. Roots: HKLM, HKCU (the caller's own), HKCR, HKU, HKCC.)",
             {.min_length = 1, .max_length = kMaxPathCharacters})
      .Audited();
}

template <typename Params>
constexpr Field ViewField() {
  return Optional<&Params::view>("view", "Registry view: 64-bit (64, the default) or 32-bit (32).").Audited();
}

// ---- registry.get ----

struct GetParams {
  std::string_view key;
  std::string_view name;
  RegistryView view = RegistryView::k64;
  bool expand = false;
  std::optional<RegistryEncoding> encoding;

  static constexpr auto Describe() {
    return std::array{
        KeyField<GetParams>(),
        Optional<&GetParams::name>("name", "The value's name (default: the key's default value).",
                                   kNameBounds)
            .Audited(),
        ViewField<GetParams>(),
        Optional<&GetParams::expand>(
            "expand",
            "Whether to expand %NAME% in an expand_sz with the caller's environment variables (default false).")
            .Audited(),
        Optional<&GetParams::encoding>("encoding", "base64: the raw bytes, whatever the type.")
            .NotNull()
            .Audited()};
  }
};

Result<RegistryValue> ReadValue(const GetParams& params, const Call& call, std::size_t max_bytes) {
  ONBEHALF_TRY(auto&& name, NameOf(params.name));
  ONBEHALF_TRY(auto&& key, OpenKey({params.key, params.view}, KEY_QUERY_VALUE, call));
  auto read = QueryRegistryValue(key.get(), name, max_bytes);
  if (const auto* const size = std::get_if<std::size_t>(&read)) {
    return Error{ErrorCode::kTooLarge,
                 "The value has " + std::to_string(*size) + " bytes, which exceeds the response limit.",
                 nullptr};
  }
  return std::get<RegistryValue>(std::move(read));
}

// Expanded with the environment variables that Windows would give a new process of the caller. Windows reports only
// that the buffer was too small, not the length needed; nullopt if `max_units` are not enough.
std::optional<std::wstring> Expanded(const win32::Token& caller, const std::wstring& text,
                                     std::size_t max_units) {
  // The maximum length of one environment variable, plus the text itself.
  for (std::size_t units = text.size() + 32'768; units <= max_units; units *= 2) {
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

Result<ShownValue> Get(const GetParams& params, const Call& call, std::size_t response_bytes) {
  std::optional<Result<RegistryValue>> read;
  if (auto refusal = AsCaller(call.caller, win32::ImpersonationLevel::kImpersonation,
                              [&] { read = ReadValue(params, call, response_bytes); })) {
    return *std::move(refusal);
  }
  ONBEHALF_TRY(const RegistryValue value, *std::move(read));
  ShownValue shown(value, params.encoding);
  if (params.expand && value.type == REG_EXPAND_SZ && shown.encoding == "json") {
    const auto expanded =
        Expanded(call.caller.token(), win32::ToWide(shown.value.get_ref<const std::string&>()),
                 std::max<std::size_t>(response_bytes, 1 << 20));
    if (!expanded)
      return Error{ErrorCode::kTooLarge, "The expanded value exceeds the response limit.", nullptr};
    shown.value = win32::ToUtf8Lossy(*expanded);
  }
  return shown;
}

// ---- registry.set ----

struct SetParams {
  std::string_view key;
  std::string_view name;
  std::string_view type;
  const Json* value = nullptr;
  RegistryView view = RegistryView::k64;
  std::optional<RegistryEncoding> encoding;

  static Json ValueWords() {
    return MakeObject({{"description", "a string, an integer or an array of strings"}});
  }
  static constexpr auto Describe() {
    return std::array{
        KeyField<SetParams>(),
        Required<&SetParams::name>("name", "The value's name; \"\" for the default value.", kNameBounds)
            .Audited(),
        Required<&SetParams::type>(
            "type",
            "none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or 0x and a number.",
            {.max_length = 16})
            .Audited(),
        Required<&SetParams::value>("value",
                                    "A string, an integer or an array of strings, depending on the type; for "
                                    "other types the bytes in base64.",
                                    {.words = ValueWords}),
        ViewField<SetParams>(),
        Optional<&SetParams::encoding>("encoding", "base64: the value is the raw bytes, whatever the type.")
            .NotNull()
            .Audited()};
  }
};

Result<Nothing> Set(const SetParams& params, const Call& call) {
  ONBEHALF_TRY(auto&& name, NameOf(params.name));
  ONBEHALF_TRY(auto&& value, RegistryValueOf(params.type, *params.value, params.encoding));
  ONBEHALF_TRY(auto&& key, OpenKey({params.key, params.view}, KEY_SET_VALUE, call));
  SetRegistryValue(key.get(), name, std::move(value));
  return Nothing{};
}

// ---- registry.list ----

struct ListParams {
  std::string_view key;
  std::optional<std::string_view> after;
  std::size_t limit = kDefaultEntries;
  RegistryView view = RegistryView::k64;

  static constexpr auto Describe() {
    return std::array{
        KeyField<ListParams>(),
        Optional<&ListParams::after>("after", "Start after this cursor (the previous page's `next`).",
                                     {.max_length = 65'536})
            .Audited(),
        Optional<&ListParams::limit>("limit", "Maximum number of keys and values together (default 1000).",
                                     {.minimum = 1, .maximum = kMaxEntries})
            .Audited(),
        ViewField<ListParams>()};
  }
};

struct ListedValue {
  std::string name;
  std::string type;
  Json value;  // any: its form depends on the type
  std::optional<std::string_view> encoding;
  std::size_t size;

  explicit ListedValue(const RegistryPage::Value& listed)
      : name(win32::ToUtf8Lossy(listed.name)), size(listed.size) {
    if (!listed.value) {
      type = RegistryTypeName(listed.type);
      return;
    }
    ShownValue shown(*listed.value);
    type = std::move(shown.type);
    value = std::move(shown.value);
    encoding = shown.encoding;
  }

  static constexpr auto Describe() {
    return std::array{
        Required<&ListedValue::name>("name", "\"\" for the default value"),
        Required<&ListedValue::type>("type", ShownValue::kTypeSummary),
        Required<&ListedValue::value>("value", ShownValue::kValueSummary),
        Required<&ListedValue::encoding>("encoding", "json or base64; null: too large, see registry.get"),
        Required<&ListedValue::size>("size", "bytes")};
  }
};

struct KeyPage {
  std::vector<std::string> keys;
  std::vector<ListedValue> values;
  std::optional<std::string> next;

  static constexpr auto Describe() {
    return std::array{Required<&KeyPage::keys>("keys", "names of keys"),
                      Required<&KeyPage::values>("values", ""),
                      Required<&KeyPage::next>("next", "cursor for `after`; null on the last page")};
  }
};

Result<KeyPage> List(const ListParams& params, const Call& call, std::size_t response_bytes) {
  std::optional<RegistryCursor> after;
  if (params.after) {
    after = RegistryCursorOf(*params.after);
    if (!after)
      return InvalidParams("after: not a valid registry.list cursor: expected the previous page's next");
  }
  ONBEHALF_TRY(auto&& key, OpenKey({params.key, params.view}, KEY_READ, call));
  // The rest is for the JSON around the entries.
  const auto page = ListRegistryKey(key.get(), after, params.limit, response_bytes / 4 * 3, call.stop);
  if (!page) return Error{ErrorCode::kBusy, "The key changes faster than it can be listed.", nullptr};
  KeyPage answer;
  for (const std::wstring& name : page->keys) answer.keys.push_back(win32::ToUtf8Lossy(name));
  for (const RegistryPage::Value& value : page->values) answer.values.emplace_back(value);
  if (page->next) answer.next = ToText(*page->next);
  return answer;
}

// ---- registry.makeKey ----

struct MakeKeyParams {
  std::string_view key;
  bool is_volatile = false;
  RegistryView view = RegistryView::k64;

  static constexpr auto Describe() {
    return std::array{
        KeyField<MakeKeyParams>(),
        Optional<&MakeKeyParams::is_volatile>(
            "volatile", "Whether the new keys are removed when the computer restarts (default false).")
            .Audited(),
        ViewField<MakeKeyParams>()};
  }
};

struct KeyMade {
  bool created;

  static constexpr auto Describe() {
    return std::array{Required<&KeyMade::created>("created", "false: it already existed")};
  }
};

Result<KeyMade> MakeKey(const MakeKeyParams& params, const Call& call) {
  ONBEHALF_TRY(auto&& path, PathOf({params.key, params.view}, call));
  if (path.is_root) return InvalidParams("key: a root always exists: expected a key below it");
  const auto created = MakeRegistryKey(path, params.is_volatile);
  if (!created) return ProfileNotLoaded(call);
  return KeyMade{*created};
}

// ---- registry.delete ----

struct DeleteParams {
  std::string_view key;
  std::optional<std::string_view> name;
  std::optional<bool> subkeys;
  RegistryView view = RegistryView::k64;

  static constexpr auto Describe() {
    return std::array{
        KeyField<DeleteParams>(),
        Optional<&DeleteParams::name>("name", "The value to delete; \"\" for the default value.", kNameBounds)
            .NotNull()
            .Audited(),
        Optional<&DeleteParams::subkeys>(
            "subkeys",
            "Instead of a name: deletes the key, with all subkeys (true) or only if it has none (false).")
            .NotNull()
            .Audited(),
        ViewField<DeleteParams>()};
  }
};

struct Deleted {
  std::size_t keys;

  static constexpr auto Describe() {
    return std::array{Required<&Deleted::keys>("keys", "number of deleted keys; 0 for a value")};
  }
};

Result<Deleted> DeleteValue(const DeleteParams& params, const Call& call) {
  ONBEHALF_TRY(auto&& name, NameOf(*params.name));
  ONBEHALF_TRY(auto&& key, OpenKey({params.key, params.view}, KEY_SET_VALUE, call));
  const LSTATUS code = ::RegDeleteValueW(key.get(), name.c_str());
  if (code != ERROR_SUCCESS) throw Win32Error(static_cast<DWORD>(code), "RegDeleteValueW");
  return Deleted{0};
}

Result<Deleted> Delete(const DeleteParams& params, const Call& call) {
  if (params.name.has_value() == params.subkeys.has_value()) {
    return InvalidParams(
        "name, subkeys: expected one of the two: the name of the value to delete, or whether to delete the key "
        "with its subkeys (true) or only if it has none (false)");
  }
  if (params.name) return DeleteValue(params, call);
  ONBEHALF_TRY(auto&& path, PathOf({params.key, params.view}, call));
  if (IsRootOrHive(path, IsSameKeyName)) {
    return InvalidParams("key: a root or a key directly below HKLM or HKU cannot be deleted");
  }
  const auto deleted = DeleteRegistryKey(path, *params.subkeys, call.stop);
  if (!deleted) return ProfileNotLoaded(call);
  if (std::holds_alternative<HasSubkeys>(*deleted)) {
    return Refused(ERROR_ACCESS_DENIED, "NtDeleteKey",
                   "The key has subkeys: set subkeys to true to delete them too.");
  }
  return Deleted{std::get<std::size_t>(*deleted)};
}

// ---- registry.watch ----

struct WatchParams {
  std::string_view key;
  bool recursive = false;
  RegistryView view = RegistryView::k64;

  static constexpr auto Describe() {
    return std::array{KeyField<WatchParams>(),
                      Optional<&WatchParams::recursive>(
                          "recursive", "Whether to include changes in subkeys (default false).")
                          .Audited(),
                      ViewField<WatchParams>()};
  }
};

Result<std::unique_ptr<Stream>> OpenWatch(const WatchParams& params, const Call& call, Waker waker) {
  ONBEHALF_TRY(auto&& key, OpenKey({params.key, params.view}, KEY_NOTIFY, call));
  return std::make_unique<RegistryWatch>(std::move(key), params.recursive, std::move(waker));
}

Method RegistryMethod(std::string name, std::string summary) {
  return GrantedMethod(std::move(name), std::move(summary), Acts::kAsCaller);
}

}  // namespace

void AddRegistryMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings) {
  Method get = RegistryMethod("registry.get", "Reads a value of a key as the caller.");
  Handle<GetParams>(get, [settings](const GetParams& params, const Call& call) {
    return Get(params, call, settings->Now()->limits.response_bytes);
  });
  // The value is read as the caller but expanded as the service, because expanding loads libraries.
  get.acts = Acts::kAsService;
  registry.Add(std::move(get));

  Method set = RegistryMethod("registry.set", "Writes a value of an existing key.");
  Handle<SetParams>(set, Set);
  set.interruptible = false;
  registry.Add(std::move(set));

  Method list = RegistryMethod("registry.list", "Lists a key's subkeys and values by name, page by page.");
  Handle<ListParams>(list, [settings](const ListParams& params, const Call& call) {
    return List(params, call, settings->Now()->limits.response_bytes);
  });
  registry.Add(std::move(list));

  Method make = RegistryMethod("registry.makeKey", "Creates a key and any missing keys above it.");
  Handle<MakeKeyParams>(make, MakeKey);
  make.interruptible = false;
  registry.Add(std::move(make));

  Method remove = RegistryMethod("registry.delete", "Deletes a value, or a key with its values.");
  Handle<DeleteParams>(remove, Delete);
  remove.interruptible = false;
  registry.Add(std::move(remove));

  Method watch =
      RegistryMethod("registry.watch", "A stream that reports when a key's values or subkeys change.");
  Opens<WatchParams>(watch, OpenWatch);
  watch.result_schema = Described("null", "the stream runs until it is cancelled or the key is deleted");
  watch.progress_schema = SchemaOf<RegistryWatchPiece>(Direction::kGiven);
  registry.Add(std::move(watch));
}

}  // namespace onbehalf::service
