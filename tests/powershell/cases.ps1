# Runs the cases one after the other and reports them as GoogleTest does, for .ci/count_tests.awk, and as a
# JUnit report, for .ci/summary.ps1.

$cases = [System.Collections.ArrayList]::new()

# Registers a case, by a name of the form Suite.WhatItShows. The name must be a literal after `Test `: where
# nothing can run the scripts, .ci/suites.sh reads it from the source.
function Test([string]$Name, [scriptblock]$Body) {
  $null = $cases.Add([pscustomobject]@{ Name = $Name; Body = $Body })
}

# Case-sensitive, and in order.
function Expect-Same([object[]]$Expected, [object[]]$Found, [string]$What = '') {
  if (($Expected -join "`n") -cne ($Found -join "`n")) {
    throw "$What expected: $($Expected -join ' '); found: $($Found -join ' ')"
  }
}
function Expect-That([bool]$Holds, [string]$What) {
  if (-not $Holds) { throw $What }
}

# Runs the cases whose names contain $Filter, and writes the report if a file for it is given. Returns the
# exit code: 0 only if at least one case ran and none failed.
function Invoke-Cases([string]$Filter, [string]$ReportFile) {
  $chosen = @($cases | Where-Object { $_.Name.Contains($Filter) })
  [Console]::Out.WriteLine("[==========] Running $($chosen.Count) tests")
  $report = [xml]'<testsuite/>'
  $failed = 0
  foreach ($case in $chosen) {
    [Console]::Out.WriteLine("[ RUN      ] $($case.Name)")
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $element = $report.DocumentElement.AppendChild($report.CreateElement('testcase'))
    $class, $name = $case.Name -split '\.', 2
    $element.SetAttribute('classname', $class)
    $element.SetAttribute('name', $name)
    $result = '[       OK ]'
    try {
      # Its own scope; what it prints is not a result of this function.
      & $case.Body | ForEach-Object { [Console]::Out.WriteLine("$_") }
    } catch {
      $result = '[  FAILED  ]'
      ++$failed
      [Console]::Out.WriteLine("$_`n$($_.ScriptStackTrace)")
      $element.AppendChild($report.CreateElement('failure')).SetAttribute('message', "$_")
    }
    $element.SetAttribute('time', $watch.Elapsed.TotalSeconds.ToString([cultureinfo]::InvariantCulture))
    [Console]::Out.WriteLine("$result $($case.Name) ($($watch.ElapsedMilliseconds) ms)")
  }
  if ($ReportFile) { $report.Save($ReportFile) }
  [int]($chosen.Count -eq 0 -or $failed -gt 0)
}
