#include "onbehalf/win32/account_names.h"

#include <array>
#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "onbehalf/win32/utf.h"

namespace onbehalf::win32 {
namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr std::string_view kServiceDomain = "NT SERVICE\\";

// Account names are case-insensitive; the prefix is ASCII.
bool HasServiceDomain(std::string_view account) {
  if (account.size() <= kServiceDomain.size()) return false;
  for (std::size_t i = 0; i < kServiceDomain.size(); ++i) {
    const char c = account[i];
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (upper != kServiceDomain[i]) return false;
  }
  return true;
}

// Longer than any account name (20 or 104 characters) with any domain (255).
constexpr DWORD kNameCapacity = 512;

std::optional<AccountName> LookUpName(const Sid& sid) {
  std::array<wchar_t, kNameCapacity> name{};
  std::array<wchar_t, kNameCapacity> domain{};
  DWORD name_length = kNameCapacity;
  DWORD domain_length = kNameCapacity;
  SID_NAME_USE use = SidTypeUnknown;
  // The SID has no account, no domain controller answers, or the name is impossibly long: there is no name to show.
  if (!::LookupAccountSidW(nullptr, sid.get(), name.data(), &name_length, domain.data(), &domain_length,
                           &use)) {
    return std::nullopt;
  }
  return AccountName{ToUtf8Lossy(domain.data()), ToUtf8Lossy(name.data()), use};
}

bool IsAccount(SID_NAME_USE use) {
  return use == SidTypeUser || use == SidTypeGroup || use == SidTypeAlias || use == SidTypeWellKnownGroup ||
         use == SidTypeComputer;
}

std::optional<Sid> LookUpSid(std::string_view account) {
  // Windows would read only up to the NUL.
  if (account.empty() || account.find('\0') != std::string_view::npos) return std::nullopt;
  const std::wstring name = ToWide(account);
  alignas(DWORD) std::array<std::byte, SECURITY_MAX_SID_SIZE> sid{};
  std::array<wchar_t, kNameCapacity> domain{};
  DWORD sid_size = static_cast<DWORD>(sid.size());
  DWORD domain_length = kNameCapacity;
  SID_NAME_USE use = SidTypeUnknown;
  if (!::LookupAccountNameW(nullptr, name.c_str(), sid.data(), &sid_size, domain.data(), &domain_length,
                            &use) ||
      !IsAccount(use)) {
    return std::nullopt;
  }
  return Sid::FromPsid(sid.data());
}

template <typename Key, typename Value, typename Hash = std::hash<Key>>
class Remembered {
 public:
  // nullopt if not cached (any more).
  std::optional<std::optional<Value>> Get(const Key& key, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.until <= now) return std::nullopt;
    return found->second.value;
  }

  void Put(const Key& key, const std::optional<Value>& value, Time now) {
    const Time until = now + (value ? std::chrono::milliseconds(AccountNames::kFoundLifetime)
                                    : std::chrono::milliseconds(AccountNames::kMissingLifetime));
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= AccountNames::kCapacity) {
      std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
      // All are current: which one is removed matters little; the size limit does.
      if (entries_.size() >= AccountNames::kCapacity) entries_.erase(entries_.begin());
    }
    entries_.insert_or_assign(key, Entry{value, until});
  }

 private:
  struct Entry {
    std::optional<Value> value;
    Time until;
  };
  std::mutex mutex_;
  std::unordered_map<Key, Entry, Hash> entries_;
};

}  // namespace

std::string AccountName::Qualified() const { return domain.empty() ? name : domain + '\\' + name; }

AccountSource AccountSource::Windows() {
  return {LookUpName, LookUpSid, [] { return std::chrono::steady_clock::now(); }};
}

struct AccountNames::Cache {
  explicit Cache(AccountSource names_source) : source(std::move(names_source)) {}

  AccountSource source;
  Remembered<Sid, AccountName, SidHash> names;
  Remembered<std::string, Sid> sids;
};

AccountNames::AccountNames(AccountSource source) : cache_(std::make_unique<Cache>(std::move(source))) {}
AccountNames::~AccountNames() = default;

std::optional<AccountName> AccountNames::Find(const Sid& sid) {
  if (auto known = cache_->names.Get(sid, cache_->source.now())) return *known;
  auto found = cache_->source.name_of(sid);
  cache_->names.Put(sid, found, cache_->source.now());
  return found;
}

std::optional<Sid> AccountNames::FindSid(std::string_view account) {
  const std::string key(account);
  if (auto known = cache_->sids.Get(key, cache_->source.now())) return *known;
  auto found = cache_->source.sid_of(account);
  if (!found && HasServiceDomain(account)) found = Sid::ForService(account.substr(kServiceDomain.size()));
  cache_->sids.Put(key, found, cache_->source.now());
  return found;
}

std::string AccountNames::Display(const Sid& sid) {
  const auto name = Find(sid);
  return name ? name->Qualified() : sid.ToString();
}

std::string AccountNames::DisplayWithSid(const Sid& sid) {
  const std::string shown = Display(sid);
  const std::string text = sid.ToString();
  return shown == text ? text : shown + " (" + text + ")";
}

}  // namespace onbehalf::win32
