// usage: onbehalf_powershell [-NoProfile] [-NonInteractive] -File SCRIPT.ps1 [-NAME VALUE]...
//        onbehalf_powershell [-NoProfile] [-NonInteractive] -Command TEXT
//
// Runs a script or a text as pwsh does, always without a profile and without a console, and with every script
// allowed. Exit code: the argument of `exit` in the script, 1 if it ends with an error.
using System.Management.Automation;
using System.Management.Automation.Runspaces;

string[] words = [.. args.SkipWhile(word => word is "-NoProfile" or "-NonInteractive")];
if (words.Length % 2 != 0 || words is not ["-File" or "-Command", ..])
{
    Console.Error.WriteLine("usage: onbehalf_powershell -File SCRIPT.ps1 [-NAME VALUE]... | -Command TEXT");
    return 2;
}

InitialSessionState state = InitialSessionState.CreateDefault();
state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
using Runspace runspace = RunspaceFactory.CreateRunspace(state);
runspace.Open();

// In PowerShell this comes from a module, of which the engine has only the cmdlets: for example the Sddl of
// Get-Acl's result.
string types = Path.Combine(AppContext.BaseDirectory, "runtimes", "win", "lib", "net10.0", "Modules", "Microsoft.PowerShell.Security", "Security.types.ps1xml");
using (PowerShell update = PowerShell.Create(runspace))
{
    update.AddCommand("Update-TypeData").AddParameter("AppendPath", types).Invoke();
}

using PowerShell shell = PowerShell.Create(runspace);
if (words[0] == "-File")
{
    shell.AddCommand(Path.GetFullPath(words[1]));
}
else
{
    shell.AddScript(words[1]);
}

for (int index = 2; index < words.Length; index += 2)
{
    shell.AddParameter(words[index].TrimStart('-'), words[index + 1]);
}

shell.AddCommand("Out-String").AddParameter("Stream");
var output = new PSDataCollection<PSObject>();
output.DataAdded += (_, added) => Console.Out.WriteLine(output[added.Index]);
shell.Streams.Error.DataAdded += (_, added) => Console.Error.WriteLine(shell.Streams.Error[added.Index]);
shell.Streams.Information.DataAdded += (_, added) => Console.Out.WriteLine(shell.Streams.Information[added.Index]);
try
{
    shell.Invoke(null, output);
}
catch (RuntimeException error)
{
    Console.Error.WriteLine($"{error.ErrorRecord}\n{error.ErrorRecord.ScriptStackTrace}");
    return 1;
}

return runspace.SessionStateProxy.GetVariable("LASTEXITCODE") as int? ?? 0;
