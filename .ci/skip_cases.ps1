# SPDX-License-Identifier: MIT
# Writes a JUnit report in which each case of a test folder, by the name in its source (see cases_in_source in .ci/suites.sh),
# is skipped because of what is missing.
param([Parameter(Mandatory)][string]$Folder, [Parameter(Mandatory)][string]$Missing, [Parameter(Mandatory)][string]$Report)
$ErrorActionPreference = 'Stop'

$document = [xml]'<testsuite/>'
foreach ($line in Get-ChildItem -LiteralPath $Folder | Where-Object { $_.Name -like '*_test.*' } | Get-Content) {
  if ($line -cnotmatch '^ *Test[( ]*["''](?<class>[A-Za-z0-9]*)\.(?<name>[A-Za-z0-9]*)["'']') { continue }
  $case = $document.DocumentElement.AppendChild($document.CreateElement('testcase'))
  $case.SetAttribute('classname', $Matches['class'])
  $case.SetAttribute('name', $Matches['name'])
  $case.AppendChild($document.CreateElement('skipped')).SetAttribute('message', "missing here: $Missing")
}
$document.Save($Report)
