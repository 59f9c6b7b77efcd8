# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Completion for bash. Commands and options come from the program's own --help, services and hosts from the fleet file.

# The fleet file that a command would take, after the words of the command line.
_hephaestus_fleet() {
    local i folder=$PWD
    for ((i = 1; i < $#; i++)); do
        [[ ${!i} == --fleet ]] || continue
        ((i++))
        printf '%s\n' "${!i/#\~\//$HOME/}"
        return
    done
    if [[ -n ${HEPHAESTUS_FLEET:-} ]]; then
        printf '%s\n' "$HEPHAESTUS_FLEET"
        return
    fi
    while [[ ! -e $folder/fleet.toml && ! -e $folder/.git && -n $folder ]]; do folder=${folder%/*}; done
    [[ -e $PWD/fleet.toml ]] && folder=$PWD
    [[ -e $folder/fleet.toml ]] || folder=${XDG_CONFIG_HOME:-$HOME/.config}/hephaestus
    printf '%s\n' "$folder/fleet.toml"
}

# The names in the tables [[$2]] of the fleet file $1.
_hephaestus_names() {
    awk -v table="[[$2]]" '
        /^[ \t]*\[/ { inside = index($0, table) > 0 }
        inside && match($0, /^[ \t]*name[ \t]*=[ \t]*["'\'']/) {
            text = substr($0, RSTART + RLENGTH)
            sub(/["'\''].*/, "", text)
            print text
        }' "$1" 2>/dev/null
}

# The words that option $1 takes; the status is 1 if they are not a fixed few.
_hephaestus_words() {
    case $1 in
    --log-level) echo debug info warning error ;;
    --log-format) echo text json ;;
    --color) echo auto always never ;;
    --colors) echo system light dark ;;
    --restart) echo on-failure always never ;;
    --output) echo pass drop ;;
    --stop-scope) echo leader group ;;
    --stop-signal) echo TERM INT QUIT HUP USR1 USR2 ;;
    *) return 1 ;;
    esac
}

_hephaestus() {
    local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} help argument i
    COMPREPLY=()
    for ((i = 2; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -- ]] || continue
        if declare -F _command_offset >/dev/null; then
            _command_offset $((i + 1))
        else
            mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
        fi
        return
    done
    if [[ $program == *dashboard ]]; then
        command=
        help=$("$program" --help 2>/dev/null)
    elif ((COMP_CWORD == 1)); then
        help=$("$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p')
        [[ $current == -* ]] && help='--help --version'
        mapfile -t COMPREPLY < <(compgen -W "$help" -- "$current")
        return
    else
        help=$("$program" "$command" --help 2>/dev/null)
    fi
    if [[ $previous == --* ]]; then
        argument=$(sed -n "s/^  \(-h, \)\?$previous <\([A-Z|]*\)>.*/\2/p" <<<"$help")
        if [[ $previous == --host ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$(_hephaestus_names "$(_hephaestus_fleet "${COMP_WORDS[@]}")" host)" -- "$current")
            return
        elif [[ -n $argument ]] && _hephaestus_words "$previous" >/dev/null; then
            mapfile -t COMPREPLY < <(compgen -W "$(_hephaestus_words "$previous")" -- "$current")
            return
        elif [[ $argument == FILE || $argument == GLOB ]]; then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
        elif [[ $argument == DIR ]]; then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return
        elif [[ -n $argument ]]; then
            return
        fi
    fi
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^  \(-., \)\?\(--[a-z-]*\).*/\2/p' <<<"$help")" -- "$current")
    elif [[ $command == hooks ]]; then
        if ((COMP_CWORD == 2)); then
            mapfile -t COMPREPLY < <(compgen -W test -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -W "$(_hephaestus_names "$(_hephaestus_fleet "${COMP_WORDS[@]}")" hook)" -- "$current")
        fi
    elif [[ $help == *$'\n  NAME|URL '* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_hephaestus_names "$(_hephaestus_fleet "${COMP_WORDS[@]}")" service)" -- "$current")
    elif [[ $help == *$'\n  HOST '* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_hephaestus_names "$(_hephaestus_fleet "${COMP_WORDS[@]}")" host)" -- "$current")
    elif [[ $help == *$'\n  FILE '* ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -F _hephaestus hephaestus hephaestus-dashboard
