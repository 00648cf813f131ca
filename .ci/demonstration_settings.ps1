# SPDX-License-Identifier: MIT
# Adds run.cmd's demonstrations to the service's settings and keeps everything else: with -Databases FOLDER two SQLite databases
# in that folder, with -Module the sample module.
param([Parameter(Mandatory)][string]$Settings, [string]$Driver, [string]$Databases, [switch]$Module)
$ErrorActionPreference = 'Stop'

$document = ConvertFrom-Json ([IO.File]::ReadAllText($Settings))
$is_changed = $false

# Adds an entry to a setting that maps names to objects, unless the name is taken.
function Add-Entry([string]$Section, [string]$Key, [string]$Name, $Value) {
  $place = $document
  foreach ($member in $Section, $Key) {
    if (-not $place.PSObject.Properties[$member]) { $place | Add-Member -NotePropertyName $member -NotePropertyValue ([pscustomobject]@{}) }
    $place = $place.$member
  }
  if ($place.PSObject.Properties[$Name]) { "  kept   $Section.$Key.$Name"; return }
  $place | Add-Member -NotePropertyName $Name -NotePropertyValue $Value
  $script:is_changed = $true
  "  added  $Section.$Key.$Name = $(ConvertTo-Json $Value -Compress)"
}

if ($Databases) {
  # Two database files, because anyone who may use a source may use all of its database.
  Add-Entry database sources demo-orders ([pscustomobject][ordered]@{
      connection = "DRIVER={$Driver};Database=$Databases\onbehalf-demo-orders.db"; as_caller = $true })
  Add-Entry database sources demo-salaries ([pscustomobject][ordered]@{
      connection = "DRIVER={$Driver};Database=$Databases\onbehalf-demo-salaries.db"; as_caller = $true; access = 'D:(A;;GX;;;BA)' })
}
if ($Module) { Add-Entry modules load process ([pscustomobject]@{}) }
# Overwrites the existing file, which keeps its owner and permissions. UTF-8 without a byte order mark.
if ($is_changed) { [IO.File]::WriteAllText($Settings, (ConvertTo-Json $document -Depth 50)) }
