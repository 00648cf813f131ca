#pragma once

#include <array>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "onbehalf/fields.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// For results that have null instead of an empty text.
inline std::optional<std::string> UnlessEmpty(std::string text) {
  std::optional<std::string> shown;
  if (!text.empty()) shown = std::move(text);
  return shown;
}

// An account in a result.
struct NamedAccount {
  std::string sid;
  std::optional<std::string> name;

  NamedAccount() = default;
  // Looking up a name may take seconds, and ask a domain controller. Once `stop` is requested the name is left out.
  NamedAccount(const win32::Sid& account, win32::AccountNames& names, const std::stop_token& stop)
      : sid(account.ToString()) {
    if (stop.stop_requested()) return;
    if (const auto found = names.Find(account)) name = found->Qualified();
  }

  // Also for a struct that derives from it.
  template <typename Object>
  static constexpr auto FieldsIn() {
    return std::array{
        Required<&NamedAccount::sid, Object>("sid", ""),
        Required<&NamedAccount::name, Object>("name", "DOMAIN\\name; null: the SID has no name")};
  }
  static constexpr auto Describe() { return FieldsIn<NamedAccount>(); }
};

// A client's process in a result.
struct ShownProcess {
  DWORD id;
  std::optional<std::string> image;

  explicit ShownProcess(const ClientProcess& process)
      : id(process.process_id), image(UnlessEmpty(process.image_path)) {}

  static constexpr auto Describe() {
    return std::array{Required<&ShownProcess::id>("id", ""),
                      Required<&ShownProcess::image>("image", "path of the executable")};
  }
};

}  // namespace onbehalf::service
