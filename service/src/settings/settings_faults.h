#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// The messages about what is wrong with a settings file.

// A key or value from the file for use in a message: escaped and cut.
std::string Shown(std::string_view text);
// "the string \"x\"", "an object" …: what was found in place of the expected value.
std::string Found(const protocol::Json& value);
// The same without the text of a string that may be a secret: faults are shown to everyone who may request a reload.
std::string FoundKind(const protocol::Json& value);
// The fault of an unknown key, with a suggestion: the most similar of `known`. A known member in the wrong section
// counts as similar. Without a suggestion, the message ends with `where`.
SettingsFault UnknownKey(std::string_view key, const std::vector<std::string>& known,
                         std::string_view where = "docs/settings.md has all of them");

// A result with one fault, of the whole file.
SettingsResult WholeFileFault(std::string message);

}  // namespace onbehalf::service
