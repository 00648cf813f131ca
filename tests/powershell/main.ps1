# Runs everything written in PowerShell, unchanged, with the installed service: in the engine of PowerShell 7.6, and on Windows
# in Windows PowerShell 5.1.
#
#     powershell -NoProfile -ExecutionPolicy Bypass -File main.ps1 [-Filter TEXT] [-Report FILE]
#Requires -Version 5.1
param([string]$Filter = '', [string]$Report = '')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = Split-Path (Split-Path $PSScriptRoot)
# The command line, as found by a user who has the program's folder in PATH.
$env:PATH = "$env:ProgramFiles\OnBehalf;$env:PATH"
# Under Wine PowerShell does not find a program in PATH by its name.
if (-not (Get-Command onbehalf -ErrorAction SilentlyContinue)) {
  foreach ($name in 'onbehalf', 'onbehalf.exe') { Set-Alias $name "$env:ProgramFiles\OnBehalf\onbehalf.exe" }
}

. "$PSScriptRoot\cases.ps1"
. "$PSScriptRoot\samples_test.ps1"
. "$PSScriptRoot\completions_test.ps1"
. "$PSScriptRoot\scripts_test.ps1"
exit (Invoke-Cases $Filter $Report)
