@echo off
rem SPDX-License-Identifier: MIT
rem Installs OnBehalf as a Windows service, or upgrades an installed one. install.cmd /help shows the options.
rem
rem Every step is one command, which is shown before it runs, and its result is read back. If a step fails, the run ends
rem and undoes its changes: a fresh installation leaves nothing, an upgrade restores the old programs and starts them.
rem docs/operating.md explains each step.
rem
rem Untrusted text (folders, output of the registry and of PowerShell) is expanded only inside quotation marks, or as !NAME!
rem by :say and :run, which cmd.exe expands after it has parsed the line. Anywhere else an & in a folder's name would start
rem a command. So no such text contains a quotation mark, and text passed through call contains no %% and no ^^.
rem
rem For Windows' cmd.exe and Wine's: no && or || (Wine runs both sides), no findstr, no !name:a=b!.
setlocal enableextensions disabledelayedexpansion

rem Full paths, because cmd.exe searches the current folder first and this runs elevated.
set "SYSTEM32=%SystemRoot%\System32"
set "SC=%SYSTEM32%\sc.exe"
set "REG=%SYSTEM32%\reg.exe"
set "ICACLS=%SYSTEM32%\icacls.exe"
set "PING=%SYSTEM32%\ping.exe"
set "POWERSHELL=%SYSTEM32%\WindowsPowerShell\v1.0\powershell.exe"
rem Windows PowerShell's modules: a PowerShell 7 that started this script puts its own first, and then Get-Acl does not load.
set "PSModulePath=%SYSTEM32%\WindowsPowerShell\v1.0\Modules"

rem SYSTEM: everything except deleting and changing the descriptor. Administrators: everything. Interactive and service
rem logons: query, list, interrogate, read the descriptor. Other authenticated users: status and descriptor, so that a
rem client can find the service's process.
set "SERVICE_SDDL=D:(A;;CCLCSWRPWPDTLORC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLORC;;;IU)(A;;CCLCSWLORC;;;SU)(A;;LCRC;;;AU)"
rem The longest stop: 10 s for requests in flight (limits.stop_grace_ms), 11 s for unread responses, 60 s for calls that do
rem not end, 10 s for modules, and a margin.
set STOP_SECONDS=120
rem As parameters of "sc.exe failure": restart after 1, 5 and 60 seconds; the failure count resets daily.
set FAILURE_RESET=86400
set FAILURE_ACTIONS=restart/1000/restart/5000/restart/60000
set "DESCRIPTION=Does each request as the account that asked for it: JSON-RPC over a named pipe."

set NAME=OnBehalf
set TARGET=
set SOURCE=
set ACCOUNT=
set START=
set DRY_RUN=

:next_argument
if "%~1"=="" goto arguments_read
if /i "%~1"=="/help" goto help
if "%~1"=="/?" goto help
if /i "%~1"=="/dry-run" goto argument_dry_run
if /i "%~1"=="/source" goto argument_source
if /i "%~1"=="/target" goto argument_target
if /i "%~1"=="/name" goto argument_name
if /i "%~1"=="/account" goto argument_account
if /i "%~1"=="/start" goto argument_start
set "TEXT=install.cmd: unknown argument %~1. install.cmd /help shows the options."
call :say TEXT
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
set "TARGET=%~2"
shift
shift
goto next_argument
:argument_name
if "%~2"=="" goto argument_lacks_value
set "NAME=%~2"
shift
shift
goto next_argument
:argument_account
if "%~2"=="" goto argument_lacks_value
set "ACCOUNT=%~2"
shift
shift
goto next_argument
:argument_start
if "%~2"=="" goto argument_lacks_value
set "START=%~2"
shift
shift
goto next_argument
:argument_lacks_value
echo install.cmd: %1 needs a value after it.
exit /b 2

rem Every value is checked here, before anything uses it.
:arguments_read
call :check_name
if errorlevel 1 goto bad_argument
call :check_account
if errorlevel 1 goto bad_argument
call :check_start
if errorlevel 1 goto bad_argument
set OWN_TARGET=
if defined TARGET set OWN_TARGET=1
if not defined TARGET set "TARGET=%ProgramFiles%\%NAME%"
set "FOLDER=%TARGET%"
call :full_path
if errorlevel 1 goto bad_folder
set "TARGET=%FULL%"
if not "%TARGET:~1,2%"==":\" goto bad_target
if "%TARGET:~3%"=="" goto bad_target
if defined SOURCE goto source_known
set "SOURCE=%~dp0bin"
if exist "%SOURCE%\onbehalf-service.exe" goto source_known
set "SOURCE=%~dp0..\bin"
if exist "%SOURCE%\onbehalf-service.exe" goto source_known
set "SOURCE=%~dp0"
:source_known
set "FOLDER=%SOURCE%"
call :full_path
if errorlevel 1 goto bad_folder
set "SOURCE=%FULL%"

rem Everything that is named after the service.
set "DATA=%ProgramData%\%NAME%"
rem Created where only administrators can write, then moved: under ProgramData any user could tamper with the folder before
rem its permissions are set.
set "STAGING=%ProgramFiles%\%NAME%.data.new"
set "SERVICE_KEY=HKLM\SYSTEM\CurrentControlSet\Services\%NAME%"
set "TRIGGER_KEY=%SERVICE_KEY%\TriggerInfo"
set "EVENT_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\%NAME%"
set "AUDIT_LOG_KEY=HKLM\SYSTEM\CurrentControlSet\Services\EventLog\%NAME%-Audit"
rem Where :is_text temporarily stores the value to compare with. Only administrators may write there.
set "SCRATCH_KEY=HKLM\SOFTWARE\%NAME%.install"
rem What the programs need to know which service is meant.
set NAME_OPTION=
if defined IS_NAMED set "NAME_OPTION= --name %NAME%"
set CLIENT_OPTION=
if defined IS_NAMED set "CLIENT_OPTION=--service %NAME% "

set "PROGRAM=%TARGET%\onbehalf-service.exe"
set "NEW_PROGRAM=%TARGET%\onbehalf-service.new.exe"
set "CLIENT=%TARGET%\onbehalf.exe"
set WHY=
set NOT_ELEVATED=
set IS_WINE=
set LACKING=
set NO_PERMISSIONS=
set IS_UPGRADE=
set WAS_RUNNING=
set LEFT_AS=
set FAILURE_ACTIONS_CLEARED=
set ACCOUNT_CHANGED=
set RIGHT_GRANTED=
set START_CHANGED=
set TRIGGERS=none
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
rem OLD_name: this run has renamed the old program of that name; NEW_name: it has put the new one in its place.
for %%F in (onbehalf-service onbehalf) do set "OLD_%%F="
for %%F in (onbehalf-service onbehalf) do set "NEW_%%F="
set STATE=ABSENT
if not defined DRY_RUN call :find_gaps
call :find_service_sid
if errorlevel 1 goto refused
rem The audit's anchors have a separate event log that only the service may write to (2): any authenticated user may write
rem to Application. SYSTEM and administrators may read (1) and clear (4) it; clearing is logged in System. Event Log Readers
rem (573) and NETWORK SERVICE (20) may read: Windows forwards events as the latter.
set "SERVICE_WRITES=(A;;0x3;;;%SERVICE_SID%)"
if not defined SERVICE_SID set SERVICE_WRITES=
set "AUDIT_LOG_SDDL=O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)%SERVICE_WRITES%(A;;0x1;;;S-1-5-32-573)(A;;0x1;;;S-1-5-20)"
if defined DRY_RUN goto steps

call :check_before
if errorlevel 1 goto refused

:steps
set "TEXT=Installing %NAME% in %TARGET%"
if defined IS_UPGRADE set "TEXT=Upgrading %NAME% in %TARGET%"
call :say TEXT
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
rem A client that opened the pipe meanwhile may have made Windows start the old version again.
if "%TRIGGERS%"=="ours" call :query_state
if "%TRIGGERS%"=="ours" call :stop_old_service
if errorlevel 1 goto undo
call :make_event_source
if errorlevel 1 goto undo
call :make_audit_log
if errorlevel 1 goto undo
call :make_service
if errorlevel 1 goto undo
call :set_account
if errorlevel 1 goto undo
call :set_start
if errorlevel 1 goto undo
call :secure_service
if errorlevel 1 goto undo
call :start_service
if errorlevel 1 goto undo
rem Only once it runs: a new version that fails to start would otherwise be restarted while it is being removed.
call :set_failure_actions
if errorlevel 1 goto undo
if defined DRY_RUN exit /b 0

for %%F in (onbehalf-service onbehalf) do call :delete_old_programs "%%F"
if defined LEFT_AS goto left_as_it_was
echo %NAME% is installed and running.
if "%TRIGGERS%"=="ours" echo It stops by itself when nobody calls it; Windows starts it when a client opens its pipe, %PIPE%.
set TEXT=  call it     "%CLIENT%" %CLIENT_OPTION%ping
call :say TEXT
:say_folders
set "TEXT=  settings    %DATA%\onbehalf.json"
call :say TEXT
set "TEXT=  logs        %DATA%\logs"
call :say TEXT
exit /b 0

:left_as_it_was
echo %NAME% is upgraded. The service was %LEFT_AS% before and is left %LEFT_AS%:
if "%LEFT_AS%"=="disabled" echo   enable it   sc.exe config %NAME% start= auto
echo   start it    sc.exe start %NAME%
goto say_folders

:refused
echo.
set "TEXT=%NAME% was not installed: %WHY%"
call :say TEXT
echo Nothing was changed.
if defined NOT_ELEVATED exit /b 3
exit /b 1

:bad_argument
set "TEXT=install.cmd: %WHY%"
call :say TEXT
exit /b 2

:bad_target
set TEXT=install.cmd: "%TARGET%" cannot be the program folder: it must be a full path on a local drive, not its root.
call :say TEXT
exit /b 2

:bad_folder
set TEXT=install.cmd: a folder's path must not contain a percent sign, caret, exclamation mark or wildcard: "%FOLDER%"
call :say TEXT
exit /b 2

:help
echo install.cmd [/name NAME] [/account ACCOUNT] [/start auto^|demand^|pipe] [/source DIR] [/target DIR] [/dry-run]
echo.
echo Installs OnBehalf as a Windows service, and starts it. If it is already installed, upgrades it and keeps settings,
echo policy, logs, account and start mode. Needs an elevated prompt.
echo.
echo   /name NAME   the name of the service, for several services side by side: its pipe, folders, event sources and account
echo                follow. Default: OnBehalf. 1 to 64 letters, digits, - _ and . but no dot at its ends
echo   /account ACCOUNT
echo                the account it runs as: "NT SERVICE\NAME" (the default, a virtual account), LocalService, NetworkService,
echo                a managed service account (DOMAIN\name$), or a user (DOMAIN\user, .\user, user@domain), whose password is
echo                asked for, or read from standard input if that is redirected
echo   /start auto  start with the system (the default)
echo   /start demand
echo                start when an administrator starts it
echo   /start pipe  Windows starts it when a client opens its pipe, and it stops when nobody calls it
echo   /source DIR  where onbehalf-service.exe and onbehalf.exe are. Default: the first of these folders that has them:
echo                bin next to this script, ..\bin, the script's own folder. For a build: build\msvc\bin
echo   /target DIR  where to install them. Default: "%%ProgramFiles%%\NAME". Its parent must not be writable by
echo                ordinary users. Neither path may contain %%, ^^, ! or a wildcard.
echo   /dry-run     show the commands of a fresh installation on Windows without running them
echo.
echo Exit code: 0 installed and running, or upgraded and left stopped or disabled as it was; 1 failed, and all changes
echo were undone; 2 wrong usage; 3 not elevated; 4 failed, and some changes could not be undone (it lists them).
exit /b 0

rem ---------------------------------------------------------------------------------------------- the arguments

rem The name is expanded into commands, so that only characters are allowed that mean nothing to cmd.exe and that services,
rem pipes, folders, registry keys and event sources all allow. The x in front, because for /f skips a text that begins with
rem a semicolon.
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
set "PIPE=%NAME%"
for %%L in (a b c d e f g h i j k l m n o p q r s t u v w x y z) do call set "PIPE=%%PIPE:%%L=%%L%%"
exit /b 0

rem Sets ACCOUNT as Windows spells it and its KIND: virtual, builtin (neither has a password), managed (Windows has it) or user.
:check_account
set KIND=virtual
set ACCOUNT_GIVEN=
if not defined ACCOUNT set "ACCOUNT=NT SERVICE\%NAME%"& exit /b 0
set ACCOUNT_GIVEN=1
set "CHECK=%ACCOUNT:"=?%"
set WHY=1
for /f "delims=^!*?<>|%%/[]:;=,+" %%A in ("%CHECK%") do if "%%A"=="%CHECK%" set WHY=
if defined WHY set "WHY=an account's name must not contain a percent sign, caret, exclamation mark, quotation mark or any of *?<>/[]:;=,+ (/account)." & exit /b 1
:classify_account
rem A question mark, which an account's name does not contain, where a part is missing.
for /f "tokens=1-3 delims=\" %%A in ("%ACCOUNT%\?\?") do call :set_account_parts "%%A" "%%B" "%%C"
if /i "%ACCOUNT%"=="NT SERVICE\%NAME%" goto account_is_virtual
if /i "%ACCOUNT%"=="LocalService" goto account_is_local_service
if /i "%ACCOUNT%"=="NetworkService" goto account_is_network_service
if /i not "%DOMAIN%"=="NT AUTHORITY" goto account_with_domain
if /i "%USER%"=="LocalService" goto account_is_local_service
if /i "%USER%"=="LOCAL SERVICE" goto account_is_local_service
if /i "%USER%"=="NetworkService" goto account_is_network_service
if /i "%USER%"=="NETWORK SERVICE" goto account_is_network_service
goto account_unknown
:account_with_domain
rem Another service's account, groups, and SYSTEM, which may do everything.
if /i "%DOMAIN%"=="NT SERVICE" goto account_unknown
if /i "%DOMAIN%"=="BUILTIN" goto account_unknown
if /i "%ACCOUNT%"==".\LocalSystem" goto account_unknown
set KIND=user
if "%ACCOUNT:~-1%"=="$" set KIND=managed
if "%ACCOUNT%"=="%DOMAIN%\%USER%" exit /b 0
for /f "tokens=1-3 delims=@" %%A in ("%ACCOUNT%@?@?") do call :set_account_parts "%%B" "%%A" "%%C"
if "%ACCOUNT%"=="%USER%@%DOMAIN%" exit /b 0
:account_unknown
set "WHY=%ACCOUNT% cannot be the account (/account): give NT SERVICE\%NAME%, LocalService, NetworkService, DOMAIN\name$, DOMAIN\user, .\user or user@domain."
exit /b 1
:set_account_parts
set "DOMAIN=%~1"
set "USER=%~2"
exit /b 0
:account_is_virtual
set KIND=virtual
set "ACCOUNT=NT SERVICE\%NAME%"
exit /b 0
:account_is_local_service
set KIND=builtin
set "ACCOUNT=NT AUTHORITY\LocalService"
exit /b 0
:account_is_network_service
set KIND=builtin
set "ACCOUNT=NT AUTHORITY\NetworkService"
exit /b 0

rem Sets START in lower case, and START_TYPE and START_NUMBER as sc.exe and the registry have it.
:check_start
set START_GIVEN=
if not defined START set START=auto& goto start_known
set START_GIVEN=1
set "CHECK=%START:"=?%"
set START=
for %%S in (auto demand pipe) do if /i "%CHECK%"=="%%S" set START=%%S
if not defined START set "WHY=the start mode is auto, demand or pipe (/start)." & exit /b 1
:start_known
set START_TYPE=demand
if "%START%"=="auto" set START_TYPE=auto
set START_NUMBER=0x3
if "%START%"=="auto" set START_NUMBER=0x2
exit /b 0

rem Sets SERVICE_SID to the SID of NT SERVICE\NAME: S-1-5-80 and SHA-1 of the upper-case name in UTF-16. sc.exe computes it for
rem a service that does not exist yet too. Its output is localized, so the SID is recognized by its form.
:find_service_sid
set "SERVICE_SID=S-1-5-80-1926647630-1690475274-2145072266-3076734602-2497173225"
if not defined IS_NAMED exit /b 0
set SERVICE_SID=
for /f "tokens=1-9" %%A in ('%SC% showsid %NAME% 2^>nul') do for %%T in ("%%A" "%%B" "%%C" "%%D" "%%E" "%%F" "%%G" "%%H" "%%I") do call :read_sid_word %%T
if defined SERVICE_SID exit /b 0
if defined DRY_RUN set SERVICE_SID=S-1-5-80-...
if defined DRY_RUN exit /b 0
call :has_verb showsid
if errorlevel 1 exit /b 0
set "WHY=sc.exe showsid %NAME% did not print the SID of the service."
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

rem ---------------------------------------------------------------------------------------------- before anything

:check_before
if defined PROCESSOR_ARCHITEW6432 set "WHY=this is the 32-bit command prompt; use the 64-bit one." & exit /b 1
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
call :read_value "%SERVICE_KEY%" DeleteFlag
if "%VALUE%"=="0x1" set CODE=1072
if "%VALUE%"=="0x1" goto deleted_before
call :query_state
if "%STATE%"=="ABSENT" goto check_fresh
set IS_UPGRADE=1
if not "%STATE%"=="STOPPED" set WAS_RUNNING=1
call :is_our_program
if errorlevel 1 exit /b 1
call :read_triggers
if not defined START_GIVEN goto start_mode_known
if not "%TRIGGERS%"=="foreign" goto start_mode_known
set "WHY=the service has triggers that install.cmd did not set (sc.exe qtriggerinfo %NAME%). Remove them (sc.exe triggerinfo %NAME% delete) or omit /start."
exit /b 1
:start_mode_known
call :read_value "%SERVICE_KEY%" Start
set "OLD_START=%VALUE%"
rem With /start the administrator wants it to be started.
if defined START_GIVEN exit /b 0
if "%OLD_START%"=="0x4" goto disabled_before
rem A service that its pipe starts stops by itself, which is no decision of the administrator. It is started, to show that it
rem runs. So is a service that stopped because of an error: the new version may fix it.
if not defined WAS_RUNNING if not defined HAS_FAILED if not "%TRIGGERS%"=="ours" set LEFT_AS=stopped
exit /b 0
rem A service of another name must not take over what belongs to another product: the names of folders under ProgramData and
rem Program Files, and of event sources, are anybody's.
:check_fresh
call :find_other_service
if defined OTHER set "WHY=%TARGET% has the programs of the service %OTHER%. Each service needs its own folder (/target)."
if defined WHY exit /b 1
if not defined IS_NAMED exit /b 0
if not defined OWN_TARGET if not exist "%TARGET%\onbehalf*" if not exist "%TARGET%\modules\" call :check_is_empty "%TARGET%"
if not exist "%DATA%\onbehalf.json" if not exist "%DATA%\policy\" call :check_is_empty "%DATA%"
if defined WHY exit /b 1
call :check_is_free "%EVENT_KEY%"
call :check_is_free "%AUDIT_LOG_KEY%\%NAME%-Audit"
if defined WHY exit /b 1
exit /b 0
:check_is_empty
for /f "delims=" %%L in ('dir /b /a "%~1" 2^>nul') do set "WHY=%~1 exists, is not empty and does not come from install.cmd: choose another /name."
exit /b 0
:check_is_free
%REG% query "%~1" >nul 2>&1
if errorlevel 1 exit /b 0
call :read_value "%~1" EventMessageFile
for /f "delims=" %%P in ("%VALUE%") do if /i "%%~nxP"=="onbehalf-service.exe" exit /b 0
set "WHY=another program has the event source %~1: choose another /name."
exit /b 0
:deleted_before
call :explain_code
set "WHY=%MEANING:~2%."
exit /b 1
:disabled_before
set LEFT_AS=disabled
if not defined WAS_RUNNING exit /b 0
set "WHY=the service runs, but is disabled, so that it could not be started again. Stop it (sc.exe stop %NAME%) or enable it (/start auto)."
exit /b 1

:is_our_program
call :is_program "%SERVICE_KEY%" ImagePath quoted
if not errorlevel 1 exit /b 0
rem The same file may have another spelling: different case, 8.3 names.
call :read_value "%SERVICE_KEY%" ImagePath
set THERE=
set "PATH_THERE=%VALUE:~0,-1%"
if defined IS_NAMED call set "PATH_THERE=%%VALUE:'%NAME_OPTION%=%%"
if not defined PATH_THERE goto foreign_program
if /i not "%PATH_THERE%'%NAME_OPTION%"=="%VALUE%" goto foreign_program
if "%VALUE:~0,1%"=="'" for /f "delims=" %%P in ("%PATH_THERE:~1%") do set "THERE=%%~fsP"
for /f "delims=" %%P in ("%PROGRAM%") do set "HERE=%%~fsP"
if /i "%THERE%"=="%HERE%" exit /b 0
:foreign_program
set "WHY=there is a service %NAME% already, and its program is %VALUE%. Give its folder with /target, or uninstall it first."
exit /b 1

:find_gaps
rem If a command that configures a service did nothing, continuing would leave the service unprotected. So this is tolerated
rem only on Wine, which is recognized by two things that only an administrator can put on real Windows; and there only for
rem verbs that print nothing about a service that does not exist, which Windows' sc.exe never does.
if not exist "%SYSTEM32%\winecfg.exe" exit /b 0
%REG% query HKLM\Software\Wine >nul 2>&1
if errorlevel 1 exit /b 0
set IS_WINE=1
call :probe_verb config "start= auto"
call :probe_verb sidtype unrestricted
call :probe_verb privs SeChangeNotifyPrivilege
call :probe_verb qfailure
call :probe_verb failureflag 1
call :probe_verb sdshow
if defined IS_NAMED call :probe_verb showsid
if defined START_GIVEN call :probe_verb triggerinfo start/networkon
set NO_PERMISSIONS=1
for /f "delims=" %%L in ('%ICACLS% "%SystemRoot%" 2^>^&1') do set NO_PERMISSIONS=
if defined LACKING echo This is Wine, whose sc.exe has no%LACKING%: these steps are skipped.
if defined NO_PERMISSIONS echo This is Wine, whose icacls.exe does nothing: folders keep the permissions of the underlying file system.
exit /b 0

:probe_verb
set SAID=
for /f "delims=" %%L in ('%SC% %~1 %NAME%-does-not-exist %~2 2^>^&1') do set SAID=1
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

rem An existing folder may have been created by any user, because users may create folders under ProgramData.
:check_owner
if defined WHY exit /b 1
if defined NO_PERMISSIONS exit /b 0
if not exist "%~1" exit /b 0
call :read_sddl "%~1"
if errorlevel 1 exit /b 1
if "%SDDL:~0,4%"=="O:BA" exit /b 0
if "%SDDL:~0,4%"=="O:SY" exit /b 0
set "WHY=%~1 exists and is not owned by Administrators or SYSTEM (%SDDL%). Another account may have created it: inspect it, then remove it or make Administrators its owner (icacls /setowner)."
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

rem Where administrators put modules. It inherits its permissions from the program folder. An upgrade keeps its contents: the
rem service itself checks that a module is safe when its settings name it.
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
set ARGUMENTS="%TARGET%\modules" /setowner "*S-1-5-32-544"
call :run ICACLS "the owner of %TARGET%\modules could not be set"
exit /b %errorlevel%

:copy_new_programs
rem First restore old programs that an interrupted run left.
if defined DRY_RUN goto copy_new_programs_now
if exist "%TARGET%\onbehalf-service.old.exe" if not exist "%PROGRAM%" call :move_file "%TARGET%\onbehalf-service.old.exe" "%PROGRAM%"
if exist "%TARGET%\onbehalf.old.exe" if not exist "%CLIENT%" call :move_file "%TARGET%\onbehalf.old.exe" "%CLIENT%"
:copy_new_programs_now
call :copy_file "%SOURCE%\onbehalf-service.exe" "%NEW_PROGRAM%"
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
rem The folder there may be one that another account created in the meantime, with ours moved into it.
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

rem A folder that the service may write to.
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
set "ARGUMENTS=--check-config%NAME_OPTION%"
call :run NEW_PROGRAM "the settings in %DATA%\onbehalf.json are not accepted by the new version"
exit /b %errorlevel%

:stop_old_service
if not defined IS_UPGRADE exit /b 0
if "%STATE%"=="STOPPED" exit /b 0
set STOPPED=1
set ARGUMENTS=stop %NAME%
call :run SC "the running service could not be asked to stop"
if errorlevel 1 exit /b 1
call :wait_for_state STOPPED %STOP_SECONDS%
if not errorlevel 1 exit /b 0
set "WHY=the running service did not stop within %STOP_SECONDS% seconds (its state is %STATE%)."
exit /b 1

:swap_programs
if not defined DRY_RUN set SWAPPED=1
for %%F in (onbehalf-service onbehalf) do call :swap_program "%%F"
if defined WHY exit /b 1
exit /b 0
:swap_program
if defined WHY exit /b 1
if defined DRY_RUN goto swap_program_now
if not exist "%TARGET%\%~1.exe" goto swap_program_now
call :free_old_name "%~1"
if errorlevel 1 exit /b 1
call :move_file "%TARGET%\%~1.exe" "%TARGET%\%~1.old.exe"
if errorlevel 1 exit /b 1
set "OLD_%~1=1"
:swap_program_now
call :move_file "%TARGET%\%~1.new.exe" "%TARGET%\%~1.exe"
if errorlevel 1 exit /b 1
set "NEW_%~1=1"
exit /b 0

rem A program that an earlier upgrade renamed may still be running, for example an onbehalf.exe that follows the audit. A
rem running program cannot be deleted, but it can be renamed. So .old.exe is always this run's, and only that is restored.
:free_old_name
if not exist "%TARGET%\%~1.old.exe" exit /b 0
del /f /q "%TARGET%\%~1.old.exe" >nul 2>&1
if not exist "%TARGET%\%~1.old.exe" exit /b 0
set NUMBER=1
:free_old_name_again
set /a NUMBER+=1
if exist "%TARGET%\%~1.old.%NUMBER%.exe" if %NUMBER% lss 99 goto free_old_name_again
call :move_file "%TARGET%\%~1.old.exe" "%TARGET%\%~1.old.%NUMBER%.exe"
exit /b %errorlevel%

rem Running ones stay until a later upgrade or until OnBehalf is uninstalled.
:delete_old_programs
call :delete_file "%TARGET%\%~1.old.exe" 5
for /l %%N in (2,1,99) do if exist "%TARGET%\%~1.old.%%N.exe" call :delete_file "%TARGET%\%~1.old.%%N.exe" 1
exit /b 0

:make_event_source
if defined DRY_RUN goto make_event_source_now
%REG% query "%EVENT_KEY%" >nul 2>&1
if errorlevel 1 set MADE_EVENT_SOURCE=1
:make_event_source_now
set ARGUMENTS=add "%EVENT_KEY%" /v EventMessageFile /t REG_EXPAND_SZ /d "%PROGRAM%" /f
call :run REG "the event source could not be registered"
if errorlevel 1 exit /b 1
rem 7: errors, warnings and information.
set ARGUMENTS=add "%EVENT_KEY%" /v TypesSupported /t REG_DWORD /d 7 /f
call :run REG "the event source could not be registered"
if errorlevel 1 exit /b 1
call :expect_program "%EVENT_KEY%" EventMessageFile
if errorlevel 1 exit /b 1
call :expect_value "%EVENT_KEY%" TypesSupported 0x7
exit /b %errorlevel%

:make_audit_log
if defined DRY_RUN goto make_audit_log_now
%REG% query "%AUDIT_LOG_KEY%" >nul 2>&1
if errorlevel 1 set MADE_AUDIT_LOG=1
:make_audit_log_now
rem The descriptor first, because the log exists from then on.
set ARGUMENTS=add "%AUDIT_LOG_KEY%" /v CustomSD /t REG_SZ /d "%AUDIT_LOG_SDDL%" /f
call :run REG "the event log of the audit could not be registered"
if errorlevel 1 exit /b 1
rem 16 MiB, about 20,000 anchors. The oldest are overwritten.
set ARGUMENTS=add "%AUDIT_LOG_KEY%" /v MaxSize /t REG_DWORD /d 16777216 /f
call :run REG "the event log of the audit could not be registered"
if errorlevel 1 exit /b 1
set ARGUMENTS=add "%AUDIT_LOG_KEY%\%NAME%-Audit" /v EventMessageFile /t REG_EXPAND_SZ /d "%PROGRAM%" /f
call :run REG "the event source of the audit could not be registered"
if errorlevel 1 exit /b 1
set ARGUMENTS=add "%AUDIT_LOG_KEY%\%NAME%-Audit" /v TypesSupported /t REG_DWORD /d 7 /f
call :run REG "the event source of the audit could not be registered"
if errorlevel 1 exit /b 1
call :expect_value "%AUDIT_LOG_KEY%" CustomSD "%AUDIT_LOG_SDDL%"
if errorlevel 1 exit /b 1
call :expect_value "%AUDIT_LOG_KEY%" MaxSize 0x1000000
if errorlevel 1 exit /b 1
call :expect_program "%AUDIT_LOG_KEY%\%NAME%-Audit" EventMessageFile
if errorlevel 1 exit /b 1
call :expect_value "%AUDIT_LOG_KEY%\%NAME%-Audit" TypesSupported 0x7
exit /b %errorlevel%

:make_service
if defined IS_UPGRADE goto configure_service
rem A user or a managed account is set afterwards: its right to log on as a service is granted first.
set "OBJECT=NT SERVICE\%NAME%"
if "%KIND%"=="builtin" set "OBJECT=%ACCOUNT%"
set PASSWORD=
if "%KIND%"=="builtin" set PASSWORD= password= ""
rem Because of the quotation mark before ARGUMENTS, cmd.exe sees the path between \" and \" as quoted.
set "ARGUMENTS=create %NAME% type= own start= %START_TYPE% error= normal binPath= "\"%PROGRAM%\"%NAME_OPTION%" obj= "%OBJECT%"%PASSWORD% DisplayName= "%NAME%""
call :run SC "the service could not be created"
if errorlevel 1 exit /b 1
if not defined DRY_RUN set MADE_SERVICE=1
goto verify_service
:configure_service
rem obj= and start= are omitted, so that they stay as they are unless options change them.
call :has_verb config
if errorlevel 1 exit /b 0
set "ARGUMENTS=config %NAME% type= own error= normal binPath= "\"%PROGRAM%\"%NAME_OPTION%""
call :run SC "the service could not be configured"
if errorlevel 1 exit /b 1
rem Read back from the registry, where the service control manager keeps it: the output of sc.exe is localized.
:verify_service
call :expect_program "%SERVICE_KEY%" ImagePath quoted
if errorlevel 1 exit /b 1
if not defined IS_UPGRADE call :expect_value "%SERVICE_KEY%" ObjectName "%OBJECT%"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" Type 0x10
if errorlevel 1 exit /b 1
if defined IS_UPGRADE exit /b 0
call :expect_value "%SERVICE_KEY%" Start %START_NUMBER%
exit /b %errorlevel%

:set_account
if defined IS_UPGRADE goto change_account
if "%KIND%"=="virtual" exit /b 0
if "%KIND%"=="builtin" exit /b 0
goto set_account_now
:change_account
if not defined ACCOUNT_GIVEN exit /b 0
call :has_verb config
if errorlevel 1 exit /b 0
call :read_value "%SERVICE_KEY%" ObjectName
set "OLD_ACCOUNT=%VALUE%"
set ACCOUNT_CHANGED=1
rem Sets ACCOUNT, which is of this KIND, and reads it back. The program asks for a user's password itself, so that it is on no
rem command line, and grants the right to log on as a service.
:set_account_now
set ARGUMENTS=--set-account "%ACCOUNT%"%NAME_OPTION%
if "%KIND%"=="user" goto set_account_by_program
if "%KIND%"=="managed" goto set_account_by_program
set PASSWORD=
if "%KIND%"=="builtin" set PASSWORD= password= ""
set ARGUMENTS=config %NAME% obj= "%ACCOUNT%"%PASSWORD%
call :run SC "the service's account could not be set"
if errorlevel 1 exit /b 1
goto verify_account
:set_account_by_program
call :run PROGRAM "the service's account could not be set"
if errorlevel 1 exit /b 1
if not defined DRY_RUN set RIGHT_GRANTED=1
:verify_account
if defined DRY_RUN goto account_shown
call :is_text "%SERVICE_KEY%" ObjectName REG_SZ "%ACCOUNT%"
if not errorlevel 1 goto set_managed
call :read_value "%SERVICE_KEY%" ObjectName
if /i "%VALUE%"=="%ACCOUNT%" goto set_managed
set "WHY=the service's account was set to %ACCOUNT% and reads back as %VALUE%."
exit /b 1
:account_shown
set "TEXT=    expect ObjectName = %ACCOUNT%"
call :say TEXT
rem Without it Windows would look for a password that was stored when the account was set.
:set_managed
set MANAGED=false
if "%KIND%"=="managed" set MANAGED=true
if "%MANAGED%"=="true" goto set_managed_now
call :read_managed
if not defined IS_MANAGED exit /b 0
:set_managed_now
set ARGUMENTS=managedaccount %NAME% %MANAGED%
call :run SC "the service's account could not be marked as managed by Windows"
if errorlevel 1 exit /b 1
if defined DRY_RUN echo     expect ServiceAccountManaged = 1& exit /b 0
call :read_managed
if defined IS_MANAGED if "%MANAGED%"=="true" exit /b 0
if not defined IS_MANAGED if "%MANAGED%"=="false" exit /b 0
set "WHY=ServiceAccountManaged in %SERVICE_KEY% reads back as %VALUE%, which is not what was set."
exit /b 1
rem Windows stores a number of four bytes, either as such or as bytes.
:read_managed
set IS_MANAGED=
if defined DRY_RUN exit /b 0
call :read_value "%SERVICE_KEY%" ServiceAccountManaged
if "%VALUE%"=="0x1" set IS_MANAGED=1
if "%VALUE:~0,2%"=="01" set IS_MANAGED=1
exit /b 0

:set_start
if not defined IS_UPGRADE goto set_trigger
if not defined START_GIVEN exit /b 0
call :has_verb config
if errorlevel 1 goto set_trigger
call :read_value "%SERVICE_KEY%" DelayedAutostart
set OLD_START_TYPE=
if "%OLD_START%"=="0x2" set OLD_START_TYPE=auto
if "%OLD_START%"=="0x2" if "%VALUE%"=="0x1" set OLD_START_TYPE=delayed-auto
if "%OLD_START%"=="0x3" set OLD_START_TYPE=demand
if "%OLD_START%"=="0x4" set OLD_START_TYPE=disabled
set "OLD_TRIGGERS=%TRIGGERS%"
set START_CHANGED=1
set ARGUMENTS=config %NAME% start= %START_TYPE%
call :run SC "the service's start mode could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" Start %START_NUMBER%
if errorlevel 1 exit /b 1
rem The trigger for this START: the pipe is opened, or none.
:set_trigger
set WANTED=none
if "%START%"=="pipe" set WANTED=ours
if "%TRIGGERS%"=="%WANTED%" exit /b 0
call :has_verb triggerinfo
if errorlevel 1 exit /b 0
set ARGUMENTS=triggerinfo %NAME% delete
if "%START%"=="pipe" set ARGUMENTS=triggerinfo %NAME% start/namedpipe/%PIPE%
call :run SC "the service's trigger could not be set"
if errorlevel 1 exit /b 1
if defined DRY_RUN echo     expect Type = 0x6, Action = 0x1 and the pipe's name in TriggerInfo\0& exit /b 0
call :read_triggers
if "%TRIGGERS%"=="%WANTED%" exit /b 0
set "WHY=the service's triggers in %TRIGGER_KEY% are not what was set: %TRIGGERS%."
exit /b 1

rem Sets TRIGGERS: none; ours, which is only the one for PIPE; or foreign. From the registry, because the output of
rem sc.exe qtriggerinfo is localized: 6, an endpoint is opened; 1, start; NAMED_PIPE_EVENT_GUID of winsvc.h; 2, text; and the
rem pipe's name in UTF-16, which one or two zeros end.
:read_triggers
set TRIGGERS=none
for /f "delims=" %%K in ('%REG% query "%TRIGGER_KEY%" 2^>nul') do (
  set "LINE=%%K"
  call :read_trigger_line
)
if not "%TRIGGERS%"=="ours" exit /b 0
set TRIGGERS=foreign
call :read_value "%TRIGGER_KEY%\0" Type
if not "%VALUE%"=="0x6" exit /b 0
call :read_value "%TRIGGER_KEY%\0" Action
if not "%VALUE%"=="0x1" exit /b 0
call :read_value "%TRIGGER_KEY%\0" GUID
if /i not "%VALUE%"=="31D1811FAC3F37459E0C7E7B0C2F4B55" exit /b 0
call :read_value "%TRIGGER_KEY%\0" DataType0
if not "%VALUE%"=="0x2" exit /b 0
call :find_pipe_code
call :read_value "%TRIGGER_KEY%\0" Data0
if not defined VALUE exit /b 0
call set "REST=%%VALUE:%PIPE_CODE%=%%"
if /i not "%PIPE_CODE%%REST%"=="%VALUE%" exit /b 0
if "%REST%"=="0000" set TRIGGERS=ours
if "%REST%"=="00000000" set TRIGGERS=ours
exit /b 0
rem One subkey for each trigger, the first of which is 0.
:read_trigger_line
if not "%LINE:~0,5%"=="HKEY_" exit /b 0
for /f "delims=" %%K in ("%LINE%") do set "KEY=%%~nxK"
if /i "%KEY%"=="TriggerInfo" exit /b 0
if "%KEY%"=="0" if "%TRIGGERS%"=="none" set TRIGGERS=ours& exit /b 0
set TRIGGERS=foreign
exit /b 0

rem Sets PIPE_CODE to PIPE in UTF-16, as reg.exe prints bytes.
:find_pipe_code
set "CODES=;-2D;.2E;030;131;232;333;434;535;636;737;838;939;_5F;a61;b62;c63;d64;e65;f66;g67;h68;i69;j6A;k6B;l6C;m6D;n6E;o6F;p70;q71;r72;s73;t74;u75;v76;w77;x78;y79;z7A"
set PIPE_CODE=
set "REST=%PIPE%"
:next_pipe_character
if not defined REST exit /b 0
call set "AFTER=%%CODES:*;%REST:~0,1%=%%"
set "PIPE_CODE=%PIPE_CODE%%AFTER:~0,2%00"
set "REST=%REST:~1%"
goto next_pipe_character

:secure_service
set ARGUMENTS=description %NAME% "%DESCRIPTION%"
call :run SC "the service's description could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" Description "%DESCRIPTION%"
if errorlevel 1 exit /b 1

call :has_verb sidtype
if errorlevel 1 goto sid_type_set
set ARGUMENTS=sidtype %NAME% unrestricted
call :run SC "the service's SID type could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" ServiceSidType 0x1
if errorlevel 1 exit /b 1
:sid_type_set

call :has_verb privs
if errorlevel 1 goto privileges_set
set ARGUMENTS=privs %NAME% SeChangeNotifyPrivilege/SeImpersonatePrivilege
call :run SC "the service's privileges could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" RequiredPrivileges SeChangeNotifyPrivilege\0SeImpersonatePrivilege
if errorlevel 1 exit /b 1
:privileges_set

rem Without it Windows gives a service 10 seconds at shutdown. A longer time that an administrator set for a longer
rem limits.stop_grace_ms is kept.
if not defined IS_UPGRADE goto set_preshutdown
call :read_value "%SERVICE_KEY%" PreshutdownTimeout
set NUMBER=0
if defined VALUE set /a "NUMBER=%VALUE%"
if %NUMBER% geq %STOP_SECONDS%000 goto preshutdown_set
:set_preshutdown
set ARGUMENTS=add "%SERVICE_KEY%" /v PreshutdownTimeout /t REG_DWORD /d %STOP_SECONDS%000 /f
call :run REG "the service's preshutdown timeout could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" PreshutdownTimeout 0x1d4c0
if errorlevel 1 exit /b 1
:preshutdown_set

set ARGUMENTS=sdset %NAME% %SERVICE_SDDL%
call :run SC "the service's security descriptor could not be set"
if errorlevel 1 exit /b 1
call :has_verb sdshow
if errorlevel 1 exit /b 0
call :expect_service_descriptor
exit /b %errorlevel%

:start_service
if defined LEFT_AS exit /b 0
if not defined IS_UPGRADE goto start_service_now
call :clear_failure_actions
if errorlevel 1 exit /b 1
:start_service_now
set ARGUMENTS=start %NAME%
call :run SC "the service could not be started"
rem 1056: already running, because a client has opened its pipe.
if "%CODE%"=="1056" if "%TRIGGERS%"=="ours" set WHY=& goto wait_until_started
if errorlevel 1 goto start_failed
if defined DRY_RUN goto call_service
:wait_until_started
call :wait_for_state RUNNING 60
if not errorlevel 1 goto call_service
if "%STATE%"=="STOPPED" set "WHY=the service stopped instead of running."
if not "%STATE%"=="STOPPED" set "WHY=the service did not reach RUNNING within 60 seconds (its state is %STATE%)."
goto start_failed
:call_service
rem Two connections at once: a service that serves only one client at a time is not really running.
set ARGUMENTS=%CLIENT_OPTION%--timeout 30000 ping --connections 2
call :run CLIENT "the service runs, but does not answer two clients at once"
if not errorlevel 1 exit /b 0
rem 5, access denied, is a response too: the existing policy may deny this account.
if "%CODE%"=="5" set WHY=
if "%CODE%"=="5" exit /b 0
:start_failed
echo The service's state:
%SC% query %NAME%
if not exist "%DATA%\logs\*.log" goto start_failed_said
echo Its log:
type "%DATA%\logs\*.log"
:start_failed_said
echo Output of onbehalf.exe doctor:
"%CLIENT%" %CLIENT_OPTION%--timeout 1000 doctor
set "WHY=%WHY% See also the event log Application, source %NAME%."
exit /b 1

rem Cleared until the new version runs, so that it is not restarted while the old one is being restored.
:clear_failure_actions
call :has_verb qfailure
if errorlevel 1 exit /b 0
call :read_failure_actions
set "OLD_FAILURE_RESET=%RESET%"
set "OLD_FAILURE_ACTIONS=%ACTIONS%"
set FAILURE_ACTIONS_CLEARED=1
set ARGUMENTS=failure %NAME% reset= 0 actions= ""
call :run SC "the service's failure actions could not be set"
exit /b %errorlevel%

:set_failure_actions
set ARGUMENTS=failure %NAME% reset= %FAILURE_RESET% actions= %FAILURE_ACTIONS%
call :run SC "the service's failure actions could not be set"
if errorlevel 1 exit /b 1
if defined DRY_RUN goto failure_actions_shown
call :has_verb qfailure
if errorlevel 1 goto failure_actions_read
call :read_failure_actions
if "%RESET% %ACTIONS%"=="%FAILURE_RESET% %FAILURE_ACTIONS%" goto failure_actions_read
set "WHY=FailureActions in %SERVICE_KEY% reads back as %VALUE%, which is not what was set."
exit /b 1
:failure_actions_shown
echo     expect the same in FailureActions
:failure_actions_read
call :has_verb failureflag
if errorlevel 1 exit /b 0
set ARGUMENTS=failureflag %NAME% 1
call :run SC "restart after an exit with an error could not be set"
if errorlevel 1 exit /b 1
call :expect_value "%SERVICE_KEY%" FailureActionsOnNonCrashFailures 0x1
exit /b %errorlevel%

rem Sets RESET and ACTIONS to the failure actions as parameters of "sc.exe failure". In the registry they are numbers of four
rem bytes: the seconds until the count is reset, two that do not matter here, the number of actions, their offset, and two
rem for each action.
:read_failure_actions
set RESET=0
set ACTIONS=
call :read_value "%SERVICE_KEY%" FailureActions
if not defined VALUE goto failure_actions_end
call :read_number "%VALUE:~0,8%"
set RESET=%NUMBER%
set "REST=%VALUE:~40%"
:next_failure_action
if not defined REST goto failure_actions_end
call :read_number "%REST:~8,8%"
set KIND=
if "%REST:~0,2%"=="01" set KIND=restart
if "%REST:~0,2%"=="02" set KIND=reboot
if "%REST:~0,2%"=="03" set KIND=run
set "ACTIONS=%ACTIONS%/%KIND%/%NUMBER%"
set "REST=%REST:~16%"
goto next_failure_action
:failure_actions_end
if defined ACTIONS set "ACTIONS=%ACTIONS:~1%"
exit /b 0
rem Little-endian.
:read_number
set "BYTES=%~1"
set /a "NUMBER=0x%BYTES:~6,2%%BYTES:~4,2%%BYTES:~2,2%%BYTES:~0,2%"
exit /b 0

rem -------------------------------------------------------------------------------------------------------- undo

:undo
echo.
set "TEXT=%NAME% was not installed: %WHY%"
call :say TEXT
if defined DRY_RUN exit /b 1
echo Undoing all changes:
set LEFT=
if not defined SWAPPED if not defined MADE_SERVICE goto undo_service_done
call :query_state
if "%STATE%"=="ABSENT" goto undo_service_stopped
if "%STATE%"=="STOPPED" goto undo_service_stopped
echo ^> %SC% stop %NAME%
%SC% stop %NAME% >nul 2>&1
call :wait_for_state STOPPED %STOP_SECONDS%
if errorlevel 1 set "LEFT=%LEFT% the running service;"
:undo_service_stopped
if not defined MADE_SERVICE goto undo_service_done
echo ^> %SC% delete %NAME%
%SC% delete %NAME%
call :query_state
if not "%STATE%"=="ABSENT" set "LEFT=%LEFT% the service, which is removed when all programs that have it open are closed;"
:undo_service_done
rem While the new program is there, which an account may need.
if not defined ACCOUNT_CHANGED goto undo_account_done
set "ACCOUNT=%OLD_ACCOUNT%"
call :restore_account
if errorlevel 1 set "LEFT=%LEFT% the service's account, which was %OLD_ACCOUNT%;"
:undo_account_done
if defined RIGHT_GRANTED echo The account keeps the right to log on as a service.
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
if not defined FAILURE_ACTIONS_CLEARED goto undo_failure_actions_done
if not defined OLD_FAILURE_ACTIONS set OLD_FAILURE_ACTIONS=""
set ARGUMENTS=failure %NAME% reset= %OLD_FAILURE_RESET% actions= %OLD_FAILURE_ACTIONS%
call :run SC "the service's failure actions could not be restored"
if errorlevel 1 set "LEFT=%LEFT% the service's failure actions;"
:undo_failure_actions_done
if not defined STOPPED goto undo_start
if not defined WAS_RUNNING goto undo_start
echo ^> %SC% start %NAME%
%SC% start %NAME%
call :wait_for_state RUNNING 60
if errorlevel 1 set "LEFT=%LEFT% the previous version does not start again;"
if not errorlevel 1 echo The previous version is running again.
rem Last, because a disabled service does not start.
:undo_start
if not defined START_CHANGED goto undo_done
if not defined OLD_START_TYPE goto start_not_restored
set ARGUMENTS=config %NAME% start= %OLD_START_TYPE%
call :run SC "the service's start mode could not be restored"
if errorlevel 1 goto start_not_restored
call :read_triggers
set START=demand
if "%OLD_TRIGGERS%"=="ours" set START=pipe
call :set_trigger
if not errorlevel 1 goto undo_done
:start_not_restored
set "LEFT=%LEFT% the service's start mode, which was %OLD_START_TYPE%;"
:undo_done
if defined LEFT goto undo_failed
echo All changes were undone.
exit /b 1
:undo_failed
set "TEXT=This could not be undone:%LEFT%"
call :say TEXT
exit /b 4

:undo_program
call :delete_file "%TARGET%\%~1.new.exe"
if defined OLD_%~1 goto undo_program_old
if defined NEW_%~1 call :delete_file "%TARGET%\%~1.exe"
exit /b 0
:undo_program_old
call :move_file "%TARGET%\%~1.old.exe" "%TARGET%\%~1.exe"
if errorlevel 1 set "LEFT=%LEFT% %TARGET%\%~1.exe is still the new version;"
exit /b 0

rem A letter that the console's code page lacks was read as a question mark.
:restore_account
if /i "%ACCOUNT%"=="LocalSystem" goto restore_local_system
for /f "delims=?" %%A in ("%ACCOUNT%") do if not "%%A"=="%ACCOUNT%" exit /b 1
call :classify_account
if errorlevel 1 exit /b 1
call :set_account_now
exit /b %errorlevel%
:restore_local_system
set KIND=builtin
call :set_account_now
exit /b %errorlevel%

rem ------------------------------------------------------------------------------------------------------- pieces

rem :say NAME prints the text in that variable.
:say
setlocal enabledelayedexpansion
echo !%~1!
endlocal
exit /b 0

rem Shows and runs the program in the variable %1 with ARGUMENTS. %2 is the error text for a failure.
:run
setlocal enabledelayedexpansion
echo ^> "!%~1!" !ARGUMENTS!
if defined DRY_RUN endlocal & exit /b 0
"!%~1!" !ARGUMENTS!
endlocal & set CODE=%errorlevel%
if "%CODE%"=="0" exit /b 0
call :explain_code
set "WHY=%~2 (exit code %CODE%%MEANING%)."
exit /b 1

rem Sets MEANING to the meaning of CODE if it is known here. A negative code is an NTSTATUS, which is looked up by its
rem hexadecimal digits: the program could not start or was terminated by an exception.
:explain_code
set MEANING=
if "%CODE%"=="1069" set "MEANING=, the service could not log on: the password is wrong, or the account may not log on as a service"
if "%CODE%"=="1072" set "MEANING=, the service was deleted, but another program has it open, usually services.msc: close that"
if not "%CODE:~0,1%"=="-" exit /b 0
set HEX=
for %%S in (28 24 20 16 12 8 4 0) do call :add_digit %%S
set "MEANING=, 0x%HEX%"
if "%HEX%"=="C0000005" set "MEANING=%MEANING%: it crashed"
if "%HEX%"=="C000001D" set "MEANING=%MEANING%: it needs an instruction that this processor does not have"
if "%HEX%"=="C000007B" set "MEANING=%MEANING%: it, or a DLL that it needs, is damaged or for another processor"
if "%HEX%"=="C0000135" set "MEANING=%MEANING%: it did not start, because a DLL that it needs is missing"
if "%HEX%"=="C0000138" set "MEANING=%MEANING%: it did not start, because a DLL that it needs is too old"
if "%HEX%"=="C0000139" set "MEANING=%MEANING%: it did not start, because a DLL that it needs is too old"
if "%HEX%"=="C0000142" set "MEANING=%MEANING%: it did not start, because a DLL that it needs could not be initialized"
if "%HEX%"=="C0000409" set "MEANING=%MEANING%: it terminated itself because of an internal error"
if "%HEX%"=="C0000428" set "MEANING=%MEANING%: it did not start, because Windows does not accept its signature"
exit /b 0
:add_digit
set /a "DIGIT=(CODE>>%1)&15"
set "DIGITS=0123456789ABCDEF"
call set "HEX=%%HEX%%%%DIGITS:~%DIGIT%,1%%"
exit /b 0

rem Sets FULL to the full path of the folder in FOLDER, without a trailing backslash. 1 if it contains a character that is
rem invalid in a path or special to cmd.exe even in quotation marks: %% and, after call, ^^; ! in :run.
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

:make_folder
echo ^> mkdir "%~1"
if defined DRY_RUN exit /b 0
mkdir "%~1"
if exist "%~1\" exit /b 0
set "WHY=the folder %~1 could not be created."
exit /b 1

rem Compared by size, because a full disk can leave a partial file.
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

rem Retries for half a minute: right after a service has stopped, its file can still be in use.
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

rem :delete_file FILE [TRIES], with a second between tries.
:delete_file
if not exist "%~1" exit /b 0
echo ^> del "%~1"
set TRIES=0
set MOST_TRIES=30
if not "%~2"=="" set MOST_TRIES=%~2
:delete_file_again
del /f /q "%~1" >nul 2>&1
if not exist "%~1" exit /b 0
set /a TRIES+=1
if %TRIES% geq %MOST_TRIES% goto file_stays
%PING% -n 2 127.0.0.1 >nul
goto delete_file_again
:file_stays
set "LEFT=%LEFT% %~1;"
set "TEXT=%~1 is in use and was not deleted."
call :say TEXT
exit /b 1

:delete_folder
if not exist "%~1" exit /b 0
echo ^> rmdir /s /q "%~1"
rmdir /s /q "%~1"
if exist "%~1" set "LEFT=%LEFT% %~1;"
exit /b 0

rem :protect_folder FOLDER RIGHTS [users]: only SYSTEM and Administrators may change it, the service has RIGHTS, and with
rem "users" all users may read and run its contents. Nothing is inherited from its parent.
:protect_folder
if defined NO_PERMISSIONS exit /b 0
set READERS=
if not "%~3"=="" set READERS= "*S-1-5-32-545:(OI)(CI)RX"
set ARGUMENTS="%~1" /setowner "*S-1-5-32-544"
call :run ICACLS "the owner of %~1 could not be set"
if errorlevel 1 exit /b 1
set ARGUMENTS="%~1" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*%SERVICE_SID%:(OI)(CI)%~2"%READERS%
call :run ICACLS "the permissions of %~1 could not be set"
if errorlevel 1 exit /b 1
if defined DRY_RUN echo     expect the owner O:BA, protection D:P and these entries in Get-Acl& exit /b 0
call :read_sddl "%~1"
if errorlevel 1 exit /b 1
if not "%SDDL:~0,4%"=="O:BA" set "WHY=the owner of %~1 is not Administrators: %SDDL%" & exit /b 1
rem P: protected, nothing is inherited. AI may follow; it only says how the DACL was created.
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

rem Sets SDDL to the owner, group and DACL of %1, with each quotation mark replaced by an apostrophe: the folder's creator
rem may have put conditions with any text into its descriptor. icacls.exe does not show owners. Write-Host, because
rem PowerShell wraps formatted output at the width of the console.
:read_sddl
set SDDL=
set "READ_SDDL_OF=%~1"
for /f "delims=" %%L in ('%POWERSHELL% -NoProfile -NonInteractive -Command "Write-Host -NoNewline (Get-Acl -LiteralPath $env:READ_SDDL_OF -ErrorAction Stop).Sddl"') do set "SDDL=%%L"
if defined SDDL set "SDDL=%SDDL:"='%"
if "%SDDL:~0,2%"=="O:" exit /b 0
set "WHY=PowerShell could not read the owner and the permissions of %~1. Its error is shown above."
exit /b 1

rem Sets VALUE to a registry value as reg.exe prints it, with each quotation mark replaced by an apostrophe. The output has
rem lost letters that are not in the console's code page, so :is_program compares paths.
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
rem A separate line: after an if, Wine's cmd.exe takes a parenthesis in the value for the start of a block.
:expect_value_shown
echo     expect %~2 = %~3
exit /b 0

rem :expect_program KEY NAME [quoted]: the value must be PROGRAM, with "quoted" in quotation marks.
:expect_program
if defined DRY_RUN goto expect_program_shown
call :is_program "%~1" %~2 %~3
if not errorlevel 1 exit /b 0
call :read_value "%~1" %~2
set "WHY=%~2 in %~1 was set to %PROGRAM% and reads back as %VALUE%."
exit /b 1
:expect_program_shown
set "TEXT=    expect %~2 = %PROGRAM%"
if not "%~3"=="" set TEXT=    expect %~2 = "%PROGRAM%"%NAME_OPTION%
call :say TEXT
exit /b 0

rem :is_program KEY NAME [quoted]: 0 if the value is PROGRAM, with "quoted" the command line of the service.
:is_program
if "%~3"=="" call :is_text "%~1" %~2 REG_EXPAND_SZ "%PROGRAM%"
if "%~3"=="" exit /b %errorlevel%
set "ARGUMENTS=add "%SCRATCH_KEY%" /v %~2 /t REG_EXPAND_SZ /d "\"%PROGRAM%\"%NAME_OPTION%" /f"
goto compare_text
rem :is_text KEY NAME TYPE TEXT: 0 if the value is that text. reg.exe compares it within the registry.
:is_text
set ARGUMENTS=add "%SCRATCH_KEY%" /v %~2 /t %~3 /d "%~4" /f
:compare_text
setlocal enabledelayedexpansion
"%REG%" !ARGUMENTS! >nul 2>&1
endlocal
if defined IS_WINE goto is_text_on_wine
%REG% compare "%~1" "%SCRATCH_KEY%" /v %~2 >nul 2>&1
set DIFFERS=%errorlevel%
goto is_text_known
rem Its reg.exe has no compare.
:is_text_on_wine
set DIFFERS=1
call :read_value "%~1" %~2
set "THERE=%VALUE%"
call :read_value "%SCRATCH_KEY%" %~2
if defined THERE if "%THERE%"=="%VALUE%" set DIFFERS=0
:is_text_known
%REG% delete "%SCRATCH_KEY%" /f >nul 2>&1
exit /b %DIFFERS%

rem The part that was set may be followed by a SACL, which the service control manager adds to every service.
:expect_service_descriptor
if defined DRY_RUN echo     expect the same in sc.exe sdshow %NAME%& exit /b 0
set SHOWN=nothing
for /f "delims=" %%L in ('%SC% sdshow %NAME%') do set "SHOWN=%%L"
set "SHOWN=%SHOWN:"='%"
call set "REST=%%SHOWN:%SERVICE_SDDL%=%%"
if not "%SERVICE_SDDL%%REST%"=="%SHOWN%" goto service_descriptor_differs
if not defined REST exit /b 0
if "%REST:~0,2%"=="S:" exit /b 0
:service_descriptor_differs
set "WHY=the service's security descriptor was set to %SERVICE_SDDL% and reads back as %SHOWN%."
exit /b 1

rem Sets STATE to the service's state or ABSENT, and HAS_FAILED if an error stopped it. Reads the numbers after the colons
rem of "STATE : 4  RUNNING" and "WIN32_EXIT_CODE : 1067  (0x42b)". 1077: not started since the system started.
:query_state
set STATE_NUMBER=
set HAS_FAILED=
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
rem The state follows the type, which has two words too.
:read_status_line
set "SECOND=%~2"
if not defined SECOND exit /b 0
if not "%SECOND:~0,3%"=="(0x" set "STATE_NUMBER=%~1"
if "%SECOND:~0,3%"=="(0x" if not "%~1"=="0" if not "%~1"=="1077" set HAS_FAILED=1
exit /b 0

rem :wait_for_state STATE SECONDS. Checks ten times at once, because most services are quick, then once a second. Stops
rem waiting for a service that stopped while it should be starting.
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
