@echo off
rem Builds, installs (or upgrades) and starts the service, calls it, leaves it running. run.cmd stop uninstalls it.
rem Needs an elevated prompt.
setlocal enableextensions disabledelayedexpansion
if /i "%~1"=="stop" goto stop
if not "%~1"=="" goto usage

echo == Build
call "%~dp0.ci\environment.cmd"
if errorlevel 1 exit /b 1
set "BIN=%ROOT%\build\msvc\bin"
set "ONBEHALF=%ProgramFiles%\OnBehalf\onbehalf.exe"

echo.
echo == Install
call "%ROOT%\build\msvc\installer\install.cmd"
if errorlevel 1 exit /b 1

echo.
echo == Call the service
call :show --timeout 10000 ping
call :show whoami
call :show methods
call :show call rpc.ping
call :show call identity.whoami "{\"no_such_parameter\": 1}"
call :show call service.connections

echo.
echo == A second caller: the same account with a restricted token (Administrators for denying only)
call :show_restricted whoami
call :show_restricted call service.connections

echo.
echo == What the service wrote to its audit
rem Newest first; the first file is the one that is being written.
for /f "delims=" %%F in ('dir /b /o-d "%ProgramData%\OnBehalf\logs\audit-*.jsonl"') do set "AUDIT=%%F" & goto audit_found
:audit_found
echo ^> type "%ProgramData%\OnBehalf\logs\%AUDIT%"
type "%ProgramData%\OnBehalf\logs\%AUDIT%"

echo.
echo == The service is running
echo Call it:    "%ONBEHALF%" whoami
echo State:      sc.exe query OnBehalf
echo Settings:   %ProgramData%\OnBehalf\onbehalf.json
echo Logs:       %ProgramData%\OnBehalf\logs
echo Stop it:    run.cmd stop
exit /b 0

:show
echo.
echo ^> onbehalf %*
"%ONBEHALF%" %*
if errorlevel 1 echo (exit code %errorlevel%)
exit /b 0

:show_restricted
echo.
echo ^> onbehalf %*    (restricted token)
"%BIN%\onbehalf-run-restricted.exe" "%ONBEHALF%" %*
if errorlevel 1 echo (exit code %errorlevel%)
exit /b 0

:stop
if not exist "%~dp0build\msvc\installer\uninstall.cmd" goto nothing
call "%~dp0build\msvc\installer\uninstall.cmd"
exit /b %errorlevel%
:nothing
echo Nothing was built here, so nothing was installed from here.
exit /b 0

:usage
echo usage: run.cmd         build, install (or upgrade) and start the service, call it, leave it running
echo        run.cmd stop    stop it and uninstall it; its settings and logs stay
exit /b 2
