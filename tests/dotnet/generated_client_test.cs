// The client that `onbehalf generate --language csharp` wrote from the installed service. Building this
// program shows that it compiles with warnings as errors, as do those of tests/generate/golden.
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Win32;
using OnBehalf.Typed;
using StreamJsonRpc;
using static Cases;
using Client = OnBehalf.Typed.Service;

internal static class GeneratedClientTest
{
    private static readonly string[] Covered =
        ["Access", "Audit", "Database", "File", "Identity", "Registry", "Rpc", "Service_2"];

    public static void Register()
    {
        Test("GeneratedClient.HasNoUnusedNamespace", _ =>
        {
            Expect.Same(Covered, typeof(Client).GetProperties().Select(each => each.Name).Order());
            return Task.CompletedTask;
        });

        Test("GeneratedClient.CallsAccess", async one =>
        {
            Client service = await ConnectAsync(one);
            string me = (await service.Identity.WhoamiAsync()).Account.Sid;
            const string Node = "service.status";
            one.Defer(() => service.Access.SetAsync(new() { Node = Node, Sddl = null }));

            AccessShowResult before = await service.Access.ShowAsync(new() { Node = Node });
            Expect.That(before.Default, "the node has entries already");
            Expect.That((await service.Access.CheckAsync(new() { Node = Node })).Allowed, "not allowed");
            AccessDenyResult dry =
                await service.Access.DenyAsync(new() { Account = me, Node = Node, Rights = ["call"], DryRun = true });
            Expect.That(dry is { DryRun: true, Changed: true }, $"{dry}");
            AccessDenyResult denied = await service.Access.DenyAsync(new() { Account = me, Node = Node, Rights = ["call"] });
            Expect.That(!(await service.Access.CheckAsync(new() { Node = Node, Right = "call" })).Allowed, "still allowed");
            AccessExplainResult why = await service.Access.ExplainAsync(new() { Node = Node });
            Expect.Equal("deny", why.Entries[(int)why.Deciding!].Type);
            Expect.Equal(Node, (await service.Access.ListAsync(new() { Node = Node })).Nodes.Single().Node);
            AccessRevokeResult revoked = await service.Access.RevokeAsync(new() { Account = me, Node = Node });
            Expect.That(revoked.Changed && revoked.Version > denied.Version, $"{revoked}");
            AccessGrantResult granted = await service.Access.GrantAsync(new() { Account = me, Node = Node, Rights = ["call", "see"] });
            Expect.That(granted.Changed, "not granted");
            AccessDiffResult difference = await service.Access.DiffAsync(new() { From = denied.Version });
            Expect.Equal(Node, difference.Nodes.Single().Node);
            AccessHistoryResult history = await service.Access.HistoryAsync();
            Expect.That(history.Versions.Any(each => each.Version == denied.Version), "a version is missing");
            Expect.That((await service.Access.RollbackAsync(new() { To = denied.Version })).Changed, "not rolled back");
            Expect.That((await service.Access.SetAsync(new() { Node = Node, Sddl = null })).Changed, "not set");
            Expect.That((await service.Access.ShowAsync(new() { Node = Node })).Default, "not back at its default");
        });

        Test("GeneratedClient.CallsAudit", async one =>
        {
            Client service = await ConnectAsync(one);
            await service.Rpc.PingAsync();
            AuditReadResult read = await service.Audit.ReadAsync(new() { Method = "rpc.ping", Limit = 2 });
            Expect.Same(["decision", "outcome"], read.Lines.Select(line => line.GetProperty("event").GetString()));
            using var source = new CancellationTokenSource();
            int lines = 0;
            await Expect.ThrowsAsync<OperationCanceledException>(() => service.Audit.FollowAsync(
                new()
                {
                    Method = "rpc.ping",
                    ProgressToken = new Report<AuditFollowProgress>(piece =>
                    {
                        lines += piece.Lines.Count;
                        source.Cancel();
                    }),
                },
                source.Token));
            Expect.That(lines > 0, "no line came");
            Expect.That((await service.Audit.VerifyAsync()).Ok, "the audit is broken");
        });

        Test("GeneratedClient.CallsDatabase", async one =>
        {
            // The installed service has no sources. tests/service/database tests the results of queries.
            Client service = await ConnectAsync(one);
            Expect.Equal(0, (await service.Database.SourcesAsync()).Sources.Count);
            foreach (Func<Task> call in new Func<Task>[]
            {
                () => service.Database.QueryAsync(new() { Source = "none", Sql = "SELECT 1" }),
                () => service.Database.ExecuteAsync(new() { Source = "none", Sql = "DELETE FROM t", Parameters = [Json(1)] }),
                () => service.Database.BatchAsync(new() { Source = "none", Statements = [Json(new { sql = "DELETE FROM t" })] }),
            })
            {
                var error = await Expect.ThrowsAsync<RemoteMethodNotFoundException>(call);
                Expect.Equal("source: no such source", error.Message);
            }
        });

        Test("GeneratedClient.CallsFile", async one =>
        {
            Client service = await ConnectAsync(one);
            string folder = Path.Combine(InstalledService.NewFolder(one), "folder");
            string path = Path.Combine(folder, "Übung.txt");
            Expect.That((await service.File.MakeDirectoryAsync(new() { Path = folder })).Created, "not created");
            FileWriteResult written = await service.File.WriteAsync(new() { Path = path, Data = "Grüße" });
            Expect.Equal(Encoding.UTF8.GetByteCount("Grüße"), (int)written.Size);
            await service.File.WriteAsync(new() { Path = path, Data = "!", Mode = FileWriteParamsMode.Append, IfId = written.Id });
            Expect.Equal("Grüße!", await File.ReadAllTextAsync(path));
            FileReadResult read = await service.File.ReadAsync(new() { Path = path });
            Expect.Equal("Grüße!", read.Data);
            Expect.Equal(
                Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("Grüße!"))),
                (await service.File.ChecksumAsync(new() { Path = path })).Sha256.ToUpperInvariant());
            FileStatResult found = await service.File.StatAsync(new() { Path = path });
            Expect.That(found is { Type: "file", Size: 8 } && found.Id == written.Id, $"{found}");
            await service.File.CopyAsync(new() { From = path, To = path + ".copy" });
            await service.File.MoveAsync(new() { From = path + ".copy", To = path + ".moved" });
            FileListResult list = await service.File.ListAsync(new() { Path = folder, Glob = "*.moved" });
            Expect.Same(["Übung.txt.moved"], list.Entries!.Select(entry => entry.Name));

            using var source = new CancellationTokenSource();
            var changed = new TaskCompletionSource<FileWatchProgress>();
            Task watch = service.File.WatchAsync(
                new() { Path = folder, ProgressToken = new Report<FileWatchProgress>(piece => changed.TrySetResult(piece)) },
                source.Token);
            // Nothing reports when the watch has started.
            while (!changed.Task.IsCompleted && !watch.IsCompleted)
            {
                await service.File.WriteAsync(new() { Path = path, Data = "x", Mode = FileWriteParamsMode.Append });
            }

            Expect.Equal("Übung.txt", (await changed.Task.WaitAsync(InstalledService.Patience)).Changes![0].Name);
            await source.CancelAsync();
            await Expect.ThrowsAsync<OperationCanceledException>(() => watch);
            await service.File.DeleteAsync(new() { Path = path });
            Expect.That(!File.Exists(path), "the file is still there");
        });

        Test("GeneratedClient.CallsIdentity", async one =>
        {
            IdentityWhoamiResult me = await (await ConnectAsync(one)).Identity.WhoamiAsync();
            Expect.Equal(Environment.ProcessId, (int)me.Process.Id);
            Expect.Equal(Environment.UserName.ToUpperInvariant(), me.Account.Name!.Split('\\')[^1].ToUpperInvariant());
            Expect.That(me.Groups.Count > 0, "no group");
        });

        Test("GeneratedClient.CallsRegistry", async one =>
        {
            Client service = await ConnectAsync(one);
            string name = $"OnBehalf test {Guid.NewGuid()}";
            string key = $@"HKCU\Software\{name}";
            one.Defer(() => Registry.CurrentUser.DeleteSubKeyTree($@"Software\{name}", throwOnMissingSubKey: false));
            Expect.That((await service.Registry.MakeKeyAsync(new() { Key = key, Volatile = true })).Created, "not created");

            using var source = new CancellationTokenSource();
            var begun = new TaskCompletionSource();
            var changed = new TaskCompletionSource();
            Task watch = service.Registry.WatchAsync(
                new()
                {
                    Key = key,
                    ProgressToken = new Report<RegistryWatchProgress>(piece => (piece.Changed ? changed : begun).TrySetResult()),
                },
                source.Token);
            await Task.WhenAny(begun.Task, watch).WaitAsync(InstalledService.Patience);
            await service.Registry.SetAsync(new() { Key = key, Name = "words", Type = "multi_sz", Value = Json(new[] { "α", "β" }) });
            await changed.Task.WaitAsync(InstalledService.Patience);
            await source.CancelAsync();
            await Expect.ThrowsAsync<OperationCanceledException>(() => watch);

            using (RegistryKey mine = Registry.CurrentUser.OpenSubKey($@"Software\{name}")!)
            {
                Expect.Same(["α", "β"], (string[])mine.GetValue("words")!);
            }

            RegistryGetResult read =
                await service.Registry.GetAsync(new() { Key = key, Name = "words", View = RegistryGetParamsView.Value64 });
            Expect.Same(["α", "β"], read.Value.EnumerateArray().Select(each => each.GetString()));
            Expect.Same(["words"], (await service.Registry.ListAsync(new() { Key = key })).Values.Select(each => each.Name));
            Expect.Equal(1L, (await service.Registry.DeleteAsync(new() { Key = key, Subkeys = false })).Keys);
        });

        Test("GeneratedClient.CallsRpc", async one =>
        {
            Client service = await ConnectAsync(one);
            Expect.Equal("generated", (await service.Rpc.PingAsync(new() { Echo = "generated" })).Echo);
            Expect.Same(
                [RpcSubscribeParamsEventsItem.ServiceStopping],
                (await service.Rpc.SubscribeAsync(new() { Events = [RpcSubscribeParamsEventsItem.ServiceStopping] })).Events);
            // Every method of the service is in this client.
            RpcDiscoverResult document = await service.Rpc.DiscoverAsync();
            int mine = typeof(Client).GetProperties().Sum(each => each.PropertyType.GetMethods().Length);
            Expect.Equal(document.Methods.Count, mine);
        });

        Test("GeneratedClient.CallsService", async one =>
        {
            Client service = await ConnectAsync(one);
            Client other = await ConnectAsync(one, ends: true);
            const int Pings = 17;
            for (int ping = 0; ping < Pings; ++ping)
            {
                await other.Rpc.PingAsync();
            }

            ServiceStatusResult status = await service.Service_2.StatusAsync();
            Expect.Equal(@"\\.\pipe\onbehalf", status.Pipe);
            IReadOnlyList<ServiceConnectionsResultItem> open = await service.Service_2.ConnectionsAsync();
            long id = open.Single(each => each.Process.Id == Environment.ProcessId && each.Requests == Pings).Id;
            Expect.That((await service.Service_2.DisconnectAsync(new() { Connection = id })).Disconnected, "not ended");
            await Expect.ThrowsAsync<ConnectionLostException>(() => other.Rpc.PingAsync());
            Expect.Equal(0, (await service.Service_2.ReloadAsync()).Changed.Count);
        });
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);

    // `ends`: the case itself ends the connection.
    private static async Task<Client> ConnectAsync(Case one, bool ends = false)
    {
        if (!ends)
        {
            return new Client(await InstalledService.ConnectAsync(one));
        }

        var rpc = new JsonRpc(InstalledService.Handler(await InstalledService.OpenAsync(one), Wire.HeaderSystemText));
        one.Defer(rpc.Dispose);
        rpc.StartListening();
        return new Client(rpc);
    }
}
