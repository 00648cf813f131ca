#include "onbehalf/pipe/anchor.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/pipe/listener.h"
#include "onbehalf/pipe/security.h"
#include "onbehalf/pipe/server_end.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using win32::SecurityDescriptor;

constexpr SECURITY_INFORMATION kParts =
    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;

win32::UniqueFile OpenAtOnce(const std::string& path) {
  return win32::UniqueFile(::CreateFileW(win32::ToWide(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0,
                                         nullptr, OPEN_EXISTING, 0, nullptr));
}

TEST(DescriptorDifferenceTest, IsNamed) {
  const auto difference = [](const char* actual, const char* wanted) {
    return DifferenceOf(SecurityDescriptor::FromSddl(actual), SecurityDescriptor::FromSddl(wanted)).text;
  };
  constexpr const char* kWanted = "O:SYD:P(D;;FA;;;AN)(A;;FA;;;SY)S:(ML;;NWNR;;;ME)";
  EXPECT_EQ(difference(kWanted, kWanted), "");
  EXPECT_EQ(difference("O:BAD:P(D;;FA;;;AN)(A;;FA;;;SY)S:(ML;;NWNR;;;ME)", kWanted),
            "the owner is S-1-5-32-544, not S-1-5-18");
  EXPECT_EQ(difference("D:P(D;;FA;;;AN)(A;;FA;;;SY)S:(ML;;NWNR;;;ME)", kWanted),
            "the owner is nobody, not S-1-5-18");
  EXPECT_EQ(difference("O:SYS:(ML;;NWNR;;;ME)", kWanted), "there is no DACL");
  for (const char* actual :
       {"O:SYD:P(A;;FA;;;SY)S:(ML;;NWNR;;;ME)", "O:SYD:P(A;;FA;;;SY)(D;;FA;;;AN)S:(ML;;NWNR;;;ME)",
        "O:SYD:P(D;;FA;;;AN)(A;;FA;;;BA)S:(ML;;NWNR;;;ME)",
        "O:SYD:P(D;;FA;;;AN)(A;;FR;;;SY)S:(ML;;NWNR;;;ME)",
        "O:SYD:P(D;;FA;;;AN)(A;;FA;;;SY)(A;;FA;;;WD)S:(ML;;NWNR;;;ME)"}) {
    EXPECT_EQ(difference(actual, kWanted).find("the DACL is D:"), 0U) << actual;
  }
  EXPECT_EQ(difference("O:SYD:P(D;;FA;;;AN)(A;;FA;;;SY)", kWanted).find("the mandatory label is "), 0U);
  EXPECT_EQ(
      difference("O:SYD:P(D;;FA;;;AN)(A;;FA;;;SY)S:(ML;;NWNR;;;LW)", kWanted).find("the mandatory label is "),
      0U);
}

// A pipe that exists before the listener starts.
class ExistingPipe : public testing::Test {
 protected:
  ExistingPipe() : path_(test::LocalPipePath(test::UniquePipeName())) {}

  PipeOptions Ours() const { return {path_, Security::Default().Build(), false}; }
  // Starts a listener on the pipe and returns its error message, empty if it listens.
  std::string StartListener() {
    Listener listener(Ours(), 2, nullptr, NoEvents());
    try {
      listener.Start();
    } catch (const NameTaken& taken) {
      return taken.what();
    }
    joined_ = listener.joined_existing();
    listener.Stop();
    return {};
  }
  static Listener::Events NoEvents() {
    return {[](ServerEnd) {}, [] {},
            [](std::string_view what, std::string_view why) { ADD_FAILURE() << what << ": " << why; }};
  }

  const std::string path_;
  bool joined_ = false;
};

TEST_F(ExistingPipe, WithAnotherDescriptorIsNotServed) {
  const ServerEnd squatter =
      AddInstance({path_, SecurityDescriptor::FromSddl("D:P(A;;FA;;;WD)"), false}, nullptr);
  const std::string why = StartListener();
  EXPECT_EQ(why.find("the pipe " + path_ + " was created by another program: "), 0U) << why;
}

TEST_F(ExistingPipe, OfAnotherOwnerIsNotServed) {
  std::string sddl = Ours().descriptor.ToSddl(DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION);
  std::optional<ServerEnd> squatter;
  try {
    squatter.emplace(
        AddInstance(PipeOptions{path_, SecurityDescriptor::FromSddl("O:BA" + sddl), false}, nullptr));
  } catch (const win32::Win32Error& error) {
    ASSERT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_INVALID_OWNER));
    GTEST_SKIP() << "missing here: an account that may own things as Administrators";
  }
  if (SecurityDescriptor::FromKernelObject(squatter->native(), kParts).Owner()->ToString() !=
      "S-1-5-32-544") {
    GTEST_SKIP() << "missing here: pipes that keep the owner they are given";
  }
  const std::string why = StartListener();
  EXPECT_NE(why.find("the owner is S-1-5-32-544, not "), std::string::npos) << why;
}

// A client that held on to its end when the server ended keeps the pipe alive. Where the flag for the first
// instance does not reveal it, the number of instances does.
TEST_F(ExistingPipe, OfThisAccountIsServed) {
  const ServerEnd left_over = AddInstance(Ours(), nullptr);
  EXPECT_EQ(StartListener(), "");
  EXPECT_TRUE(joined_);
}

// A pipe whose owner is the service's SID was made by the service: what a crash or an older release left has
// another DACL or label.
TEST_F(ExistingPipe, ThatIsTheServicesOwnGetsItsDescriptorAndLabel) {
  const std::string owner = win32::Sid::ForService("onbehalf-test").ToString();
  const PipeOptions wanted{
      path_, SecurityDescriptor::FromSddl("O:" + owner + "G:SYD:P(A;;FA;;;WD)S:(ML;;NWNR;;;ME)"), false};
  const PipeOptions older{
      path_, SecurityDescriptor::FromSddl("O:" + owner + "G:SYD:P(A;;FA;;;AU)S:(ML;;NW;;;ME)"), false};
  std::optional<ServerEnd> left_over;
  try {
    left_over.emplace(AddInstance(older, nullptr));
  } catch (const win32::Win32Error& error) {
    ASSERT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_INVALID_OWNER));
    GTEST_SKIP() << "missing here: an account that may own things as the service";
  }
  if (SecurityDescriptor::FromKernelObject(left_over->native(), kParts).Owner()->ToString() != owner) {
    GTEST_SKIP() << "missing here: pipes that keep the owner they are given";
  }
  const Anchor anchor(wanted);
  const auto now = SecurityDescriptor::FromKernelObject(left_over->native(), kParts);
  EXPECT_EQ(DifferenceOf(now, wanted.descriptor).text, "");
  EXPECT_TRUE(anchor.joined_existing());
}

TEST_F(ExistingPipe, IsNotFoundIfThereIsNone) {
  EXPECT_EQ(StartListener(), "");
  EXPECT_FALSE(joined_);
}

TEST_F(ExistingPipe, ThatLocksTheServiceOutIsNotServed) {
  ONBEHALF_SKIP_WITHOUT("the flag for a pipe's first instance, and a pipe's DACL that is enforced",
                        test::FirstPipeInstanceIsHonoured() && test::PipeDaclIsEnforced());
  const ServerEnd squatter =
      AddInstance({path_, SecurityDescriptor::FromSddl("D:P(A;;0x12019b;;;WD)"), false}, nullptr);
  const std::string why = StartListener();
  EXPECT_NE(why.find("denies this process access (ERROR_ACCESS_DENIED)"), std::string::npos) << why;
}

// ---- The instance that holds the name ----

class PipeName : public ExistingPipe {};

TEST_F(PipeName, IsHeldByAnInstanceThatNoClientGets) {
  const Anchor anchor(Ours());
  EXPECT_FALSE(OpenAtOnce(path_));
  EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_PIPE_BUSY));
}

// From Start on, even when no instance listens any more.
TEST_F(PipeName, IsHeldUntilTheListenerIsDestroyed) {
  {
    Listener listener(Ours(), 2, nullptr, NoEvents());
    listener.Start();
    EXPECT_TRUE(OpenAtOnce(path_)) << ::GetLastError();
    listener.Stop();
    EXPECT_FALSE(OpenAtOnce(path_));
    EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_PIPE_BUSY));
  }
  EXPECT_FALSE(OpenAtOnce(path_));
  EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
}

TEST_F(PipeName, IsHeldWithoutAWaitingInstance) {
  // As many clients as instances, and no new ones.
  const Anchor anchor(Ours());
  std::optional<ServerEnd> instance(AddInstance(Ours(), nullptr));
  const win32::UniqueFile client = OpenAtOnce(path_);
  ASSERT_TRUE(client) << ::GetLastError();
  instance.reset();
  EXPECT_FALSE(OpenAtOnce(path_));
  EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_PIPE_BUSY));
}

TEST_F(PipeName, GivesTheLivePipeAnotherDescriptorAndLabel) {
  Anchor anchor(Ours());
  const ServerEnd instance = AddInstance(Ours(), nullptr);
  const std::string owner = win32::Token::FromOwnProcess().User().ToString();
  for (const char* rest : {"D:P(A;;0x1e019f;;;WD)S:(ML;;NW;;;ME)", "D:P(A;;FA;;;WD)S:(ML;;NWNR;;;ME)"}) {
    const auto wanted = SecurityDescriptor::FromSddl("O:" + owner + "G:SY" + rest);
    anchor.SetDescriptor(wanted);
    EXPECT_EQ(DifferenceOf(SecurityDescriptor::FromKernelObject(instance.native(), kParts), wanted).text, "")
        << rest;
  }
}

}  // namespace
}  // namespace onbehalf::pipe
