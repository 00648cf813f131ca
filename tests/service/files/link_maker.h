#pragma once

#include <filesystem>

namespace onbehalf::test {

// Makes `link` a junction that leads to the folder `target`. False where the file system or the system has none.
bool MakeJunction(const std::filesystem::path& link, const std::filesystem::path& target);

// Whether a junction leads where it should. Asks once.
bool JunctionsAreThere();
// Whether a file can have a second name.
bool HardLinksAreThere();
// Whether FILE:STREAM is a part of FILE and no file of its own.
bool AlternateStreamsAreThere();

}  // namespace onbehalf::test
