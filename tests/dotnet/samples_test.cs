// The .NET sample, as its own project builds it.
using System.Security.Principal;
using System.Text.RegularExpressions;
using static Cases;

internal static class SamplesTest
{
    public static void Register()
    {
        Test("Samples.CSharpRunsAndEnds", async _ =>
        {
            string output = await InstalledService.RunAsync(Path.Combine(AppContext.BaseDirectory, "first_call.exe"))
                .WaitAsync(InstalledService.Patience);
            string[] lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            Expect.That(lines.Length > 4, output);
            Expect.That(Regex.IsMatch(lines[0], $@"^I am \S.* \({Regex.Escape(WindowsIdentity.GetCurrent().User!.Value)}\)$"), lines[0]);
            Expect.Same(["echo: by position", "echo: by name"], lines[1..3]);
            Expect.That(lines[3..^1].All(line => Regex.IsMatch(line, @"^audit: rpc\.ping (decision|outcome)$")), output);
            Expect.Equal("cancelled", lines[^1]);
        });
    }
}
