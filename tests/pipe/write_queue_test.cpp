#include "onbehalf/pipe/write_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "forms.h"
#include "onbehalf/pipe/anchor.h"
#include "onbehalf/pipe/server_end.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "support/open_pipe.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

class WriteQueueTest : public testing::Test {
 protected:
  WriteQueueTest()
      : path_(test::LocalPipePath(test::UniquePipeName())),
        pipe_(AddInstance({path_, win32::SecurityDescriptor::FromSddl("D:P(A;;FA;;;WD)"), false}, nullptr)),
        client_(std::make_unique<ClientEnd>(test::OpenPipe(path_, {}, Soon()))) {}

  // Adds messages until the pipe accepts no more, and returns their number.
  int Fill(WriteQueue& queue, const std::string& message) {
    int added = 0;
    WriteQueue::Added result = WriteQueue::Added::kWritten;
    while (result == WriteQueue::Added::kWritten) {
      result = queue.Add(message, nullptr);
      ++added;
    }
    EXPECT_EQ(result, WriteQueue::Added::kPending);
    return added;
  }

  const std::string path_;
  ServerEnd pipe_;
  std::unique_ptr<ClientEnd> client_;
};

TEST_F(WriteQueueTest, WritesWhatThePipeAcceptsAndTheRestInOrderLater) {
  std::atomic<DWORD> failure = ERROR_SUCCESS;
  WriteQueue queue(pipe_, [&](DWORD code) {
    if (code != ERROR_SUCCESS) failure = code;
  });
  const std::string large(40'000, 'a');
  const int filled = Fill(queue, large);
  EXPECT_TRUE(queue.waiting_since().has_value());
  EXPECT_EQ(queue.bytes(), large.size());
  EXPECT_EQ(queue.Add("b", nullptr), WriteQueue::Added::kPending);
  EXPECT_EQ(queue.Add(large, nullptr), WriteQueue::Added::kPending);
  EXPECT_EQ(queue.Add("c", nullptr), WriteQueue::Added::kPending);
  EXPECT_EQ(queue.bytes(), 2 * large.size() + 2);

  std::string wanted;
  for (int i = 0; i < filled; ++i) wanted += large;
  wanted += "b" + large + "c";
  std::string read;
  std::array<char, 10'000> part;
  while (read.size() < wanted.size()) {
    const std::size_t bytes = client_->Read(part, Soon()).bytes;
    ASSERT_GT(bytes, 0U);
    read.append(part.data(), bytes);
  }
  EXPECT_EQ(read, wanted);
  EXPECT_EQ(failure, static_cast<DWORD>(ERROR_SUCCESS));
}

TEST_F(WriteQueueTest, FailsPermanentlyWhenTheOtherEndIsGone) {
  WriteQueue queue(pipe_, [](DWORD) {});
  client_.reset();
  EXPECT_EQ(queue.Add("a", nullptr), WriteQueue::Added::kFailed);
  EXPECT_NE(queue.last_error(), static_cast<DWORD>(ERROR_SUCCESS));
  EXPECT_EQ(queue.Add("b", nullptr), WriteQueue::Added::kFailed);
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST_F(WriteQueueTest, ReportsAFailedPendingWriteAndReleasesItsOwner) {
  struct Owner {
    explicit Owner(std::shared_ptr<std::promise<void>> promise) : gone(std::move(promise)) {}
    ~Owner() { gone->set_value(); }
    // Shared: the test continues before set_value has returned.
    const std::shared_ptr<std::promise<void>> gone;
  };
  const auto gone = std::make_shared<std::promise<void>>();
  std::atomic<DWORD> code = ERROR_SUCCESS;
  WriteQueue queue(pipe_, [&](DWORD ended) { code = ended; });
  Fill(queue, std::string(40'000, 'a'));
  EXPECT_EQ(queue.bytes(), 40'000U);
  // The first pending message keeps its owner; this one comes after it.
  EXPECT_EQ(queue.Add("b", std::make_shared<Owner>(gone)), WriteQueue::Added::kPending);
  client_.reset();
  ASSERT_EQ(gone->get_future().wait_for(test::kPatience), std::future_status::ready);
  EXPECT_NE(code, static_cast<DWORD>(ERROR_SUCCESS));
  EXPECT_EQ(queue.bytes(), 0U);
  EXPECT_FALSE(queue.waiting_since().has_value());
}

}  // namespace
}  // namespace onbehalf::pipe
