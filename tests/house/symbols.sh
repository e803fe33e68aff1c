#!/bin/sh
# What the libraries show to the world: the shared one exactly what the public headers mark
# MANN_API, the static one nothing whose name could clash.
#
# Usage: symbols.sh NM libmann.so libmann.a HEADER...
set -eu
export LC_ALL=C
nm=$1 shared=$2 static=$3
shift 3
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mann-symbols-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# A declaration may run over lines: join each to its semicolon, drop comments and attributes, and
# take the name before "(", "[" or the end.
cat "$@" | sed 's|/\*.*\*/||' | awk '
    /^[ ]*#/ { next }
    /MANN_API/ { inside = 1; text = "" }
    inside { text = text " " $0 }
    inside && /;/ { print text; inside = 0 }' |
    sed -e 's/MANN_PRINTF([^)]*)//' -e 's/;.*//' -e 's/[([].*//' -e 's/^.*[ *]\(mann_[a-z0-9_]*\)[ ]*$/\1/' |
    sort -u >"$scratch/declared"

# Sanitizers add names of their own, which begin with __.
"$nm" -D --defined-only "$shared" | awk '{ print $3 }' | sed 's/@.*//' |
    grep -v -e '^__' -e '^_init$' -e '^_fini$' -e '^_edata$' -e '^_end$' -e '^__bss_start$' |
    sort -u >"$scratch/exported"
"$nm" -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -v '^__' |
    sort -u >"$scratch/global"

bad=0
complain()
{
    if [ -s "$scratch/list" ]; then
        echo "$1:"
        sed 's/^/    /' "$scratch/list"
        bad=1
    fi
}
grep -v '^mann_' "$scratch/exported" >"$scratch/list" || true
complain "exported by the shared library without the prefix mann_"
comm -13 "$scratch/declared" "$scratch/exported" >"$scratch/list"
complain "exported, but in no public header"
comm -23 "$scratch/declared" "$scratch/exported" >"$scratch/list"
complain "declared MANN_API in a public header, but not in the library"
grep -v '^mann_' "$scratch/global" >"$scratch/list" || true
complain "global in the static library without the prefix mann_"

count=$(wc -l <"$scratch/exported")
echo "$count symbols exported"
[ "$count" -gt 0 ] || bad=1
exit $bad
