# The PowerShell in the installer, run.cmd and the test scripts, extracted from them unchanged.

# What a script for cmd.exe passes to PowerShell: options, and the text of -Command.
function Get-CommandLines([string]$Script) {
  foreach ($line in [System.IO.File]::ReadAllLines($Script)) {
    foreach ($found in [regex]::Matches($line, '(?i)powershell[^ ]* (?<options>(-[a-z]+ )*)-Command "(?<text>[^"]*)"')) {
      [pscustomobject]@{ Options = -split $found.Groups['options'].Value; Text = $found.Groups['text'].Value }
    }
  }
}

$scripts = 'installer\install.cmd', 'installer\uninstall.cmd', 'run.cmd', 'test.cmd'

Test 'Scripts.HaveLinesOfPowerShellThatParse' {
  $count = 0
  foreach ($script in $scripts) {
    foreach ($text in Get-CommandLines "$root\$script" | ForEach-Object { $_.Text }) {
      ++$count
      # Anything that cmd.exe substitutes into the text would be run, wherever it came from. (%% is one %.)
      Expect-That ($text.Replace('%%', '') -notmatch '%') "$script expands a variable in: $text"
      $errors = $null
      $null = [System.Management.Automation.Language.Parser]::ParseInput($text.Replace('%%', '%'), [ref]$null, [ref]$errors)
      Expect-Same @() $errors "$script, $text"
    }
  }
  Expect-That ($count -gt 0) 'no line was found'
}

Test 'Scripts.ReadTheDescriptorOfAFolderForTheInstaller' {
  $lines = @(Get-CommandLines "$root\installer\install.cmd" | Where-Object { $_.Text -match 'Sddl' })
  Expect-Same 1 $lines.Count
  $options = $lines[0].Options
  $text = $lines[0].Text.Replace('%%', '%')
  $folder = New-Item -ItemType Directory -Path (Join-Path ([System.IO.Path]::GetTempPath()) "onbehalf & 100% [it's] $([guid]::NewGuid())")
  # An environment variable names the folder; every variable in the text is this one.
  $names = @([regex]::Matches($text, '\$env:(?<name>\w+)') | ForEach-Object { $_.Groups['name'].Value } | Select-Object -Unique)
  $before = @{}
  foreach ($name in $names) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
  try {
    foreach ($name in $names) { Set-Item -LiteralPath "env:$name" -Value $folder.FullName }
    # Another process of this engine, as install.cmd starts one.
    $said = @(& (Get-Process -Id $PID).Path $options -Command $text)
    Expect-Same 0 $LASTEXITCODE
    Expect-Same 1 $said.Count
    Expect-That ($said[0] -cmatch '^O:\S+G:\S+D:') $said[0]
  } finally {
    foreach ($name in $names) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
    Remove-Item -LiteralPath $folder.FullName -Recurse
  }
}

Test 'Scripts.AddTheDemonstrationToTheSettingsOnce' {
  $settings = [System.IO.Path]::GetTempFileName()
  try {
    [System.IO.File]::WriteAllText($settings, '{"limits": {"connections": 600}}')
    $add = "$root\.ci\demonstration_settings.ps1"
    $said = @(& $add -Settings $settings -Driver 'SQLite3 ODBC Driver' -Databases 'C:\a b')
    Expect-Same 2 @($said -like '  added *').Count "$said"
    $said = @(& $add -Settings $settings -Module)
    Expect-Same 1 @($said -like '  added  modules.load.process = *').Count "$said"
    $written = [System.IO.File]::ReadAllText($settings)
    $said = @(& $add -Settings $settings -Driver 'SQLite3 ODBC Driver' -Databases 'C:\a b' -Module)
    Expect-Same 3 @($said -like '  kept *').Count "$said"
    Expect-Same $written ([System.IO.File]::ReadAllText($settings))
    $document = ConvertFrom-Json $written
    Expect-Same 600 $document.limits.connections
    Expect-Same 'DRIVER={SQLite3 ODBC Driver};Database=C:\a b\onbehalf-demo-orders.db' $document.database.sources.'demo-orders'.connection
  } finally {
    Remove-Item -LiteralPath $settings
  }
}

Test 'Scripts.SkipEachCaseOfASuiteByItsName' {
  $report = [System.IO.Path]::GetTempFileName()
  try {
    foreach ($suite in 'dotnet', 'powershell') {
      & "$root\.ci\skip_cases.ps1" -Folder "$root\tests\$suite" -Missing 'a thing' -Report $report
      $skipped = @(([xml][System.IO.File]::ReadAllText($report)).SelectNodes('//testcase[skipped/@message="missing here: a thing"]'))
      $found = @($skipped | ForEach-Object { "$($_.GetAttribute('classname')).$($_.GetAttribute('name'))" })
      if ($suite -eq 'powershell') { Expect-Same ($cases | ForEach-Object { $_.Name } | Sort-Object) ($found | Sort-Object) }
      else { Expect-That ($found.Count -gt 40) "only these cases: $found" }
    }
  } finally {
    Remove-Item -LiteralPath $report
  }
}

Test 'Scripts.SummarizeTestReports' {
  $folder = New-Item -ItemType Directory -Path (Join-Path ([System.IO.Path]::GetTempPath()) "onbehalf-$([guid]::NewGuid())")
  try {
    $summary = "$root\.ci\summary.ps1"
    Expect-Same '0 passed, 0 failed, 0 skipped' @(& $summary $folder.FullName)
    Expect-Same 1 $LASTEXITCODE
    $report = '<testsuite><testcase classname="A" name="Passes"/><testcase classname="A" name="IsSkipped"><skipped message="missing here: a thing"/></testcase>{0}</testsuite>'
    [System.IO.File]::WriteAllText("$($folder.FullName)\one.xml", ($report -f ''))
    Expect-Same 'Skipped, and why:', "  one: A.IsSkipped`n      missing here: a thing", '1 passed, 0 failed, 1 skipped' @(& $summary $folder.FullName)
    Expect-Same 0 $LASTEXITCODE
    [System.IO.File]::WriteAllText("$($folder.FullName)\two.xml", ($report -f '<testcase classname="B" name="Fails"><failure message="x"/></testcase>'))
    Expect-Same '  two: B.Fails', '2 passed, 1 failed, 2 skipped' @(& $summary $folder.FullName)[-2..-1]
    Expect-Same 1 $LASTEXITCODE
  } finally {
    Remove-Item -LiteralPath $folder.FullName -Recurse
  }
}
