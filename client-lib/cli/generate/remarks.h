#pragma once

#include <string>
#include <string_view>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// The comments in generated sources, the same in every language. The text is raw: pass it through CommentText
// or XmlCommentText.

// An enumeration is a type in parameters and plain text in results, because a newer service may return other
// words.
enum class Direction { kParams, kResult };

// "A typed client of OnBehalf 0.1.0."
std::string TitleOf(const Api& api);
// How the file was created.
std::string OriginOf(std::string_view language);
// "identity.whoami: says who …", with the remark of a result that is not a named type.
std::string AboutMethod(const ApiMethod& method);
// Describes the method's progress; empty if it has none. `where` is where the caller receives it.
std::string AboutProgress(const ApiMethod& method, const std::string& where);
// The comment for a member of this type: remarks (unless they are at the type's own declaration) and, in a
// result, the words of an enumeration.
std::string RemarksAt(const Type& type, Direction direction);
// Why the identifier for the JSON name `name` is not `wanted`.
std::string WhyRenamed(std::string_view name, std::string_view wanted);

}  // namespace onbehalf::cli::generate
