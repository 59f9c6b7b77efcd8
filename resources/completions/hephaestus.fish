# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for fish. Commands and options come from the program's own --help, services and hosts from the fleet file.

# The fleet file that a command would take.
function __hephaestus_fleet
    set -l words (commandline -opc)
    set -l at (contains -i -- --fleet $words)
    if test -n "$at"; and test $at -lt (count $words)
        string replace -r '^~/' "$HOME/" -- $words[(math $at + 1)]
        return
    end
    if set -q HEPHAESTUS_FLEET
        echo $HEPHAESTUS_FLEET
        return
    end
    set -l folder $PWD
    while not test -e $folder/fleet.toml; and not test -e $folder/.git; and test $folder != /
        set folder (path dirname $folder 2>/dev/null; or dirname $folder)
    end
    if test -e $folder/fleet.toml
        echo $folder/fleet.toml
    else if set -q XDG_CONFIG_HOME
        echo $XDG_CONFIG_HOME/hephaestus/fleet.toml
    else
        echo $HOME/.config/hephaestus/fleet.toml
    end
end

# The names in the tables [[TABLE]] of the fleet file.
function __hephaestus_names -a table
    set -l file (__hephaestus_fleet)
    test -r $file; or return
    awk -v table="[[$table]]" '
        /^[ \t]*\[/ { inside = index($0, table) > 0 }
        inside && match($0, /^[ \t]*name[ \t]*=[ \t]*["\']/) {
            text = substr($0, RSTART + RLENGTH)
            sub(/["\'].*/, "", text)
            print text
        }' $file
end

function __hephaestus_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    if contains -- -- $words
        set -l at (contains -i -- -- $words)
        complete -C (string join ' ' -- $words[(math $at + 1)..-1] $current)
        return
    end
    set -l help
    if string match -q '*dashboard' -- $program
        set help ($program --help 2>/dev/null)
    else if test (count $words) -eq 1
        if string match -q -- '-*' $current
            printf '%s\n' --help --version
        else
            $program --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/\1\t\2/p'
        end
        return
    else
        set help ($program $words[2] --help 2>/dev/null)
    end
    set -l previous $words[-1]
    if string match -q -- '--*' $previous
        set -l argument (printf '%s\n' $help | sed -n "s/^  \(-h, \)\{0,1\}$previous <\([A-Z|]*\)>.*/\2/p")
        if test -n "$argument"
            switch $previous
                case --host
                    __hephaestus_names host
                case --log-level
                    printf '%s\n' debug info warning error
                case --log-format
                    printf '%s\n' text json
                case --color
                    printf '%s\n' auto always never
                case --colors
                    printf '%s\n' system light dark
                case --restart
                    printf '%s\n' on-failure always never
                case --output
                    printf '%s\n' pass drop
                case --stop-scope
                    printf '%s\n' leader group
                case --stop-signal
                    printf '%s\n' TERM INT QUIT HUP USR1 USR2
                case '*'
                    contains -- $argument FILE GLOB; and __fish_complete_path $current
                    test $argument = DIR; and __fish_complete_directories $current ''
            end
            return
        end
    end
    if string match -q -- '-*' $current
        printf '%s\n' $help | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*\)\( <[^>]*>\)\{0,1\} *\(.*\)/\2\t\4/p'
    else if test "$words[2]" = hooks
        if test (count $words) -eq 2
            echo test
        else
            __hephaestus_names hook
        end
    else if string match -q '  NAME|URL *' -- $help
        __hephaestus_names service
    else if string match -q '  HOST *' -- $help
        __hephaestus_names host
    else if string match -q '  FILE *' -- $help
        __fish_complete_path $current
    end
end

complete -c hephaestus -f -a '(__hephaestus_complete)'
complete -c hephaestus-dashboard -f -a '(__hephaestus_complete)'
