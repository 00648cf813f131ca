# CMAKE_PROJECT_INCLUDE of the consumers: compiled as strictly as OnBehalf itself, with nothing else of its
# build.
if(MSVC)
  add_compile_options(/W4 /permissive- /WX)
else()
  add_compile_options(-Wall -Wextra -Wconversion -Werror)
endif()
