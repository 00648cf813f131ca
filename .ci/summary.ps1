# SPDX-License-Identifier: MIT
# Adds up the JUnit reports in a folder: what was skipped and why, what failed, and as its last line
# "N passed, N failed, N skipped". 1 if anything failed or there is no report.
param([Parameter(Mandatory)][string]$Folder)
$ErrorActionPreference = 'Stop'

$passed = 0; $failed = @(); $skipped = @()
$reports = @(Get-ChildItem -LiteralPath $Folder -Filter *.xml)
foreach ($report in $reports) {
  # GetAttribute, because PowerShell's property "name" would be that of the element.
  foreach ($case in ([xml](Get-Content -LiteralPath $report.FullName -Raw)).SelectNodes('//testcase')) {
    $name = '{0}: {1}.{2}' -f $report.BaseName, $case.GetAttribute('classname'), $case.GetAttribute('name')
    $skip = $case.SelectSingleNode('skipped')
    if ($case.SelectSingleNode('failure')) { $failed += $name }
    elseif ($skip) { $skipped += "$name`n      $($skip.GetAttribute('message'))" }
    elseif ($case.GetAttribute('status') -notin 'notrun', 'disabled') { $passed++ }
  }
}
if ($skipped) { 'Skipped, and why:'; $skipped | ForEach-Object { "  $_" } }
if ($failed) { 'Failed:'; $failed | ForEach-Object { "  $_" } }
"$passed passed, $($failed.Count) failed, $($skipped.Count) skipped"
exit [int]($failed.Count -gt 0 -or $reports.Count -eq 0)
