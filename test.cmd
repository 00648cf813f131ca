@echo off
rem SPDX-License-Identifier: MIT
rem Builds and runs the tests on Windows. Needs an elevated prompt and a machine on which OnBehalf is not installed: the tests
rem install, upgrade and uninstall it.
setlocal enableextensions disabledelayedexpansion
set QUICK=
set FILTERS=
:argument
if "%~1"=="" goto arguments_known
set "ARGUMENT=%~1"
shift
if /i "%ARGUMENT%"=="--quick" set QUICK=1& goto argument
if "%ARGUMENT:~0,1%"=="-" goto usage
if "%ARGUMENT:~0,1%"=="/" goto usage
set "FILTERS=%FILTERS% "%ARGUMENT%""
goto argument
:arguments_known

rem The suites that test.sh runs under Wine, except the one for the generated TypeScript.
set "SUITES=%~dp0.ci\suites.sh"
for /f "usebackq tokens=1,5" %%A in ("%SUITES%") do if "%%B"=="mingw" set "SUITE_%%A=1"
set CHOSEN=
set TARGETS=
set EVERYTHING=
if not defined QUICK if not defined FILTERS set EVERYTHING=1
for /f "usebackq tokens=1,2,5-7" %%A in ("%SUITES%") do if "%%C"=="mingw" call :choose %%A %%B "%%D" "%%E"
if not defined CHOSEN goto nothing_chosen
if defined EVERYTHING set TARGETS=

call "%~dp0.ci\environment.cmd"
if errorlevel 1 exit /b 1

rem Windows must have everything that the tests need: skipping a test because something is missing is a failure.
set ONBEHALF_REQUIRE_WINDOWS=1
set "RESULTS=%ROOT%\build\test"
if exist "%RESULTS%" rmdir /s /q "%RESULTS%"
mkdir "%RESULTS%"
set FAILED=
for %%S in (%CHOSEN%) do call :run_suite %%S
if defined CHOSEN_programs call :run_ctest program programs
if defined CHOSEN_package call :run_ctest package package

rem The integration tests, the foreign, .NET and PowerShell clients, and the sample call the service that install.cmd installed.
set CALLS_INSTALLED=
for %%S in (integration foreign dotnet powershell package) do if defined CHOSEN_%%S set CALLS_INSTALLED=1
if not defined CALLS_INSTALLED goto summary
call "%ROOT%\build\msvc\installer\install.cmd"
if errorlevel 1 goto not_installed
if defined CHOSEN_integration call :run integration onbehalf_integration_tests "*"
if defined CHOSEN_foreign call :run_foreign
if defined CHOSEN_dotnet call :run_dotnet
if defined CHOSEN_powershell call :run_powershell
if defined CHOSEN_package call :run_sample
call "%ROOT%\build\msvc\installer\uninstall.cmd" /purge
if errorlevel 1 set "FAILED=%FAILED% uninstall"
goto summary
:not_installed
set "FAILED=%FAILED% install"

:summary
powershell -NoProfile -ExecutionPolicy Bypass -File "%ROOT%\.ci\summary.ps1" "%RESULTS%"
if errorlevel 1 set "FAILED=%FAILED% (see the summary)"
if not defined FAILED exit /b 0
echo Failed:%FAILED%
exit /b 1

rem :choose NAME KIND TARGETS CASES
:choose
if "%~1"=="typescript" exit /b 0
if defined QUICK if not "%~2"=="quick" exit /b 0
set "NAME=%~1"
set MATCHES=
if not defined FILTERS set MATCHES=1
for %%F in (%FILTERS%) do call :match "%%~F"
if not defined MATCHES exit /b 0
set "CHOSEN=%CHOSEN% %NAME%"
set "CHOSEN_%NAME%=1"
set "TARGET_%NAME%=%~3"
set "CASES_%NAME%=%~4"
if "%~3"=="all" set EVERYTHING=1
set "NEEDED=%~3"
set "TARGETS=%TARGETS% %NEEDED:,= %"
exit /b 0

rem A filter that is a suite's name selects only that suite; any other filter matches a part of the name.
:match
if /i "%NAME%"=="%~1" set MATCHES=1
if defined SUITE_%~1 exit /b 0
call set "REST=%%NAME:%~1=%%"
if not "%REST%"=="%NAME%" set MATCHES=1
exit /b 0

:run_suite
for %%N in (programs package integration foreign dotnet powershell) do if "%%N"=="%~1" exit /b 0
call set "PROGRAM=%%TARGET_%~1%%"
call set "CASES=%%CASES_%~1%%"
call :run %~1 %PROGRAM% "%CASES%"
exit /b 0

rem :run_ctest LABEL REPORT
:run_ctest
echo.
echo == %~2
ctest --test-dir "%ROOT%\build\msvc" -L %~1 --output-on-failure --output-junit "%RESULTS%\%~2.xml"
if errorlevel 1 set "FAILED=%FAILED% %~2"
exit /b 0

:run_sample
"%ROOT%\build\msvc\tests\package\sample\onbehalf_sample.exe"
if errorlevel 1 set "FAILED=%FAILED% sample"
exit /b 0

rem :run SUITE PROGRAM CASES
:run
echo.
echo == %~1
"%ROOT%\build\msvc\bin\%~2.exe" --gtest_brief=1 "--gtest_filter=%~3" "--gtest_output=xml:%RESULTS%\%~1.xml"
if errorlevel 1 set "FAILED=%FAILED% %~1"
rem A program that crashed wrote no report.
if not exist "%RESULTS%\%~1.xml" echo ^<testsuite^>^<testcase classname="%~1" name="all"^>^<failure/^>^</testcase^>^</testsuite^>>"%RESULTS%\%~1.xml"
exit /b 0

:run_foreign
rem With the machine's own Node; with ONBEHALF_REQUIRE_RUNTIMES=1 it is a failure if it is missing.
set "FOREIGN=%ROOT%\build\foreign"
"%SystemRoot%\System32\where.exe" /q npm
if errorlevel 1 goto no_node
if not exist "%FOREIGN%" mkdir "%FOREIGN%"
copy /y "%ROOT%\tests\foreign\package*.json" "%FOREIGN%" >nul
pushd "%FOREIGN%"
call npm ci --omit=dev --ignore-scripts --no-audit --no-fund
if errorlevel 1 goto foreign_failed
set "NODE_PATH=%FOREIGN%\node_modules"
node "%ROOT%\tests\foreign\main.js" --report "%RESULTS%\foreign.xml"
if errorlevel 1 goto foreign_failed
popd
exit /b 0
:foreign_failed
popd
call :fail foreign
exit /b 0
:no_node
if "%ONBEHALF_REQUIRE_RUNTIMES%"=="1" set "FAILED=%FAILED% foreign (there is no Node)"
echo ^<testsuite^>^<testcase classname="foreign" name="all"^>^<skipped message="there is no Node with npm"/^>^</testcase^>^</testsuite^>>"%RESULTS%\foreign.xml"
exit /b 0

:run_dotnet
rem With the machine's own .NET SDK; with ONBEHALF_REQUIRE_RUNTIMES=1 it is a failure if it is missing.
echo.
echo == dotnet
set "MADE=%ROOT%\build\dotnet"
set SDK=
"%SystemRoot%\System32\where.exe" /q dotnet
if errorlevel 1 goto no_dotnet
for /f "delims=." %%V in ('dotnet --list-sdks') do if %%V geq 10 set SDK=1
if not defined SDK goto no_dotnet
if not exist "%MADE%\generated" mkdir "%MADE%\generated"
"%ROOT%\build\msvc\bin\onbehalf.exe" generate --language csharp --output "%MADE%\generated\OnBehalf.cs"
if errorlevel 1 goto dotnet_failed
dotnet publish "%ROOT%\tests\dotnet\dotnet_tests.csproj" --configuration Release --runtime win-x64 --self-contained --disable-build-servers --artifacts-path "%MADE%\artifacts" --output "%MADE%\clients" "-p:GeneratedClient=%MADE%\generated\OnBehalf.cs"
if errorlevel 1 goto dotnet_failed
copy /y "%ROOT%\build\msvc\bin\onbehalf.dll" "%MADE%\clients" >nul
if errorlevel 1 goto dotnet_failed
"%MADE%\clients\onbehalf_dotnet_tests.exe" --report "%RESULTS%\dotnet.xml"
rem A crash has a negative exit code, which "if errorlevel 1" does not see.
if "%errorlevel%"=="0" exit /b 0
:dotnet_failed
call :fail dotnet
exit /b 0
:no_dotnet
if "%ONBEHALF_REQUIRE_RUNTIMES%"=="1" set "FAILED=%FAILED% dotnet (there is no .NET SDK 10)"
powershell -NoProfile -ExecutionPolicy Bypass -File "%ROOT%\.ci\skip_cases.ps1" -Folder "%ROOT%\tests\dotnet" -Missing "a .NET SDK 10" -Report "%RESULTS%\dotnet.xml"
exit /b 0

rem In Windows PowerShell 5.1, and in PowerShell 7 where it is; with ONBEHALF_REQUIRE_RUNTIMES=1 it is a failure if it is missing.
:run_powershell
call :run_script powershell "%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe"
"%SystemRoot%\System32\where.exe" /q pwsh
if not errorlevel 1 call :run_script powershell-7 pwsh& exit /b 0
if "%ONBEHALF_REQUIRE_RUNTIMES%"=="1" set "FAILED=%FAILED% powershell-7 (there is no PowerShell 7)"
powershell -NoProfile -ExecutionPolicy Bypass -File "%ROOT%\.ci\skip_cases.ps1" -Folder "%ROOT%\tests\powershell" -Missing "PowerShell 7" -Report "%RESULTS%\powershell-7.xml"
exit /b 0

rem :run_script REPORT PROGRAM
:run_script
echo.
echo == %~1
setlocal
rem Windows PowerShell does not find its own modules if it inherits PowerShell 7's module path.
set PSModulePath=
"%~2" -NoProfile -ExecutionPolicy Bypass -File "%ROOT%\tests\powershell\main.ps1" -Report "%RESULTS%\%~1.xml"
endlocal
if not "%errorlevel%"=="0" call :fail %~1
exit /b 0

rem A program that ended early wrote no report.
:fail
set "FAILED=%FAILED% %~1"
if not exist "%RESULTS%\%~1.xml" echo ^<testsuite^>^<testcase classname="%~1" name="all"^>^<failure/^>^</testcase^>^</testsuite^>>"%RESULTS%\%~1.xml"
exit /b 0

:nothing_chosen
echo test.cmd: no suite matches%FILTERS%. There are:
for /f "usebackq tokens=1,2,5" %%A in ("%SUITES%") do if "%%C"=="mingw" if not "%%A"=="typescript" echo   %%A (%%B)
exit /b 2

:usage
echo usage: test.cmd [--quick] [FILTER...]
echo.
echo Builds everything and runs every suite. Needs an elevated prompt.
echo.
echo   FILTER     only the suite of this name, otherwise all whose names contain it; builds only what they need
echo   --quick    only the quick suites, for use after each change
exit /b 2
