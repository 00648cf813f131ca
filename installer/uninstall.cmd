@echo off
rem SPDX-License-Identifier: MIT
rem Removes OnBehalf. uninstall.cmd /help shows the options. May be run again: what is already removed is not an error.
rem For Windows' cmd.exe and Wine's, like install.cmd, and as there untrusted text is expanded only inside quotation marks or
rem by :say.
setlocal enableextensions disabledelayedexpansion

set "SYSTEM32=%SystemRoot%\System32"
set "SC=%SYSTEM32%\sc.exe"
set "REG=%SYSTEM32%\reg.exe"
set "PING=%SYSTEM32%\ping.exe"
rem As in install.cmd.
set STOP_SECONDS=120
set NAME=OnBehalf
set FOLDER=
set IS_WINE=
set PURGE=
set LEFT=
set FOUND=

:next_argument
if "%~1"=="" goto arguments_read
if /i "%~1"=="/help" goto help
if "%~1"=="/?" goto help
if /i "%~1"=="/purge" goto argument_purge
if /i "%~1"=="/target" goto argument_target
if /i "%~1"=="/name" goto argument_name
set "TEXT=uninstall.cmd: unknown argument %~1. uninstall.cmd /help shows the options."
call :say TEXT
exit /b 2
:argument_target
set "FOLDER=%~2"
if not defined FOLDER echo uninstall.cmd: /target needs a folder after it.
if not defined FOLDER exit /b 2
shift
shift
goto next_argument
:argument_name
set "NAME=%~2"
if not defined NAME echo uninstall.cmd: /name needs a value after it.
if not defined NAME exit /b 2
shift
shift
goto next_argument
:argument_purge
set PURGE=1
shift
goto next_argument

:arguments_read
call :check_name
if errorlevel 1 goto bad_argument
set "SERVICE_KEY=HKLM\SYSTEM\CurrentControlSet\Services\%NAME%"
set "EVENT_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\%NAME%"
set "AUDIT_LOG_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\%NAME%-Audit"
rem Where :is_program temporarily stores the value to compare with.
set "SCRATCH_KEY=HKLM\SOFTWARE\%NAME%.install"
set "TARGET=%ProgramFiles%\%NAME%"
set "DATA=%ProgramData%\%NAME%"
rem The profile that Windows created for NT SERVICE\NAME.
set "PROFILE=%SystemRoot%\ServiceProfiles\%NAME%"
set NAME_OPTION=
if defined IS_NAMED set "NAME_OPTION= --name %NAME%"
if not defined FOLDER goto folder_read
call :full_path
if errorlevel 1 goto bad_folder
set "TARGET=%FULL%"
:folder_read
if not exist "%SYSTEM32%\winecfg.exe" goto check_elevation
%REG% query HKLM\Software\Wine >nul 2>&1
if not errorlevel 1 set IS_WINE=1
if defined IS_WINE goto elevated
:check_elevation
%REG% query HKU\S-1-5-19 >nul 2>&1
if not errorlevel 1 goto elevated
echo %NAME% was not uninstalled: it needs an elevated prompt (Run as administrator). Nothing was changed.
exit /b 3

:elevated
rem The service's configuration has the program's path. Only a path that ends as install.cmd writes it is trusted.
set IMAGE=
for /f "tokens=1,2,*" %%A in ('%REG% query "%SERVICE_KEY%" /v ImagePath 2^>nul') do if "%%A"=="ImagePath" set "IMAGE=%%C"
if not defined IMAGE goto stop
rem The path, without its quotation marks and the name of the service after it.
set "IMAGE=%IMAGE:"=|%"
set SHOWN_IMAGE=
for /f "tokens=1* delims=|" %%P in ("%IMAGE%") do set "SHOWN_IMAGE=%%P%%Q"
for /f "tokens=1* delims=|" %%P in ("%IMAGE%") do set "OPTION=%%Q"
for /f "tokens=1* delims=|" %%P in ("%IMAGE%") do set "IMAGE=%%P"
if not defined SHOWN_IMAGE goto foreign_service
if /i not "%OPTION%"=="%NAME_OPTION%" goto foreign_service
set IMAGE_NAME=
if defined FOLDER goto is_it_there
for /f "delims=" %%P in ("%IMAGE%") do set "IMAGE_NAME=%%~nxP"
for /f "delims=" %%P in ("%IMAGE%") do set "IMAGE_FOLDER=%%~dpP"
if /i not "%IMAGE_NAME%"=="onbehalf-service.exe" goto foreign_service
set "TARGET=%IMAGE_FOLDER:~0,-1%"
:is_it_there
set "PROGRAM=%TARGET%\onbehalf-service.exe"
call :is_program
if not errorlevel 1 goto stop
rem The same file may have another spelling: different case, 8.3 names.
for /f "delims=" %%P in ("%IMAGE%") do set "THERE=%%~fsP"
for /f "delims=" %%P in ("%PROGRAM%") do set "HERE=%%~fsP"
if /i "%THERE%"=="%HERE%" if exist "%PROGRAM%" goto stop
if defined FOLDER goto foreign_service
echo %NAME% was not uninstalled: the path of its program folder has letters that this console's code page lacks.
echo Specify the folder with /target. Nothing was changed.
exit /b 1

:stop
call :query_state
if "%STATE%"=="ABSENT" goto service_gone
set FOUND=1
if "%STATE%"=="STOPPED" goto delete_service
echo ^> %SC% stop %NAME%
%SC% stop %NAME%
call :wait_until_stopped
if not errorlevel 1 goto delete_service
echo %NAME% was not uninstalled: the service did not stop within %STOP_SECONDS% seconds (its state is %STATE%).
exit /b 1

:delete_service
echo ^> %SC% delete %NAME%
%SC% delete %NAME%
call :query_state
if not "%STATE%"=="ABSENT" set "LEFT=%LEFT% the service, which is removed when all programs that have it open are closed;"

:service_gone
%REG% query "%EVENT_KEY%" >nul 2>&1
if errorlevel 1 goto event_source_gone
call :is_our_source "%EVENT_KEY%"
if errorlevel 1 goto event_source_gone
set FOUND=1
echo ^> %REG% delete "%EVENT_KEY%" /f
%REG% delete "%EVENT_KEY%" /f >nul
if errorlevel 1 set "LEFT=%LEFT% the event source;"

:event_source_gone
rem Its events stay in Windows' log file (System32\winevt\Logs): they are evidence.
%REG% query "%AUDIT_LOG_KEY%" >nul 2>&1
if errorlevel 1 goto audit_log_gone
call :is_our_source "%AUDIT_LOG_KEY%\%NAME%-Audit"
if errorlevel 1 goto audit_log_gone
set FOUND=1
echo ^> %REG% delete "%AUDIT_LOG_KEY%" /f
%REG% delete "%AUDIT_LOG_KEY%" /f >nul
if errorlevel 1 set "LEFT=%LEFT% the event log of the audit;"

:audit_log_gone
set "PROGRAM=%TARGET%\onbehalf-service.exe"
call :find_other_service
set "TEXT=%TARGET% has the programs of the service %OTHER% and was not changed."
if defined OTHER call :say TEXT
if defined OTHER goto target_gone
for %%F in (onbehalf-service onbehalf) do for %%E in (exe new.exe old.exe) do call :delete_program %%F.%%E
for /l %%N in (2,1,99) do for %%F in (onbehalf-service onbehalf) do if exist "%TARGET%\%%F.old.%%N.exe" call :delete_program %%F.old.%%N.exe
rem Not with /s: other files, such as modules, stay, and so does their folder.
if not exist "%TARGET%\" goto target_gone
if exist "%TARGET%\modules\" rmdir "%TARGET%\modules" >nul 2>&1
echo ^> rmdir "%TARGET%"
rmdir "%TARGET%" >nul 2>&1
set "TEXT=%TARGET% contains other files and was not removed."
if exist "%TARGET%\" call :say TEXT

:target_gone
if not exist "%DATA%\" goto data_gone
if not defined PURGE goto data_kept
rem With another product's name a folder of that product would be removed.
if not defined IS_NAMED goto purge_data
if exist "%DATA%\onbehalf.json" goto purge_data
if exist "%DATA%\policy\" goto purge_data
rmdir "%DATA%" >nul 2>&1
set "TEXT=%DATA% does not come from install.cmd and was not removed."
if exist "%DATA%\" call :say TEXT
goto data_gone
:purge_data
set FOUND=1
rem If the folder was replaced by a link, the link itself is removed, not its target.
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
set "TEXT=Settings, policy and logs remain in %DATA% (uninstall.cmd%SHOWN_NAME% /purge removes them)."
call :say TEXT

:data_gone
if defined PURGE call :purge_profile
if defined LEFT goto incomplete
if defined FOUND echo %NAME% is uninstalled.
if not defined FOUND echo %NAME% is not installed: there was nothing to do.
exit /b 0

:incomplete
set "TEXT=%NAME% is uninstalled, but this could not be removed:%LEFT%"
call :say TEXT
exit /b 1

:bad_argument
set "TEXT=uninstall.cmd: %WHY%"
call :say TEXT
exit /b 2

:foreign_service
set "TEXT=%NAME% was not uninstalled: the service of that name runs another program, %SHOWN_IMAGE%. Nothing was changed."
call :say TEXT
exit /b 1

:bad_folder
set TEXT=uninstall.cmd: a folder's path must not contain a percent sign, caret, exclamation mark or wildcard: "%FOLDER%"
call :say TEXT
exit /b 2

:help
echo uninstall.cmd [/name NAME] [/target DIR] [/purge]
echo.
echo Stops and removes the service, its event sources and its programs. Needs an elevated prompt.
echo.
echo   /name NAME   the service. Default: OnBehalf
echo   /target DIR  where the programs are. Default: where the service's program is
echo   /purge       also remove settings, policy and logs ("%%ProgramData%%\NAME"), and the profile that Windows created for
echo                the service's account ("%%SystemRoot%%\ServiceProfiles\NAME"). By default they remain
echo.
echo Exit code: 0 uninstalled, or nothing was installed; 1 failed, or something could not be removed (it says what);
echo 2 wrong usage; 3 not elevated.
exit /b 0

rem :say NAME prints the text in that variable.
:say
setlocal enabledelayedexpansion
echo !%~1!
endlocal
exit /b 0

rem As in install.cmd, up to :query_state.
:check_name
set "CHECK=%NAME:"=?%"
set WHY=
for /f "delims=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_." %%A in ("x%CHECK%") do set WHY=1
if defined WHY set "WHY=a service's name consists of letters, digits, - _ and . only (/name)." & exit /b 1
if not "%NAME:~64%"=="" set "WHY=a service's name has at most 64 characters (/name)." & exit /b 1
if "%NAME:~0,1%"=="." set WHY=1
if "%NAME:~-1%"=="." set WHY=1
if defined WHY set "WHY=a service's name does not begin or end with a dot (/name)." & exit /b 1
rem Files of devices, whatever follows a dot, and accounts with a profile of this name.
for /f "delims=." %%A in ("%NAME%") do set "STEM=%%A"
for %%R in (CON PRN AUX NUL COM0 COM1 COM2 COM3 COM4 COM5 COM6 COM7 COM8 COM9 LPT0 LPT1 LPT2 LPT3 LPT4 LPT5 LPT6 LPT7 LPT8 LPT9) do if /i "%STEM%"=="%%R" set WHY=1
for %%R in (LocalService NetworkService LocalSystem) do if /i "%NAME%"=="%%R" set WHY=1
if defined WHY set "WHY=%NAME% cannot be a service's name, because Windows uses it itself (/name)." & exit /b 1
rem The audit's event log of another service.
if /i "%NAME:~-6%"=="-Audit" set "WHY=a service's name does not end with -Audit (/name)." & exit /b 1
if /i "%NAME%"=="OnBehalf" set NAME=OnBehalf
set IS_NAMED=
if not "%NAME%"=="OnBehalf" set IS_NAMED=1
set SHOWN_NAME=
if defined IS_NAMED set "SHOWN_NAME= /name %NAME%"
exit /b 0

:find_service_sid
set "SERVICE_SID=S-1-5-80-1926647630-1690475274-2145072266-3076734602-2497173225"
if not defined IS_NAMED exit /b 0
set SERVICE_SID=
for /f "tokens=1-9" %%A in ('%SC% showsid %NAME% 2^>nul') do for %%T in ("%%A" "%%B" "%%C" "%%D" "%%E" "%%F" "%%G" "%%H" "%%I") do call :read_sid_word %%T
if defined SERVICE_SID exit /b 0
exit /b 1
:read_sid_word
set "WORD=%~1"
if not defined WORD exit /b 0
rem A name may look like a SID.
if /i "%WORD%"=="%NAME%" exit /b 0
if not "%WORD:~0,9%"=="S-1-5-80-" exit /b 0
set BAD=
for /f "delims=-0123456789" %%A in ("%WORD:~1%") do set BAD=1
set COUNT=
for /f "tokens=5-10 delims=-" %%A in ("%WORD%") do if not "%%E"=="" if "%%F"=="" set COUNT=5
if not defined BAD if defined COUNT set "SERVICE_SID=%WORD%"
exit /b 0

rem Sets OTHER to another service whose program is PROGRAM.
:find_other_service
set OTHER=
set KEY=
if not exist "%PROGRAM%" exit /b 0
for /f "delims=" %%L in ('%REG% query HKLM\SYSTEM\CurrentControlSet\Services /s /v ImagePath 2^>nul') do (
  set "LINE=%%L"
  call :read_service_line
)
exit /b 0
:read_service_line
set "LINE=%LINE:"='%"
if "%LINE:~0,5%"=="HKEY_" set "KEY=%LINE%"& exit /b 0
set VALUE=
for /f "tokens=1,2,*" %%A in ("%LINE%") do if "%%A"=="ImagePath" set "VALUE=%%C"
if not defined VALUE exit /b 0
if not "%VALUE:~0,1%"=="'" exit /b 0
set "VALUE=%VALUE:' --name =|%"
for /f "delims=|" %%P in ("%VALUE%|") do set "VALUE=%%P"
if "%VALUE:~-1%"=="'" set "VALUE=%VALUE:~0,-1%"
if /i not "%VALUE%"=="'%PROGRAM%" exit /b 0
for /f "delims=" %%K in ("%KEY%") do if /i not "%%~nxK"=="%NAME%" set "OTHER=%%~nxK"
exit /b 0

:full_path
set "FOLDER=%FOLDER:"=%"
set FULL=
if not defined FOLDER exit /b 1
for /f "delims=^!*?<>|%%" %%A in ("%FOLDER%") do if "%%A"=="%FOLDER%" set "FULL=%%~fA"
if not defined FULL exit /b 1
rem An 8.3 name may stand for a long name with such a character.
for /f "delims=^!*?<>|%%" %%A in ("%FULL%") do if not "%%A"=="%FULL%" exit /b 1
if "%FULL:~-1%"=="\" set "FULL=%FULL:~0,-1%"
exit /b 0

:is_program
set "ARGUMENTS=add "%SCRATCH_KEY%" /v ImagePath /t REG_EXPAND_SZ /d "\"%PROGRAM%\"%NAME_OPTION%" /f"
setlocal enabledelayedexpansion
"%REG%" !ARGUMENTS! >nul 2>&1
endlocal
if defined IS_WINE goto is_program_on_wine
%REG% compare "%SERVICE_KEY%" "%SCRATCH_KEY%" /v ImagePath >nul 2>&1
set DIFFERS=%errorlevel%
goto is_program_known
rem A question mark replaces a letter that could not be read.
:is_program_on_wine
set DIFFERS=1
for /f "delims=?" %%P in ("%IMAGE%") do if not "%%P"=="%IMAGE%" if not defined FOLDER goto is_program_known
set THERE=
for /f "tokens=1,2,*" %%A in ('%REG% query "%SCRATCH_KEY%" /v ImagePath 2^>nul') do if "%%A"=="ImagePath" set "THERE=%%C"
if defined THERE set "THERE=%THERE:"=|%"
if "%THERE%"=="|%IMAGE%|%NAME_OPTION%" set DIFFERS=0
:is_program_known
%REG% delete "%SCRATCH_KEY%" /f >nul 2>&1
exit /b %DIFFERS%

:query_state
set STATE_NUMBER=
for /f "tokens=2 delims=:" %%L in ('%SC% query %NAME% 2^>nul') do call :read_status_line %%L
set STATE=ABSENT
if "%STATE_NUMBER%"=="1" set STATE=STOPPED
if "%STATE_NUMBER%"=="2" set STATE=START_PENDING
if "%STATE_NUMBER%"=="3" set STATE=STOP_PENDING
if "%STATE_NUMBER%"=="4" set STATE=RUNNING
if "%STATE_NUMBER%"=="5" set STATE=CONTINUE_PENDING
if "%STATE_NUMBER%"=="6" set STATE=PAUSE_PENDING
if "%STATE_NUMBER%"=="7" set STATE=PAUSED
exit /b 0
:read_status_line
set "SECOND=%~2"
if not defined SECOND exit /b 0
if not "%SECOND:~0,3%"=="(0x" set "STATE_NUMBER=%~1"
exit /b 0

:wait_until_stopped
set LOOKS=0
set /a MOST_LOOKS=STOP_SECONDS+10
:wait_until_stopped_again
call :query_state
if "%STATE%"=="STOPPED" exit /b 0
if "%STATE%"=="ABSENT" exit /b 0
set /a LOOKS+=1
if %LOOKS% geq %MOST_LOOKS% exit /b 1
if %LOOKS% geq 10 %PING% -n 2 127.0.0.1 >nul
goto wait_until_stopped_again

rem 0 if the event source in the key %1 has the messages of OnBehalf. For a name that another product uses too.
:is_our_source
if not defined IS_NAMED exit /b 0
set VALUE=
for /f "tokens=1,2,*" %%A in ('%REG% query "%~1" /v EventMessageFile 2^>nul') do if "%%A"=="EventMessageFile" set "VALUE=%%C"
if defined VALUE set "VALUE=%VALUE:"='%"
for /f "delims=" %%P in ("%VALUE%") do if /i "%%~nxP"=="onbehalf-service.exe" exit /b 0
set "TEXT=The event source %~1 does not come from install.cmd and was not removed."
call :say TEXT
exit /b 1

rem The key after the folder, so that a remaining folder can still be found. Windows unloads the registry hive in it some time
rem after the service has stopped.
:purge_profile
call :find_service_sid
if errorlevel 1 exit /b 0
set "PROFILE_KEY=HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\%SERVICE_SID%"
if not defined IS_NAMED goto purge_profile_folder
rem The folder of an account of another kind may have the same name.
set PROFILE=
for /f "tokens=1,2,*" %%A in ('%REG% query "%PROFILE_KEY%" /v ProfileImagePath 2^>nul') do if "%%A"=="ProfileImagePath" call set "PROFILE=%%C"
if not defined PROFILE exit /b 0
if /i not "%PROFILE%"=="%SystemRoot%\ServiceProfiles\%NAME%" exit /b 0
:purge_profile_folder
if not exist "%PROFILE%\" goto purge_profile_key
set FOUND=1
echo ^> rmdir /s /q "%PROFILE%"
set TRIES=0
:purge_profile_again
rmdir /s /q "%PROFILE%" >nul 2>&1
if not exist "%PROFILE%\" goto purge_profile_key
set /a TRIES+=1
if %TRIES% geq 30 set "LEFT=%LEFT% %PROFILE%, which is in use;" & exit /b 1
%PING% -n 2 127.0.0.1 >nul
goto purge_profile_again
:purge_profile_key
%REG% query "%PROFILE_KEY%" >nul 2>&1
if errorlevel 1 exit /b 0
set FOUND=1
echo ^> %REG% delete "%PROFILE_KEY%" /f
%REG% delete "%PROFILE_KEY%" /f >nul
if errorlevel 1 set "LEFT=%LEFT% %PROFILE_KEY%;"
exit /b 0

rem :delete_program NAME. Right after the service has stopped, its file can still be in use.
:delete_program
set "FILE=%TARGET%\%~1"
if not exist "%FILE%" exit /b 0
set FOUND=1
echo ^> del "%FILE%"
set TRIES=0
:delete_program_again
del /f /q "%FILE%" >nul 2>&1
if not exist "%FILE%" exit /b 0
set /a TRIES+=1
if %TRIES% geq 30 set "LEFT=%LEFT% %FILE%, which is in use;" & exit /b 1
%PING% -n 2 127.0.0.1 >nul
goto delete_program_again
