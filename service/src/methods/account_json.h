#pragma once

#include <optional>
#include <stop_token>

#include "onbehalf/protocol/json_object.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {

// {"sid", "name"}; the name is null if the SID has none. A look-up may take seconds, perhaps at a domain controller,
// so none is made once the request is over.
inline protocol::Json AccountJson(const win32::Sid& sid, win32::AccountNames& names,
                                  const std::stop_token& stop) {
  std::optional<win32::AccountName> name;
  if (!stop.stop_requested()) name = names.Find(sid);
  return protocol::MakeObject({{"sid", sid.ToString()},
                               {"name", name ? protocol::Json(name->Qualified()) : protocol::Json(nullptr)}});
}

}  // namespace onbehalf::service
