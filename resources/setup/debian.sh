# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What this tree needs from Debian (12 or later), and the functions tests/run and dashboard/run share. Sourced, not run.
# Another package? Add it to the list of the job that needs it; where the releases differ in its name, as "newer|older".

# To build and run the service.
# shellcheck disable=SC2034  # the lists are read by the scripts that source this file
SERVICE_PACKAGES=(
    g++ cmake ninja-build ccache
    qt6-base-dev qt6-httpserver-dev qt6-websockets-dev # QtHttpServer's CMake files ask for QtWebSockets'
    libgl-dev                                          # and QtGui's for OpenGL
    libqt6sql6-sqlite
    libtomlplusplus-dev
    libssl-dev # TLS of the service
    libpython3-dev # what notes imports in machine code; without it Python does
    pkg-config
)
# To build and show the dashboard.
# shellcheck disable=SC2034
DASHBOARD_PACKAGES=(
    qt6-svg-dev 'qt6-svg-plugins|libqt6svg6' # the second is what draws SVG icons
    libqcustomplot-dev
    qt6-tools-dev qt6-l10n-tools # compile the catalogues
    qt6-translations-l10n # what Qt says itself, in other languages
    qtkeychain-qt6-dev libsecret-1-0 # tokens in the desktop's keyring
    fonts-dejavu-core
    python3 # the monitor and the agents of the demo
)
# To build and run the tests.
# shellcheck disable=SC2034
TEST_PACKAGES=(
    prometheus victoria-metrics prometheus-alertmanager # promtool and servers
    python3-prometheus-client                           # a reader of OpenMetrics
    postgresql libqt6sql6-psql redis-server openssl curl
    xvfb xauth xdotool openbox x11-utils trayer git mold strace
    openssh-client openssh-server # hosts of the tests' own
    dbus-daemon gnome-keyring # a bus and a keyring of the tests' own
    python3 python3-fastapi python3-uvicorn uvicorn # the example in resources/examples/python
    python3-uvloop python3-httptools # the loop and the protocol that uvicorn takes where they are installed
    python3-pytest python3-mypy python3-flake8 # the Python package
    python3-hypercorn python3-gunicorn python3-flask python3-waitress python3-aiohttp # and the servers it works with
    python3-jsonschema                      # lints the OpenAPI document
    chromium                                # a page of another origin
    mandoc                                  # the manual pages
    jq                                      # examples of the documents
    zsh fish                                # completions
    desktop-file-utils appstream shared-mime-info # the desktop entry
    reuse                                   # licences
    gunicorn celery python3-redis nginx-light # real servers, restarted and stopped
)

# To make the packages.
# shellcheck disable=SC2034
PACKAGE_PACKAGES=(build-essential debhelper dh-python python3-all systemd lintian git)

# To check the format.
# shellcheck disable=SC2034
FORMAT_PACKAGES=('clang-format-14')

# To build and run the fuzzers.
# shellcheck disable=SC2034
FUZZ_PACKAGES=('clang-14|clang' 'libclang-rt-14-dev|libclang-rt-dev')

# For cmake: eight sources are compiled at a time, and Qt's headers once for all.
# shellcheck disable=SC2034
QUICK_BUILD='-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8 -DHEPHAESTUS_PRECOMPILED_HEADERS=ON'

say() { printf '%s: %s\n' "${PROGRAM:-${0##*/}}" "$*"; }
die() { # die STATUS MESSAGE
    say "$2" >&2
    exit "$1"
}

# installed NAME[|NAME]...
installed() {
    local name
    for name in ${1//|/ }; do
        [[ $(dpkg-query -W -f '${Status}' "$name" 2>/dev/null) == *' installed' ]] && return
    done
    return 1
}

# available NAME[|NAME]...: prints the first that apt knows, or else the last.
available() {
    local name
    for name in ${1//|/ }; do
        [[ $name == "${1##*|}" ]] && break # the last, or only one
        apt-cache show --no-all-versions "$name" >/dev/null 2>&1 && break
    done
    echo "$name"
}

# install_missing PACKAGE...
# Installs those that are not installed, in one go; asks nobody anything. Elsewhere than on Debian it does nothing.
install_missing() {
    command -v apt-get >/dev/null || return 0
    local missing=() names=() services=() package as_root=() log
    for package in "$@"; do
        installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    if ((EUID)); then
        command -v sudo >/dev/null || die 1 "please install as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    log=$(mktemp)
    "${as_root[@]}" apt-get -q update >"$log" 2>&1 || say "apt-get update failed; going on with the lists that are there"
    for package in "${missing[@]}"; do
        names+=("$(available "$package")")
        case $package in # of these the programs are wanted, but no server running on somebody's machine
        prometheus | victoria-metrics | prometheus-alertmanager | postgresql | redis-server) services+=("$package.service") ;;
        nginx-light) services+=(nginx.service) ;;
        openssh-server) services+=(ssh.service ssh.socket) ;;
        esac
    done
    [[ -d /run/systemd/system ]] || services=()
    ((${#services[@]} == 0)) || "${as_root[@]}" systemctl mask "${services[@]}" >>"$log" 2>&1 || true
    local status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${names[@]}" >>"$log" 2>&1 || status=$?
    if ((${#services[@]})); then # neither running nor masked, nor started by the next boot
        "${as_root[@]}" systemctl unmask "${services[@]}" >>"$log" 2>&1 || true
        "${as_root[@]}" systemctl disable "${services[@]}" >>"$log" 2>&1 || true
    fi
    ((status == 0)) || tail -n 40 "$log" >&2
    rm -f "$log"
    ((status == 0)) || die 1 "apt-get could not install ${names[*]} (its last words are above)"
}

# show_progress
# Reads what ninja says with NINJA_STATUS='@%f/%t@ ': tells how far it is, on a terminal in one line that changes, elsewhere at
# every tenth. What is not progress, such as a compiler's message, is passed on.
show_progress() {
    local line done total tenth=0 shown=
    while IFS= read -r line; do
        if [[ $line =~ ^@([0-9]+)/([0-9]+)@\  ]]; then
            done=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
            if [[ -t 1 ]]; then
                shown=$(say "building $done of $total")
                printf '\r%s\033[K' "$shown"
            elif ((done * 10 / total > tenth)); then
                tenth=$((done * 10 / total))
                say "building $done of $total"
            fi
            continue
        fi
        [[ -z $shown ]] || printf '\n'
        shown=
        [[ $line == 'ninja: no work to do.' ]] || printf '%s\n' "$line"
    done
    [[ -z $shown ]] || printf '\n'
}

# configure_and_build PRESET DIRECTORY CONFIGURE_ARGUMENTS [TARGET...]
# Configures DIRECTORY by the preset (CONFIGURE_ARGUMENTS: more for cmake, one string, may be empty), builds the targets
# or everything. Must be called in the tree's root. ccache knows sources by the list of headers that the compiler
# writes anyway: without the preprocessor, which it would run before each compilation.
configure_and_build() {
    local preset=$1 directory=$2 arguments=()
    read -r -a arguments <<<"$3"
    shift 3
    local targets=()
    (($#)) && targets=(--target "$@")
    say "configuring $directory"
    cmake --preset "$preset" -B "$directory" --log-level=WARNING "${arguments[@]}" >/dev/null ||
        die 1 "cmake could not configure $directory"
    say "building $directory"
    NINJA_STATUS='@%f/%t@ ' CCACHE_DEPEND=1 cmake --build "$directory" --parallel "$(nproc)" "${targets[@]}" 2>&1 | show_progress ||
        die 1 "the build of $directory failed"
}
