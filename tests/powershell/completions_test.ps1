# What Tab offers after `onbehalf`, once its completions are loaded: everything that the program's help names
# and the service has.

# What Tab offers for the last word of a line, or at another position in it.
function Get-Offered([string]$Line, [int]$Cursor = $Line.Length) {
  @((TabExpansion2 -inputScript $Line -cursorColumn $Cursor).CompletionMatches | ForEach-Object { $_.CompletionText })
}

# The line completed with the first offer.
function Get-Completed([string]$Line) {
  $offer = TabExpansion2 -inputScript $Line -cursorColumn $Line.Length
  $Line.Remove($offer.ReplacementIndex, $offer.ReplacementLength).Insert($offer.ReplacementIndex, $offer.CompletionMatches[0].CompletionText)
}

# The help's line for each command, such as "file get REMOTE [LOCAL] [--resume] [--force]".
function Get-HelpLines {
  onbehalf --help | Where-Object { $_ -cmatch '^  (?!onbehalf )[a-z]' } | ForEach-Object { ($_.Trim() -split '  +')[0] }
}

# Its words: one, or two for a command with verbs.
function Get-CommandWords([string]$HelpLine) {
  ([regex]::Match($HelpLine, '^[a-z-]+( [a-z]+(?![|a-z]))?').Value)
}

# The alternatives in "--trust service|same-user|any" or "powershell|bash", by what precedes them.
function Get-Choices([string]$HelpLine) {
  foreach ($found in [regex]::Matches($HelpLine, '(?<option>--[a-z-]+ )?(?<words>[a-z-]+(\|[a-z-]+)+)')) {
    [pscustomobject]@{ Option = $found.Groups['option'].Value; Words = $found.Groups['words'].Value -split '\|' }
  }
}

function Get-Methods { @((onbehalf --json methods | ConvertFrom-Json).methods | ForEach-Object { $_.name }) }

# As in a profile (client-lib/README.md).
function Register-Completions { onbehalf completions powershell | Out-String | Invoke-Expression }

Test 'Completions.OfferEveryCommandAndVerb' {
  Register-Completions
  $words = @(Get-HelpLines | ForEach-Object { Get-CommandWords $_ })
  $first = @($words | ForEach-Object { ($_ -split ' ')[0] } | Select-Object -Unique)
  Expect-That ($first.Count -gt 10) "only these commands: $first"
  Expect-Same ($first | Sort-Object) (Get-Offered 'onbehalf ' | Sort-Object)
  foreach ($command in $first) {
    Expect-Same $command (Get-Offered "onbehalf $command" | Where-Object { $_ -ceq $command })
    $verbs = @($words | Where-Object { $_.StartsWith("$command ") } | ForEach-Object { ($_ -split ' ')[1] })
    if ($verbs.Count -eq 0) { continue }
    $offered = Get-Offered "onbehalf $command "
    foreach ($verb in $verbs) {
      Expect-That ($offered -ccontains $verb) "$verb is not offered behind $command"
      Expect-That ((Get-Offered "onbehalf $command $verb") -ccontains $verb) "$command $verb is not offered"
    }
  }
}

Test 'Completions.OfferEveryOption' {
  Register-Completions
  $global = @(onbehalf --help | Where-Object { $_ -cmatch '^  --' } | ForEach-Object { ($_.Trim() -split ' ')[0] })
  Expect-Same ($global | Sort-Object) (Get-Offered 'onbehalf --' | Sort-Object)
  $changes = 'access grant', 'access deny', 'access revoke', 'access set', 'access rollback'
  foreach ($line in Get-HelpLines) {
    $command = Get-CommandWords $line
    $options = @([regex]::Matches($line, '--[a-z-]+') | ForEach-Object { $_.Value })
    if ($changes -ccontains $command) { $options += '--dry-run', '--if-version' }
    if ($options.Count -eq 0) { continue }
    Expect-Same ($options | Sort-Object) (Get-Offered "onbehalf $command --" | Sort-Object) $command
  }
}

Test 'Completions.OfferEveryValue' {
  Register-Completions
  $count = 0
  foreach ($line in Get-HelpLines) {
    foreach ($choices in Get-Choices $line) {
      ++$count
      # For an operand: after the command itself.
      Expect-Same $choices.Words (Get-Offered "onbehalf $(Get-CommandWords $line) $($choices.Option)") $line
    }
  }
  foreach ($line in (onbehalf --help | Where-Object { $_ -cmatch '^  --[a-z]+ [a-z|-]+' })) {
    foreach ($choices in Get-Choices ($line.Trim() -split '  +')[0]) {
      ++$count
      Expect-Same $choices.Words (Get-Offered "onbehalf $($choices.Option)") $line
      foreach ($word in $choices.Words) { Expect-Same $word (Get-Offered "onbehalf --json $($choices.Option)$word" | Where-Object { $_ -ceq $word }) }
    }
  }
  Expect-That ($count -ge 4) "only $count choices were found in the help"
  Expect-Same 'call', 'connect', 'manage', 'see' (Get-Offered 'onbehalf access check file --right ' | Sort-Object)
  Expect-Same 'call', 'connect', 'manage', 'see' (Get-Offered 'onbehalf access grant BU file ' | Sort-Object)
  Expect-Same 'onbehalf access grant BU file call,see' (Get-Completed 'onbehalf access grant BU file call,s')
}

Test 'Completions.OfferEveryMethodAndNode' {
  Register-Completions
  $methods = Get-Methods
  $namespaces = @($methods | ForEach-Object { ($_ -split '\.')[0] } | Select-Object -Unique)
  Expect-That ($methods.Count -gt 30) "only these methods: $methods"
  Expect-Same ($methods | Sort-Object) (Get-Offered 'onbehalf call ' | Sort-Object)
  Expect-Same (($namespaces + $methods) | Sort-Object) (Get-Offered 'onbehalf methods ' | Sort-Object)
  Expect-Same ((@('/', 'pipe:') + $namespaces + $methods) | Sort-Object) (Get-Offered 'onbehalf access show ' | Sort-Object)
  foreach ($namespace in $namespaces) {
    $wanted = @($methods | Where-Object { $_.StartsWith("$namespace.") } | Sort-Object)
    Expect-Same $wanted (Get-Offered "onbehalf --json call $namespace." | Sort-Object)
  }
  foreach ($method in 'rpc.ping', 'file.makeDirectory') { Expect-Same $method (Get-Offered "onbehalf audit --method $method") }
  Expect-Same 'pipe:' (Get-Offered 'onbehalf access explain pi')
}

Test 'Completions.UseOnlyTheWordsBeforeTheCursor' {
  Register-Completions
  Expect-Same 'rpc.discover', 'rpc.ping', 'rpc.subscribe' (Get-Offered 'onbehalf call rpc. {"a b":1}' 'onbehalf call rpc.'.Length | Sort-Object)
  Expect-Same 'audit' (Get-Offered 'onbehalf au verify' 'onbehalf au'.Length)
  # In a pipeline, and by the name with .exe.
  Expect-Same 'rpc.ping' (Get-Offered '"x" | onbehalf.exe call rpc.pi')
}

Test 'Completions.OfferFilesWhereAFileIsExpected' {
  Register-Completions
  $line = "onbehalf doctor --bundle $PSScriptRoot\completions_test"
  Expect-Same "$line.ps1" (Get-Completed $line)
}

Test 'Completions.AreSilentWithoutAService' {
  Register-Completions
  $place = Get-Location
  Set-Location -LiteralPath $PSScriptRoot
  try {
    # Methods of a pipe that does not exist: none, so PowerShell offers files, of which none begins like this.
    Expect-Same @() (Get-Offered 'onbehalf --pipe onbehalf-that-is-not-there call rpc.pi')
  } finally {
    Set-Location -LiteralPath $place.Path
  }
}
