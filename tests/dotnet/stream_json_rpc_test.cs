// What StreamJsonRpc, as published, can do with the service.
using System.Diagnostics;
using System.IO.Pipes;
using System.Security.Cryptography;
using System.Security.Principal;
using System.Text.Json;
using Newtonsoft.Json.Linq;
using StreamJsonRpc;
using StreamJsonRpc.Protocol;
using static Cases;
using static InstalledService;

// GenerateShape, which the library recommends (0008), is for a formatter that the service does not support.
#pragma warning disable StreamJsonRpc0008
[JsonRpcContract]
public partial interface IPing
#pragma warning restore StreamJsonRpc0008
{
    Task<JToken> PingAsync(string echo);
}

internal static class StreamJsonRpcTest
{
    // The limit of rpc.ping.
    private const int EchoCharacters = 1024 * 1024;

    public static void Register()
    {
        Requests();
        Errors();
        CancelsAndProgress();
        Levels();
    }

    private static void Requests()
    {
        Test("StreamJsonRpc.CallsWithoutParametersByPositionAndByName", one => OnEveryWireAsync(one, async (_, service) =>
        {
            Expect.Equal(new Pong(true, null), await service.InvokeAsync<Pong>("rpc.ping"));
            Expect.Equal("one", (await service.InvokeAsync<Pong>("rpc.ping", "one")).echo);
            Expect.Equal("ü€😀 {[\"\\", await service.EchoAsync("ü€😀 {[\"\\"));
            // "params": null on the wire, or no params.
            Expect.That((await service.InvokeWithParameterObjectAsync<Pong>("rpc.ping", (object?)null)).pong, "no pong");
            Expect.That((await service.InvokeWithCancellationAsync<Pong>("rpc.ping", null)).pong, "no pong");
            Expect.That((await service.InvokeWithCancellationAsync<Pong>("rpc.ping", [])).pong, "no pong");
        }));

        Test("StreamJsonRpc.IsIdentifiedByAccountAndProgramAndMayBeImpersonated", one => OnEveryWireAsync(one, async (_, service) =>
        {
            var me = await service.CallAsync<Caller>("identity.whoami");
            Expect.Equal(Environment.ProcessId, me.process.id);
            Expect.Equal(WindowsIdentity.GetCurrent().User!.Value, me.account.sid);
            Expect.Equal("impersonation", me.level);
            string program = Path.GetFileName(Environment.ProcessPath!);
            Expect.That(me.process.image!.EndsWith(program, StringComparison.OrdinalIgnoreCase), $"it has the image {me.process.image}");
        }));

        Test("StreamJsonRpc.HasATypedProxy", async one =>
        {
            JsonRpc service = await ConnectAsync(one, Wire.HeaderNewtonsoft);
            var options = new JsonRpcProxyOptions { MethodNameTransform = _ => "rpc.ping", ServerRequiresNamedArguments = true };
            Expect.Equal("typed", (string?)(await service.Attach<IPing>(options).PingAsync("typed"))["echo"]);
        });

        Test("StreamJsonRpc.MayTraceItsActivities", async one =>
        {
            JsonRpc service = new(Handler(await OpenAsync(one), Wire.HeaderSystemText))
            {
                ActivityTracingStrategy = new ActivityTracingStrategy(),
            };
            one.Defer(service.Dispose);
            service.StartListening();
            using Activity activity = new Activity("a request").Start();
            Expect.Equal("traced", await service.EchoAsync("traced"));
        });

        Test("StreamJsonRpc.NotifiesAndIsNeverAnswered", one => OnEveryWireAsync(one, async (_, service) =>
        {
            await service.NotifyAsync("rpc.ping", "one");
            await service.NotifyWithParameterObjectAsync("rpc.ping", new { echo = "one" });
            await service.NotifyAsync("no.such");
            await service.NotifyAsync("$/setTrace", "off");
            Expect.Equal("after them", await service.EchoAsync("after them"));
        }));

        Test("StreamJsonRpc.IsNotifiedOfAChangedPolicy", one => OnEveryWireAsync(one, async (_, service) =>
        {
            var changed = new TaskCompletionSource();
            service.AllowModificationWhileListening = true;
            service.AddLocalRpcMethod("rpc.methodsChanged", changed.SetResult);
            await service.CallAsync<object>("rpc.subscribe", new { events = new[] { "rpc.methodsChanged" } });
            await DenyStatusAsync(one, service);
            await changed.Task.WaitAsync(Patience);
            await service.CallAsync<object>("rpc.subscribe", new { events = Array.Empty<string>() });
            await GiveBackStatusAsync(service);
        }));

        Test("StreamJsonRpc.HasAnyNumberOfCallsUnderWay", one => OnEveryWireAsync(one, async (wire, service) =>
        {
            // More than the service runs at a time: the others wait there.
            string[] words = [.. Enumerable.Range(0, 200).Select(number => $"{wire} {number}")];
            Expect.Same(words, await Task.WhenAll(words.Select(word => service.EchoAsync(word)!)));
        }));

        Test("StreamJsonRpc.HasManyConcurrentConnections", async one =>
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async number =>
            {
                JsonRpc service = await ConnectAsync(one, Wires[number % Wires.Length]);
                for (int call = 0; call < 20; ++call)
                {
                    Expect.Equal($"{number} {call}", await service.EchoAsync($"{number} {call}"));
                }
            }));
        });

        Test("StreamJsonRpc.SendsAndReceivesAMebibyte", one => OnEveryWireAsync(one, async (_, service) =>
        {
            // A period that is not a power of two, so that a lost or repeated piece shows.
            string letters = string.Create(EchoCharacters, 0, (text, _) =>
            {
                for (int index = 0; index < text.Length; ++index)
                {
                    text[index] = (char)('a' + (index % 997 * (index % 997) % 26));
                }
            });
            Expect.That(await service.EchoAsync(letters) == letters, "the echo is another text");
            await Expect.ThrowsAsync<RemoteMethodNotFoundException>(() => service.EchoAsync(letters + "x"));
            Expect.Equal("small", await service.EchoAsync("small"));
        }));
    }

    private static void Errors()
    {
        Test("StreamJsonRpc.GetsErrorsWithTheirCodes", one => OnEveryWireAsync(one, async (_, service) =>
        {
            // The library has one exception for both, with the service's own message.
            var noMethod = await Expect.ThrowsAsync<RemoteMethodNotFoundException>(() => service.InvokeAsync("no.such"));
            Expect.Equal(JsonRpcErrorCode.MethodNotFound, noMethod.ErrorCode);
            var noParameter = await Expect.ThrowsAsync<RemoteMethodNotFoundException>(
                () => service.CallAsync<Pong>("rpc.ping", new { ecko = "x" }));
            Expect.Equal(JsonRpcErrorCode.InvalidParams, noParameter.ErrorCode);
            Expect.That(noParameter.Message.Contains("ecko", StringComparison.Ordinal), noParameter.Message);
            var windows = await Expect.ThrowsAsync<RemoteInvocationException>(
                () => service.CallAsync<object>("file.stat", new { path = @"C:\no such folder\file" }));
            Expect.Equal(WindowsError, windows.ErrorCode);
            Expect.That((await service.CallAsync<Pong>("rpc.ping")).pong, "no pong after errors");
        }));

        Test("StreamJsonRpc.GetsTheDataOfErrorsAsATypeOfItsOwn", async one =>
        {
            foreach (Wire wire in Wires)
            {
                var service = new ErrorsOfWindows(Handler(await OpenAsync(one), wire));
                one.Defer(service.Dispose);
                service.StartListening();
                var error = await Expect.ThrowsAsync<RemoteInvocationException>(
                    () => service.CallAsync<object>("file.stat", new { path = @"C:\no such folder\file" }));
                var data = (WindowsFailure)error.DeserializedErrorData!;
                Expect.Equal(new WindowsFailure(PathNotFound, "ERROR_PATH_NOT_FOUND", data.operation), data, $"{wire}");
            }
        });

        Test("StreamJsonRpc.IsDeniedByThePolicyAndFindsTheRefusalInTheAudit", one => OnEveryWireAsync(one, async (wire, service) =>
        {
            await service.CallAsync<object>("service.status");
            await DenyStatusAsync(one, service);
            var denial = await Expect.ThrowsAsync<RemoteInvocationException>(() => service.CallAsync<object>("service.status"));
            Expect.Equal(AccessDenied, denial.ErrorCode);
            var audit = await service.CallAsync<AuditLines>("audit.read", new { method = "service.status", denied = true, limit = 1 });
            Expect.Equal((await service.CallAsync<Caller>("identity.whoami")).account.sid, audit.lines[0].account);
            if (denial.ErrorData is JToken data)
            {
                Expect.Equal(audit.lines[0].request, (string?)data["requestId"]);
            }

            await GiveBackStatusAsync(service);
            await service.CallAsync<object>("service.status");
        }));
    }

    private static void CancelsAndProgress()
    {
        Test("StreamJsonRpc.CancelsARunningCall", one => OnEveryWireAsync(one, async (_, service) =>
        {
            using var source = new CancellationTokenSource();
            // The first piece shows that it runs.
            var token = new Report<AuditLines>(_ => source.Cancel());
            await Expect.ThrowsAsync<OperationCanceledException>(() => service.InvokeWithParameterObjectAsync<object>(
                "audit.follow", new { progressToken = token }, source.Token));
            Expect.That((await service.CallAsync<Pong>("rpc.ping")).pong, "no pong after a cancel");
        }));

        Test("StreamJsonRpc.CancelsACallAtOnce", one => OnEveryWireAsync(one, async (_, service) =>
        {
            for (int round = 0; round < 50; ++round)
            {
                using var source = new CancellationTokenSource();
                Task call = service.InvokeWithParameterObjectAsync<object>(
                    "audit.follow", new { progressToken = new Report<AuditLines>(_ => { }) }, source.Token);
                await source.CancelAsync();
                await Expect.ThrowsAsync<OperationCanceledException>(() => call);
            }

            Expect.That((await service.CallAsync<Pong>("rpc.ping")).pong, "no pong after cancels");
        }));

        Test("StreamJsonRpc.FollowsEveryLineOfTheAuditOnceAndInOrder", one => OnEveryWireAsync(one, async (wire, service) =>
        {
            JsonRpc caller = await ConnectAsync(one, wire);
            await caller.EchoAsync("before");
            var seen = new List<long>();
            var begun = new TaskCompletionSource();
            var all = new TaskCompletionSource();
            long last = long.MaxValue;
            using var source = new CancellationTokenSource();
            var token = new Report<AuditLines>(piece =>
            {
                lock (seen)
                {
                    seen.AddRange(piece.lines.Select(line => line.seq));
                    begun.TrySetResult();
                    if (seen[^1] >= last)
                    {
                        all.TrySetResult();
                    }
                }
            });
            Task call = service.InvokeWithParameterObjectAsync<object>(
                "audit.follow", new { method = "rpc.ping", limit = 1, progressToken = token }, source.Token);
            await Task.WhenAny(begun.Task, call).WaitAsync(Patience);
            for (int ping = 0; ping < 30; ++ping)
            {
                await caller.EchoAsync("a line");
            }

            // A decision and an outcome each, after the record that was the newest.
            var audit = await caller.CallAsync<AuditLines>("audit.read", new { method = "rpc.ping", limit = 61 });
            lock (seen)
            {
                last = audit.lines[^1].seq;
                if (seen[^1] >= last)
                {
                    all.TrySetResult();
                }
            }

            await all.Task.WaitAsync(Patience);
            await source.CancelAsync();
            await Expect.ThrowsAsync<OperationCanceledException>(() => call);
            Expect.Same(audit.lines.Select(line => line.seq), seen);
        }));

        Test("StreamJsonRpc.SeesTheProgressOfAVerification", one => OnEveryWireAsync(one, async (_, service) =>
        {
            var steps = new List<Steps>();
            var token = new Report<Steps>(steps.Add);
            var verdict = await service.CallAsync<Verdict>("audit.verify", new { progressToken = token });
            Expect.That(verdict.ok, "the audit is broken");
            // All of them before the call returns.
            Expect.That(steps.Count > 0 && steps.All(step => step.done <= step.total), string.Join(", ", steps));
        }));

        Test("StreamJsonRpc.ReadsAStreamOf64MiB", async one =>
        {
            const int Bytes = 64 * 1024 * 1024;
            byte[] content = new byte[Bytes];
            new Random(64).NextBytes(content);
            string path = Path.Combine(NewFolder(one), "big");
            await File.WriteAllBytesAsync(path, content);

            JsonRpc service = await ConnectAsync(one);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long come = 0;
            string? fault = null;
            var token = new Report<Piece>(piece =>
            {
                byte[] bytes = Convert.FromBase64String(piece.data);
                fault ??= piece.offset == come && piece.bytes == bytes.Length ? null : $"at {come} came {piece.offset}";
                hash.AppendData(bytes);
                come += bytes.Length;
            });
            var read = await service.CallAsync<Whole>("file.read", new { path, encoding = "base64", progressToken = token });
            // The last piece comes before the call returns.
            Expect.Equal((Bytes, Bytes), (read.bytes, come));
            Expect.Equal(null, fault);
            Expect.Equal(Convert.ToHexString(SHA256.HashData(content)), Convert.ToHexString(hash.GetHashAndReset()));
            Expect.Equal(Convert.ToHexString(SHA256.HashData(content)), read.sha256.ToUpperInvariant());
        });
    }

    private static void Levels()
    {
        Test("StreamJsonRpc.PassesOnTheLevelItWasOpenedWith", async one =>
        {
            JsonRpc probe = await ConnectAsync(one, level: TokenImpersonationLevel.Identification);
            SkipWithout(
                (await probe.CallAsync<Caller>("identity.whoami")).level == "identification",
                "a pipe that hands over the level that its client asks for");

            // None requests no level, which Windows treats as impersonation.
            foreach ((TokenImpersonationLevel level, string? known, bool acts) in new (TokenImpersonationLevel, string?, bool)[]
            {
                (TokenImpersonationLevel.None, "impersonation", true),
                (TokenImpersonationLevel.Anonymous, null, false),
                (TokenImpersonationLevel.Identification, "identification", false),
                (TokenImpersonationLevel.Impersonation, "impersonation", true),
                (TokenImpersonationLevel.Delegation, "delegation", true),
            })
            {
                JsonRpc service = await ConnectAsync(one, level: level);
                Expect.Equal(
                    known,
                    await UnlessLevelTooLow(async () => (await service.CallAsync<Caller>("identity.whoami")).level),
                    $"{level}");
                Expect.Equal(
                    acts ? "directory" : null,
                    await UnlessLevelTooLow(async () =>
                        (await service.CallAsync<JsonElement>("file.stat", new { path = @"C:\windows" })).GetProperty("type").GetString()),
                    $"{level}");
            }
        });

        Test("StreamJsonRpc.MayRequireAPipeOfItsOwnAccount", async one =>
        {
            string me = WindowsIdentity.GetCurrent().User!.Value;
            NamedPipeClientStream open = await OpenAsync(one);
            string owner = open.GetAccessControl().GetOwner(typeof(SecurityIdentifier))!.Value;
            // The pipe belongs to the service. .NET compares its owner with the token's, which for an
            // elevated administrator is Administrators.
            using var pipe = new NamedPipeClientStream(
                ".", PipeName, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            if (owner == WindowsIdentity.GetCurrent().Owner!.Value)
            {
                await pipe.ConnectAsync(Patience, CancellationToken.None);
            }
            else
            {
                await Expect.ThrowsAsync<UnauthorizedAccessException>(() => pipe.ConnectAsync(Patience, CancellationToken.None));
            }
        });
    }

    // Null if the service requires a higher level.
    private static async Task<string?> UnlessLevelTooLow(Func<Task<string?>> call)
    {
        try
        {
            return await call();
        }
        catch (RemoteInvocationException error) when (error.ErrorCode == ImpersonationLevel)
        {
            return null;
        }
    }

    // The case restores the node's default, on another connection.
    private static async Task DenyStatusAsync(Case one, JsonRpc service)
    {
        one.Defer(async () => await GiveBackStatusAsync(await ConnectAsync(one)));
        string account = (await service.CallAsync<Caller>("identity.whoami")).account.sid;
        await service.CallAsync<object>("access.deny", new { node = "service.status", account, rights = new[] { "call" } });
    }

    // By position: in an object JsonMessageFormatter omits nulls.
    private static Task GiveBackStatusAsync(JsonRpc service) => service.InvokeAsync("access.set", "service.status", null);

    private sealed record Steps(long done, long total);

    private sealed record Verdict(bool ok);

    private sealed record Piece(string data, long offset, long bytes);

    private sealed record Whole(long bytes, string sha256);

    // Otherwise the data would be CommonErrorData, which this library sends, but the service does not.
    private sealed class ErrorsOfWindows(IJsonRpcMessageHandler handler) : JsonRpc(handler)
    {
        protected override Type? GetErrorDetailsDataType(JsonRpcError error) =>
            error.Error?.Code == (JsonRpcErrorCode)WindowsError ? typeof(WindowsFailure) : base.GetErrorDetailsDataType(error);
    }
}
