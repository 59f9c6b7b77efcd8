# SPDX-License-Identifier: GPL-3.0-or-later
# Writes OUTPUT, a header with HEPHAESTUS_REVISION: the git revision of the tree SOURCE, with "-dirty" if it has changes; empty
# outside of a git work tree. REVISION, if it is set, says it instead. A file that says the same is left alone, so that nothing is compiled again.
find_program(git git)
set(revision "${REVISION}")
if(NOT revision AND git AND EXISTS ${SOURCE}/.git)
    execute_process(COMMAND ${git} -c safe.directory=* -C ${SOURCE} describe --always --dirty --exclude=* --abbrev=12
        OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#pragma once\n#define HEPHAESTUS_REVISION \"${revision}\"\n")
