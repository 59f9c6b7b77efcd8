# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the library from BUILD below WORK, and builds the example in SOURCE against it alone.
function(run)
    execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${ARGV}\nfailed (${result}):\n${output}")
    endif()
endfunction()

string(REPLACE ";" "\\;" LAUNCHER "${LAUNCHER}") # a command of several words is one value
file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix --component library)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G Ninja -DCMAKE_PREFIX_PATH=${WORK}/prefix
    -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")
run(${CMAKE_COMMAND} --build ${WORK}/build)

# The pkg-config file alone is enough, too.
file(GLOB_RECURSE found ${WORK}/prefix/hephaestus.pc)
get_filename_component(directory ${found} DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${directory})
execute_process(COMMAND pkg-config --cflags --libs hephaestus Qt6Sql RESULT_VARIABLE result OUTPUT_VARIABLE flags ERROR_VARIABLE flags)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "pkg-config --cflags --libs hephaestus: ${flags}")
endif()
separate_arguments(flags UNIX_COMMAND "${FLAGS} ${flags}")
run(${COMPILER} -fPIC ${SOURCE}/orders.cpp -o ${WORK}/orders ${flags})
