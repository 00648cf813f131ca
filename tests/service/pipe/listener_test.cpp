#include "onbehalf/pipe/listener.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "create_named_pipe_spy.h"
#include "gate.h"
#include "log/log.h"
#include "messages.h"
#include "onbehalf/pipe/anchor.h"
#include "onbehalf/pipe/server_end.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe/pipe_descriptor.h"
#include "raw_client.h"
#include "support/child_main.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"
#include "temporary_folder.h"
#include "test_server.h"
#include "threads/thread_pool.h"

namespace onbehalf::test {
namespace {

using pipe::NameTaken;
using pipe::PipeOptions;
using win32::SecurityDescriptor;

constexpr SECURITY_INFORMATION kParts =
    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;

DWORD InstancesOf(HANDLE pipe) {
  DWORD instances = 0;
  EXPECT_TRUE(::GetNamedPipeHandleStateW(pipe, nullptr, &instances, nullptr, nullptr, nullptr, 0));
  return instances;
}

win32::UniqueFile OpenAtOnce(const std::string& path) {
  return win32::UniqueFile(::CreateFileW(win32::ToWide(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0,
                                         nullptr, OPEN_EXISTING, 0, nullptr));
}

TEST(Listener, TheNumberOfWaitingInstancesIsConstant) {
  TestServer server;
  server.settings().pipe.waiting_instances = 3;
  server.Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (DWORD served = 1; served <= 10; ++served) {
    clients.push_back(std::make_unique<RawClient>(server.pipe_path()));
    ASSERT_TRUE(clients.back()->Call("rpc.ping").contains("result"));
    EXPECT_EQ(InstancesOf(clients.back()->stream().native()), 1 + served + 3);  // the anchor is one
  }
}

// FILE_FLAG_FIRST_PIPE_INSTANCE is the bit of WRITE_OWNER: Windows refuses an instance with it while another
// exists, and the anchor always exists.
TEST(Listener, NoInstanceAsksToBeTheFirst) {
  TestServer server;
  server.settings().pipe.waiting_instances = 3;
  TakePipeOpenModes();
  server.Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.pipe_path()));
    ASSERT_TRUE(clients.back()->Call("rpc.ping").contains("result"));
  }
  const std::vector<DWORD> modes = TakePipeOpenModes();
  ASSERT_EQ(modes.size(), 13U);
  for (const DWORD mode : modes) EXPECT_EQ(mode & FILE_FLAG_FIRST_PIPE_INSTANCE, 0U);
}

TEST(Listener, AnInstanceWaitsWhileAnotherIsServed) {
  Gate gate;
  TestServer server;
  server.settings().pipe.waiting_instances = 1;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient first(server.pipe_path());
  first.Send(RequestMessage(1, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  // Without waiting: the next instance existed before the first client was served.
  EXPECT_TRUE(OpenAtOnce(server.pipe_path())) << ::GetLastError();
  RawClient second(server.pipe_path());
  EXPECT_TRUE(second.Call("rpc.ping").contains("result"));
  gate.Open();
  EXPECT_EQ(first.Read(), ResultMessage(1, {{"passed", true}}));
}

// What the design specifies, ACE by ACE, as a client reads it from the pipe.
TEST(Listener, ThePipeCarriesItsDescriptor) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  const auto actual = SecurityDescriptor::FromKernelObject(client.stream().native(), kParts);
  const std::string owner = service::PipeOwner({}).ToString();
  EXPECT_EQ(actual.Owner()->ToString(), owner);
  struct Entry {
    bool allows;
    ACCESS_MASK mask;
    std::string sid;
  };
  const std::vector<Entry> wanted{{false, FILE_ALL_ACCESS, "S-1-5-7"},
                                  {false, FILE_ALL_ACCESS, "S-1-5-32-546"},
                                  {true, 0x1e019f, owner},
                                  {true, READ_CONTROL, "S-1-3-4"},
                                  {true, 0x12019b, "S-1-5-11"},
                                  {true, 0x12019b, "S-1-5-18"},
                                  {true, 0x12019b, "S-1-5-32-544"}};
  const auto entries = actual.Dacl();
  ASSERT_EQ(entries.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(entries[i].allows(), wanted[i].allows) << i;
    EXPECT_EQ(entries[i].denies(), !wanted[i].allows) << i;
    EXPECT_EQ(entries[i].mask, wanted[i].mask) << i;
    EXPECT_EQ(entries[i].sid.ToString(), wanted[i].sid) << i;
  }
  const auto label = actual.Label();
  ASSERT_TRUE(label.has_value());
  EXPECT_EQ(label->sid.ToString(), "S-1-16-8192");
  EXPECT_EQ(label->mask,
            static_cast<ACCESS_MASK>(SYSTEM_MANDATORY_LABEL_NO_WRITE_UP | SYSTEM_MANDATORY_LABEL_NO_READ_UP));
}

TEST(PipeDescriptor, DeniesNetworkLogonsIfConfigured) {
  service::Settings::Pipe settings;
  settings.deny_network_logons = true;
  const auto owner = service::PipeOwner({});
  const auto entries =
      service::PipeDescriptor(settings, owner, service::AccessPolicy::Compile({}, {})).Dacl();
  ASSERT_EQ(entries.size(), 8U);
  EXPECT_TRUE(entries[2].denies());
  EXPECT_EQ(entries[2].sid.ToString(), "S-1-5-2");
  // Only the service's own ACE may allow creating instances or changing the descriptor.
  for (const auto& entry : entries) {
    if (!entry.allows() || entry.sid == owner) continue;
    EXPECT_EQ(
        entry.mask & (FILE_CREATE_PIPE_INSTANCE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL | GENERIC_WRITE), 0U)
        << entry.sid.ToString();
  }
}

TEST(PipeDescriptor, ADifferenceIsNamed) {
  const auto difference = [](const char* actual, const char* wanted) {
    return pipe::DifferenceOf(SecurityDescriptor::FromSddl(actual), SecurityDescriptor::FromSddl(wanted))
        .text;
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

// A pipe that exists before the service starts.
class ExistingPipe : public testing::Test {
 protected:
  ExistingPipe() : path_(LocalPipePath(UniquePipeName())) {}

  pipe::PipeOptions Ours() const {
    return {path_,
            service::PipeDescriptor({}, service::PipeOwner({}), service::AccessPolicy::Compile({}, {})),
            false};
  }
  // Starts a listener on the pipe and returns its error message, empty if it listens.
  std::string StartListener() {
    pipe::Listener listener(Ours(), 2, pool_.environment(), NoEvents());
    try {
      listener.Start();
    } catch (const pipe::NameTaken& taken) {
      return taken.what();
    }
    joined_ = listener.joined_existing();
    listener.Stop();
    return {};
  }
  static pipe::Listener::Events NoEvents() {
    return {[](pipe::ServerEnd) {}, [] {},
            [](std::string_view what, std::string_view why) { ADD_FAILURE() << what << ": " << why; }};
  }

  const std::string path_;
  service::ThreadPool pool_{1, 2};
  bool joined_ = false;
};

TEST_F(ExistingPipe, WithAnotherDescriptorIsNotServed) {
  const pipe::ServerEnd squatter =
      pipe::AddInstance({path_, SecurityDescriptor::FromSddl("D:P(A;;FA;;;WD)"), false}, pool_.environment());
  const std::string why = StartListener();
  EXPECT_EQ(why.find("the pipe " + path_ + " was created by another program: "), 0U) << why;
}

TEST_F(ExistingPipe, OfAnotherOwnerIsNotServed) {
  std::string sddl = Ours().descriptor.ToSddl(DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION);
  std::optional<pipe::ServerEnd> squatter;
  try {
    squatter.emplace(pipe::AddInstance(
        pipe::PipeOptions{path_, SecurityDescriptor::FromSddl("O:BA" + sddl), false}, pool_.environment()));
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

// A client that held on to its end when the service ended keeps the pipe alive. Where the flag for the first
// instance does not reveal it, the number of instances does.
TEST_F(ExistingPipe, OfThisAccountIsServed) {
  const pipe::ServerEnd left_over = pipe::AddInstance(Ours(), pool_.environment());
  EXPECT_EQ(StartListener(), "");
  EXPECT_TRUE(joined_);
}

// A pipe whose owner is the service's SID was made by the service: what a crash or an older release left has
// another DACL or label.
TEST_F(ExistingPipe, ThatIsTheServicesOwnGetsItsDescriptorAndLabel) {
  const std::string owner = win32::Sid::ForService(service::kServiceName).ToString();
  const pipe::PipeOptions wanted{
      path_, SecurityDescriptor::FromSddl("O:" + owner + "G:SYD:P(A;;FA;;;WD)S:(ML;;NWNR;;;ME)"), false};
  const pipe::PipeOptions older{
      path_, SecurityDescriptor::FromSddl("O:" + owner + "G:SYD:P(A;;FA;;;AU)S:(ML;;NW;;;ME)"), false};
  std::optional<pipe::ServerEnd> left_over;
  try {
    left_over.emplace(pipe::AddInstance(older, pool_.environment()));
  } catch (const win32::Win32Error& error) {
    ASSERT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_INVALID_OWNER));
    GTEST_SKIP() << "missing here: an account that may own things as the service";
  }
  if (SecurityDescriptor::FromKernelObject(left_over->native(), kParts).Owner()->ToString() != owner) {
    GTEST_SKIP() << "missing here: pipes that keep the owner they are given";
  }
  const pipe::Anchor anchor(wanted);
  const auto now = SecurityDescriptor::FromKernelObject(left_over->native(), kParts);
  EXPECT_EQ(pipe::DifferenceOf(now, wanted.descriptor).text, "");
  EXPECT_TRUE(anchor.joined_existing());
}

TEST_F(ExistingPipe, IsNotFoundIfThereIsNone) {
  EXPECT_EQ(StartListener(), "");
  EXPECT_FALSE(joined_);
}

TEST_F(ExistingPipe, ThatLocksTheServiceOutIsNotServed) {
  ONBEHALF_SKIP_WITHOUT("the flag for a pipe's first instance, and a pipe's DACL that is enforced",
                        FirstPipeInstanceIsHonoured() && PipeDaclIsEnforced());
  const pipe::ServerEnd squatter = pipe::AddInstance(
      {path_, SecurityDescriptor::FromSddl("D:P(A;;0x12019b;;;WD)"), false}, pool_.environment());
  const std::string why = StartListener();
  EXPECT_NE(why.find("denies this process access (ERROR_ACCESS_DENIED)"), std::string::npos) << why;
}

// ---- The instance that holds the name ----

class PipeName : public ExistingPipe {};

TEST_F(PipeName, IsHeldByAnInstanceThatNoClientGets) {
  const pipe::Anchor anchor(Ours());
  EXPECT_FALSE(OpenAtOnce(path_));
  EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_PIPE_BUSY));
}

// From Start on, even when no instance listens any more.
TEST_F(PipeName, IsHeldUntilTheListenerIsDestroyed) {
  {
    pipe::Listener listener(Ours(), 2, pool_.environment(), NoEvents());
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
  const pipe::Anchor anchor(Ours());
  std::optional<pipe::ServerEnd> instance(pipe::AddInstance(Ours(), pool_.environment()));
  const win32::UniqueFile client = OpenAtOnce(path_);
  ASSERT_TRUE(client) << ::GetLastError();
  instance.reset();
  EXPECT_FALSE(OpenAtOnce(path_));
  EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_PIPE_BUSY));
}

TEST_F(PipeName, GivesTheLivePipeAnotherDescriptorAndLabel) {
  pipe::Anchor anchor(Ours());
  const pipe::ServerEnd instance = pipe::AddInstance(Ours(), pool_.environment());
  const std::string owner = service::PipeOwner({}).ToString();
  for (const char* rest : {"D:P(A;;0x1e019f;;;WD)S:(ML;;NW;;;ME)", "D:P(A;;FA;;;WD)S:(ML;;NWNR;;;ME)"}) {
    const auto wanted = SecurityDescriptor::FromSddl("O:" + owner + "G:SY" + rest);
    anchor.SetDescriptor(wanted);
    EXPECT_EQ(
        pipe::DifferenceOf(SecurityDescriptor::FromKernelObject(instance.native(), kParts), wanted).text, "")
        << rest;
  }
}

// ---- Handle inheritance ----

// Counts the server ends of message-type pipes among this process's handles.
ONBEHALF_CHILD_MAIN(CountPipes) {
  int pipes = 0;
  for (std::uintptr_t value = 4; value < 0x4000; value += 4) {
    const HANDLE handle = reinterpret_cast<HANDLE>(value);
    DWORD flags = 0;
    if (::GetNamedPipeInfo(handle, &flags, nullptr, nullptr, nullptr) && (flags & PIPE_SERVER_END) != 0 &&
        (flags & PIPE_TYPE_MESSAGE) != 0) {
      ++pipes;
    }
  }
  return pipes;
}

// Starts a child that inherits every inheritable handle, and returns its count.
DWORD PipesOfAChild() {
  std::wstring executable(MAX_PATH, L'\0');
  executable.resize(::GetModuleFileNameW(nullptr, executable.data(), MAX_PATH));
  std::wstring command =
      L"\"" + executable + L"\" " + win32::ToWide(std::string(kChildMainArgument) + "CountPipes");
  STARTUPINFOW startup{};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION started{};
  if (!::CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup,
                        &started)) {
    win32::ThrowLastError("CreateProcessW");
  }
  const win32::UniqueObject process(started.hProcess);
  const win32::UniqueObject thread(started.hThread);
  EXPECT_EQ(::WaitForSingleObject(process.get(), kPatienceMilliseconds), WAIT_OBJECT_0);
  DWORD code = 0;
  EXPECT_TRUE(::GetExitCodeProcess(process.get(), &code));
  return code;
}

TEST(Listener, NoChildInheritsAnEndOfThePipe) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  ASSERT_TRUE(client.Call("rpc.ping").contains("result"));
  EXPECT_EQ(PipesOfAChild(), 0U);

  // The child would have inherited one.
  SECURITY_ATTRIBUTES inherited{sizeof(inherited), nullptr, TRUE};
  const win32::UniqueFile pipe(::CreateNamedPipeW(win32::ToWide(LocalPipePath(UniquePipeName())).c_str(),
                                                  PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1, 4096, 4096, 0,
                                                  &inherited));
  ASSERT_TRUE(pipe);
  EXPECT_EQ(PipesOfAChild(), 1U);
}

}  // namespace
}  // namespace onbehalf::test
