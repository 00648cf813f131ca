@echo off
rem SPDX-License-Identifier: MIT
rem Removes OnBehalf. uninstall.cmd /help says how. May be run again: what is gone already is no error.
rem For Windows' cmd.exe and Wine's, like install.cmd.
setlocal enableextensions disabledelayedexpansion

set "SYSTEM32=%SystemRoot%\System32"
set "SC=%SYSTEM32%\sc.exe"
set "REG=%SYSTEM32%\reg.exe"
set "PING=%SYSTEM32%\ping.exe"
set "SERVICE_KEY=HKLM\SYSTEM\CurrentControlSet\Services\OnBehalf"
set "EVENT_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\OnBehalf"
set "AUDIT_LOG_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\OnBehalf-Audit"
set "TARGET=%ProgramFiles%\OnBehalf"
set "DATA=%ProgramData%\OnBehalf"
set PURGE=
set LEFT=
set FOUND=

:next_argument
if "%~1"=="" goto arguments_read
if /i "%~1"=="/help" goto help
if "%~1"=="/?" goto help
if /i "%~1"=="/purge" goto argument_purge
echo uninstall.cmd: unknown argument %1. uninstall.cmd /help says what there is.
exit /b 2
:argument_purge
set PURGE=1
shift
goto next_argument

:arguments_read
if not exist "%SYSTEM32%\winecfg.exe" goto check_elevation
%REG% query HKLM\Software\Wine >nul 2>&1
if not errorlevel 1 goto elevated
:check_elevation
%REG% query HKU\S-1-5-19 >nul 2>&1
if not errorlevel 1 goto elevated
echo OnBehalf was not uninstalled: it needs an elevated prompt (Run as administrator). Nothing was changed.
exit /b 3

:elevated
rem The service knows where its program is. Only a path that ends as install.cmd writes it is believed.
set IMAGE=
for /f "tokens=1,2,*" %%A in ('%REG% query "%SERVICE_KEY%" /v ImagePath 2^>nul') do if "%%A"=="ImagePath" set "IMAGE=%%C"
if not defined IMAGE goto stop
set "IMAGE=%IMAGE:"=%"
for %%P in ("%IMAGE%") do set "IMAGE_NAME=%%~nxP"
for %%P in ("%IMAGE%") do set "IMAGE_FOLDER=%%~dpP"
if /i not "%IMAGE_NAME%"=="onbehalf-service.exe" goto foreign_service
set "TARGET=%IMAGE_FOLDER:~0,-1%"

:stop
call :query_state
if "%STATE%"=="ABSENT" goto service_gone
set FOUND=1
if "%STATE%"=="STOPPED" goto delete_service
echo ^> %SC% stop OnBehalf
%SC% stop OnBehalf
call :wait_until_stopped
if not errorlevel 1 goto delete_service
echo OnBehalf was not uninstalled: the service did not stop within 90 seconds (its state is %STATE%).
exit /b 1

:delete_service
echo ^> %SC% delete OnBehalf
%SC% delete OnBehalf
call :query_state
if not "%STATE%"=="ABSENT" set "LEFT=%LEFT% the service, which goes when every program that looks at it is closed;"

:service_gone
%REG% query "%EVENT_KEY%" >nul 2>&1
if errorlevel 1 goto event_source_gone
set FOUND=1
echo ^> %REG% delete "%EVENT_KEY%" /f
%REG% delete "%EVENT_KEY%" /f >nul
if errorlevel 1 set "LEFT=%LEFT% the event source;"

:event_source_gone
rem Its events stay in a file of Windows' (System32\winevt\Logs): they are evidence.
%REG% query "%AUDIT_LOG_KEY%" >nul 2>&1
if errorlevel 1 goto audit_log_gone
set FOUND=1
echo ^> %REG% delete "%AUDIT_LOG_KEY%" /f
%REG% delete "%AUDIT_LOG_KEY%" /f >nul
if errorlevel 1 set "LEFT=%LEFT% the event log of the audit;"

:audit_log_gone
for %%F in (onbehalf-service.exe onbehalf.exe onbehalf-service.new.exe onbehalf.new.exe onbehalf-service.old.exe onbehalf.old.exe) do call :delete_file "%TARGET%\%%F"
rem Not with /s: what somebody else put there stays, modules too, and so does the folder.
if not exist "%TARGET%\" goto target_gone
if exist "%TARGET%\modules\" rmdir "%TARGET%\modules" >nul 2>&1
echo ^> rmdir "%TARGET%"
rmdir "%TARGET%" >nul 2>&1
if exist "%TARGET%\" echo %TARGET% holds other files and stays.

:target_gone
if not exist "%DATA%\" goto data_gone
if not defined PURGE goto data_kept
set FOUND=1
rem A link that somebody put in its place is removed itself, not what it leads to.
set ATTRIBUTES=
for %%A in ("%DATA%") do set "ATTRIBUTES=%%~aA"
if not "%ATTRIBUTES%"=="%ATTRIBUTES:l=%" goto purge_link
echo ^> rmdir /s /q "%DATA%"
rmdir /s /q "%DATA%"
goto purged
:purge_link
echo ^> rmdir "%DATA%"
rmdir "%DATA%"
:purged
if exist "%DATA%\" set "LEFT=%LEFT% %DATA%;"
goto data_gone
:data_kept
echo Settings, policy and logs stay in %DATA% (uninstall.cmd /purge removes them).

:data_gone
if defined LEFT goto incomplete
if defined FOUND echo OnBehalf is uninstalled.
if not defined FOUND echo OnBehalf is not installed: there was nothing to do.
exit /b 0

:incomplete
echo OnBehalf is uninstalled, but this is left:%LEFT%
exit /b 1

:foreign_service
echo OnBehalf was not uninstalled: the service of that name runs another program, %IMAGE%. Nothing was changed.
exit /b 1

:help
echo uninstall.cmd [/purge]
echo.
echo Stops and removes the service OnBehalf, its event sources and its programs. Needs an elevated prompt.
echo.
echo   /purge   also removes settings, policy and logs ("%%ProgramData%%\OnBehalf"), which otherwise stay
echo.
echo Exit code: 0 uninstalled, or nothing was installed; 1 failed or something is left (it says what); 2 wrong usage;
echo 3 not elevated.
exit /b 0

:query_state
set STATE=ABSENT
for /f "tokens=2,4" %%A in ('%SC% query OnBehalf 2^>nul') do for %%S in (STOPPED START_PENDING STOP_PENDING RUNNING CONTINUE_PENDING PAUSE_PENDING PAUSED) do if "%%A"==":" if "%%B"=="%%S" set STATE=%%S
exit /b 0

:wait_until_stopped
set LOOKS=0
:wait_until_stopped_again
call :query_state
if "%STATE%"=="STOPPED" exit /b 0
if "%STATE%"=="ABSENT" exit /b 0
set /a LOOKS+=1
if %LOOKS% geq 100 exit /b 1
if %LOOKS% geq 10 %PING% -n 2 127.0.0.1 >nul
goto wait_until_stopped_again

rem Right after the service has stopped its file can still be in use.
:delete_file
if not exist "%~1" exit /b 0
set FOUND=1
echo ^> del "%~1"
set TRIES=0
:delete_file_again
del /f /q "%~1" >nul 2>&1
if not exist "%~1" exit /b 0
set /a TRIES+=1
if %TRIES% geq 30 set "LEFT=%LEFT% %~1, which is in use;" & exit /b 1
%PING% -n 2 127.0.0.1 >nul
goto delete_file_again
