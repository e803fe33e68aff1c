# Shared by ./check and ./demo: installs what is missing, from the distribution's packages.
#
#   . tools/setup.sh
#   setup_needs build drawing tests    # groups of the table below
#
# Nothing is said and apt is not called when nothing is missing. What counts is whether a thing
# works (a command is found, pkg-config knows a library), not how it came here.

# group | Debian package | how to see that it is there | what it is for
setup_table='
build   | gcc                | command cc                | the compiler
build   | libc6-dev          | header stdio.h            | the headers of C
build   | meson              | meson                     | the build system
build   | ninja-build        | command ninja             | what the build system drives
build   | pkgconf            | command pkg-config        | finds the libraries
build   | libgsl-dev         | library gsl               | random distributions, statistics, linear algebra
build   | libjansson-dev     | library jansson           | JSON
build   | libarchive-dev     | library libarchive        | data sets as they are distributed
drawing | libcairo2-dev      | library cairo             | pictures
drawing | fonts-dejavu-core  | font DejaVuSans.ttf       | the letters in pictures
drawing | libsdl2-dev        | library sdl2              | the window
tests   | libcmocka-dev      | library cmocka            | the tests
tests   | g++                | command c++               | the headers, tried from C++
tests   | valgrind           | command valgrind          | looks for wrong memory accesses
tests   | libc6-dbg          | package libc6-dbg         | what valgrind must know about the C library
tests   | xvfb               | command Xvfb              | a display for the tests of the window
tests   | xauth              | command xauth             | the key to that display
tests   | xdotool            | command xdotool           | presses its keys
'

setup_say()
{
    printf '%s\n' "$*" >&2
}

# Is version $1 at least $2? Both are numbers with dots.
setup_at_least()
{
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$2" ]
}

setup_has() # probe [what]
{
    case $1 in
    command) command -v "$2" >/dev/null 2>&1 ;;
    library) pkg-config --exists "$2" 2>/dev/null ;;
    header) echo "#include <$2>" | cc -E - >/dev/null 2>&1 ;;
    font) [ -n "$(find /usr/share/fonts /usr/local/share/fonts ~/.fonts ~/.local/share/fonts \
        -name "$2" -print 2>/dev/null | head -n 1)" ] ;;
    package)
        ! command -v dpkg-query >/dev/null 2>&1 ||
            [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$2" 2>/dev/null | cut -c1-2)" = ii ]
        ;;
    meson) command -v meson >/dev/null 2>&1 && setup_at_least "$(meson --version)" 1.0 ;;
    esac
}

# Prints "package|purpose" for each thing of the groups that is not there.
setup_missing()
{
    printf '%s' "$setup_table" | while IFS='|' read -r group package probe purpose; do
        group=${group// /} package=${package// /}
        if [ -n "$group" ] && [[ " $* " == *" $group "* ]] && ! setup_has $probe; then
            echo "$package|$purpose"
        fi
    done
}

setup_needs() # group...
{
    local missing packages package purpose root=() log
    missing=$(setup_missing "$@")
    [ -n "$missing" ] || return 0

    setup_say "Missing on this system:"
    packages=()
    while IFS='|' read -r package purpose; do
        setup_say "$(printf '  %-20s%s' "$package" "$purpose")"
        packages+=("$package")
    done <<<"$missing"

    if ! command -v apt-get >/dev/null 2>&1; then
        setup_say "This system has no apt-get, so that is up to you: the names above are Debian's;"
        setup_say "other distributions have the same things under similar names. Then run this again."
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            setup_say "Only root can install them and there is no sudo. As root:"
            setup_say "    apt-get update && apt-get install --no-install-recommends ${packages[*]}"
            return 1
        fi
        # Without a terminal nobody could type a password.
        if [ -t 0 ] && [ -t 2 ]; then root=(sudo); else root=(sudo -n); fi
    fi

    setup_say "Installing these with ${root:+sudo }apt-get ..."
    log=$(mktemp)
    if ! { "${root[@]}" apt-get -q update &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
            --no-install-recommends -o Dpkg::Use-Pty=0 install "${packages[@]}"; } \
        </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        setup_say "apt-get failed; its whole output is in $log. By hand:"
        setup_say "    apt-get update && apt-get install --no-install-recommends ${packages[*]}"
        return 1
    fi
    rm -f "$log"
    hash -r

    missing=$(setup_missing "$@")
    if [ -n "$missing" ]; then
        setup_say "Installed, but still not usable: $(cut -d'|' -f1 <<<"$missing" | paste -s -d ' ')"
        case $missing in
        *meson*) setup_say "mann needs Meson 1.0 or newer; 'pipx install meson' brings one." ;;
        esac
        return 1
    fi
    setup_say "Done."
}

# setup_build FOLDER [MESON-OPTION...]: configures if needed, and compiles ($setup_targets, or all).
# Quiet unless it fails.
setup_build()
{
    local folder=$1 log
    shift
    mkdir -p "$folder"
    log=$folder/setup.log
    if [ -f "$folder/meson-private/coredata.dat" ]; then
        meson configure "$folder" "$@" >"$log" 2>&1
    else
        meson setup "$folder" "$@" >"$log" 2>&1
    fi || {
        tail -n 40 "$log" >&2
        setup_say "Meson could not configure $folder."
        return 1
    }
    ninja -C "$folder" ${setup_targets-all} >"$log" 2>&1 || {
        grep -v '^\[[0-9]*/[0-9]*\] [CLG]' "$log" | tail -n 60 >&2
        setup_say "The build in $folder failed."
        return 1
    }
}
