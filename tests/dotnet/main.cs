// usage: onbehalf_dotnet_tests [--filter TEXT] [--report FILE]
//        onbehalf_dotnet_tests --hold
//
// Calls the installed service as .NET programs do. --hold is a client for a case to kill: it reports when its
// call is under way, and then waits.
using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("windows")]

if (args is ["--hold"])
{
    await ConnectionTest.HoldAsync();
    return 0;
}

string filter = string.Empty;
string? report = null;
for (int index = 0; index < args.Length; index += 2)
{
    string? value = args.ElementAtOrDefault(index + 1);
    switch (args[index])
    {
        case "--filter" when value is not null:
            filter = value;
            break;
        case "--report" when value is not null:
            report = value;
            break;
        default:
            Console.Error.WriteLine($"unknown option {args[index]}, or its value is missing");
            return 2;
    }
}

StreamJsonRpcTest.Register();
ConnectionTest.Register();
GeneratedClientTest.Register();
LibraryTest.Register();
SamplesTest.Register();
int code = await Cases.RunAsync(filter, report);

// Threads that a failed case has left would keep the process alive.
Environment.Exit(code);
return code;
