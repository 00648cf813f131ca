#include "onbehalf/win32/unique_handle.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "support/handle_count.h"

namespace onbehalf::win32 {
namespace {

std::vector<int>& Closed() {
  static std::vector<int> closed;
  return closed;
}

struct NumberTraits {
  using Type = int;
  static Type Invalid() noexcept { return -1; }
  static void Close(Type number) noexcept { Closed().push_back(number); }
};
using Number = UniqueHandle<NumberTraits>;

class UniqueHandleTest : public testing::Test {
 protected:
  UniqueHandleTest() { Closed().clear(); }
};

TEST_F(UniqueHandleTest, ClosesOnceAtTheEndOfItsLife) {
  { const Number number(7); }
  EXPECT_EQ(Closed(), std::vector<int>{7});
}

TEST_F(UniqueHandleTest, ClosesNothingWhenItHoldsNothing) {
  { const Number number; }
  EXPECT_TRUE(Closed().empty());
}

TEST_F(UniqueHandleTest, MovingLeavesTheSourceEmptyAndClosesOnce) {
  {
    Number source(7);
    const Number target(std::move(source));
    EXPECT_FALSE(source);
    EXPECT_EQ(target.get(), 7);
  }
  EXPECT_EQ(Closed(), std::vector<int>{7});
}

TEST_F(UniqueHandleTest, AssigningClosesThePreviousHandleFirst) {
  {
    Number target(1);
    Number source(2);
    target = std::move(source);
    EXPECT_EQ(Closed(), std::vector<int>{1});
  }
  EXPECT_EQ(Closed(), (std::vector<int>{1, 2}));
}

TEST_F(UniqueHandleTest, AssigningToItselfKeepsTheHandle) {
  Number number(7);
  Number& same = number;
  number = std::move(same);
  EXPECT_EQ(number.get(), 7);
  EXPECT_TRUE(Closed().empty());
}

TEST_F(UniqueHandleTest, ReleasedHandlesBelongToTheCaller) {
  {
    Number number(7);
    EXPECT_EQ(number.release(), 7);
  }
  EXPECT_TRUE(Closed().empty());
}

TEST_F(UniqueHandleTest, PutClosesThePreviousHandleFirst) {
  Number number(7);
  *number.put() = 8;
  EXPECT_EQ(Closed(), std::vector<int>{7});
  EXPECT_EQ(number.get(), 8);
}

TEST_F(UniqueHandleTest, FilesAndObjectsHaveDifferentInvalidValues) {
  EXPECT_FALSE(UniqueFile(INVALID_HANDLE_VALUE));
  EXPECT_FALSE(UniqueObject(nullptr));
}

TEST_F(UniqueHandleTest, OpenHandleCountSeesEachHandle) {
  const std::size_t before = test::OpenHandleCount();
  ASSERT_GT(before, 0U);
  std::vector<UniqueObject> events;
  for (int i = 0; i < 100; ++i) events.emplace_back(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  EXPECT_GE(test::OpenHandleCount(), before + 100);
  events.clear();
  EXPECT_LT(test::OpenHandleCount(), before + 50);
}

}  // namespace
}  // namespace onbehalf::win32
