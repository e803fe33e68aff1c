#!/bin/sh
# The example of a page of docs compiles as it stands there, without a warning.
#
# Usage: add_a_page.sh ROOT PAGE DESCRIPTOR CC...
set -eu
root=$1 page=$2 descriptor=$3
shift 3
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mann-page-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

sed -n '/^```c$/,/^```$/p' "$root/docs/$page" | sed '/^```/d' >"$scratch/example.c"
grep -q "$descriptor = {" "$scratch/example.c"
"$@" -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
    -Werror -I"$root/include" -I"$root/src" -I"$root/tasks/sequences" -c "$scratch/example.c" \
    -o "$scratch/example.o"
echo "the example of docs/$page compiles"
