// Runs the cases one after the other and reports them as GoogleTest does, for .ci/count_tests.awk, and as a
// JUnit report, for .ci/summary.ps1.
using System.Diagnostics;
using System.Xml.Linq;

internal sealed class Skipped(string what) : Exception(what);

// What a case registers with Defer runs when it has ended, even if it failed: the last first. A failure in it
// fails the case.
internal sealed class Case
{
    private readonly Stack<Func<Task>> deferred = new();

    public void Defer(Func<Task> action) => this.deferred.Push(action);

    public void Defer(Action action) => this.Defer(() =>
    {
        action();
        return Task.CompletedTask;
    });

    // Returns the failures.
    public async Task<List<Exception>> EndAsync()
    {
        var errors = new List<Exception>();
        while (this.deferred.TryPop(out Func<Task>? action))
        {
            try
            {
                await action();
            }
            catch (Exception error)
            {
                errors.Add(error);
            }
        }

        return errors;
    }
}

internal static class Cases
{
    // A case that takes longer has failed. Far longer than most take: it ends a run that hangs.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private static readonly List<(string Name, Func<Case, Task> Body)> All = [];

    // Registers a case, by a name of the form Suite.WhatItShows. The name must be a literal after `Test(`:
    // where no SDK can build this, .ci/suites.sh reads it from the source.
    public static void Test(string name, Func<Case, Task> body) => All.Add((name, body));

    // Skips the case if something is missing on this machine. ONBEHALF_REQUIRE_WINDOWS=1 makes that a
    // failure.
    public static void SkipWithout(bool there, string what)
    {
        if (there)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("ONBEHALF_REQUIRE_WINDOWS") == "1")
        {
            throw new InvalidOperationException($"ONBEHALF_REQUIRE_WINDOWS is set and this is missing: {what}");
        }

        throw new Skipped($"missing here: {what}");
    }

    // Runs the cases whose names contain `filter`, and writes the report if a file for it is given. Returns
    // the exit code: 0 only if at least one case ran and none failed.
    public static async Task<int> RunAsync(string filter, string? reportFile)
    {
        var chosen = All.Where(each => each.Name.Contains(filter, StringComparison.Ordinal)).ToList();
        Console.WriteLine($"[==========] Running {chosen.Count} tests");
        var report = new XElement("testsuite");
        var failed = 0;
        foreach ((string name, Func<Case, Task> body) in chosen)
        {
            XElement outcome = await RunOneAsync(name, body);
            failed += outcome.Element("failure") is null ? 0 : 1;
            report.Add(outcome);
        }

        if (reportFile is not null)
        {
            report.Save(reportFile);
        }

        return chosen.Count > 0 && failed == 0 ? 0 : 1;
    }

    private static async Task<XElement> RunOneAsync(string name, Func<Case, Task> body)
    {
        Console.WriteLine($"[ RUN      ] {name}");
        var watch = Stopwatch.StartNew();
        var one = new Case();
        var errors = new List<Exception>();
        string? skipped = null;
        try
        {
            // On another thread, since a case may block.
            await Task.Run(() => body(one)).WaitAsync(Limit);
        }
        catch (Skipped skip)
        {
            skipped = skip.Message;
        }
        catch (Exception error)
        {
            errors.Add(error);
        }

        try
        {
            errors.AddRange(await Task.Run(one.EndAsync).WaitAsync(Limit));
        }
        catch (TimeoutException error)
        {
            errors.Add(error);
        }

        errors.ForEach(Console.WriteLine);
        int dot = name.IndexOf('.');
        var outcome = new XElement(
            "testcase",
            new XAttribute("classname", name[..dot]),
            new XAttribute("name", name[(dot + 1)..]),
            new XAttribute("time", watch.Elapsed.TotalSeconds));
        string result = "[       OK ]";
        if (errors.Count > 0)
        {
            result = "[  FAILED  ]";
            outcome.Add(new XElement("failure", new XAttribute("message", errors[0].Message)));
        }
        else if (skipped is not null)
        {
            Console.WriteLine($"{name}: Skipped\n{skipped}\n");
            result = "[  SKIPPED ]";
            outcome.Add(new XElement("skipped", new XAttribute("message", skipped)));
        }

        Console.WriteLine($"{result} {name} ({watch.ElapsedMilliseconds} ms)");
        return outcome;
    }
}

internal static class Expect
{
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }

    public static void Equal<T>(T expected, T found, string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
        {
            throw new InvalidOperationException($"{what} expected {expected}, found {found}");
        }
    }

    public static void Same<T>(IEnumerable<T> expected, IEnumerable<T> found, string what = "")
    {
        if (!expected.SequenceEqual(found))
        {
            throw new InvalidOperationException(
                $"{what} expected [{string.Join(", ", expected)}], found [{string.Join(", ", found)}]");
        }
    }

    // The exception, which must be a T or derived from it.
    public static async Task<T> ThrowsAsync<T>(Func<Task> action)
        where T : Exception
    {
        try
        {
            await action();
        }
        catch (T error)
        {
            return error;
        }

        throw new InvalidOperationException($"no {typeof(T).Name} was thrown");
    }
}
