#include "progress_view.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "byte_text.h"
#include "json_layout.h"
#include "json_members.h"
#include "onbehalf/protocol/json_object.h"
#include "printable.h"
#include "text_columns.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr std::size_t kBarColumns = 30;

std::optional<double> NumberMember(const Json& object, const char* name) {
  const Json* value = Member(object, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::string PercentText(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%3d%%", static_cast<int>(std::floor(share * 100)));
  return text;
}

std::string Bar(double share) {
  const auto full = static_cast<std::size_t>(std::floor(share * kBarColumns));
  return "[" + std::string(full, '#') + std::string(kBarColumns - full, '.') + "]";
}

}  // namespace

std::optional<ProgressView::Figure> ProgressView::FigureOf(const Json& value) {
  Figure figure{-1, {}};
  if (value.is_object()) {
    const std::optional<double> done = NumberMember(value, "done");
    const std::optional<double> total = NumberMember(value, "total");
    std::optional<double> percent = NumberMember(value, "percent");
    if (!percent) percent = NumberMember(value, "percentage");
    if (done && total && *total > 0) {
      // The total is often an estimate.
      figure.share = std::min(*done / *total, 1.0);
      figure.label = figures_ == Figures::kBytes
                         ? ByteText(static_cast<std::uint64_t>(*done)) + "/" +
                               ByteText(static_cast<std::uint64_t>(*total))
                         : TextMember(value, "done") + "/" + TextMember(value, "total");
    } else if (percent) {
      figure.share = *percent / 100;
    }
    const std::string message = TextMember(value, "message");
    if (!message.empty()) figure.label += (figure.label.empty() ? "" : "  ") + message;
  } else if (value.is_number()) {
    const double number = value.get<double>();
    if (number > 0 && number < 1) counts_to_one_ = true;
    const bool is_whole = number == 1 && value.is_number_float();
    figure.share = counts_to_one_ || is_whole ? number : number / 100;
  }
  if (!(figure.share >= 0 && figure.share <= 1)) return std::nullopt;
  return figure;
}

std::string ProgressView::Show(const Json& value) {
  if (json_) return JsonLine(protocol::MakeObject({{"progress", value}})) + "\n";
  const std::optional<Figure> figure = FigureOf(value);
  if (!figure) return Clear() + Printable(JsonLine(value)) + "\n";
  std::string text = PercentText(figure->share);
  if (!figure->label.empty()) text += "  " + figure->label;
  if (columns_) {
    text = Bar(figure->share) + " " + text;
    if (text == shown_ && drawn_ > 0) return {};
    shown_ = text;
    return Draw(text);
  }
  // In a file or a log: a line for each percent, not for each of a million items.
  std::string key = PercentText(figure->share) + TextMember(value, "message");
  if (key == shown_) return {};
  shown_ = std::move(key);
  return text + "\n";
}

std::string ProgressView::Draw(const std::string& text) {
  // The last column stays free: writing there may wrap a terminal's cursor to the next line.
  const std::string fitting = FirstColumns(text, *columns_ > 1 ? *columns_ - 1 : 1);
  const std::size_t width = ColumnsOf(fitting);
  std::string drawn = "\r" + fitting;
  if (width < drawn_) drawn += std::string(drawn_ - width, ' ') + "\r" + fitting;
  drawn_ = width;
  return drawn;
}

std::string ProgressView::Clear() {
  if (drawn_ == 0) return {};
  const std::string cleared = "\r" + std::string(drawn_, ' ') + "\r";
  drawn_ = 0;
  return cleared;
}

}  // namespace onbehalf::cli
