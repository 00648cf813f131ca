@echo off
rem SPDX-License-Identifier: MIT
rem Installs OnBehalf as a Windows service, or upgrades the one that is installed. install.cmd /help says how.
rem
rem Every step is one command, shown before it is run, and what it set is read back. A step that fails ends the run,
rem which then undoes what it did: a fresh installation leaves nothing, an upgrade puts the old programs back and
rem starts them. docs/operating.md says what each step is for.
rem
rem For Windows' cmd.exe and Wine's: no && or || (Wine runs both sides), no findstr, no delayed expansion.
setlocal enableextensions disabledelayedexpansion

rem With full paths: cmd.exe looks in the current folder first, and this runs elevated.
set "SYSTEM32=%SystemRoot%\System32"
set "SC=%SYSTEM32%\sc.exe"
set "REG=%SYSTEM32%\reg.exe"
set "ICACLS=%SYSTEM32%\icacls.exe"
set "FIND=%SYSTEM32%\find.exe"
set "PING=%SYSTEM32%\ping.exe"
set "POWERSHELL=%SYSTEM32%\WindowsPowerShell\v1.0\powershell.exe"

rem The SID of NT SERVICE\OnBehalf: S-1-5-80 and SHA-1 of ONBEHALF in UTF-16, as "sc.exe showsid OnBehalf" has it.
rem By number, because its name resolves only once there is the service.
set "SERVICE_SID=S-1-5-80-1926647630-1690475274-2145072266-3076734602-2497173225"
rem SYSTEM: all but deleting and changing the descriptor. Administrators: all. Interactive and service logons: query,
rem list, interrogate, read the descriptor. Other accounts that have logged on: status and descriptor, so that a client
rem can ask which process the service is.
set "SERVICE_SDDL=D:(A;;CCLCSWRPWPDTLORC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLORC;;;IU)(A;;CCLCSWLORC;;;SU)(A;;LCRC;;;AU)"
set "SERVICE_KEY=HKLM\SYSTEM\CurrentControlSet\Services\OnBehalf"
set "EVENT_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\OnBehalf"
rem The anchors of the audit have an event log of their own, into which only the service may write (2): whoever has
rem logged on may write into Application. SYSTEM and administrators may read (1) and clear (4) it, and clearing is itself
rem an event, in System.
set "AUDIT_LOG_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\OnBehalf-Audit"
set "AUDIT_LOG_SDDL=O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)(A;;0x3;;;%SERVICE_SID%)"
set "DESCRIPTION=Does each request as the account that asked for it: JSON-RPC over a named pipe."

set "TARGET=%ProgramFiles%\OnBehalf"
set "DATA=%ProgramData%\OnBehalf"
rem Made where only administrators can write, then moved: under ProgramData any user could reach in between the making
rem of the folder and the setting of its permissions.
set "STAGING=%ProgramFiles%\OnBehalf.data.new"
set SOURCE=
set DRY_RUN=

:next_argument
if "%~1"=="" goto arguments_read
if /i "%~1"=="/help" goto help
if "%~1"=="/?" goto help
if /i "%~1"=="/dry-run" goto argument_dry_run
if /i "%~1"=="/source" goto argument_source
if /i "%~1"=="/target" goto argument_target
echo install.cmd: unknown argument %1. install.cmd /help says what there is.
exit /b 2
:argument_dry_run
set DRY_RUN=1
shift
goto next_argument
:argument_source
if "%~2"=="" goto argument_lacks_value
set "SOURCE=%~2"
shift
shift
goto next_argument
:argument_target
if "%~2"=="" goto argument_lacks_value
for %%D in ("%~2") do set "TARGET=%%~fD"
shift
shift
goto next_argument
:argument_lacks_value
echo install.cmd: %1 needs a folder after it.
exit /b 2

:arguments_read
if "%TARGET:~-1%"=="\" set "TARGET=%TARGET:~0,-1%"
if not "%TARGET%"=="%TARGET:&=%" goto bad_target
if not "%TARGET%"=="%TARGET:^=%" goto bad_target
if not "%TARGET:~1,2%"==":\" goto bad_target
if "%TARGET:~3%"=="" goto bad_target
if defined SOURCE goto source_known
set "SOURCE=%~dp0bin"
if exist "%SOURCE%\onbehalf-service.exe" goto source_known
set "SOURCE=%~dp0..\bin"
if exist "%SOURCE%\onbehalf-service.exe" goto source_known
set "SOURCE=%~dp0"
:source_known
for %%D in ("%SOURCE%") do set "SOURCE=%%~fD"
if "%SOURCE:~-1%"=="\" set "SOURCE=%SOURCE:~0,-1%"

set "PROGRAM=%TARGET%\onbehalf-service.exe"
set WHY=
set IS_WINE=
set LACKING=
set NO_PERMISSIONS=
set IS_UPGRADE=
set WAS_RUNNING=
set MADE_TARGET=
set MADE_MODULES=
set MADE_DATA=
set MADE_STAGING=
set MADE_SETTINGS=
set MADE_EVENT_SOURCE=
set MADE_AUDIT_LOG=
set MADE_SERVICE=
set STOPPED=
set SWAPPED=
set STATE=ABSENT
if defined DRY_RUN goto steps

call :check_before
if errorlevel 1 goto refused

:steps
if defined IS_UPGRADE echo Upgrading OnBehalf in %TARGET%
if not defined IS_UPGRADE echo Installing OnBehalf in %TARGET%
call :make_program_folder
if errorlevel 1 goto undo
call :make_modules_folder
if errorlevel 1 goto undo
call :copy_new_programs
if errorlevel 1 goto undo
call :make_data_folders
if errorlevel 1 goto undo
call :make_settings
if errorlevel 1 goto undo
call :stop_old_service
if errorlevel 1 goto undo
call :swap_programs
if errorlevel 1 goto undo
call :make_event_source
if errorlevel 1 goto undo
call :make_audit_log
if errorlevel 1 goto undo
call :make_service
if errorlevel 1 goto undo
call :secure_service
if errorlevel 1 goto undo
call :start_service
if errorlevel 1 goto undo
if defined DRY_RUN exit /b 0

call :delete_file "%TARGET%\onbehalf-service.old.exe"
call :delete_file "%TARGET%\onbehalf.old.exe"
echo OnBehalf is installed and running.
echo   call it     "%TARGET%\onbehalf.exe" ping
echo   settings    %DATA%\onbehalf.json
echo   logs        %DATA%\logs
exit /b 0

:refused
echo.
echo OnBehalf was not installed: %WHY%
echo Nothing was changed.
if defined NOT_ELEVATED exit /b 3
exit /b 1

:bad_target
echo install.cmd: "%TARGET%" cannot be the program folder: it must be a full path on a local drive, not its root,
echo and without the characters ^& and ^^.
exit /b 2

:help
echo install.cmd [/source DIR] [/target DIR] [/dry-run]
echo.
echo Installs OnBehalf as a Windows service that starts with the system, and starts it. If it is installed already,
echo upgrades it: settings, policy and logs stay as they are. Needs an elevated prompt.
echo.
echo   /source DIR  where onbehalf-service.exe and onbehalf.exe are. Default: the first of bin beside this script,
echo                ..\bin and the script's own folder that has them. For a build: build\msvc\bin
echo   /target DIR  where to install them. Default: "%%ProgramFiles%%\OnBehalf". Its parent must not be writable by
echo                ordinary users.
echo   /dry-run     show the commands of a fresh installation on Windows and run none
echo.
echo Exit code: 0 installed and running; 1 failed, and everything this run did is undone; 2 wrong usage;
echo 3 not elevated; 4 failed, and something could not be undone (it says what).
exit /b 0

rem ---------------------------------------------------------------------------------------------- before anything

:check_before
if defined PROCESSOR_ARCHITEW6432 set "WHY=this is the 32-bit command prompt; use the 64-bit one." & exit /b 1
call :find_gaps
if defined IS_WINE goto elevated
%REG% query HKU\S-1-5-19 >nul 2>&1
if errorlevel 1 set NOT_ELEVATED=1
if defined NOT_ELEVATED set "WHY=it needs an elevated prompt (Run as administrator)." & exit /b 1
:elevated
for %%F in (onbehalf-service.exe onbehalf.exe) do if not exist "%SOURCE%\%%F" set "WHY=there is no %%F in %SOURCE% (give the folder with /source)."
if defined WHY exit /b 1
call :check_is_folder "%TARGET%"
if errorlevel 1 exit /b 1
call :check_is_folder "%TARGET%\modules"
if errorlevel 1 exit /b 1
call :check_is_folder "%DATA%"
if errorlevel 1 exit /b 1
call :check_is_folder "%DATA%\policy"
if errorlevel 1 exit /b 1
call :check_is_folder "%DATA%\logs"
if errorlevel 1 exit /b 1
for %%F in ("%DATA%" "%DATA%\policy" "%DATA%\logs" "%DATA%\onbehalf.json") do call :check_owner %%F
if defined WHY exit /b 1
call :query_state
if "%STATE%"=="ABSENT" exit /b 0
set IS_UPGRADE=1
if not "%STATE%"=="STOPPED" set WAS_RUNNING=1
call :read_value "%SERVICE_KEY%" ImagePath
if "%VALUE%"=="'%PROGRAM%'" exit /b 0
set "WHY=there is a service OnBehalf already, and its program is %VALUE%. Give its folder with /target, or uninstall it first."
exit /b 1

:find_gaps
rem Where a command that configures a service does nothing, going on would leave the service open. So that is borne with
rem only on Wine, which is known by two things that nobody but an administrator can put on a real Windows; and there
rem only for verbs that say nothing at all about a service that does not exist, as Windows' sc.exe never does.
if not exist "%SYSTEM32%\winecfg.exe" exit /b 0
%REG% query HKLM\Software\Wine >nul 2>&1
if errorlevel 1 exit /b 0
set IS_WINE=1
call :probe_verb config "start= auto"
call :probe_verb qc
call :probe_verb sidtype unrestricted
call :probe_verb qsidtype
call :probe_verb privs SeChangeNotifyPrivilege
call :probe_verb qprivs
call :probe_verb qfailure
call :probe_verb failureflag 1
call :probe_verb sdshow
set NO_PERMISSIONS=1
for /f "delims=" %%L in ('%ICACLS% "%SystemRoot%" 2^>^&1') do set NO_PERMISSIONS=
if defined LACKING echo This is Wine, whose sc.exe has no%LACKING%: these steps are left out.
if defined NO_PERMISSIONS echo This is Wine, whose icacls.exe does nothing: folders keep the permissions of the file system below.
exit /b 0

:probe_verb
set SAID=
for /f "delims=" %%L in ('%SC% %~1 OnBehalf-does-not-exist %~2 2^>^&1') do set SAID=1
if not defined SAID set "LACKING=%LACKING% %~1"
exit /b 0

rem 0 if sc.exe has the verb %1.
:has_verb
for %%V in (%LACKING%) do if "%%V"=="%~1" exit /b 1
exit /b 0

:check_is_folder
set ATTRIBUTES=
for %%A in ("%~1") do set "ATTRIBUTES=%%~aA"
if not defined ATTRIBUTES exit /b 0
if not "%ATTRIBUTES:~0,1%"=="d" set "WHY=%~1 is a file, but must be a folder." & exit /b 1
if not "%ATTRIBUTES%"=="%ATTRIBUTES:l=%" set "WHY=%~1 is a link to somewhere else (a reparse point)." & exit /b 1
exit /b 0

rem A folder that is there already may have been made by anybody, since users may create folders under ProgramData.
:check_owner
if defined WHY exit /b 1
if defined NO_PERMISSIONS exit /b 0
if not exist "%~1" exit /b 0
call :read_sddl "%~1"
if "%SDDL:~0,4%"=="O:BA" exit /b 0
if "%SDDL:~0,4%"=="O:SY" exit /b 0
set "WHY=%~1 exists and is not owned by Administrators or SYSTEM (%SDDL%). Somebody else may have made it: look into it, then remove it or give it to Administrators (icacls /setowner)."
exit /b 1

rem ------------------------------------------------------------------------------------------------------- steps

:make_program_folder
if defined DRY_RUN goto make_program_folder_now
if exist "%TARGET%\" goto program_folder_there
set MADE_TARGET=1
:make_program_folder_now
call :make_folder "%TARGET%"
if errorlevel 1 exit /b 1
call :protect_folder "%TARGET%" RX users
exit /b %errorlevel%
:program_folder_there
if defined NO_PERMISSIONS exit /b 0
call :check_owner "%TARGET%"
if errorlevel 1 exit /b 1
call :protect_folder "%TARGET%" RX users
exit /b %errorlevel%

rem Where administrators put modules. It inherits from the program folder who may change it, and an upgrade leaves what is in
rem it: whether that is safe the service itself looks at, when its settings name a module.
:make_modules_folder
if defined DRY_RUN goto make_modules_folder_now
if not exist "%TARGET%\modules\" set MADE_MODULES=1
if defined MADE_MODULES goto make_modules_folder_now
call :check_owner "%TARGET%\modules"
exit /b %errorlevel%
:make_modules_folder_now
call :make_folder "%TARGET%\modules"
if errorlevel 1 exit /b 1
if defined NO_PERMISSIONS exit /b 0
set COMMAND=%ICACLS% "%TARGET%\modules" /setowner "*S-1-5-32-544"
call :run "the owner of %TARGET%\modules could not be set"
exit /b %errorlevel%

:copy_new_programs
rem What an interrupted run left: the old programs first.
if defined DRY_RUN goto copy_new_programs_now
if exist "%TARGET%\onbehalf-service.old.exe" if not exist "%PROGRAM%" call :move_file "%TARGET%\onbehalf-service.old.exe" "%PROGRAM%"
if exist "%TARGET%\onbehalf.old.exe" if not exist "%TARGET%\onbehalf.exe" call :move_file "%TARGET%\onbehalf.old.exe" "%TARGET%\onbehalf.exe"
:copy_new_programs_now
call :copy_file "%SOURCE%\onbehalf-service.exe" "%TARGET%\onbehalf-service.new.exe"
if errorlevel 1 exit /b 1
call :copy_file "%SOURCE%\onbehalf.exe" "%TARGET%\onbehalf.new.exe"
exit /b %errorlevel%

:make_data_folders
if defined DRY_RUN goto make_data_now
if exist "%DATA%\" goto data_there
if exist "%STAGING%\" rmdir /s /q "%STAGING%"
set MADE_STAGING=1
:make_data_now
call :make_folder "%STAGING%"
if errorlevel 1 exit /b 1
call :protect_folder "%STAGING%" RX
if errorlevel 1 exit /b 1
for %%F in (policy logs) do call :make_service_folder "%STAGING%\%%F"
if defined WHY exit /b 1
if not defined DRY_RUN set MADE_DATA=1
echo ^> move "%STAGING%" "%DATA%"
if defined DRY_RUN exit /b 0
move "%STAGING%" "%DATA%" >nul
if exist "%DATA%\policy\" if exist "%DATA%\logs\" if not exist "%STAGING%\" goto data_moved
set "WHY=%STAGING% could not be moved to %DATA%."
exit /b 1
:data_moved
rem What stands there now might be a folder that somebody put there in the meantime, with ours moved into it.
call :check_owner "%DATA%"
exit /b %errorlevel%
:data_there
if defined NO_PERMISSIONS goto data_protected
call :protect_folder "%DATA%" RX
if errorlevel 1 exit /b 1
:data_protected
for %%F in (policy logs) do call :make_service_folder "%DATA%\%%F"
if defined WHY exit /b 1
exit /b 0

rem A folder in which the service may write.
:make_service_folder
if defined WHY exit /b 1
if not defined DRY_RUN if exist "%~1\" goto make_service_folder_protect
call :make_folder "%~1"
if errorlevel 1 exit /b 1
:make_service_folder_protect
call :protect_folder "%~1" M
exit /b %errorlevel%

:make_settings
if defined DRY_RUN goto make_settings_now
if exist "%DATA%\onbehalf.json" goto settings_there
set MADE_SETTINGS=1
:make_settings_now
echo ^> echo {}^>"%DATA%\onbehalf.json"
if defined DRY_RUN goto settings_there
echo {}>"%DATA%\onbehalf.json"
if exist "%DATA%\onbehalf.json" goto settings_there
set "WHY=%DATA%\onbehalf.json could not be written."
exit /b 1
:settings_there
rem The new program reads the settings before the old one is stopped.
set COMMAND="%TARGET%\onbehalf-service.new.exe" --check-config
call :run "the settings in %DATA%\onbehalf.json are not accepted by the new version"
exit /b %errorlevel%

:stop_old_service
if not defined IS_UPGRADE exit /b 0
if "%STATE%"=="STOPPED" exit /b 0
set STOPPED=1
set COMMAND=%SC% stop OnBehalf
call :run "the running service could not be told to stop"
if errorlevel 1 exit /b 1
call :wait_for_state STOPPED 90
if not errorlevel 1 exit /b 0
set "WHY=the running service did not stop within 90 seconds (its state is %STATE%)."
exit /b 1

:swap_programs
if not defined DRY_RUN set SWAPPED=1
for %%F in (onbehalf-service onbehalf) do call :swap_program "%%F"
if defined WHY exit /b 1
exit /b 0
:swap_program
if defined WHY exit /b 1
if exist "%TARGET%\%~1.exe" if not defined DRY_RUN call :move_file "%TARGET%\%~1.exe" "%TARGET%\%~1.old.exe"
if defined WHY exit /b 1
call :move_file "%TARGET%\%~1.new.exe" "%TARGET%\%~1.exe"
exit /b %errorlevel%

:make_event_source
if defined DRY_RUN goto make_event_source_now
%REG% query "%EVENT_KEY%" >nul 2>&1
if errorlevel 1 set MADE_EVENT_SOURCE=1
:make_event_source_now
set COMMAND=%REG% add "%EVENT_KEY%" /v EventMessageFile /t REG_EXPAND_SZ /d "%PROGRAM%" /f
call :run "the event source could not be registered"
if errorlevel 1 exit /b 1
rem 7: errors, warnings and information.
set COMMAND=%REG% add "%EVENT_KEY%" /v TypesSupported /t REG_DWORD /d 7 /f
call :run "the event source could not be registered"
if errorlevel 1 exit /b 1
call :expect_value "%EVENT_KEY%" EventMessageFile "%PROGRAM%"
if errorlevel 1 exit /b 1
call :expect_value "%EVENT_KEY%" TypesSupported 0x7
exit /b %errorlevel%

:make_audit_log
if defined DRY_RUN goto make_audit_log_now
%REG% query "%AUDIT_LOG_KEY%" >nul 2>&1
if errorlevel 1 set MADE_AUDIT_LOG=1
:make_audit_log_now
rem The descriptor first: from then on there is the log.
set COMMAND=%REG% add "%AUDIT_LOG_KEY%" /v CustomSD /t REG_SZ /d "%AUDIT_LOG_SDDL%" /f
call :run "the event log of the audit could not be registered"
if errorlevel 1 exit /b 1
rem 16 MiB, some 20,000 anchors. The oldest are overwritten.
set COMMAND=%REG% add "%AUDIT_LOG_KEY%" /v MaxSize /t REG_DWORD /d 16777216 /f
call :run "the event log of the audit could not be registered"
if errorlevel 1 exit /b 1
set COMMAND=%REG% add "%AUDIT_LOG_KEY%\OnBehalf-Audit" /v EventMessageFile /t REG_EXPAND_SZ /d "%PROGRAM%" /f
call :run "the event source of the audit could not be registered"
if errorlevel 1 exit /b 1
set COMMAND=%REG% add "%AUDIT_LOG_KEY%\OnBehalf-Audit" /v TypesSupported /t REG_DWORD /d 7 /f
call :run "the event source of the audit could not be registered"
if errorlevel 1 exit /b 1
call :expect_value "%AUDIT_LOG_KEY%" CustomSD "%AUDIT_LOG_SDDL%"
if errorlevel 1 exit /b 1
call :expect_value "%AUDIT_LOG_KEY%" MaxSize 0x1000000
if errorlevel 1 exit /b 1
call :expect_value "%AUDIT_LOG_KEY%\OnBehalf-Audit" EventMessageFile "%PROGRAM%"
if errorlevel 1 exit /b 1
call :expect_value "%AUDIT_LOG_KEY%\OnBehalf-Audit" TypesSupported 0x7
exit /b %errorlevel%

:make_service
if defined IS_UPGRADE goto configure_service
set COMMAND=%SC% create OnBehalf type= own start= auto error= normal binPath= "\"%PROGRAM%\"" obj= "NT SERVICE\OnBehalf" DisplayName= "OnBehalf"
call :run "the service could not be created"
if errorlevel 1 exit /b 1
if not defined DRY_RUN set MADE_SERVICE=1
goto verify_service
:configure_service
rem start= is left as the administrator has set it.
call :has_verb config
if errorlevel 1 goto verify_service
set COMMAND=%SC% config OnBehalf type= own error= normal binPath= "\"%PROGRAM%\"" obj= "NT SERVICE\OnBehalf"
call :run "the service could not be configured"
if errorlevel 1 exit /b 1
:verify_service
call :expect_value "%SERVICE_KEY%" ImagePath "'%PROGRAM%'"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" ObjectName "NT SERVICE\OnBehalf"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" Type 0x10
if errorlevel 1 exit /b 1
call :has_verb qc
if errorlevel 1 exit /b 0
call :expect_said "qc OnBehalf" WIN32_OWN_PROCESS
if errorlevel 1 exit /b 1
call :expect_said "qc OnBehalf" "NT SERVICE\OnBehalf"
if errorlevel 1 exit /b 1
if defined IS_UPGRADE exit /b 0
call :expect_said "qc OnBehalf" AUTO_START
exit /b %errorlevel%

:secure_service
set COMMAND=%SC% description OnBehalf "%DESCRIPTION%"
call :run "the service's description could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" Description "%DESCRIPTION%"
if errorlevel 1 exit /b 1

call :has_verb sidtype
if errorlevel 1 goto sid_type_set
set COMMAND=%SC% sidtype OnBehalf unrestricted
call :run "the service's SID type could not be set"
if errorlevel 1 exit /b 1
:sid_type_set
call :has_verb qsidtype
if errorlevel 1 goto sid_type_read
call :expect_said "qsidtype OnBehalf" UNRESTRICTED
if errorlevel 1 exit /b 1
:sid_type_read

call :has_verb privs
if errorlevel 1 goto privileges_set
set COMMAND=%SC% privs OnBehalf SeChangeNotifyPrivilege/SeImpersonatePrivilege
call :run "the service's privileges could not be set"
if errorlevel 1 exit /b 1
:privileges_set
call :has_verb qprivs
if errorlevel 1 goto privileges_read
call :expect_said "qprivs OnBehalf" SeChangeNotifyPrivilege
if errorlevel 1 exit /b 1
call :expect_said "qprivs OnBehalf" SeImpersonatePrivilege
if errorlevel 1 exit /b 1
call :expect_two_privileges
if errorlevel 1 exit /b 1
:privileges_read

set COMMAND=%SC% failure OnBehalf reset= 86400 actions= restart/1000/restart/5000/restart/60000
call :run "what happens after a failure of the service could not be set"
if errorlevel 1 exit /b 1
call :has_verb qfailure
if errorlevel 1 goto failure_actions_read
for %%N in (86400 1000 5000 60000) do call :expect_said "qfailure OnBehalf" %%N
if defined WHY exit /b 1
:failure_actions_read
call :has_verb failureflag
if errorlevel 1 goto failure_flag_set
set COMMAND=%SC% failureflag OnBehalf 1
call :run "restart after an exit with an error could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" FailureActionsOnNonCrashFailures 0x1
if errorlevel 1 exit /b 1
:failure_flag_set

set COMMAND=%SC% sdset OnBehalf %SERVICE_SDDL%
call :run "the service's security descriptor could not be set"
if errorlevel 1 exit /b 1
call :has_verb sdshow
if errorlevel 1 exit /b 0
call :expect_service_descriptor
exit /b %errorlevel%

:start_service
set COMMAND=%SC% start OnBehalf
call :run "the service could not be started"
if errorlevel 1 goto start_failed
if defined DRY_RUN exit /b 0
call :wait_for_state RUNNING 60
if not errorlevel 1 exit /b 0
if "%STATE%"=="STOPPED" set "WHY=the service stopped instead of running."
if not "%STATE%"=="STOPPED" set "WHY=the service did not come to RUNNING within 60 seconds (its state is %STATE%)."
:start_failed
echo The service's state:
%SC% query OnBehalf
if not exist "%DATA%\logs\*.log" goto start_failed_said
echo What it wrote to its log:
type "%DATA%\logs\*.log"
:start_failed_said
echo What onbehalf.exe doctor finds:
"%TARGET%\onbehalf.exe" --timeout 1000 doctor
set "WHY=%WHY% See also the event log Application, source OnBehalf."
exit /b 1

rem -------------------------------------------------------------------------------------------------------- undo

:undo
echo.
echo OnBehalf was not installed: %WHY%
if defined DRY_RUN exit /b 1
echo Undoing what was done:
set LEFT=
if not defined SWAPPED if not defined MADE_SERVICE goto undo_programs
call :query_state
if "%STATE%"=="ABSENT" goto undo_service_stopped
if "%STATE%"=="STOPPED" goto undo_service_stopped
echo ^> %SC% stop OnBehalf
%SC% stop OnBehalf >nul 2>&1
call :wait_for_state STOPPED 90
if errorlevel 1 set "LEFT=%LEFT% the running service;"
:undo_service_stopped
if not defined MADE_SERVICE goto undo_programs
echo ^> %SC% delete OnBehalf
%SC% delete OnBehalf
call :query_state
if not "%STATE%"=="ABSENT" set "LEFT=%LEFT% the service;"
:undo_programs
if not defined MADE_EVENT_SOURCE goto undo_event_source_done
echo ^> %REG% delete "%EVENT_KEY%" /f
%REG% delete "%EVENT_KEY%" /f >nul 2>&1
%REG% query "%EVENT_KEY%" >nul 2>&1
if not errorlevel 1 set "LEFT=%LEFT% the event source;"
:undo_event_source_done
if not defined MADE_AUDIT_LOG goto undo_audit_log_done
echo ^> %REG% delete "%AUDIT_LOG_KEY%" /f
%REG% delete "%AUDIT_LOG_KEY%" /f >nul 2>&1
%REG% query "%AUDIT_LOG_KEY%" >nul 2>&1
if not errorlevel 1 set "LEFT=%LEFT% the event log of the audit;"
:undo_audit_log_done
for %%F in (onbehalf-service onbehalf) do call :undo_program "%%F"
if defined MADE_SETTINGS call :delete_file "%DATA%\onbehalf.json"
if defined MADE_DATA call :delete_folder "%DATA%"
if defined MADE_STAGING call :delete_folder "%STAGING%"
if defined MADE_MODULES call :delete_folder "%TARGET%\modules"
if defined MADE_TARGET call :delete_folder "%TARGET%"
if not defined STOPPED goto undo_done
if not defined WAS_RUNNING goto undo_done
echo ^> %SC% start OnBehalf
%SC% start OnBehalf
call :wait_for_state RUNNING 60
if errorlevel 1 set "LEFT=%LEFT% the previous version does not start again;"
if not errorlevel 1 echo The previous version is running again.
:undo_done
if defined LEFT goto undo_failed
echo Everything that this run did is undone.
exit /b 1
:undo_failed
echo This could not be undone:%LEFT%
exit /b 4

:undo_program
call :delete_file "%TARGET%\%~1.new.exe"
if not defined SWAPPED exit /b 0
if not defined IS_UPGRADE goto undo_fresh_program
if not exist "%TARGET%\%~1.old.exe" exit /b 0
call :move_file "%TARGET%\%~1.old.exe" "%TARGET%\%~1.exe"
if errorlevel 1 set "LEFT=%LEFT% %TARGET%\%~1.exe is still the new one;"
exit /b 0
:undo_fresh_program
if exist "%TARGET%\%~1.old.exe" call :move_file "%TARGET%\%~1.old.exe" "%TARGET%\%~1.exe"
if exist "%TARGET%\%~1.exe" if not exist "%TARGET%\%~1.old.exe" call :delete_file "%TARGET%\%~1.exe"
exit /b 0

rem ------------------------------------------------------------------------------------------------------- pieces

rem Shows the command in COMMAND and runs it. %1 says what it means when it fails.
:run
echo ^> %COMMAND%
if defined DRY_RUN exit /b 0
%COMMAND%
set CODE=%errorlevel%
if "%CODE%"=="0" exit /b 0
set "WHY=%~1 (exit code %CODE%)."
exit /b 1

:make_folder
echo ^> mkdir "%~1"
if defined DRY_RUN exit /b 0
mkdir "%~1"
if exist "%~1\" exit /b 0
set "WHY=the folder %~1 could not be made."
exit /b 1

rem Compared by size, because a full disk can leave a part.
:copy_file
echo ^> copy /y "%~1" "%~2"
if defined DRY_RUN exit /b 0
if exist "%~2" del /f /q "%~2"
copy /y "%~1" "%~2" >nul
set SIZE=
set COPIED=
if exist "%~1" for %%A in ("%~1") do set "SIZE=%%~zA"
if exist "%~2" for %%A in ("%~2") do set "COPIED=%%~zA"
if defined COPIED if "%SIZE%"=="%COPIED%" exit /b 0
set "WHY=%~1 could not be copied to %~2."
exit /b 1

rem Tries again for half a minute: right after a service has stopped its file can still be in use.
:move_file
echo ^> move /y "%~1" "%~2"
if defined DRY_RUN exit /b 0
set TRIES=0
:move_file_again
if exist "%~2" del /f /q "%~2" >nul 2>&1
if not exist "%~2" move /y "%~1" "%~2" >nul 2>&1
if exist "%~2" if not exist "%~1" exit /b 0
set /a TRIES+=1
if %TRIES% geq 30 set "WHY=%~1 could not be renamed to %~2: it is in use." & exit /b 1
%PING% -n 2 127.0.0.1 >nul
goto move_file_again

:delete_file
if not exist "%~1" exit /b 0
echo ^> del "%~1"
set TRIES=0
:delete_file_again
del /f /q "%~1" >nul 2>&1
if not exist "%~1" exit /b 0
set /a TRIES+=1
if %TRIES% geq 30 echo %~1 is in use and stays. & set "LEFT=%LEFT% %~1;" & exit /b 1
%PING% -n 2 127.0.0.1 >nul
goto delete_file_again

:delete_folder
if not exist "%~1" exit /b 0
echo ^> rmdir /s /q "%~1"
rmdir /s /q "%~1"
if exist "%~1" set "LEFT=%LEFT% %~1;"
exit /b 0

rem :protect_folder FOLDER RIGHTS [users]: only SYSTEM and Administrators may change it, the service has RIGHTS, and
rem with "users" everybody who is logged on may read and run what is in it. Nothing is inherited from above.
:protect_folder
if defined NO_PERMISSIONS exit /b 0
set READERS=
if not "%~3"=="" set READERS= "*S-1-5-32-545:(OI)(CI)RX"
set COMMAND=%ICACLS% "%~1" /setowner "*S-1-5-32-544"
call :run "the owner of %~1 could not be set"
if errorlevel 1 exit /b 1
set COMMAND=%ICACLS% "%~1" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*%SERVICE_SID%:(OI)(CI)%~2"%READERS%
call :run "the permissions of %~1 could not be set"
if errorlevel 1 exit /b 1
if defined DRY_RUN echo     expect the owner O:BA, protection D:P and these entries in Get-Acl& exit /b 0
call :read_sddl "%~1"
if not "%SDDL:~0,4%"=="O:BA" set "WHY=the owner of %~1 is not Administrators: %SDDL%" & exit /b 1
rem P: protected, nothing is inherited. AI may stand behind it and says only how it came about.
if "%SDDL:D:P=%"=="%SDDL%" set "WHY=%~1 still inherits permissions: %SDDL%" & exit /b 1
call :expect_entry "%~1" "(A;OICI;FA;;;SY)"
if errorlevel 1 exit /b 1
call :expect_entry "%~1" "(A;OICI;FA;;;BA)"
if errorlevel 1 exit /b 1
set MASK=0x1200a9
if "%~2"=="M" set MASK=0x1301bf
call :expect_entry "%~1" "(A;OICI;%MASK%;;;%SERVICE_SID%)"
exit /b %errorlevel%

:expect_entry
call set "REST=%%SDDL:%~2=%%"
if not "%REST%"=="%SDDL%" exit /b 0
set "WHY=the permissions of %~1 lack %~2: %SDDL%"
exit /b 1

rem Sets SDDL to the owner, group and DACL of %1. icacls.exe does not show owners.
:read_sddl
set SDDL=unreadable
set "READ_SDDL_OF=%~1"
for /f "delims=" %%L in ('%POWERSHELL% -NoProfile -NonInteractive -Command "(Get-Acl -LiteralPath $env:READ_SDDL_OF).Sddl"') do set "SDDL=%%L"
exit /b 0

rem Sets VALUE to a value of the registry, each quotation mark in it turned into an apostrophe.
:read_value
set VALUE=
for /f "tokens=1,2,*" %%A in ('%REG% query "%~1" /v %~2 2^>nul') do if "%%A"=="%~2" set "VALUE=%%C"
if defined VALUE set "VALUE=%VALUE:"='%"
exit /b 0

:expect_value
if defined DRY_RUN goto expect_value_shown
call :read_value "%~1" %~2
if /i "%VALUE%"=="%~3" exit /b 0
set "WHY=%~2 in %~1 was set to %~3 and reads back as %VALUE%."
exit /b 1
rem A line of its own: behind an if, Wine's cmd.exe takes a parenthesis in the value for the start of a block.
:expect_value_shown
echo     expect %~2 = %~3
exit /b 0

:expect_said
if defined DRY_RUN echo     expect %~2 in sc.exe %~1& exit /b 0
%SC% %~1 | %FIND% "%~2" >nul
if not errorlevel 1 exit /b 0
set "WHY=sc.exe %~1 does not show %~2, which was set. It shows:"
%SC% %~1
exit /b 1

rem Lines such as "PRIVILEGES : SeChangeNotifyPrivilege"; the first word is in capitals, so it does not count.
:expect_two_privileges
if defined DRY_RUN echo     expect no other privilege in sc.exe qprivs OnBehalf& exit /b 0
set COUNT=0
for /f "delims=" %%L in ('%SC% qprivs OnBehalf ^| %FIND% "Privilege"') do set /a COUNT+=1
if "%COUNT%"=="2" exit /b 0
set "WHY=the service has %COUNT% privileges and must have two."
exit /b 1

rem Behind the part that was set there may be a SACL, which the service control manager gives every service.
:expect_service_descriptor
if defined DRY_RUN echo     expect the same in sc.exe sdshow OnBehalf& exit /b 0
set SHOWN=nothing
for /f "delims=" %%L in ('%SC% sdshow OnBehalf') do set "SHOWN=%%L"
call set "REST=%%SHOWN:%SERVICE_SDDL%=%%"
if not defined REST exit /b 0
if "%REST:~0,2%"=="S:" exit /b 0
set "WHY=the service's security descriptor was set to %SERVICE_SDDL% and reads back as %SHOWN%."
exit /b 1

rem Sets STATE to the service's state or ABSENT. By the words that sc.exe does not translate.
:query_state
set STATE=ABSENT
for /f "tokens=2,4" %%A in ('%SC% query OnBehalf 2^>nul') do for %%S in (STOPPED START_PENDING STOP_PENDING RUNNING CONTINUE_PENDING PAUSE_PENDING PAUSED) do if "%%A"==":" if "%%B"=="%%S" set STATE=%%S
exit /b 0

rem :wait_for_state STATE SECONDS. Ten looks at once, because most services are quick, then one a second. A service that
rem stopped while it should be starting ends the wait.
:wait_for_state
set LOOKS=0
set /a MOST_LOOKS=%~2+10
:wait_for_state_again
call :query_state
if "%STATE%"=="%~1" exit /b 0
if "%~1"=="RUNNING" if "%STATE%"=="STOPPED" if %LOOKS% gtr 1 exit /b 1
set /a LOOKS+=1
if %LOOKS% geq %MOST_LOOKS% exit /b 1
if %LOOKS% geq 10 %PING% -n 2 127.0.0.1 >nul
goto wait_for_state_again
