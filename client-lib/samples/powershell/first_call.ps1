# Calls OnBehalf with only what Windows PowerShell 5.1 and PowerShell 7 include: a NamedPipeClientStream and one line of
# JSON for each message.
#
#     powershell -NoProfile -ExecutionPolicy Bypass -File first_call.ps1
#
# It prints who it is to the service, two echoes and, if it may read the audit (administrators), its own calls from
# there until it cancels:
#
#     I am CONTOSO\alice (S-1-5-21-1004336348-1177238915-682003330-1104)
#     echo: by position
#     echo: by name
#     audit: rpc.ping decision
#     audit: rpc.ping outcome
#     cancelled
#Requires -Version 5.1
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$RequestCancelled = -32800

function Send-Message([hashtable]$Message) {
  $Message['jsonrpc'] = '2.0'
  # Without -Depth, values below two levels would be converted to text.
  $writer.Write((ConvertTo-Json -InputObject $Message -Depth 64 -Compress) + "`n")
}

# Sends a request and returns the response, which has a result or an error. $Params is a hashtable (by name), an array
# (by position) or $null. $OnProgress gets the value of each progress notification; when it returns $true, the request is
# cancelled.
function Invoke-OnBehalf([int]$Id, [string]$Method, [object]$Params, [scriptblock]$OnProgress) {
  $request = @{ id = $Id; method = $Method }
  # BaseObject: Windows PowerShell serializes a wrapped array as an object with "value" and "Count".
  if ($null -ne $Params) { $request['params'] = $Params.PSObject.BaseObject }
  Send-Message $request
  while ($null -ne ($line = $reader.ReadLine())) {
    $message = ConvertFrom-Json -InputObject $line
    if (-not $message.PSObject.Properties['method']) { return $message }
    if ($message.method -eq '$/progress' -and (& $OnProgress $message.params.value)) {
      Send-Message @{ method = '$/cancelRequest'; params = @{ id = $Id } }
    }
  }
  throw 'The service closed the connection.'
}

# Returns the result in a response, or throws its error.
function Get-Result([object]$Answer) {
  if ($Answer.PSObject.Properties['error']) { throw "$($Answer.error.message) ($($Answer.error.code))" }
  $Answer.result
}

# With Impersonation the service can act as this account; with Identification only methods that do not act as the caller
# work.
$pipe = [System.IO.Pipes.NamedPipeClientStream]::new(
  '.', 'onbehalf', [System.IO.Pipes.PipeDirection]::InOut, [System.IO.Pipes.PipeOptions]::None,
  [System.Security.Principal.TokenImpersonationLevel]::Impersonation)
try {
  $pipe.Connect(5000)
  # Without a byte order mark, which is not valid JSON.
  $utf8 = [System.Text.UTF8Encoding]::new($false)
  $reader = [System.IO.StreamReader]::new($pipe, $utf8)
  $writer = [System.IO.StreamWriter]::new($pipe, $utf8)
  $writer.AutoFlush = $true

  $me = Get-Result (Invoke-OnBehalf 1 'identity.whoami')
  Write-Host "I am $($me.account.name) ($($me.account.sid))"

  Write-Host "echo: $((Get-Result (Invoke-OnBehalf 2 'rpc.ping' @('by position'))).echo)"
  Write-Host "echo: $((Get-Result (Invoke-OnBehalf 3 'rpc.ping' @{ echo = 'by name' })).echo)"

  $answer = Invoke-OnBehalf 4 'audit.follow' @{ method = 'rpc.ping'; limit = 2; progressToken = 'my calls' } {
    param($piece)
    foreach ($line in $piece.lines) { Write-Host "audit: $($line.method) $($line.event)" }
    $true
  }
  if ($answer.PSObject.Properties['error'] -and $answer.error.code -eq $RequestCancelled) {
    Write-Host 'cancelled'
  } else {
    Get-Result $answer | Out-Null
  }
} finally {
  $pipe.Dispose()
}
