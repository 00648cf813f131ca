#pragma once

#include <string>
#include <string_view>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// What generated sources say in comments, the same in every language. All of it is raw: to be brought into a
// comment through CommentText or XmlCommentText.

// A parameter's words are a type of their own; a result's are text, because a newer service may send others.
enum class Direction { kParams, kResult };

// "A typed client of OnBehalf 0.1.0."
std::string TitleOf(const Api& api);
// How the file came to be.
std::string OriginOf(std::string_view language);
// "identity.whoami: says who …", with what is not expressed of a result that has no type of its own.
std::string AboutMethod(const ApiMethod& method);
// What the method tells while it works; empty if nothing. `where` is where the caller takes it.
std::string AboutProgress(const ApiMethod& method, const std::string& where);
// What is to be said where a value of the type is declared: remarks (unless they stand at the type itself)
// and, of a result, the words of an enumeration.
std::string RemarksAt(const Type& type, Direction direction);
// Why something is not called `wanted`, as its name `name` in JSON asks for.
std::string WhyRenamed(std::string_view name, std::string_view wanted);

}  // namespace onbehalf::cli::generate
