# The sample for PowerShell.

Test 'Samples.PowerShellRuns' {
  # 6: the stream of Write-Host.
  $lines = @(& "$root\client-lib\samples\powershell\first_call.ps1" 6>&1 | ForEach-Object { "$_" })
  $sid = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
  Expect-That ($lines[0] -cmatch "^I am \S.* \($([regex]::Escape($sid))\)$") "$lines"
  Expect-Same 'echo: by position', 'echo: by name' $lines[1..2]
  $audit = @($lines | Select-Object -Skip 3 | Select-Object -SkipLast 1)
  Expect-That ($audit.Count -gt 0) 'no line of the audit'
  foreach ($line in $audit) { Expect-That ($line -cmatch '^audit: rpc\.ping (decision|outcome)$') $line }
  Expect-Same 'cancelled' $lines[-1]
}
