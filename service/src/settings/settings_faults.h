#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// How what is wrong with a settings file is said.

// A key or value of the file inside a message: escaped and short.
std::string Shown(std::string_view text);
// "the string \"x\"", "an object" …: what stands where something else was expected.
std::string Found(const protocol::Json& value);
// The same without the text of a string, where that may be a secret: what a file has wrong is told to whoever asks for it
// to be read again.
std::string FoundKind(const protocol::Json& value);
// The fault of a key that nobody knows, with the one of `known` that it was most probably meant to be. A known member in
// the wrong section counts as near. `where` is said when none is near.
SettingsFault UnknownKey(std::string_view key, const std::vector<std::string>& known,
                         std::string_view where = "docs/settings.md has all of them");

}  // namespace onbehalf::service
