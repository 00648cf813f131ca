@echo off
rem SPDX-License-Identifier: MIT
rem Builds, installs (or upgrades) and starts the service, calls it, and leaves it running. run.cmd stop uninstalls it.
rem Needs an elevated prompt.
setlocal enableextensions disabledelayedexpansion
if /i "%~1"=="stop" goto stop
if not "%~1"=="" goto usage

echo == Build
call "%~dp0.ci\environment.cmd"
if errorlevel 1 exit /b 1
rem Full paths, because cmd.exe searches the current folder first and this runs elevated.
set "SYSTEM32=%SystemRoot%\System32"
set "SC=%SYSTEM32%\sc.exe"
set "FINDSTR=%SYSTEM32%\findstr.exe"
set POWERSHELL="%SYSTEM32%\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -ExecutionPolicy Bypass
set "BIN=%ROOT%\build\msvc\bin"
set "TARGET=%ProgramFiles%\OnBehalf"
set "ONBEHALF=%TARGET%\onbehalf.exe"
set "SETTINGS=%ProgramData%\OnBehalf\onbehalf.json"
rem The expected exit code of the next call, and the number of calls with another one.
set EXPECTED=0
set SURPRISES=0

echo.
echo == Install
call "%ROOT%\build\msvc\installer\install.cmd"
if errorlevel 1 exit /b 1

echo.
echo == Call the service
call :show --timeout 10000 ping
call :show_identity
call :show methods identity
call :show call rpc.ping
set EXPECTED=1
call :show call identity.whoami "{\"no_such_parameter\": 1}"

echo.
echo == Who may call what
call :show access show service.status
call :show --json access grant BU service.status call,see
call :show access explain service.status
call :show --json access revoke BU service.status

echo.
echo == Work done as the caller: files and the registry
call :show --json call file.makeDirectory "{\"path\": \"%SystemDrive%\\onbehalf-demo\"}"
call :show --json call file.write "{\"path\": \"%SystemDrive%\\onbehalf-demo\\hello.txt\", \"data\": \"written as its caller\n\", \"mode\": \"replace\"}"
call :show file ls %SystemDrive%\onbehalf-demo
call :show file cat %SystemDrive%\onbehalf-demo\hello.txt
set EXPECTED=1
call :show call file.read "{\"path\": \"%SystemDrive%\\onbehalf-demo\\none.txt\"}"
call :show --json call file.delete "{\"path\": \"%SystemDrive%\\onbehalf-demo\\hello.txt\"}"
call :show --json call file.delete "{\"path\": \"%SystemDrive%\\onbehalf-demo\", \"directory\": true}"
call :show --json call registry.get "{\"key\": \"HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\", \"name\": \"ProductName\"}"

echo.
echo == Work done as the caller: databases
set "DRIVER=SQLite3 ODBC Driver"
%SYSTEM32%\reg.exe query "HKLM\SOFTWARE\ODBC\ODBCINST.INI\%DRIVER%" /v Driver >nul 2>&1
if not errorlevel 1 goto databases
set DRIVER=
echo Not shown, because the 64-bit ODBC driver "SQLite3 ODBC Driver" is missing. Install sqliteodbc_w64.exe from
echo http://www.ch-werner.de/sqliteodbc/ and run run.cmd again.
goto second_caller
:databases
echo Two sources for %SETTINGS%: SQLite databases that the service opens as its caller.
echo The access list of the second lets only Administrators use it.
%POWERSHELL% -File "%ROOT%\.ci\demonstration_settings.ps1" -Settings "%SETTINGS%" -Driver "%DRIVER%" -Databases "%LOCALAPPDATA%"
if errorlevel 1 goto settings_failed
call :check_settings
if errorlevel 1 goto settings_failed
call :show --json call service.reload
call :show --json call database.execute "{\"source\": \"demo-orders\", \"sql\": \"create table if not exists orders (id integer primary key, customer text, item text)\"}"
call :show --json call database.execute "{\"source\": \"demo-orders\", \"sql\": \"insert or replace into orders values (1, ?, ?), (2, ?, ?)\", \"parameters\": [\"Ada\", \"lamp\", \"Grace\", \"desk\"]}"
call :show --json call database.execute "{\"source\": \"demo-salaries\", \"sql\": \"create table if not exists salaries (name text primary key, amount integer)\"}"
call :show --json call database.execute "{\"source\": \"demo-salaries\", \"sql\": \"insert or replace into salaries values (?, ?)\", \"parameters\": [\"Ada\", 4200]}"
call :show --json call database.query "{\"source\": \"demo-orders\", \"sql\": \"select * from orders\"}"
call :show --json call database.sources

:second_caller
echo.
echo == A second caller: the same account with a restricted token (Administrators for denying only)
call :show_identity
call :show_restricted_identity
echo.
echo A method for administrators only:
call :show --json call service.connections
set EXPECTED=1
call :show_restricted call service.connections

if not defined DRIVER goto module
echo.
echo == A database, read by two callers
set EXPECTED=5
call :show_restricted call database.query "{\"source\": \"demo-orders\", \"sql\": \"select * from orders\"}"
call :show_restricted access explain database.query
echo.
echo Now it may call the method, and the access list of each source decides:
call :show --json access grant BU database.query call,see
call :show_restricted --json call database.query "{\"source\": \"demo-orders\", \"sql\": \"select * from orders\"}"
set EXPECTED=1
call :show_restricted call database.query "{\"source\": \"demo-salaries\", \"sql\": \"select * from salaries\"}"
call :show --json call database.query "{\"source\": \"demo-salaries\", \"sql\": \"select * from salaries\"}"
call :show --json access revoke BU database.query

:module
echo.
echo == A method of your own: the sample module (service\samples\process_module.cpp)
echo The service loads modules when it starts, from the folder modules next to its program:
echo.
echo ^> sc.exe stop OnBehalf
%SC% stop OnBehalf >nul
call :wait_for_state STOPPED
if errorlevel 1 exit /b 1
echo.
echo ^> copy /y "%BIN%\modules\process.dll" "%TARGET%\modules"
copy /y "%BIN%\modules\process.dll" "%TARGET%\modules" >nul
if errorlevel 1 goto module_failed
rem The service refuses a module that accounts other than administrators can change. A file's owner can.
%SYSTEM32%\icacls.exe "%TARGET%\modules\process.dll" /setowner "*S-1-5-32-544" /q >nul
if errorlevel 1 goto module_failed
echo.
echo The module's name and settings, added to %SETTINGS%:
%POWERSHELL% -File "%ROOT%\.ci\demonstration_settings.ps1" -Settings "%SETTINGS%" -Module
if errorlevel 1 goto settings_failed
call :check_settings
if errorlevel 1 goto settings_failed
echo.
echo ^> sc.exe start OnBehalf
%SC% start OnBehalf >nul
call :wait_for_state RUNNING
if errorlevel 1 exit /b 1
call :show methods process
call :show --json call process.list

echo.
echo == What the service wrote to its audit
call :show audit --last 12
call :show audit verify

echo.
echo == The service is running. What to try next
echo Call it:    "%ONBEHALF%" --help
echo Shell:      "%ONBEHALF%" shell
echo Watch it:   "%ONBEHALF%" audit --follow
echo Check it:   "%ONBEHALF%" doctor
echo Settings:   %SETTINGS%
echo Logs:       %ProgramData%\OnBehalf\logs
echo State:      sc.exe query OnBehalf
echo Test it:    test.cmd
echo Stop it:    run.cmd stop
if "%SURPRISES%"=="0" exit /b 0
echo.
echo run.cmd: %SURPRISES% of the calls above did not end as expected.
exit /b 1

:settings_failed
echo run.cmd: %SETTINGS% could not be changed: see above.
exit /b 1

:module_failed
echo run.cmd: the module could not be copied.
exit /b 1

:show
echo.
echo ^> onbehalf %*
"%ONBEHALF%" %*
goto shown

rem The same account without the rights of Administrators.
:show_restricted
echo.
echo restricted^> onbehalf %*
"%BIN%\onbehalf-run-restricted.exe" "%ONBEHALF%" %*
:shown
set CODE=%errorlevel%
if "%CODE%"=="0" goto code_shown
echo (exit code %CODE%)
:code_shown
if not "%CODE%"=="%EXPECTED%" set /a SURPRISES+=1
if not "%CODE%"=="%EXPECTED%" echo This should have been exit code %EXPECTED%.
set EXPECTED=0
exit /b 0

rem Only the lines with the identity and with Administrators, by SID because the group's name is localized.
:show_identity
echo.
echo ^> onbehalf whoami ^| findstr "account level elevation S-1-5-32-544"
"%ONBEHALF%" whoami | %FINDSTR% "account level elevation S-1-5-32-544"
exit /b 0
:show_restricted_identity
echo.
echo restricted^> onbehalf whoami ^| findstr "account level elevation S-1-5-32-544"
"%BIN%\onbehalf-run-restricted.exe" "%ONBEHALF%" whoami | %FINDSTR% "account level elevation S-1-5-32-544"
exit /b 0

:check_settings
echo.
echo ^> onbehalf-service --check-config
"%TARGET%\onbehalf-service.exe" --check-config
exit /b %errorlevel%

:wait_for_state
set LOOKS=0
:wait_for_state_again
%SC% query OnBehalf | %SYSTEM32%\find.exe "%~1" >nul
if not errorlevel 1 exit /b 0
set /a LOOKS+=1
if %LOOKS% geq 30 goto wait_failed
rem One second.
%SYSTEM32%\ping.exe -n 2 127.0.0.1 >nul
goto wait_for_state_again
:wait_failed
echo run.cmd: the service is not %~1 after 30 s:
%SC% query OnBehalf
exit /b 1

:stop
if not exist "%~dp0build\msvc\installer\uninstall.cmd" goto nothing
call "%~dp0build\msvc\installer\uninstall.cmd"
exit /b %errorlevel%
:nothing
echo Nothing was built here, so nothing was installed from here.
exit /b 0

:usage
echo usage: run.cmd         build, install (or upgrade) and start the service, call it, and leave it running
echo        run.cmd stop    stop and uninstall the service; keep its settings and logs
echo.
echo To show databases and modules it adds two sources, demo-orders and demo-salaries, and the module process to the
echo service's settings. Existing entries are kept.
exit /b 2
