#include "aligned_table.h"

#include <algorithm>

#include "text_columns.h"

namespace onbehalf::cli {

std::string AlignedColumns::Lines(const Rows& rows, std::size_t indent) {
  for (const std::vector<std::string>& row : rows) {
    if (widths_.size() < row.size()) widths_.resize(row.size());
    // The last cell of a row needs no padding.
    for (std::size_t column = 0; column + 1 < row.size(); ++column) {
      widths_[column] = std::max(widths_[column], ColumnsOf(row[column]));
    }
  }
  std::string lines;
  for (const std::vector<std::string>& row : rows) {
    std::string line(indent, ' ');
    for (std::size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      if (column + 1 < row.size()) line.append(widths_[column] - ColumnsOf(row[column]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines += line + "\n";
  }
  return lines;
}

std::string AlignedTable(const Rows& rows, std::size_t indent) {
  return AlignedColumns().Lines(rows, indent);
}

}  // namespace onbehalf::cli
