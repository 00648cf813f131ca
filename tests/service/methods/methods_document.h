#pragma once

#include <string>

#include "onbehalf/service/method.h"

namespace onbehalf::test {

// docs/methods.md: everything that `registry` says about its methods, for readers. Throws
// std::invalid_argument for an access default that it cannot put into words.
std::string MethodsDocument(const service::MethodRegistry& registry);

// "authenticated users may see and call it".
std::string AccessInWords(const std::string& sddl);

}  // namespace onbehalf::test
