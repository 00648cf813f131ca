@echo off
rem Builds everything and runs every test on Windows. Needs an elevated prompt, and a machine on which OnBehalf is not
rem installed: the tests install, upgrade and uninstall it.
setlocal enableextensions disabledelayedexpansion
if not "%~1"=="" goto usage

call "%~dp0.ci\environment.cmd"
if errorlevel 1 exit /b 1

rem What a test needs of Windows must be there: a skip for the lack of it is a failure.
set ONBEHALF_REQUIRE_WINDOWS=1
set "RESULTS=%ROOT%\build\test"
if exist "%RESULTS%" rmdir /s /q "%RESULTS%"
mkdir "%RESULTS%"
set FAILED=
for %%P in ("%ROOT%\build\msvc\bin\onbehalf_*_tests.exe") do call :run_program "%%~nP"
ctest --test-dir "%ROOT%\build\msvc" -L program --output-on-failure --output-junit "%RESULTS%\programs.xml"
if errorlevel 1 set "FAILED=%FAILED% programs"
ctest --test-dir "%ROOT%\build\msvc" -L package --output-on-failure --output-junit "%RESULTS%\package.xml"
if errorlevel 1 set "FAILED=%FAILED% package"

rem The integration tests and the foreign clients call the service as install.cmd installed it.
call "%ROOT%\build\msvc\installer\install.cmd"
if errorlevel 1 goto not_installed
call :run onbehalf_integration_tests
call :run_foreign
"%ROOT%\build\msvc\tests\package\sample\onbehalf_sample.exe"
if errorlevel 1 set "FAILED=%FAILED% sample"
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

:run_program
if not "%~1"=="onbehalf_integration_tests" call :run "%~1"
exit /b 0

:run
"%ROOT%\build\msvc\bin\%~1.exe" --gtest_brief=1 "--gtest_output=xml:%RESULTS%\%~1.xml"
if errorlevel 1 set "FAILED=%FAILED% %~1"
rem A program that crashed has written no report.
if not exist "%RESULTS%\%~1.xml" echo ^<testsuite^>^<testcase classname="%~1" name="all"^>^<failure/^>^</testcase^>^</testsuite^>>"%RESULTS%\%~1.xml"
exit /b 0

:run_foreign
rem With the machine's own Node; ONBEHALF_REQUIRE_RUNTIMES=1 makes its lack, or that of .NET or PowerShell 7, a failure.
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
set "FAILED=%FAILED% foreign"
if not exist "%RESULTS%\foreign.xml" echo ^<testsuite^>^<testcase classname="foreign" name="all"^>^<failure/^>^</testcase^>^</testsuite^>>"%RESULTS%\foreign.xml"
exit /b 0
:no_node
if "%ONBEHALF_REQUIRE_RUNTIMES%"=="1" set "FAILED=%FAILED% foreign (there is no Node)"
echo ^<testsuite^>^<testcase classname="foreign" name="all"^>^<skipped message="there is no Node with npm"/^>^</testcase^>^</testsuite^>>"%RESULTS%\foreign.xml"
exit /b 0

:usage
echo usage: test.cmd
echo.
echo Builds everything and runs every test. Needs an elevated prompt.
exit /b 2
