#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

void PutDigits(char* at, std::size_t digits, unsigned long long number) {
  for (std::size_t i = digits; i > 0; --i) {
    at[i - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

}  // namespace

UtcText::UtcText(std::chrono::system_clock::time_point time, Fraction fraction) {
  using std::chrono::microseconds;
  const auto since_epoch = std::chrono::floor<microseconds>(time);
  const auto midnight = std::chrono::floor<std::chrono::days>(since_epoch);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss<microseconds> clock{since_epoch - midnight};

  char* const text = text_.data();
  PutDigits(text, 4, static_cast<unsigned long long>(static_cast<int>(date.year())));
  PutDigits(text + 5, 2, static_cast<unsigned>(date.month()));
  PutDigits(text + 8, 2, static_cast<unsigned>(date.day()));
  PutDigits(text + 11, 2, static_cast<unsigned long long>(clock.hours().count()));
  PutDigits(text + 14, 2, static_cast<unsigned long long>(clock.minutes().count()));
  PutDigits(text + 17, 2, static_cast<unsigned long long>(clock.seconds().count()));
  text[4] = text[7] = '-';
  text[10] = 'T';
  text[13] = text[16] = ':';
  size_ = 19;
  if (fraction != Fraction::kNone) {
    const auto digits = static_cast<std::size_t>(fraction);
    auto number = static_cast<unsigned long long>(clock.subseconds().count());
    if (fraction == Fraction::kMilliseconds) number /= 1000;
    text[size_] = '.';
    PutDigits(text + size_ + 1, digits, number);
    size_ += 1 + digits;
  }
  text[size_++] = 'Z';
}

}  // namespace onbehalf::service
