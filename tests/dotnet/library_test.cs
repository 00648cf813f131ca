// onbehalf.dll, called through LibraryImport as a .NET application would: client-lib/samples/csharp-dll has
// the declarations.
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using static Cases;
using static OnBehalfLibrary;

internal static class LibraryTest
{
    private const int MethodNotFound = -32601;
    private const int RequestCancelled = -32800;
    private const int ErrorFileNotFound = 2;
    private const int ConnectionNotConnected = 5;
    private const int ConnectionClosed = 6;

    public static void Register()
    {
        Test("Library.HasTheVersionOfTheDeclarations", _ =>
        {
            Expect.Equal(1u << 16, onbehalf_abi_version());
            Expect.That(Marshal.PtrToStringUTF8(onbehalf_version()) is { Length: > 0 }, "no version");
            return Task.CompletedTask;
        });

        // A library also reads a larger struct if the fields that it does not know are zero; these are the
        // sizes of onbehalf.h.
        Test("Library.HasStructsOfTheDeclaredSizes", _ =>
        {
            Expect.Equal(64, Marshal.SizeOf<OnBehalfOptions>());
            Expect.Equal(32, Marshal.SizeOf<OnBehalfCallOptions>());
            Expect.Equal((uint)Marshal.SizeOf<OnBehalfError>(), Marshal.PtrToStructure<OnBehalfError>(onbehalf_last_error()).Size);
            return Task.CompletedTask;
        });

        Test("Library.Calls", one =>
        {
            nint client = Connect(one);
            JsonElement process = Call(client, "identity.whoami").GetProperty("process");
            Expect.Equal(Environment.ProcessId, process.GetProperty("id").GetInt32());
            Expect.Equal("ü€😀", Call(client, "rpc.ping", """{"echo":"ü€😀"}""").GetProperty("echo").GetString());
            Expect.Equal("one", Call(client, "rpc.ping", """["one"]""").GetProperty("echo").GetString());
            Expect.Equal(OnBehalfStatus.Ok, onbehalf_notify(client, "rpc.ping", null, -1));
            Expect.Equal(1, onbehalf_is_connected(client));
            return Task.CompletedTask;
        });

        Test("Library.CallsOnManyThreadsConcurrently", one =>
        {
            nint client = Connect(one);
            return Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
            {
                for (int call = 0; call < 50; ++call)
                {
                    JsonElement pong = Call(client, "rpc.ping", $"""["{thread} {call}"]""");
                    Expect.Equal($"{thread} {call}", pong.GetProperty("echo").GetString());
                }
            })));
        });

        Test("Library.ReportsWhatIsWrong", async one =>
        {
            nint client = Connect(one);
            var noMethod = await Expect.ThrowsAsync<OnBehalfException>(() => Task.FromResult(Call(client, "no.such")));
            Expect.Equal(
                (OnBehalfStatus.RpcError, MethodNotFound, "MethodNotFound"), (noMethod.Status, noMethod.Code, noMethod.Name));
            var windows = await Expect.ThrowsAsync<OnBehalfException>(
                () => Task.FromResult(Call(client, "file.stat", """{"path":"C:\\no such folder\\file"}""")));
            Expect.Equal(InstalledService.WindowsError, windows.Code);
            Expect.Equal("ERROR_PATH_NOT_FOUND", JsonDocument.Parse(windows.Json!).RootElement.GetProperty("name").GetString());
            var notJson = await Expect.ThrowsAsync<OnBehalfException>(() => Task.FromResult(Call(client, "rpc.ping", "{")));
            Expect.Equal(OnBehalfStatus.InvalidArgument, notJson.Status);

            var options = new OnBehalfOptions
            {
                Size = (uint)Marshal.SizeOf<OnBehalfOptions>(),
                ConnectTimeoutMs = 1000,
                Pipe = Marshal.StringToCoTaskMemUTF8("onbehalf-that-is-not-there"),
            };
            one.Defer(() => Marshal.FreeCoTaskMem(options.Pipe));
            Expect.Equal(OnBehalfStatus.WindowsError, onbehalf_connect(options, out nint none));
            Expect.Equal(ErrorFileNotFound, OnBehalfException.Last().Code);
            Expect.Equal(0, none);
        });

        Test("Library.CallsBackWhenACallEnds", async one =>
        {
            using var calls = new PendingCalls(Connect());
            PendingCall[] pings = [.. Enumerable.Range(0, 100).Select(number => calls.Begin("rpc.ping", $"""["{number}"]"""))];
            for (int number = 0; number < pings.Length; ++number)
            {
                JsonElement pong = await pings[number].Result.WaitAsync(InstalledService.Patience);
                Expect.Equal($"{number}", pong.GetProperty("echo").GetString());
            }

            var error = await Expect.ThrowsAsync<OnBehalfException>(
                () => calls.Begin("no.such").Result.WaitAsync(InstalledService.Patience));
            Expect.Equal(MethodNotFound, error.Code);
        });

        Test("Library.ReportsProgressUntilTheCallIsCancelled", async one =>
        {
            using var calls = new PendingCalls(Connect());
            Call(calls.Client, "rpc.ping");
            PendingCall follow = calls.Begin("audit.follow", """{"method":"rpc.ping"}""");
            JsonElement piece = await follow.Progress.WaitAsync(InstalledService.Patience);
            Expect.That(piece.GetProperty("lines").GetArrayLength() > 0, "a piece without lines");
            Expect.Equal(OnBehalfStatus.Ok, onbehalf_cancel(follow.Request));
            var error = await Expect.ThrowsAsync<OnBehalfException>(() => follow.Result.WaitAsync(InstalledService.Patience));
            Expect.Equal((OnBehalfStatus.Cancelled, RequestCancelled), (error.Status, error.Code));
            // Again, without an effect.
            Expect.Equal(OnBehalfStatus.Ok, onbehalf_cancel(follow.Request));
        });

        Test("Library.ReportsProgressOnTheCallingThread", one =>
        {
            nint client = Connect(one);
            var threads = new List<int>();
            OnBehalfProgress progress = (user, value, length) =>
            {
                Expect.Equal(7, user);
                Expect.That(length > 0 && value != 0, "a step without a value");
                threads.Add(Environment.CurrentManagedThreadId);
            };
            var options = new OnBehalfCallOptions
            {
                Size = (uint)Marshal.SizeOf<OnBehalfCallOptions>(),
                TimeoutMs = 30_000,
                Flags = Idempotent,
                Progress = Marshal.GetFunctionPointerForDelegate(progress),
                ProgressUser = 7,
            };
            OnBehalfStatus status = onbehalf_call(client, "audit.verify", null, -1, options, out nint result, out _);
            onbehalf_free_string(result);
            GC.KeepAlive(progress);
            Expect.Equal(OnBehalfStatus.Ok, status);
            Expect.Same([Environment.CurrentManagedThreadId], threads.Distinct());
            return Task.CompletedTask;
        });

        Test("Library.ReportsNotifications", async one =>
        {
            nint client = Connect(one);
            var told = new TaskCompletionSource<string>();
            OnBehalfNotification handler = (_, method, _, _) => told.TrySetResult(Marshal.PtrToStringUTF8(method)!);
            Expect.Equal(OnBehalfStatus.Ok, onbehalf_on_notification(client, handler, 0));
            Call(client, "rpc.subscribe", """{"events":["rpc.methodsChanged"]}""");
            one.Defer(() => Call(client, "access.set", """{"node":"service.status","sddl":null}"""));
            Call(client, "access.deny", """{"node":"service.status","account":"BG","rights":["call"]}""");
            Expect.Equal("rpc.methodsChanged", await told.Task.WaitAsync(InstalledService.Patience));
            Expect.Equal(OnBehalfStatus.Ok, onbehalf_on_notification(client, null, 0));
            GC.KeepAlive(handler);
        });

        Test("Library.IsFreedInAnyOrder", async one =>
        {
            // The request is freed before its call has ended.
            using (var calls = new PendingCalls(Connect()))
            {
                PendingCall ping = calls.Begin("rpc.ping");
                ping.FreeRequest();
                Expect.That((await ping.Result.WaitAsync(InstalledService.Patience)).GetProperty("pong").GetBoolean(), "no pong");
            }

            // The client is freed while a call is under way, then the request, which can still be cancelled.
            var left = new PendingCalls(Connect());
            PendingCall follow = left.Begin("audit.follow");
            await follow.Progress.WaitAsync(InstalledService.Patience);
            left.FreeClient();
            var ended = await Expect.ThrowsAsync<OnBehalfException>(() => follow.Result.WaitAsync(InstalledService.Patience));
            Expect.Equal((OnBehalfStatus.ConnectionError, ConnectionClosed), (ended.Status, ended.Code));
            Expect.Equal(OnBehalfStatus.Ok, onbehalf_cancel(follow.Request));
            left.Dispose();

            // The client is freed in a callback of its own.
            var own = new PendingCalls(Connect());
            PendingCall last = own.Begin("rpc.ping", whenDone: own.FreeClient);
            await last.Result.WaitAsync(InstalledService.Patience);
            own.Dispose();

            // Closed first, with a call under way.
            using (var calls = new PendingCalls(Connect()))
            {
                PendingCall cut = calls.Begin("audit.follow");
                await cut.Progress.WaitAsync(InstalledService.Patience);
                Expect.Equal(OnBehalfStatus.Ok, onbehalf_close(calls.Client));
                var closed = await Expect.ThrowsAsync<OnBehalfException>(() => cut.Result.WaitAsync(InstalledService.Patience));
                Expect.Equal(ConnectionClosed, closed.Code);
                Expect.Equal(0, onbehalf_is_connected(calls.Client));
                var late = await Expect.ThrowsAsync<OnBehalfException>(() => Task.FromResult(Call(calls.Client, "rpc.ping")));
                Expect.Equal((OnBehalfStatus.ConnectionError, ConnectionNotConnected), (late.Status, late.Code));
            }

            // Freeing null is allowed.
            onbehalf_free_request(0);
            onbehalf_free_client(0);
            onbehalf_free_string(0);
        });
    }

    private static nint Connect()
    {
        if (onbehalf_connect(0, out nint client) != OnBehalfStatus.Ok)
        {
            throw OnBehalfException.Last();
        }

        return client;
    }

    // Freed when the case ends.
    private static nint Connect(Case one)
    {
        nint client = Connect();
        one.Defer(() => onbehalf_free_client(client));
        return client;
    }

    private static JsonElement Call(nint client, string method, string? parameters = null)
    {
        if (onbehalf_call(client, method, parameters, -1, 0, out nint result, out long length) != OnBehalfStatus.Ok)
        {
            throw OnBehalfException.Last();
        }

        try
        {
            string text = Marshal.PtrToStringUTF8(result, (int)length);
            return JsonDocument.Parse(text).RootElement;
        }
        finally
        {
            onbehalf_free_string(result);
        }
    }

    // A call under way.
    private sealed class PendingCall(Action whenDone)
    {
        private readonly TaskCompletionSource<JsonElement> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<JsonElement> progress = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public nint Request;

        public Task<JsonElement> Result => this.result.Task;

        // The first piece.
        public Task<JsonElement> Progress => this.progress.Task;

        public void OnProgress(nint value, long length) =>
            this.progress.TrySetResult(JsonDocument.Parse(Marshal.PtrToStringUTF8(value, (int)length)).RootElement);

        public void OnDone(OnBehalfStatus status, nint value, long length, nint error)
        {
            whenDone();
            if (status == OnBehalfStatus.Ok)
            {
                this.result.SetResult(JsonDocument.Parse(Marshal.PtrToStringUTF8(value, (int)length)).RootElement);
            }
            else
            {
                this.result.SetException(OnBehalfException.From(error));
            }
        }

        public void FreeRequest()
        {
            onbehalf_free_request(this.Request);
            this.Request = 0;
        }
    }

    // A client's asynchronous calls, distinguished by `user`. All of them share one delegate of each kind,
    // which lives as long as the client.
    private sealed class PendingCalls : IDisposable
    {
        private readonly ConcurrentDictionary<nint, PendingCall> calls = new();
        private readonly OnBehalfDone done;
        private readonly OnBehalfProgress progress;
        private nint last;

        public PendingCalls(nint client)
        {
            this.Client = client;
            this.done = (user, status, result, length, error) => this.calls[user].OnDone(status, result, length, error);
            this.progress = (user, value, length) => this.calls[user].OnProgress(value, length);
        }

        public nint Client { get; private set; }

        public PendingCall Begin(string method, string? parameters = null, Action? whenDone = null)
        {
            var call = new PendingCall(whenDone ?? (() => { }));
            nint key = ++this.last;
            this.calls[key] = call;
            var options = new OnBehalfCallOptions { Size = (uint)Marshal.SizeOf<OnBehalfCallOptions>() };
            // When progress is requested, a method's parameters must be named.
            if (parameters is null or ['{', ..])
            {
                options.Progress = Marshal.GetFunctionPointerForDelegate(this.progress);
                options.ProgressUser = key;
            }

            OnBehalfStatus status = onbehalf_call_async(
                this.Client, method, parameters, -1, options, this.done, key, out call.Request);
            return status == OnBehalfStatus.Ok ? call : throw OnBehalfException.Last();
        }

        public void FreeClient()
        {
            nint client = this.Client;
            this.Client = 0;
            onbehalf_free_client(client);
        }

        public void Dispose()
        {
            this.FreeClient();
            foreach (PendingCall call in this.calls.Values)
            {
                call.FreeRequest();
            }
        }
    }
}
