// Connections from .NET that end, and unusual ones.
using System.Diagnostics;
using System.IO.Pipes;
using System.Security.Principal;
using System.Text;
using System.Text.Json;
using StreamJsonRpc;
using StreamJsonRpc.Protocol;
using static Cases;
using static InstalledService;

internal static class ConnectionTest
{
    private const string Ready = "a call is under way";

    public static void Register()
    {
        Test("Connection.ReconnectsAfterARestartOfTheService", async one =>
        {
            JsonRpc probe = await ConnectForRestartAsync(one, Wire.HeaderSystemText, TokenImpersonationLevel.Identification);
            bool isNt = (await probe.CallAsync<Caller>("identity.whoami")).level == "identification";
            probe.Dispose();

            // Four that wait, and four in the middle of a call; one of each kind per wire format.
            JsonRpc[] waiting = await Task.WhenAll(Wires.Select(wire => ConnectForRestartAsync(one, wire)));
            JsonRpc[] calling = await Task.WhenAll(Wires.Select(wire => ConnectForRestartAsync(one, wire)));
            var stopping = new List<Task>();
            foreach (JsonRpc service in waiting)
            {
                var told = new TaskCompletionSource();
                service.AllowModificationWhileListening = true;
                service.AddLocalRpcMethod("service.stopping", told.SetResult);
                await service.CallAsync<object>("rpc.subscribe", new { events = new[] { "service.stopping" } });
                stopping.Add(told.Task);
            }

            List<Task> follows = [];
            foreach (JsonRpc service in calling)
            {
                follows.Add(await FollowAsync(service));
            }

            one.Defer(async () =>
            {
                if (await StateAsync() != "RUNNING")
                {
                    await StartAsync();
                }
            });
            await StopAsync();
            await Task.WhenAll(stopping).WaitAsync(Patience);
            foreach (Task follow in follows)
            {
                var error = await Expect.ThrowsAsync<RemoteInvocationException>(() => follow.WaitAsync(Patience));
                Expect.Equal(ShuttingDown, error.ErrorCode);
            }

            foreach (JsonRpc service in waiting.Concat(calling))
            {
                await service.Completion.WaitAsync(Patience);
                await Expect.ThrowsAsync<ConnectionLostException>(() => service.EchoAsync("too late"));
            }

            // They wait for the pipe, which does not exist yet.
            Task<JsonRpc[]> again = Task.WhenAll(Wires.Concat(Wires).Select(wire => ConnectAgainAsync(one, wire, mayBeLost: !isNt)));
            await StartAsync();
            foreach (JsonRpc service in await again)
            {
                Expect.Equal("again", await service.EchoAsync("again"));
            }
        });

        Test("Connection.IsLostDuringCallsWithoutAHang", async one =>
        {
            // Ends every connection of this process while each has unanswered calls.
            JsonRpc[] services = await Task.WhenAll(Wires.Select(wire => ConnectForRestartAsync(one, wire)));
            List<Task> follows = [];
            foreach (JsonRpc service in services)
            {
                follows.Add(await FollowAsync(service));
            }

            // The others have exchanged a message before; this is the connection's first request.
            JsonRpc administrator = await ConnectAsync(one);
            List<Connection> others = await ConnectionsAsync(administrator, Environment.ProcessId);
            others.RemoveAll(each => each.requests < 2);
            Expect.Equal(services.Length, others.Count);
            foreach (Connection each in others)
            {
                await administrator.CallAsync<object>("service.disconnect", new { connection = each.id });
            }

            foreach (Task follow in follows)
            {
                await Expect.ThrowsAsync<ConnectionLostException>(() => follow.WaitAsync(Patience));
            }

            Expect.Equal("still here", await administrator.EchoAsync("still here"));
        });

        Test("Connection.OfAKilledClientEndsWithItsCalls", async one =>
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["--hold"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            Process client = Process.Start(start)!;
            one.Defer(client.Dispose);
            one.Defer(client.Kill);
            Expect.Equal(Ready, await client.StandardOutput.ReadLineAsync().WaitAsync(Patience));
            JsonRpc service = await ConnectAsync(one);
            Expect.Equal(1, (await ConnectionsAsync(service, client.Id)).Count);

            client.Kill();
            await client.WaitForExitAsync().WaitAsync(Patience);
            var watch = Stopwatch.StartNew();
            while ((await ConnectionsAsync(service, client.Id)).Count > 0)
            {
                Expect.That(watch.Elapsed < Patience, "the service keeps the connection of a client that was killed");
            }
        });

        Test("Connection.WithAHandlerThatTheServiceDoesNotSpeakIsToldWhichToUse", async one =>
        {
            JsonRpc other = await ConnectAsync(one);
            long refused = (await other.CallAsync<Status>("service.status")).requests.frames_refused;
            const string handlers = "HeaderDelimitedMessageHandler or NewLineDelimitedMessageHandler";
            foreach ((string instead, Func<Stream, IJsonRpcMessageHandler> handler) in
                new (string, Func<Stream, IJsonRpcMessageHandler>)[]
            {
                (handlers, pipe => new LengthHeaderMessageHandler(pipe, pipe, new SystemTextJsonFormatter())),
                (handlers, pipe => new LengthHeaderMessageHandler(pipe, pipe, new JsonMessageFormatter())),
                ($"{handlers} with SystemTextJsonFormatter or JsonMessageFormatter", pipe => new LengthHeaderMessageHandler(pipe, pipe, new MessagePackFormatter())),
            })
            {
                var service = new JsonRpc(handler(await OpenAsync(one)));
                one.Defer(service.Dispose);
                service.StartListening();
                RemoteInvocationException error = await Expect.ThrowsAsync<RemoteInvocationException>(
                    () => service.InvokeAsync<Pong>("rpc.ping").WaitAsync(Patience));
                Expect.Equal(-32700, error.ErrorCode);
                Expect.That(error.Message.EndsWith($"use {instead}.", StringComparison.Ordinal), error.Message);
                await service.Completion.WaitAsync(Patience);
            }

            Expect.Equal(refused + 3, (await other.CallAsync<Status>("service.status")).requests.frames_refused);
        });

        // Windows does one operation at a time on a synchronous handle, so the library, which always reads,
        // cannot use one. Scripts use it like this: first write, then read.
        Test("Connection.MayUseASynchronousHandle", async one =>
        {
            NamedPipeClientStream pipe = await OpenAsync(one, options: PipeOptions.None);
            var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            var reader = new StreamReader(pipe, utf8);
            var writer = new StreamWriter(pipe, utf8) { AutoFlush = true };
            for (int id = 0; id < 100; ++id)
            {
                writer.Write($$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"rpc.ping","params":["{{{id}}}"]}""" + "\n");
                using JsonDocument answer = JsonDocument.Parse(reader.ReadLine()!);
                Expect.Equal(id, answer.RootElement.GetProperty("id").GetInt32());
                Expect.Equal($"{id}", answer.RootElement.GetProperty("result").GetProperty("echo").GetString());
            }

            writer.Write("""{"jsonrpc":"2.0","id":"follow","method":"audit.follow","params":{"limit":1,"progressToken":1}}""" + "\n");
            using JsonDocument piece = JsonDocument.Parse(reader.ReadLine()!);
            Expect.Equal("$/progress", piece.RootElement.GetProperty("method").GetString());
            writer.Write("""{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"follow"}}""" + "\n");
            string line = reader.ReadLine()!;
            while (!line.Contains("\"follow\"", StringComparison.Ordinal))
            {
                line = reader.ReadLine()!;
            }

            using JsonDocument end = JsonDocument.Parse(line);
            Expect.Equal((int)JsonRpcErrorCode.RequestCanceled, end.RootElement.GetProperty("error").GetProperty("code").GetInt32());
        });
    }

    private sealed record Requests(long frames_refused);

    private sealed record Status(Requests requests);

    // The client that a case kills.
    public static async Task HoldAsync()
    {
        var one = new Case();
        JsonRpc service = await ConnectAsync(one);
        Task follow = await FollowAsync(service);
        Console.WriteLine(Ready);
        await follow;
    }

    // Not with ConnectAsync, whose cases fail if the connection ends. On Wine's own pipes the first instance
    // accepts a client in the moment before the service parks it, and that client is disconnected. NT's
    // instances begin disconnected (docs/testing-on-nt-semantics.md).
    private static async Task<JsonRpc> ConnectAgainAsync(Case one, Wire wire, bool mayBeLost)
    {
        try
        {
            return await ConnectForRestartAsync(one, wire);
        }
        catch (ConnectionLostException) when (mayBeLost)
        {
            return await ConnectForRestartAsync(one, wire);
        }
    }

    private static async Task<JsonRpc> ConnectForRestartAsync(
        Case one, Wire wire, TokenImpersonationLevel level = TokenImpersonationLevel.Impersonation)
    {
        var service = new JsonRpc(Handler(await OpenAsync(one, level), wire));
        one.Defer(service.Dispose);
        service.StartListening();
        await service.EchoAsync("hello");
        return service;
    }

    // Starts a call that never ends by itself. Returns when it is running.
    private static async Task<Task> FollowAsync(JsonRpc service)
    {
        var begun = new TaskCompletionSource();
        Task call = service.CallAsync<object>(
            "audit.follow", new { progressToken = new Report<AuditLines>(_ => begun.TrySetResult()) });
        await Task.WhenAny(begun.Task, call).WaitAsync(Patience);
        return call;
    }

    private static async Task<List<Connection>> ConnectionsAsync(JsonRpc service, int process) =>
        [.. (await service.CallAsync<Connection[]>("service.connections")).Where(each => each.process.id == process)];
}
