#pragma once

#include <filesystem>

namespace onbehalf::test {

// Makes `link` a junction to the folder `target`. False if the file system or the system does not support
// junctions.
bool MakeJunction(const std::filesystem::path& link, const std::filesystem::path& target);

// Whether a junction leads to its target. Checks once.
bool JunctionsAreSupported();
// Whether a file can have a second name.
bool HardLinksAreSupported();
// Whether FILE:STREAM is a stream of FILE and not a file of its own.
bool AlternateStreamsAreSupported();

}  // namespace onbehalf::test
