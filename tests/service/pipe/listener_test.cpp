#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "create_named_pipe_spy.h"
#include "gate.h"
#include "messages.h"
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
#include "support/unique_pipe_name.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

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
