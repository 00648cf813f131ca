// The installed service as seen by a .NET program: pipes, StreamJsonRpc connections, and records for the
// results.
using System.Diagnostics;
using System.IO.Pipes;
using System.Security.Principal;
using System.Text.RegularExpressions;
using StreamJsonRpc;

// How StreamJsonRpc frames and formats its messages. The service accepts all four.
internal enum Wire
{
    HeaderNewtonsoft,
    HeaderSystemText,
    LinesNewtonsoft,
    LinesSystemText,
}

// Results, with their names on the wire, so that both formatters match them.
internal sealed record Pong(bool pong, string? echo);

internal sealed record Account(string sid, string? name);

internal sealed record ClientProcess(int id, string? image);

internal sealed record Caller(Account account, string level, ClientProcess process);

internal sealed record Connection(int id, long requests, ClientProcess process);

internal sealed record AuditLine(long seq, string request, string account, string method, string @event);

internal sealed record AuditLines(AuditLine[] lines, string cursor);

internal sealed record WindowsFailure(int code, string name, string operation);

// Not Progress<T>, which reports on another thread, some time later.
internal sealed class Report<T>(Action<T> action) : IProgress<T>
{
    void IProgress<T>.Report(T value) => action(value);
}

internal static class InstalledService
{
    public const string PipeName = "onbehalf";

    // docs/protocol.md, "Errors".
    public const int AccessDenied = -32010;
    public const int ImpersonationLevel = -32011;
    public const int ShuttingDown = -32014;
    public const int WindowsError = -32015;

    public const int AccessDeniedByWindows = 5;
    public const int PathNotFound = 3;

    public static readonly Wire[] Wires = Enum.GetValues<Wire>();

    // Far longer than anything a case waits for.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A connected pipe, closed when the case ends.
    public static async Task<NamedPipeClientStream> OpenAsync(
        Case one,
        TokenImpersonationLevel level = TokenImpersonationLevel.Impersonation,
        PipeOptions options = PipeOptions.Asynchronous)
    {
        var pipe = new NamedPipeClientStream(".", PipeName, PipeDirection.InOut, options, level);
        one.Defer(pipe.Dispose);
        await pipe.ConnectAsync(Patience, CancellationToken.None);
        return pipe;
    }

    public static IJsonRpcMessageHandler Handler(Stream stream, Wire wire) => wire switch
    {
        Wire.HeaderNewtonsoft => new HeaderDelimitedMessageHandler(stream, new JsonMessageFormatter()),
        Wire.HeaderSystemText => new HeaderDelimitedMessageHandler(stream, new SystemTextJsonFormatter()),
        Wire.LinesNewtonsoft => new NewLineDelimitedMessageHandler(stream, stream, new JsonMessageFormatter()),
        _ => new NewLineDelimitedMessageHandler(stream, stream, new SystemTextJsonFormatter()),
    };

    // A connection as the library's users create it. The case fails if it ended before the case did: the
    // library closes it when a message is invalid.
    public static async Task<JsonRpc> ConnectAsync(
        Case one,
        Wire wire = Wire.HeaderSystemText,
        TokenImpersonationLevel level = TokenImpersonationLevel.Impersonation)
    {
        var service = new JsonRpc(Handler(await OpenAsync(one, level), wire));
        JsonRpcDisconnectedEventArgs? ended = null;
        service.Disconnected += (_, how) => ended = how;
        one.Defer(() =>
        {
            JsonRpcDisconnectedEventArgs? early = ended;
            service.Dispose();
            Expect.That(early is null, $"the connection ended: {early?.Reason}, {early?.Description} {early?.Exception}");
        });
        service.StartListening();
        return service;
    }

    // A connection for each of the four.
    public static async Task OnEveryWireAsync(Case one, Func<Wire, JsonRpc, Task> body)
    {
        foreach (Wire wire in Wires)
        {
            try
            {
                await body(wire, await ConnectAsync(one, wire));
            }
            catch (Exception error) when (error is not Skipped)
            {
                throw new InvalidOperationException($"{wire}: {error.Message}", error);
            }
        }
    }

    public static Task<T> CallAsync<T>(this JsonRpc service, string method, object? parameters = null) =>
        service.InvokeWithParameterObjectAsync<T>(method, parameters);

    public static async Task<string?> EchoAsync(this JsonRpc service, string echo) =>
        (await service.CallAsync<Pong>("rpc.ping", new { echo })).echo;

    // A folder of this case's own.
    public static string NewFolder(Case one)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("onbehalf-");
        one.Defer(() => folder.Delete(recursive: true));
        return folder.FullName;
    }

    // A program's output.
    public static async Task<string> RunAsync(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    public static async Task StopAsync()
    {
        await RunAsync("sc.exe", "stop", "OnBehalf");
        await WaitForStateAsync("STOPPED");
    }

    public static async Task StartAsync()
    {
        await RunAsync("sc.exe", "start", "OnBehalf");
        await WaitForStateAsync("RUNNING");
    }

    // STOPPED, START_PENDING and so on, which Windows does not translate.
    public static async Task<string> StateAsync() =>
        Regex.Match(await RunAsync("sc.exe", "query", "OnBehalf"), @":\s*[1-7]\s+([A-Z_]+)").Groups[1].Value;

    // sc.exe only requests it, and does not report when it is done.
    private static async Task WaitForStateAsync(string state)
    {
        while (await StateAsync() != state)
        {
        }
    }
}
