@echo off
rem SPDX-License-Identifier: MIT
rem What run.cmd and test.cmd have in common: the 64-bit MSVC environment, vcpkg, and the build of the preset msvc.
rem Called by them; leaves PATH and VCPKG_ROOT set for the caller. If something is missing, reports it and returns 1.
rem TARGETS: the CMake targets to build; everything if it is not set.
set "ROOT=%~dp0.."
for %%D in ("%ROOT%") do set "ROOT=%%~fD"

if "%VSCMD_ARG_TGT_ARCH%"=="x64" goto compiler_known
set "VSWHERE=%ProgramFiles(x86)%\Microsoft Visual Studio\Installer\vswhere.exe"
if not exist "%VSWHERE%" goto no_visual_studio
set VISUAL_STUDIO=
for /f "usebackq delims=" %%D in (`"%VSWHERE%" -latest -products * -requires Microsoft.VisualStudio.Component.VC.Tools.x86.x64 -property installationPath`) do set "VISUAL_STUDIO=%%D"
if not defined VISUAL_STUDIO goto no_visual_studio
rem VsDevCmd.bat sets VCPKG_ROOT to Visual Studio's vcpkg; a value that was set before takes precedence.
set "OWN_VCPKG=%VCPKG_ROOT%"
call "%VISUAL_STUDIO%\Common7\Tools\VsDevCmd.bat" -arch=amd64 -host_arch=amd64 -no_logo
if errorlevel 1 goto no_visual_studio
if defined OWN_VCPKG set "VCPKG_ROOT=%OWN_VCPKG%"
if not defined OWN_VCPKG if defined VCPKG_INSTALLATION_ROOT set "VCPKG_ROOT=%VCPKG_INSTALLATION_ROOT%"

:compiler_known
if not defined VCPKG_ROOT if defined VCPKG_INSTALLATION_ROOT set "VCPKG_ROOT=%VCPKG_INSTALLATION_ROOT%"
if not exist "%VCPKG_ROOT%\scripts\buildsystems\vcpkg.cmake" goto no_vcpkg

pushd "%ROOT%"
if exist build\msvc\build.ninja goto configured
echo Configuring msvc (the first time this builds the dependencies, which takes some minutes)
cmake --preset msvc
if errorlevel 1 goto failed
:configured
if not defined TARGETS cmake --build --preset msvc
if defined TARGETS cmake --build --preset msvc --target %TARGETS%
if errorlevel 1 goto failed
popd
exit /b 0

:failed
popd
echo The build failed: see above.
exit /b 1

:no_visual_studio
echo Visual Studio 2022 or its Build Tools, with the C++ tools for x64, are missing. Install them with:
echo winget install Microsoft.VisualStudio.2022.BuildTools --override "--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"
exit /b 1

:no_vcpkg
echo vcpkg is missing: install Visual Studio's component vcpkg, or set VCPKG_ROOT to a clone of
echo https://github.com/microsoft/vcpkg in which bootstrap-vcpkg.bat was run.
exit /b 1
