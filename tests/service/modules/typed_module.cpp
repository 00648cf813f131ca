// A module in C++ whose parameters and results are structs.
#include <onbehalf/typed_module.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace module = onbehalf::module;
using onbehalf::Optional;
using onbehalf::Required;

struct CountParams {
  std::string_view word;
  std::uint8_t count = 2;

  static constexpr auto Describe() {
    return std::array{Required<&CountParams::word>("word", "Comes back.", {.max_length = 8}).Audited(),
                      Optional<&CountParams::count>("count", "So many (2).", {.minimum = 1, .maximum = 9})};
  }
};

struct Counted {
  std::string word;
  std::uint8_t number;

  static constexpr auto Describe() {
    return std::array{Required<&Counted::word>("word", "the parameter"),
                      Required<&Counted::number>("number", "from 1")};
  }
};

class Counting final : public module::Stream {
 public:
  Counting(const CountParams& params, module::Waker waker)
      : word_(params.word), count_(params.count), waker_(std::move(waker)) {}

  // Waits once, so that nothing comes unless its waker works.
  Step Next(const module::Call&) override {
    if (!std::exchange(has_waited_, true)) {
      waker_();
      return Later{};
    }
    if (number_ == count_) return End{"null"};
    return Piece{module::ToText(onbehalf::ToJson(Counted{word_, ++number_}))};
  }

 private:
  const std::string word_;
  const std::uint8_t count_;
  const module::Waker waker_;
  bool has_waited_ = false;
  std::uint8_t number_ = 0;
};

std::shared_ptr<void> Start(module::Host& host, std::string_view) {
  module::Method list;
  list.name = "typed.list";
  list.summary = "A list of structs.";
  list.access_default = "D:(A;;GXGR;;;AU)";
  module::Handle<CountParams>(list, [](const CountParams& params, const module::Call&) {
    std::vector<Counted> all;
    for (std::uint8_t i = 1; i <= params.count; ++i) all.push_back({std::string(params.word), i});
    return all;
  });
  host.Add(std::move(list));

  module::Method count;
  count.name = "typed.count";
  count.summary = "A stream of structs.";
  count.access_default = "D:(A;;GXGR;;;AU)";
  count.result_schema = R"({"type": "null"})";
  count.progress_schema = module::ToText(onbehalf::SchemaOf<Counted>(onbehalf::Direction::kGiven));
  module::Opens<CountParams>(count, [](const CountParams& params, const module::Call&, module::Waker waker) {
    if (params.word == "refused") throw module::InvalidParams("word: it is refused");
    return std::make_unique<Counting>(params, std::move(waker));
  });
  host.Add(std::move(count));
  return nullptr;
}

}  // namespace

ONBEHALF_MODULE("typed", "1.0", Start)
