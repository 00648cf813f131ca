// Calls OnBehalf from .NET with StreamJsonRpc, which speaks the service's protocol unchanged.
//
//     dotnet run
//
// It prints who it is to the service, two echoes and, if it may read the audit (administrators), its own calls from
// there until it cancels:
//
//     I am CONTOSO\alice (S-1-5-21-1004336348-1177238915-682003330-1104)
//     echo: by position
//     echo: by name
//     audit: rpc.ping decision
//     audit: rpc.ping outcome
//     cancelled
using System;
using System.IO.Pipes;
using System.Security.Principal;
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json.Linq;
using StreamJsonRpc;

internal static class FirstCall
{
    private static async Task<int> Main()
    {
        // Not PipeOptions.CurrentUserOnly: the pipe belongs to the service, not to this account. With Impersonation the
        // service can act as this account; with Identification only methods that do not act as the caller work.
        using (var pipe = new NamedPipeClientStream(
            ".", "onbehalf", PipeDirection.InOut, PipeOptions.Asynchronous, TokenImpersonationLevel.Impersonation))
        {
            await pipe.ConnectAsync(5000);
            using (JsonRpc service = JsonRpc.Attach(pipe))
            {
                try
                {
                    await Call(service);
                    return 0;
                }
                catch (RemoteRpcException error)
                {
                    // An error from the service. MethodNotFound and InvalidParams are RemoteMethodNotFoundException, all
                    // other errors RemoteInvocationException.
                    Console.Error.WriteLine(error.Message);
                    return 1;
                }
            }
        }
    }

    private static async Task Call(JsonRpc service)
    {
        var me = await service.InvokeAsync<JObject>("identity.whoami");
        Console.WriteLine($"I am {me["account"]["name"]} ({me["account"]["sid"]})");

        var byPosition = await service.InvokeAsync<JObject>("rpc.ping", "by position");
        Console.WriteLine($"echo: {byPosition["echo"]}");
        var byName = await service.InvokeWithParameterObjectAsync<JObject>("rpc.ping", new { echo = "by name" });
        Console.WriteLine($"echo: {byName["echo"]}");

        using (var enough = new CancellationTokenSource())
        {
            var lines = new Lines(enough);
            try
            {
                // StreamJsonRpc replaces the IProgress with a token and passes the token's progress on.
                await service.InvokeWithParameterObjectAsync<JObject>(
                    "audit.follow", new { method = "rpc.ping", limit = 2, progressToken = lines }, enough.Token);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine("cancelled");
            }
        }
    }

    // Prints the lines of the first piece and cancels. Not Progress<T>, which would print them later, on another thread.
    private sealed class Lines : IProgress<JObject>
    {
        private readonly CancellationTokenSource enough;

        public Lines(CancellationTokenSource enough)
        {
            this.enough = enough;
        }

        public void Report(JObject piece)
        {
            // More pieces may be in flight when the first one arrives.
            if (this.enough.IsCancellationRequested)
            {
                return;
            }

            foreach (JToken line in piece["lines"])
            {
                Console.WriteLine($"audit: {line["method"]} {line["event"]}");
            }

            this.enough.Cancel();
        }
    }
}
