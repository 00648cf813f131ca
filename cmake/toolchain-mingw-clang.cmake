# Windows x64 from Linux with Clang and lld on GCC's MinGW-w64 runtime and standard library: a second compiler for the
# same target, whose compile commands clang-tidy uses.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET x86_64-w64-mingw32)
set(CMAKE_CXX_COMPILER clang++)
set(CMAKE_CXX_COMPILER_TARGET x86_64-w64-mingw32)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
file(GLOB onbehalf_mingw_versions LIST_DIRECTORIES true /usr/lib/gcc/x86_64-w64-mingw32/*-posix)
list(POP_BACK onbehalf_mingw_versions onbehalf_mingw_gcc)
set(onbehalf_mingw_include "${onbehalf_mingw_gcc}/include/c++")
# -femulated-tls: GCC's runtime implements thread locals this way, and both must agree.
set(CMAKE_CXX_FLAGS_INIT "-femulated-tls -nostdinc++ -isystem ${onbehalf_mingw_include} -isystem ${onbehalf_mingw_include}/x86_64-w64-mingw32 -isystem ${onbehalf_mingw_include}/backward")
# winpthread: the C++ library of the POSIX thread model needs it, and only GCC links it by default.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -fuse-ld=lld -L${onbehalf_mingw_gcc} -lwinpthread")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "${CMAKE_EXE_LINKER_FLAGS_INIT}")
set(CMAKE_MODULE_LINKER_FLAGS_INIT "${CMAKE_EXE_LINKER_FLAGS_INIT}")
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR /usr/bin/wine)
