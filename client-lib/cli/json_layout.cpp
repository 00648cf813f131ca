#include "json_layout.h"

namespace onbehalf::cli {

std::string JsonLine(const client::Json& value) { return value.dump(); }

std::string JsonIndented(const client::Json& value) { return value.dump(2); }

std::string JsonAscii(const client::Json& value) { return value.dump(-1, ' ', true); }

}  // namespace onbehalf::cli
