#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access_control.h"
#include "access/policy_difference.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// What methods of access.* take and answer in the same form.

Parameter NodeParameter(bool required, std::string summary);
Parameter AccountParameter(bool required, std::string summary);
Parameter RightsParameter(bool required, std::string summary);
Parameter DryRunParameter();
Parameter IfVersionParameter();

std::string TextOf(const Call& call, const char* name);
std::optional<std::string> OptionalText(const Call& call, const char* name);
PolicyRequest RequestOf(const Call& call);

// A right by its word at a node; InvalidParams for any other word.
Result<ACCESS_MASK> RightFrom(std::string_view node, std::string_view word);
Result<ACCESS_MASK> RightsFrom(std::string_view node, const Json& words);

// An alias ("BA") or SID is taken before a name, so that no account can be called so.
Result<win32::Sid> AccountFrom(const std::string& text, win32::AccountNames& names);
// Whether Windows knows it, or need not: a service's SID is computed from its name.
bool Exists(const win32::Sid& sid, win32::AccountNames& names);

Json OrNullText(const std::optional<std::string>& text);
Json NodesJson(const std::vector<NodeChange>& changes);
Json NodesSchema();

}  // namespace onbehalf::service
