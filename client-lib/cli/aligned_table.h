#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace onbehalf::cli {

// Lines of cells; rows may be of different lengths.
using Rows = std::vector<std::vector<std::string>>;

// Columns that never become narrower, for rows that arrive in parts.
class AlignedColumns {
 public:
  // The rows as lines, two spaces between the columns.
  std::string Lines(const Rows& rows, std::size_t indent = 0);

 private:
  std::vector<std::size_t> widths_;
};

// All the rows in aligned columns.
std::string AlignedTable(const Rows& rows, std::size_t indent = 0);

}  // namespace onbehalf::cli
